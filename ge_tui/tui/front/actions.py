"""What can be done in the front pane, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import named_in

_action = named_in("front")

ACTIONS = (
    _action("right", "right,l", "Right", "Along the front to the right.", footer=True),
    _action("left", "left,h", "Left", "Along the front to the left."),
    _action("up", "up,k", "Up", "Along the front, upwards."),
    _action("down", "down,j", "Down", "Along the front, downwards."),
    _action("first", "home,g", "Left end", "To the left end of the front."),
    _action("last", "end,G", "Right end", "To the right end of the front."),
    _action("near_right", "shift+right,L", "Near right", "To what is nearest to the right, on the front or not."),
    _action("near_left", "shift+left,H", "Near left", "To what is nearest to the left, on the front or not."),
    _action("near_up", "shift+up,K", "Near up", "To what is nearest above, on the front or not."),
    _action("near_down", "shift+down,J", "Near down", "To what is nearest below, on the front or not."),
    _action("next_here", "n", "Next here", "To the next of several individuals in one cell."),
    _action("previous_here", "N", "Back here", "To the one before, of several individuals in one cell."),
    _action("diff", "enter", "Diff", "Open the differences of the individual from its parent.", footer=True),
    _action("front", "f", "Front", "Look at the front and the seed only.", footer=True),
    _action("all", "a", "All", "Look at everything that was measured.", footer=True),
    _action("closer", "plus,equals_sign", "Closer", "Look closer at the selected individual."),
    _action("wider", "minus", "Wider", "Look from further away."),
    _action("curves", "c", "Curves", "Show the picture with the curves, it alone, or the curves alone.", footer=True),
    _action("dominated", "d", "Dominated", "Show the dominated individuals, or leave them out."),
    _action("best", "b", "Best", "Go to the best by the first objective."),
    _action("seed", "o", "Seed", "Go to the seed, the origin of all."),
    _action("mark", "m", "Mark", "Mark the individual that others are compared with."),
)
HELP = """\
Every individual that was measured, by the first two objectives: the first one upwards, the second across. An arrow at
each name points to where it is better. Failed ones have no place here.

- `★` or `*` is on the front: nothing known is better in everything. The line through them is the border of what the run
  has reached. Arrow keys walk along it; with **shift** they go to what is nearest.
- `◇` or `s` is the seed. The dotted lines lead from it to where a network is better than the seed in both.
- `●` or `o` was kept at the close of the last generation, `·` or `.` is dominated.
- A digit counts the individuals of a kind in one cell, `#` means ten or more: {front.next_here} and another click go
  through them.
- `▲` or `^` and `▶` or `>` on the axes say where the selected one is.

The curves: the best by the first objective after each evaluation, of all sizes and of no more parameters than the seed
has; the hypervolume at the close of each generation (how much of the space between the front and the
reference point is dominated; larger is better); and the learning curve of the selected individual over those of the
best and the seed, one place for each time it was measured.
"""
