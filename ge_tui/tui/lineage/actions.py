"""What can be done in the lineage pane, and its help."""

from __future__ import annotations

from ge_tui.tui.keys.actions import named_in
from ge_tui.tui.lineage.signs import whole_legend

_action = named_in("lineage")

ACTIONS = (
    _action("next_view", "v", "View", "The next view: grid, lanes, layers.", footer=True),
    _action("previous_view", "V", "View, back", "The view before."),
    _action("diff", "enter", "Diff", "Open the differences of the individual from its parent.", footer=True),
    _action("parent", "left,h,u", "Parent", "Go to the first parent, whose text was changed."),
    _action("child", "right,l", "Child", "Go to a child: on the way one came, else the one that leads furthest."),
    _action("up", "up,k", "Up", "To the individual above: in the grid and in layers, of the same column."),
    _action("down", "down,j", "Down", "To the individual below."),
    _action("sibling", "s", "Sibling", "Go round the children of the first parent."),
    _action("best", "b", "Best", "Go to the champion: the best individual by the first objective.", footer=True),
    _action("next_front", "f", "Front", "Go round the front, from the best by the first objective.", footer=True),
    _action("previous_front", "F", "Front, back", "Go round the front the other way."),
    _action("main_line_on", "t", "Main line", "Onto the champion's main line, then along it to the champion."),
    _action("main_line_back", "T", "Main line, back", "Along the champion's main line to its root."),
    _action("filter", "slash", "Find", "Find individuals: a number, or as in the table, `front acc>0.9`.", footer=True),
    _action("next_match", "n", "Next found", "Go to the next individual that was found."),
    _action("previous_match", "N", "Previous found", "Go to the one before."),
    _action("clear_filter", "escape", "Show all", "Clear what was looked for."),
    _action("fold", "e,space", "Fold", "Collapse the dead lines below the individual to a count, or show them."),
    _action("fold_all", "c", "Fold all", "Collapse every dead line to a count, or show all.", footer=True),
    _action("more", "plus,equals_sign", "More", "Wider cells of the grid; more steps around the individual in layers."),
    _action("less", "minus", "Less", "Narrower cells; fewer steps."),
    _action("ancestry", "a", "Whose lanes", "In lanes: all ancestors, the main line, or the front and its ancestors."),
    _action("from_here", "o", "From here", "Begin the lanes at the individual under the cursor."),
    _action("mark", "m", "Mark", "Mark the individual that others are compared with."),
    _action("page_up", "pageup,ctrl+u", "Page up", "A page up."),
    _action("page_down", "pagedown,ctrl+d", "Page down", "A page down."),
    _action("first", "home,g", "First", "To the first of the column, or the first row."),
    _action("last", "end,G", "Last", "To the last of the column, or the last row."),
    _action("grid", "", "Grid", "Every individual, by generations."),
    _action("lanes", "", "Lanes", "The ancestors of the selected individual, a row each."),
    _action("layers", "", "Layers", "The nearest family of the selected individual, drawn."),
)
HELP = f"""
Who descends from whom, in three views of one selection; {{lineage.next_view}} goes through them.

- **Grid**: a column for each generation, the best on top. The selected individual's *main line*, the chain of first
  parents whose text was changed step by step, is bold and underlined; other ancestors are underlined, descendants
  bold.
- **Lanes**: its ancestors, the newest first, with who made each and what was gained: the story of the champion is
  {{lineage.best}}, then this view; {{lineage.ancestry}} leaves the main line only. The thick line is the main line.
  The list stays while you walk in it; {{lineage.from_here}} begins it at the cursor.
- **Layers**: the ancestors and descendants so many steps away ({{lineage.more}}, {{lineage.less}}), and siblings.
  Parents are on the left.

Left and right go to the parent and to a child, up and down to the neighbours.

`+12` stands for so many individuals on lines that have died out: nobody who is on the front, kept, or not yet
evaluated descends from them. {{lineage.fold}} shows them.

{whole_legend()}
"""
