"""Settings from files and assignments, each value checked where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli
from pydantic import ValidationError

from ge_tui.errors import UsageError
from ge_tui.settings.keys import find_key
from ge_tui.settings.schema import CATEGORIES, PERSONAS, Settings

Path_ = tuple[str, ...]
_KNOWN_WEIGHTS = {("controls", "persona"): PERSONAS, ("controls", "category"): CATEGORIES}


def read_settings(files: Iterable[Path] = (), assignments: Iterable[str] = ()) -> Settings:
    """Defaults, then each file, then each `key=value`, the later over the earlier.

    Raises UsageError naming the file or the assignment, the key, and what is wrong with it.
    """
    tree: dict[str, Any] = {}
    for file in files:
        for path, value in _flatten(_read_toml(file), str(file)):
            _put(tree, path, value)
            _check(tree, str(file))
    for assignment in assignments:
        path, value = parse_assignment(assignment)
        _put(tree, path, value)
        _check(tree, f"'{assignment}'")
    return _check(tree, "the settings")


def parse_assignment(text: str, *, controls_only: bool = False) -> tuple[Path_, Any]:
    """`key=value` as a path in the schema and a value. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"'{text}' is not of the form key=value")
    path = find_key(name, controls_only=controls_only)
    if path == ("search", "objectives"):
        return path, [part.strip() for part in value.split(",") if part.strip()]
    return path, _parse_value(value.strip())


def with_values(settings: Settings, values: Iterable[tuple[Path_, Any]], source: str) -> Settings:
    """The settings with some values replaced. Raises UsageError."""
    tree = settings.model_dump(mode="python")
    for path, value in values:
        _put(tree, path, value)
    return _check(tree, source)


def _parse_value(text: str) -> Any:
    """A TOML value; anything that is none is taken as a string."""
    try:
        return tomli.loads(f"value = {text}")["value"]
    except tomli.TOMLDecodeError:
        return text


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomli.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"no settings file {file}") from None
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise UsageError(f"{file}: {error}") from None


def _flatten(tree: Mapping[str, Any], file: str, prefix: str = "") -> Iterable[tuple[Path_, Any]]:
    """The leaves of a settings file, their names resolved as on the command line."""
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flatten(value, file, f"{key}.")
            continue
        try:
            yield find_key(key), value
        except UsageError as error:
            raise UsageError(f"{file}: {error}") from None


def _put(tree: dict[str, Any], path: Path_, value: Any) -> None:
    for word in path[:-1]:
        tree = tree.setdefault(word, {})
    tree[path[-1]] = value


def _check(tree: dict[str, Any], source: str) -> Settings:
    """Validate, and give tables of weights their defaults for names that are not set."""
    completed = {**tree, "controls": dict(tree.get("controls", {}))}
    for (group, table), names in _KNOWN_WEIGHTS.items():
        given = completed[group].get(table)
        if isinstance(given, dict):
            completed[group][table] = {**dict.fromkeys(names, 1.0), **given}
    try:
        settings = Settings.model_validate(completed)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        raise UsageError(f"{source}: {where} should be {message}, not {problem['input']!r}") from None
    for (_, table), names in _KNOWN_WEIGHTS.items():
        unknown = [name for name in getattr(settings.controls, table) if name not in names]
        if unknown:
            raise UsageError(f"{source}: no {table} '{unknown[0]}'; there are: {', '.join(names)}")
    return settings
