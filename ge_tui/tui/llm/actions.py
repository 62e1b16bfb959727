"""What can be done in the LLM pane."""

from __future__ import annotations

from ge_tui.tui.keys.actions import Action

HELP = """\
What the language model is asked, and what it says. Three views:

- **live** ({llm.live}): the calls under way. The words come as the model says them, its thoughts apart. With several
  calls at once, {llm.previous} and {llm.next} go from one to the next. Scroll up to read; {text.last} follows the end
  again.
- **calls** ({llm.calls}): every call on record: for which individual, by which persona, how long it took, how its
  answer was read (`✓`) or why no child came of it (`✗`). {list.choose} reads it, {llm.back} comes back; {llm.mine}
  shows only the calls for the selected individual.
- **insights** ({llm.insights}): what the model said it learned from how an elite differs from the seed (Evolution of
  Thought), with what speaks for it. `✓`: it may be used again; `✗`: dropped, as its last uses did not help.

{llm.prompt} turns between the answer and the prompt, {llm.thoughts} folds the thoughts, {llm.find} finds a text,
{llm.copy} copies what is shown.
"""

ACTIONS = (
    Action("llm.live", "l", "live", "watch the calls under way", footer=True),
    Action("llm.calls", "c", "calls", "browse the calls on record", footer=True),
    Action("llm.insights", "i", "insights", "read what was learned, and what speaks for it", footer=True),
    Action("llm.prompt", "P", "prompt", "turn between the answer and the prompt", footer=True),
    Action("llm.thoughts", "t", "thoughts", "fold or unfold the model's thoughts", footer=True),
    Action("llm.mine", "s", "selected", "only the calls for the selected individual, or all"),
    Action("llm.next", "right", "next", "the next call"),
    Action("llm.previous", "left", "previous", "the call before"),
    Action("llm.individual", "o", "go to", "select the individual that is being read about"),
    Action("llm.find", "slash", "find", "find a text in what is shown", footer=True),
    Action("llm.find_next", "n", "next place", "the next place where the text was found"),
    Action("llm.find_previous", "N", "place before", "the place before"),
    Action("llm.copy", "y", "copy", "copy what is shown to the clipboard"),
    Action("llm.back", "escape", "back", "leave the search, then the text, for the list"),
)
