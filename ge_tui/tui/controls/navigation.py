"""Moving about in the pane's list."""

from __future__ import annotations

from typing import Self

from ge_tui.tui.controls.control_list import ControlList
from ge_tui.tui.controls.entry import Entry
from ge_tui.tui.panes.pane import Pane


class Navigable(Pane):
    """A pane around a list of controls."""

    @property
    def controls(self) -> ControlList:
        """The list."""
        return self.query_one(ControlList)

    def focus(self, scroll_visible: bool = True) -> Self:
        """The list takes the keys, or the line that something is typed into."""
        if self.query_one(Entry).display:
            self.query_one("Entry Input").focus(scroll_visible)
        else:
            self.controls.focus(scroll_visible)
        return self

    def action_up(self) -> None:
        self.controls.go(-1)

    def action_down(self) -> None:
        self.controls.go(1)

    def action_page_up(self) -> None:
        self.controls.go(-max(1, self.controls.size.height - 1))

    def action_page_down(self) -> None:
        self.controls.go(max(1, self.controls.size.height - 1))

    def action_first(self) -> None:
        self.controls.go_to(0)

    def action_last(self) -> None:
        self.controls.go(len(self.controls.lines))

    def action_section_above(self) -> None:
        self.controls.go_to_heading(-1)

    def action_section_below(self) -> None:
        self.controls.go_to_heading(1)
