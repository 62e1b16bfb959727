"""The pane's actions that go from one individual to another."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.tui.lineage.canvas import Canvas
from ge_tui.tui.lineage.picture import Answer
from ge_tui.tui.lineage.walk import Kinship, merit, next_in
from ge_tui.tui.panes.pane import Pane


class Walking(Pane):
    """Needs the pane's `number`, `canvas`, `kinship` and `answer`, and its `go`."""

    number: int | None
    canvas: Canvas
    kinship: Kinship
    answer: Answer | None
    _trail: dict[int, int]
    """The child from which one came to a parent."""

    def go(self, number: int) -> None:
        """Go to an individual."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """Say why nothing happens."""
        raise NotImplementedError

    # -- the family --------------------------------------------------------------------------------------

    def action_parent(self) -> None:
        if self.number is None:
            return
        parent = self.kinship.parent(self.number)
        if parent is None:
            self.say(f"#{self.number} has no parent")
            return
        self._trail[parent] = self.number
        self.go(parent)

    def action_child(self) -> None:
        if self.number is None:
            return
        best = self.model.best
        groups: list[Sequence[int]] = [(self._trail[self.number],)] if self.number in self._trail else []
        groups.append(self.kinship.line(best.number) if best is not None else ())
        living = self.answer.lit.living if self.answer is not None else ()
        child = self.kinship.child(self.number, [*groups, living], merit(self.model), self._is_shown)
        if child is not None:
            self.go(child)
        elif self.kinship.children(self.number):
            self.say(f"the children of #{self.number} are collapsed: e shows them")
        else:
            self.say(f"#{self.number} has no children")

    def _is_shown(self, number: int) -> bool:
        """Whether one can go there: dead lines that are collapsed are passed over where the drawing has everyone."""
        living = self.answer.lit.living if self.answer is not None else ()
        return number in living or self.is_open_at(number)

    def is_open_at(self, number: int) -> bool:
        """Whether nothing hides an individual of a dead line."""
        raise NotImplementedError

    def action_sibling(self) -> None:
        if self.number is None:
            return
        sibling = self.kinship.sibling(self.number)
        if sibling is None:
            self.say(f"#{self.number} has no siblings")
        else:
            self.go(sibling)

    # -- in the drawing ----------------------------------------------------------------------------------

    def _beside(self, step: int) -> None:
        beside = self.canvas.drawing.beside(self.number, step) if self.number is not None else None
        if beside is not None:
            self.go(beside)

    def action_up(self) -> None:
        self._beside(-1)

    def action_down(self) -> None:
        self._beside(1)

    def action_page_up(self) -> None:
        self._beside(self.canvas.page(-1))

    def action_page_down(self) -> None:
        self._beside(self.canvas.page(1))

    def action_first(self) -> None:
        self._beside(-self.canvas.drawing.height)

    def action_last(self) -> None:
        self._beside(self.canvas.drawing.height)

    # -- those that matter -------------------------------------------------------------------------------

    def action_best(self) -> None:
        best = self.model.best
        if best is None:
            self.say("nothing has been evaluated yet")
        else:
            self.go(best.number)

    def action_next_front(self) -> None:
        self._front(1)

    def action_previous_front(self) -> None:
        self._front(-1)

    def _front(self, step: int) -> None:
        ordered = sorted(self.model.front, key=merit(self.model), reverse=True)
        found = next_in(ordered, self.number, step)
        if found is None:
            self.say("nobody is on the front yet")
        else:
            self.go(found)

    def action_main_line_on(self) -> None:
        self._main_line(1)

    def action_main_line_back(self) -> None:
        self._main_line(-1)

    def _main_line(self, step: int) -> None:
        best = self.model.best
        if best is None or self.number is None:
            self.say("nothing has been evaluated yet")
        else:
            self.go(self.kinship.along(self.number, best.number, step))

    def action_next_match(self) -> None:
        self._match(1)

    def action_previous_match(self) -> None:
        self._match(-1)

    def _match(self, step: int) -> None:
        matches = self.answer.lit.matches if self.answer is not None else None
        if matches is None:
            self.say("nothing was looked for: / does")
            return
        ordered = sorted(matches)
        after = [number for number in ordered if self.number is not None and (number - self.number) * step > 0]
        found = (after[0] if step > 0 else after[-1]) if after else next_in(ordered, None, step)
        if found is None:
            self.say("nobody was found")
        else:
            self.go(found)
