"""What can be done in the history pane, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import named_in

_action = named_in("history")

ACTIONS = (
    _action("show_made", "enter", "Children", "Go to the first individual that was made under it.", footer=True),
    _action("next_made", "n", "Next child", "Go to the next individual that was made under it.", footer=True),
    _action("previous_made", "N", "Child before", "Go to the individual before, of those made under it."),
    _action("filter", "slash", "Filter", "Show only changes with some words, as `persona 0.5`.", footer=True),
    _action("actor", "a", "By whom", "Show only the changes of one actor: the user, the program, ...", footer=True),
    _action("only_key", "o", "Only this", "Show only the changes of this control, or all again.", footer=True),
    _action("initial", "i", "First values", "Show the values that the run began with, too."),
    _action("reverse", "r", "Reverse", "The oldest first, or the newest."),
    _action("clear_filter", "escape", "Show all", "Clear the filter."),
)
HELP = """\
Every change of a control, the newest first: when and in which generation, by whom, and what the value was before.

What followed is that of the children made from it on until the next change of the same control: how many were
**made**, how many of them were **valid** (trained to the end) and **improved** (not worse than their parent in
everything), and their **gain**: the hypervolume they added to the front. Each child is on record with the controls
that were in force when it was begun; those of the baseline do not count, as they know of no control.

What you did with individuals (pinned, crossed, edited by hand, ...) stands among them, with the child that came of it.

It is no proof. Other controls may have changed in the same time, the lines below say how many; later children start
from better parents, and a handful of children says little. The rate before the change stands beside the one after it.
"""
