"""The keys that go from individual to individual."""

from __future__ import annotations

from abc import abstractmethod

from ge_tui.tui.front.chart import Chart
from ge_tui.tui.front.walk import DOWN, LEFT, RIGHT, UP, Direction, along_front, in_cell, nearest
from ge_tui.tui.panes.pane import Pane


class Walking(Pane):
    """Moving about in the picture."""

    drawing: Chart | None
    """What is on the screen; None where there is nothing to walk on."""
    number: int | None
    """The selected individual."""
    marked: int | None

    @property
    @abstractmethod
    def in_picture(self) -> int | None:
        """The selected one as the picture knows it."""

    @abstractmethod
    def go(self, number: int | None) -> None:
        """The user went to an individual; None: there is none that way."""

    @abstractmethod
    def announce(self) -> None:
        """Tell the others at once where the user is."""

    def _walk(self, direction: Direction) -> None:
        if self.drawing is not None:
            self.go(along_front(self.drawing, self.in_picture, direction))

    def _walk_near(self, direction: Direction) -> None:
        if self.drawing is not None:
            self.go(nearest(self.drawing, self.in_picture, direction))

    def action_right(self) -> None:
        self._walk(RIGHT)

    def action_left(self) -> None:
        self._walk(LEFT)

    def action_up(self) -> None:
        self._walk(UP)

    def action_down(self) -> None:
        self._walk(DOWN)

    def action_near_right(self) -> None:
        self._walk_near(RIGHT)

    def action_near_left(self) -> None:
        self._walk_near(LEFT)

    def action_near_up(self) -> None:
        self._walk_near(UP)

    def action_near_down(self) -> None:
        self._walk_near(DOWN)

    def action_first(self) -> None:
        if self.drawing is not None and self.drawing.front:
            self.go(self.drawing.front[0])

    def action_last(self) -> None:
        if self.drawing is not None and self.drawing.front:
            self.go(self.drawing.front[-1])

    def action_next_here(self) -> None:
        self._walk_here(1)

    def action_previous_here(self) -> None:
        self._walk_here(-1)

    def _walk_here(self, step: int) -> None:
        if self.drawing is not None:
            self.go(in_cell(self.drawing, self.in_picture, step))

    def action_best(self) -> None:
        if self.model.best is not None:
            self.go(self.model.best.number)

    def action_seed(self) -> None:
        if 0 in self.model.individuals:
            self.go(0)

    def action_diff(self) -> None:
        if self.number is not None:
            self.announce()
            self.post_message(self.Wanted("diff"))

    def action_mark(self) -> None:
        if self.number is not None:
            self.post_message(self.Marked(None if self.number == self.marked else self.number))
