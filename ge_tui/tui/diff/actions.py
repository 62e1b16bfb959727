"""The pane's actions and its help: what keys, footer, palette and help are made of."""

from __future__ import annotations

from ge_tui.tui.keys.actions import named_in

_action = named_in("diff")

ACTIONS = (
    _action("next_change", "n", "next change", "Go to the next change.", footer=True),
    _action("previous_change", "N", "previous change", "Go to the change before.", footer=True),
    _action("next_segment", "right_curly_bracket", "next segment", "Go to the next segment that has changed."),
    _action("previous_segment", "left_curly_bracket", "previous segment", "Go back to a segment that has changed."),
    _action(
        "next_base", "v", "versus", "Compare with the next there is: parents, seed, marked, original.", footer=True
    ),
    _action("previous_base", "V", "versus, back", "Compare with the one before."),
    _action("against_parent", "P", "with parent", "Compare with its first parent: whose text was changed."),
    _action("against_other_parent", "X", "with other parent", "Compare with the other parent of a crossover."),
    _action("against_seed", "R", "with seed", "Compare with the seed, the root of all."),
    _action("against_marked", "apostrophe", "with marked", "Compare with the individual that is marked."),
    _action("against_original", "D", "with original", "Compare a duplicate with the individual it stands for."),
    _action("mark", "m", "mark", "Mark the individual shown, to compare others with it."),
    _action("go_to_base", "u", "go up", "Select the individual that this one is compared with."),
    _action("side_by_side", "s", "side by side", "Both texts side by side, or below each other.", footer=True),
    _action("wrap", "w", "wrap", "Wrap long lines, or leave them whole and move sideways."),
    _action("more_context", "plus,equals_sign", "more context", "Show more unchanged lines around each change."),
    _action("less_context", "minus", "less context", "Show fewer unchanged lines around each change."),
    _action("all_lines", "a", "all lines", "Show every line, or fold the unchanged ones again."),
    _action("unfold", "enter", "unfold", "Show the lines folded before and after the current change."),
    _action("modules", "M", "layers", "Compare the layers: type, output shape, parameters.", footer=True),
    _action("source", "o", "source", "The whole source of this individual.", footer=True),
    _action("base_source", "O", "their source", "The whole source of the one it is compared with."),
    _action("copy", "y", "copy", "Copy the difference, or the layers, to the clipboard."),
    _action("copy_source", "Y", "copy source", "Copy the source to the clipboard."),
    _action("edit", "e", "editor", "Open a read-only copy of the source in $VISUAL, $EDITOR or less."),
    _action("down", "j,down", "down", "Down by a line."),
    _action("up", "k,up", "up", "Up by a line."),
    _action("page_down", "pagedown,space,ctrl+f", "page down", "Down by a page."),
    _action("page_up", "pageup", "page up", "Up by a page."),
    _action("half_down", "ctrl+d", "half down", "Down by half a page."),
    _action("half_up", "ctrl+u", "half up", "Up by half a page."),
    _action("top", "g,home", "top", "To the top."),
    _action("bottom", "G,end", "bottom", "To the bottom."),
    _action("right", "l,right", "right", "To the right, where lines are cut."),
    _action("left", "h,left", "left", "To the left."),
    _action("line_start", "0", "line start", "Back to the start of the lines."),
)

HELP = """\
The selected individual beside its parent, or beside another one: {diff.next_base} goes through what there is.

- `+` is a line that came, `-` one that went; the numbers are those of both texts. Words that changed inside a line are
  in bold on a stronger ground. `▌` marks the change you are at.
- Changes are listed by segment. `…` stands for unchanged lines: {diff.unfold} or a click unfolds them,
  {diff.more_context} and {diff.less_context} change how many are shown around a change, {diff.all_lines} shows all.
- The second line of the heading compares the objectives; *better* and *worse* follow each objective's direction.
- {diff.modules} compares the layers as they were traced when the network was checked, `~` marks those that differ;
  {diff.source} and {diff.base_source} show either source as a whole.
- {diff.mark} marks an individual; {diff.against_marked} compares any other with it.
"""
