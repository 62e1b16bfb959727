"""The question which settings file to load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from ge_tui.tui.screens.dialogs import Dialog
from ge_tui.tui.widgets.plain_input import PlainInput


class OpenConfig(Dialog[Path | None]):
    """A path to type, and the files that were put aside; escape loads nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Cancel")]
    DEFAULT_CSS = """
    OpenConfig Input { margin-top: 1; background: $surface; }
    OpenConfig OptionList { max-height: 14; }
    """

    def __init__(self, files: Sequence[Path]) -> None:
        super().__init__()
        self._files = list(files)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label("Fill the form from a settings file")
            yield PlainInput(placeholder="its path, as in ~/runs/digits-1/settings.toml")
            yield OptionList(
                *(Option(f"{file.stem}  ({file.parent})", id=str(place)) for place, file in enumerate(self._files)),
                markup=False,
            )

    def on_mount(self) -> None:
        listing = self.query_one(OptionList)
        if self._files:
            listing.highlighted = 0
            listing.focus()
        else:
            listing.display = False
            self.query_one(Input).focus()

    @on(OptionList.OptionSelected)
    def _on_chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._files[int(event.option.id or 0)])

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(Path(event.value.strip()).expanduser())
