"""Where a call or an insight is read: who was asked, how it went, and the words, which can be searched."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input

from ge_tui.tui.llm.reading import Reading
from ge_tui.tui.text.document import Document, Hit
from ge_tui.tui.text.view import TextView
from ge_tui.tui.widgets.one_row import OneRow, Piece, SearchRow

THOUGHTS = "thoughts"


class Reader(Widget):
    """Shows a reading, its answer or its prompt."""

    DEFAULT_CSS = """
    Reader { layout: vertical; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="llm-reader")
        self.text = TextView(id="llm-text")
        self.reading = Reading(Document())
        self.prompt_shown = False
        self._before = False, 0
        """Whether the end of the answer was followed, and where it was, before the prompt was shown."""
        self._head = OneRow(id="llm-head")
        self._figures = OneRow(id="llm-figures")
        self._search = SearchRow("find in the text", id="llm-search")
        self._hits: list[Hit] = []
        self._at = -1

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._figures
        yield self.text
        yield self._search

    # What is read

    def show(self, reading: Reading, *, follow: bool = False, top: int = 0) -> None:
        """Read something else."""
        self.reading = reading
        self._before = follow, top
        self._turn(follow=follow, top=top)
        self.say()

    def say(self, *before: Piece) -> None:
        """Show who and figures as they are now; `before` them what else there is to say."""
        what = "prompt" if self.prompt_shown and self.reading.prompt is not None else ""
        found = f"{self._at + 1} of {len(self._hits)}" if self._hits else "not found" if self._search.value else ""
        right = tuple(Piece(f" {text} ", "warning") for text in (found, what) if text)
        if (outcome := self.reading.outcome) is not None:
            right = (Piece(f" {outcome.sign} {outcome.short} ", outcome.kind), *right)
        self._head.say(*before, Piece(f" {self.reading.who}" if self.reading.who else ""), right=right)
        self._figures.say(Piece(f" {self.reading.figures}", "quiet"))
        self._head.display = bool(self.reading.who or before or right)
        self._figures.display = bool(self.reading.figures) and not self.has_class("-low")

    def grew(self, changed: range) -> None:
        """Rows of the answer are others now."""
        if not self.prompt_shown:
            self.text.grew(changed)

    @property
    def shown_text(self) -> str:
        """To the letter, for the clipboard."""
        if self.prompt_shown and self.reading.prompt is not None:
            return self.reading.raw_prompt
        return self.reading.raw_answer

    def toggle_prompt(self) -> None:
        """Show what was asked, or what was said."""
        if self.reading.prompt is None:
            return
        self.prompt_shown = not self.prompt_shown
        if self.prompt_shown:
            self._before = self.text.following, self.text.scroll_offset.y
            self._turn(follow=False, top=0)
        else:
            follow, top = self._before
            self._turn(follow=follow, top=top)
        self.say()

    def toggle_thoughts(self) -> bool | None:
        """Fold or unfold the thoughts; whether they are folded now, None where there are none."""
        document = self.reading.answer
        for index, part in enumerate(document.parts):
            if part.title == THOUGHTS and not part.empty:
                document.fold(index, folded=not part.folded)
                self.text.redraw()
                return part.folded
        return None

    def _turn(self, *, follow: bool, top: int) -> None:
        prompt = self.reading.prompt if self.prompt_shown else None
        self.text.show(prompt or self.reading.answer, follow=follow and prompt is None, top=top)
        self._find(move=False)

    # Searching

    def open_search(self) -> None:
        """Let the user type what is to be found."""
        self._search.open()

    def search_next(self, step: int) -> None:
        """To the next place, or the one before, as the text is now."""
        here = self._hits[self._at] if 0 <= self._at < len(self._hits) else None
        self._hits = self.text.document.find(self._search.value)
        if not self._hits:
            self.say()
            return
        at = self._hits.index(here) if here in self._hits else -1 if step > 0 else 0
        self._at = (at + step) % len(self._hits)
        self.text.mark(self._hits, self._hits[self._at])
        self.say()

    def end_search(self) -> bool:
        """Forget what was searched for; whether there was anything."""
        had = bool(self._search.value) or self._search.is_open
        self._search.close()
        self._search.value = ""
        self._find(move=False)
        return had

    def _find(self, *, move: bool) -> None:
        self._hits = self.text.document.find(self._search.value) if self._search.value else []
        if not move:
            self._at = -1
            self.text.mark(self._hits, None)
            return
        top = self.text.scroll_offset.y
        rows = (index for index, hit in enumerate(self._hits) if self.text.document.row_of(hit) >= top)
        self._at = next(rows, 0) if self._hits else -1
        self.text.mark(self._hits, self._hits[self._at] if self._hits else None)

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        self._find(move=True)
        self.say()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._search.close()
        self.text.focus()

    def on_search_row_left(self, message: SearchRow.Left) -> None:
        message.stop()
        self.end_search()
        self.text.focus()
        self.say()
