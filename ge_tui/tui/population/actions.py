"""What can be done in the population pane, and its help."""

from __future__ import annotations

from ge_tui.tui.individuals.signs import legend
from ge_tui.tui.keys.actions import Action

ACTIONS = (
    Action("population.filter", "/", "Filter", "Show only some individuals, as by `front acc>0.9`.", footer=True),
    Action("population.diff", "enter", "Diff", "Open the differences of the individual from its parent.", footer=True),
    Action("population.sort", "s", "Sort", "Choose the column to sort by.", footer=True),
    Action("population.columns", "c", "Columns", "Choose the columns and their order.", footer=True),
    Action("population.follow", "f", "Follow", "Keep the cursor on the newest individual, or stop that.", footer=True),
    Action("population.mark", "m", "Mark", "Mark the individual that others are compared with.", footer=True),
    Action("population.reverse", "r", "Reverse", "Sort the other way round."),
    Action("population.sort_left", "<", "Sort left", "Sort by the column to the left."),
    Action("population.sort_right", ">", "Sort right", "Sort by the column to the right."),
    Action("population.clear_filter", "escape", "Show all", "Clear the filter."),
    Action("population.best", "b", "Best", "Go to the best individual by the first objective."),
    Action("population.parent", "u", "Parent", "Go to the first parent of the individual."),
)
HELP = f"""
Every individual of the run, a line each. {{population.diff}} opens its differences from its parent.

The sign before it:

{legend()}

*gain* is how much better it is than its first parent by the first objective; *learning* is its learning curve, or a
bar while it is in training. A duplicate shows the measures of the one that it equals. Where the pane is narrow, less
important columns are left out; {{population.columns}} chooses which there are. A click on a heading sorts by it.

{{run.act}} is the menu of what you can do with the individual: pin, veto, breed, cross, edit, ...

A filter is a few words, all of which must hold:

- `front` `elite` `seed` `evaluated` `failed` `training` `waiting` `duplicate` `rejected`
- `pinned` `vetoed` by you, `asked` for by you; `operator:human` is what you wrote
- `persona:expert` `operator:eot` `category:` `segment:` `model:` `outcome:shape` `reason:`
  hold the word; with `=` they are it, with `!=` they are not
- `acc>0.9` `params<500k` `gen>=2` `gain>0` `temp<0.5` `parent:12` `#17`; with k, M, G or %
- any other word is looked for in the reason, persona, category and so on; `"two words"` in quotes
- `-failed` or `not failed`; `front or elite`; parentheses
"""
