"""Choosing a preset."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ge_tui.errors import UserError
from ge_tui.paths import user_presets
from ge_tui.tui.controls.preset_files import Preset, delete, presets
from ge_tui.tui.controls.text import fit, safe

_SAID = 56
_HINT = "Enter loads · d deletes · Esc closes"


class PresetScreen(ModalScreen[Preset | None]):
    """Lists the presets; gives back the one to load, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close"),
        Binding("d,delete", "delete", "Delete"),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]
    DEFAULT_CSS = """
    PresetScreen { align: center middle; }
    PresetScreen > Vertical {
        width: 80%; max-width: 76; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    PresetScreen OptionList { height: auto; max-height: 12; border: none; padding: 0; background: $surface; }
    PresetScreen OptionList:focus { border: none; }
    PresetScreen #preset-about { height: auto; max-height: 9; color: $text-muted; margin-top: 1; }
    PresetScreen #preset-hint { height: 1; color: $accent; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._presets: list[Preset] = []
        self._to_delete = ""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Presets"
            yield OptionList(markup=False)
            yield Static(id="preset-about")
            yield Static(_HINT, id="preset-hint", markup=False)

    def on_mount(self) -> None:
        self._fill()

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        self._to_delete = ""
        preset = self._chosen()
        if preset is not None:
            self.query_one("#preset-about", Static).update(Content(about(preset)))
            self._hint(_HINT)

    @on(OptionList.OptionSelected)
    def _load(self) -> None:
        preset = self._chosen()
        if preset is not None and preset.problem:
            self._hint("this file cannot be loaded; mend it or delete it (d)")
        elif preset is not None:
            self.dismiss(preset)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def action_delete(self) -> None:
        """At the second press."""
        preset = self._chosen()
        if preset is None:
            return
        if self._to_delete != preset.name and not preset.is_shipped:
            self._to_delete = preset.name
            self._hint(f"press d again to delete '{safe(preset.name)}' for good")
            return
        try:
            delete(preset)
        except (UserError, OSError) as error:
            self._hint(str(error))
            return
        self._fill()
        self._hint(f"'{safe(preset.name)}' is deleted")

    def _fill(self) -> None:
        self._presets = presets()
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(Content(_title(preset))) for preset in self._presets])
        if self._presets:
            listed.highlighted = 0

    def _chosen(self) -> Preset | None:
        at = self.query_one(OptionList).highlighted
        return self._presets[at] if at is not None and at < len(self._presets) else None

    def _hint(self, text: str) -> None:
        self.query_one("#preset-hint", Static).update(Content(text))


def about(preset: Preset) -> str:
    """What a preset sets, or why it cannot."""
    if preset.problem:
        return safe(preset.problem)
    of_tables: dict[str, list[str]] = {}
    for key, value in preset.values.items():
        table, _, name = key.partition(".")
        of_tables.setdefault(table if name else "", []).append(f"{name or table} {value}")
    told = [f"{table + ': ' if table else ''}{', '.join(parts)}" for table, parts in of_tables.items()]
    return safe(". ".join(told)) + ("" if preset.is_shipped else f"\n{user_presets()}")


def _title(preset: Preset) -> str:
    mark = "✗" if preset.problem else " " if preset.is_shipped else "*"
    said = (preset.problem and "cannot be read") or preset.description or ("" if preset.is_shipped else "your own")
    return f"{mark} {fit(preset.name, max(12, min(24, cell_len(preset.name))))}  {fit(said, _SAID).rstrip()}"
