"""The pane's actions, by name, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import Action

ACTIONS = (
    Action("controls.up", "up,k", "up", "go to the control above"),
    Action("controls.down", "down,j", "down", "go to the control below"),
    Action("controls.page_up", "pageup", "page up", "go up by a screen"),
    Action("controls.page_down", "pagedown", "page down", "go down by a screen"),
    Action("controls.first", "home,g", "first", "go to the first control"),
    Action("controls.last", "end,G", "last", "go to the last control"),
    Action("controls.section_above", "left_curly_bracket", "section above", "go to the heading above"),
    Action("controls.section_below", "right_curly_bracket", "section below", "go to the heading below"),
    Action("controls.less", "left", "less", "lower the value by a small step, or fold a section", footer=True),
    Action("controls.more", "right", "more", "raise the value by a small step, or unfold a section", footer=True),
    Action("controls.much_less", "shift+left,H", "much less", "lower the value by a large step"),
    Action("controls.much_more", "shift+right,L", "much more", "raise the value by a large step"),
    Action("controls.type", "enter,equals_sign", "type", "type a value; of a switch, take the next", footer=True),
    Action("controls.cycle", "space", "next", "take the next choice of a switch, or fold a section"),
    Action("controls.launch", "backspace,delete", "as launched", "go back to the value the run began with"),
    Action("controls.default", "d", "default", "go to the default value"),
    Action("controls.undo", "u", "undo", "take the newest change back, whoever made it", footer=True),
    Action("controls.redo", "U", "redo", "make again what was taken back"),
    Action("controls.mode", "m", "mode", "who chooses in this mix: you, the program, or both", footer=True),
    Action("controls.lock", "l", "lock", "keep this share while others are moved", footer=True),
    Action("controls.only", "o", "only this", "use only this one, or all of them again"),
    Action("controls.pause", "", "pause", "hold back new children and trainings, or go on"),
    Action(
        "controls.step", "full_stop", "step", "make one child of a paused run; pauses a run that is not", footer=True
    ),
    Action("controls.history", "h", "history", "show or hide the last changes"),
    Action("controls.presets", "P", "presets", "load or delete a preset", footer=True),
    Action("controls.save", "W", "save preset", "keep what is set now as a preset"),
    Action("controls.forget", "escape", "forget", "drop what was not sent yet"),
)

HELP = """
What can be changed while the run runs. Each change is sent when the slider rests, is put on record by the engine,
and says when it comes into force; `~` is not sent yet, `→` is sent, `✓` is in force, `✗` was refused.

**Mixes** (personas, kinds of change, models) are shares of 100 %: moving one takes from the others in proportion. `L`
marks a share that is locked against that, `!` the only one in use. Who chooses is up to you ({controls.mode}): your
weights (*manual*), what has worked so far (*auto*), or half and half (*assist*); *program* is what the program draws
by. *tried/ok/+* counts children, those trained to the end and those that were no step back; the bar is where their rate
of improvement lies with 80 % certainty, on a scale from 0 to 100 %.

Arrow keys move and change, {controls.much_less} and {controls.much_more} in large steps, {controls.type} types a value,
{controls.undo} takes back. {controls.save} keeps what is set under a name, {controls.presets} loads it again.
Settings stand at the end: they are fixed while the run runs.
"""
