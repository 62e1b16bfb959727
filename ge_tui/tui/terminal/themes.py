"""Themes: one TOML file each, shipped ones and the user's own, checked before Textual sees them.

Textual takes a wrong colour when a theme is registered and dies when it is used, so nothing gets that far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from ge_tui.errors import UserError
from ge_tui.paths import shipped_themes, user_themes
from ge_tui.toml_file import read_toml

DEFAULT = "night"
COLOURS = (
    "primary", "secondary", "accent", "success", "warning", "error", "foreground", "background", "surface", "panel",
)  # fmt: skip
"""What a theme says; every colour is `#rrggbb`, or `ansi_red` and so on for the terminal's own."""
FEW_COLOURS = "terminal"
"""For terminals that have 16."""
NO_COLOURS = "mono"
_KEYS = {"description", "dark", "ansi", "colour", "colours"}


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A theme as found on disk."""

    name: str
    """The file's name without its ending."""
    path: Path
    description: str = ""
    theme: Theme | None = None
    problem: str = ""
    """Why it cannot be used; empty: it can."""
    colour: bool = True
    """Whether any colour is sent to the terminal."""


def find_themes() -> list[ThemeFile]:
    """Every theme, the user's own in place of shipped ones of the same name; broken ones with what is wrong."""
    found: dict[str, ThemeFile] = {}
    for folder in (shipped_themes(), user_themes()):
        if folder.is_dir():
            for path in sorted(folder.glob("*.toml")):
                read = read_theme(path)
                if read.problem and path.stem in found:
                    before = found[path.stem]
                    read = replace(before, path=path, problem=read.problem)
                found[path.stem] = read
    return list(found.values())


def read_theme(path: Path) -> ThemeFile:
    """A theme from its file; what is wrong with it, where it cannot be used."""
    try:
        content = read_toml(path)
        theme = _theme(path.stem, content)
    except (UserError, _WrongThemeError) as error:
        text = str(error)
        return ThemeFile(path.stem, path, problem=text if str(path) in text else f"{path}: {text}")
    return ThemeFile(
        path.stem, path, str(content.get("description", "")), theme, colour=bool(content.get("colour", True))
    )


def choose_theme(found: Sequence[ThemeFile], wanted: str, colours: str, system: str | None) -> str:
    """Which theme to begin with: the one wanted, unless the terminal has not the colours for it.

    `colours` is the user's word on colours, `system` what the terminal has, as Rich names it.
    """
    usable = {file.name: file.theme for file in found if file.theme is not None}
    few = {name for name, theme in usable.items() if theme.ansi} | {file.name for file in found if not file.colour}
    if colours == "never" and NO_COLOURS in usable:
        return NO_COLOURS
    if system == "standard" and wanted not in few and FEW_COLOURS in usable:
        return FEW_COLOURS
    return wanted if wanted in usable else DEFAULT


class _WrongThemeError(Exception):
    """What is wrong with a theme."""


def _theme(name: str, content: dict[str, Any]) -> Theme:
    unknown = content.keys() - _KEYS
    if unknown:
        raise _WrongThemeError(f"'{sorted(unknown)[0]}' is no part of a theme; there are: {', '.join(sorted(_KEYS))}")
    given = content.get("colours")
    if not isinstance(given, dict):
        raise _WrongThemeError("it has no table [colours]")
    for key in given:
        if key not in COLOURS:
            raise _WrongThemeError(f"colours: '{key}' is no colour of a theme; there are: {', '.join(COLOURS)}")
    for key in COLOURS:
        if key not in given:
            raise _WrongThemeError(f"colours: {key} is missing")
        _check_colour(key, given[key])
    for key in ("dark", "ansi", "colour"):
        if not isinstance(content.get(key, False), bool):
            raise _WrongThemeError(f"{key} should be true or false")
    dark, ansi = content.get("dark", True), content.get("ansi", False)
    return Theme(name=name, dark=dark, ansi=ansi, boost=given["panel"], variables=_variables(given, ansi=ansi), **given)


def _check_colour(key: str, value: object) -> None:
    try:
        Color.parse(str(value))
    except ColorParseError:
        raise _WrongThemeError(f"colours: {key} is '{value}', which is no colour; write it as #1e90ff") from None


def _variables(given: dict[str, str], *, ansi: bool) -> dict[str, str]:
    """Names of Textual's own that follow from the colours."""
    variables = {
        "footer-key-foreground": given["accent"],
        "border": given["primary"],
        "block-cursor-text-style": "none",
        "input-selection-background": given["primary"] if ansi else f"{given['primary']} 40%",
    }
    if ansi:
        variables |= {
            "block-cursor-foreground": "ansi_black",
            "block-cursor-background": "ansi_white",
            "block-cursor-blurred-foreground": "ansi_bright_white",
            "block-cursor-blurred-background": "ansi_bright_black",
            "ansi-background": "ansi_black",
            "ansi-foreground": "ansi_white",
            "input-cursor-background": "ansi_black",
            "input-cursor-foreground": "ansi_bright_white",
            "input-cursor-text-style": "none",
        }
    return variables
