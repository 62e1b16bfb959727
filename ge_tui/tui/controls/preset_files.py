"""Presets: some controls' values under a name, as TOML files of the program's and of the user's own.

A preset looks like a settings file that holds controls only, with a line of description:

    description = "small steps"
    temperature = 0.5

    [persona]
    expert = 3
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ge_tui.errors import UsageError
from ge_tui.paths import user_presets
from ge_tui.settings import Settings
from ge_tui.settings.keys import find_key
from ge_tui.settings.load import with_values
from ge_tui.toml_file import read_toml
from ge_tui.tui.controls.catalogue import RUN, Kind, control_of, section_of

SHIPPED = Path(__file__).parent / "presets"
_NAME = re.compile(r"\w[\w .-]{0,39}")
_TABLE = re.compile(r"\s*\[\s*(.+?)\s*\]")


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset on disk; one that cannot be used says why."""

    name: str
    file: Path
    description: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    """By control."""
    problem: str = ""

    @property
    def is_shipped(self) -> bool:
        """Whether it came with the program."""
        return self.file.parent == SHIPPED


def presets() -> list[Preset]:
    """All there are by name; one of the user's takes the place of a shipped one. Blocking."""
    found: dict[str, Path] = {}
    for folder in (SHIPPED, user_presets()):
        if folder.is_dir():
            found |= {file.stem: file for file in sorted(folder.glob("*.toml")) if file.is_file()}
    return [_read(name, found[name]) for name in sorted(found)]


def is_in_presets(key: str) -> bool:
    """Whether a control is kept in presets: how the search is done, not whether, nor by whom of this run."""
    control = control_of(key)
    if control is not None and control.kind is Kind.MIX:  # the names of other tables differ from run to run
        return key.partition(".")[2] in (control.default or ())
    return _may_be_set(key)


def _may_be_set(key: str) -> bool:
    section, control = section_of(key), control_of(key)
    if section is None or control is None:
        return False
    return section.name != RUN and key != section.locked and control.kind is not Kind.SHARES


def check_name(name: str) -> None:
    """Raises UsageError where a preset cannot be called so."""
    if not _NAME.fullmatch(name):
        raise UsageError("a name of up to 40 letters, digits, spaces, - _ .")


def save(name: str, values: Mapping[str, Any], description: str = "") -> Path:
    """Write a preset of the user's own, over one of the same name. Raises UsageError, OSError."""
    check_name(name)
    user_presets().mkdir(parents=True, exist_ok=True)
    file = user_presets() / f"{name}.toml"
    aside = file.with_name(f".{name}.tmp")
    aside.write_text(as_toml(values, description), encoding="utf-8")
    os.replace(aside, file)
    return file


def delete(preset: Preset) -> None:
    """Raises UsageError for one that came with the program, OSError."""
    if preset.is_shipped:
        raise UsageError(f"'{preset.name}' came with the program and cannot be deleted")
    preset.file.unlink(missing_ok=True)


def as_toml(values: Mapping[str, Any], description: str = "") -> str:
    """Controls as the text of a preset."""
    plain = {key: value for key, value in values.items() if "." not in key}
    lines = [f"description = {_written(description)}"] if description else []
    lines += [f"{_word(key)} = {_written(value)}" for key, value in plain.items()]
    for table in dict.fromkeys(key.partition(".")[0] for key in values if key not in plain):
        lines += ["", f"[{_word(table)}]"]
        entries = ((key.partition(".")[2], value) for key, value in values.items() if key.startswith(f"{table}."))
        lines += [f"{_word(name)} = {_written(value)}" for name, value in entries]
    return "\n".join(lines) + "\n"


def _read(name: str, file: Path) -> Preset:
    try:
        tree = read_toml(file)
        description = tree.pop("description", "")
        values = dict(_values(tree, file))
    except (UsageError, FileNotFoundError) as error:
        return Preset(name, file, problem=str(error))
    return Preset(name, file, str(description), values)


def _values(tree: Mapping[str, Any], file: Path) -> Iterator[tuple[str, Any]]:
    """Each control, checked. Raises UsageError naming the file and the line."""
    for words, value in _leaves(tree, ()):
        try:
            path = find_key(".".join(words), controls_only=True)
            key = ".".join(path[1:])
            if not _may_be_set(key):
                raise UsageError(f"'{key}' is nothing that a preset sets")
            with_values(Settings(), [(path, value)], key)
        except UsageError as error:
            raise UsageError(f"{file}{_line_of(words, file)}: {error}") from None
        yield key, value


def _leaves(tree: Mapping[str, Any], words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*words, name))
        else:
            yield (*words, name), value


def _line_of(words: tuple[str, ...], file: Path) -> str:
    """Where a key stands, as far as a look at the lines can tell."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), 1):
        heading = _TABLE.match(line)
        if heading:
            table = tuple(part.strip(" \"'") for part in heading[1].split("."))
        name = line.partition("=")[0].strip().replace('"', "").replace("'", "")
        if "=" in line and (*table, *name.split(".")) == words:
            return f", line {number}"
    return ""


def _word(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _written(key)


def _written(value: Any) -> str:
    """A value as TOML; its strings escape what JSON's do, and DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
