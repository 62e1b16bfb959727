"""What can be done in the credit pane, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import named_in

_action = named_in("credit")

ACTIONS = (
    _action("next_kind", "right,l", "Next kind", "The table of the next kind of choice.", footer=True),
    _action("previous_kind", "left,h", "Kind before", "The table of the kind of choice before."),
    _action("cross", "x", "Cross", "Cross it with another kind of choice, as persona with model.", footer=True),
    _action("sort", "s,greater_than_sign", "Sort", "Sort by the next column.", footer=True),
    _action("sort_back", "less_than_sign", "Sort back", "Sort by the column before."),
    _action("reverse", "r", "Reverse", "Sort the other way round."),
    _action("each", "e", "Per attempt", "Figures per attempt, or their sums.", footer=True),
    _action("count", "c", "Count", "Count again, without waiting for the generation to close.", footer=True),
    _action("best", "enter", "Best child", "Go to the child that gained the most for this line.", footer=True),
)
HELP = """\
What each choice has earned: every attempt at a child counts for the persona, the kind of change, the operator, the
model and the sampling temperature it was drawn with. Children that no model was asked for do not count.

- *tried*: attempts that came to an end; *valid*: trained to the end; *improved*: measured and not worse than the parent
  in everything.
- *rate* is what to believe of the chance that an attempt improves, and the bar holds it with 80 % certainty: a long bar
  means few attempts. Lines whose bars overlap much cannot be told apart yet.
- *gain* is hypervolume added to the front; *tokens* and *time* are those of the model and of training together;
  *gain/h* is what an hour of that brought.

It is counted when a generation closes, and on {credit.count}. {credit.cross} crosses two kinds of choice. The sentence
below compares evolution with the baseline: children that know nothing of the run. One run may be luck.
"""
