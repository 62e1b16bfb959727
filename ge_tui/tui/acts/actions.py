"""What can be done with the selected individual: the menu, the keys and the palette are made of it."""

from __future__ import annotations

from textual.binding import Binding

from ge_tui.tui.keys.actions import named_in

_action = named_in("individual")

ACTS = (
    _action("pin", "P", "pin", "Keep it at every selection, or no longer."),
    _action("veto", "O", "veto", "Never choose it as a parent, or allow it again."),
    _action("kill", "X", "kill", "End its training; the curve so far is kept."),
    _action("again", "R", "evaluate again", "Train it again with another seed: mean and deviation."),
    _action("full", "", "full recipe", "Train it by the full recipe, which is kept apart."),
    _action("breed", "B", "breed", "Make the next proposal from it."),
    _action("cross", "C", "cross", "Cross it with the marked one, as the next proposal."),
    _action("aim", "I", "instruct", "Have one part of it changed, as you say."),
    _action("edit", "E", "edit", "Edit its text; the result enters as its child."),
    _action("export", "", "export", "Write it as a folder that stands alone."),
)
"""In the order of the menu. A screen does `individual.NAME` by its method `act_NAME`."""


def act_bindings() -> list[Binding]:
    """The keys, for panes in which an individual is under the cursor."""
    return [
        Binding(action.keys, f"screen.do('{action.method}')", action.label, show=False, id=action.name)
        for action in ACTS
        if action.keys
    ]
