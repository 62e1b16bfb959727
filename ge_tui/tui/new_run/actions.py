"""What can be done in the form for a new run, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import Action

HELP = """
Fill in what differs from the usual, and start. What is wrong is told beside the field as you type; the preview says
what the run will cost, and how the same run is begun without the screen. The form is kept for the next time when a run
starts. Below `llm`, space takes models in and out, + and - weigh them against each other; below `data`, enter fetches
what is not on this machine.
"""

ACTIONS = (
    Action("new_run.start", "ctrl+s", "start", "make the run, and watch it", footer=True),
    Action("new_run.back", "escape", "back", "stop what is being fetched or measured for the start, or leave the form",
           footer=True),
    Action("new_run.probe", "ctrl+t", "time", "train the seed for a minute to tell how long the run will take",
           footer=True),
    Action("new_run.copy", "ctrl+y", "copy", "write the settings to a file, and copy the command that begins "
           "the run without the screen", footer=True),
    Action("new_run.load", "ctrl+o", "load", "fill the form from a settings file", footer=True),
    Action("new_run.find", "ctrl+f,f3", "find", "find any setting by its name or meaning", footer=True),
    Action("new_run.again", "ctrl+r", "look again", "look for models and data again"),
    Action("new_run.reset", "f4", "reset", "put every field back to its default"),
    Action("new_run.help", "f1,question_mark", "help", "how the form is filled in", footer=True),
)  # fmt: skip
