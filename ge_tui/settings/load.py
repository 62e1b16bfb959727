"""Settings from files and assignments, each value checked where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ge_tui.errors import UsageError
from ge_tui.paths import user_config, user_settings
from ge_tui.settings.keys import check_group, find_key, is_text
from ge_tui.settings.schema import BANDS, CATEGORIES, LLM_OPERATORS, PERSONAS, Controls, Settings
from ge_tui.toml_file import parse_toml, read_toml, shown

KeyPath = tuple[str, ...]
_KNOWN_WEIGHTS = {("controls", "persona"): PERSONAS, ("controls", "category"): CATEGORIES}
_KNOWN_NAMES = {"persona": PERSONAS, "category": CATEGORIES, "llm_operator": LLM_OPERATORS, "temperature": BANDS}
"""What can be weighed, locked and given a share; a run's models are known to the run alone."""
_NOTHING_SET = Controls()
OWN_FILES = {"persona": "personas.toml", "category": "categories.toml"}
"""Where the user's own are, in the folder of prompts."""


def read_settings(files: Iterable[Path] = (), assignments: Iterable[str] = ()) -> Settings:
    """Defaults, then each file, then each `key=value`, the later over the earlier.

    Raises UsageError naming the file or the assignment, the key, and what is wrong with it.
    """
    return settings_from([(str(file), _read(file)) for file in files], assignments)


def own_files() -> list[Path]:
    """The user's own settings, to be read before every other file; none where there are none."""
    return [user_settings()] if user_settings().exists() else []


def settings_from(layers: Iterable[tuple[str, Mapping[str, Any]]], assignments: Iterable[str] = ()) -> Settings:
    """The same from what files hold: where each came from, and what it says. Raises UsageError."""
    tree: dict[str, Any] = {}
    for source, values in layers:
        for path, value in _flatten(values, source):
            _put(tree, path, value)
            _check(tree, source)
    for assignment in assignments:
        path, value = parse_assignment(assignment)
        _put(tree, path, value)
        _check(tree, _quoted(assignment))
    return _check(tree, "the settings")


def parse_assignment(text: str, *, controls_only: bool = False) -> tuple[KeyPath, Any]:
    """`key=value` as a path in the schema and a value. Raises UsageError."""
    name, equals, written = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{_quoted(text)} is not of the form key=value")
    path = find_key(name, controls_only=controls_only)
    value = _parse_value(written.strip())
    if isinstance(value, str) or not is_text(path):
        return path, _split(value) if path == ("search", "objectives") else value
    return path, written.strip()  # a task may be called 2024


def with_values(
    settings: Settings, values: Iterable[tuple[KeyPath, Any]], source: str, *, on_record: bool = False
) -> Settings:
    """The settings with some values replaced. Raises UsageError.

    What they name already may be named on: a persona of the user's own that is gone, or is on another machine.
    `on_record`: so may the values, for a run has them on record.
    """
    tree = settings.model_dump(mode="python")
    for path, value in values:
        _put(tree, path, value)
    return _check(tree, source, None if on_record else settings.controls)


def _parse_value(text: str) -> Any:
    """A TOML value; anything that is none is taken as a string."""
    try:
        match parse_toml(f"value = {text}"):
            case {"value": value, **rest} if not rest:
                return value
    except ValueError:
        pass
    return text


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _quoted(assignment: str) -> str:
    return f"'{assignment}'" if len(assignment) <= 80 else f"'{assignment[:80]}...'"


def _read(file: Path) -> dict[str, Any]:
    try:
        return read_toml(file)
    except FileNotFoundError:
        raise UsageError(f"no settings file {file}") from None


def _flatten(tree: Mapping[str, Any], file: str, prefix: str = "") -> Iterable[tuple[KeyPath, Any]]:
    """The leaves of a settings file, their names resolved as on the command line."""
    for name, value in tree.items():
        key = f"{prefix}{name}"
        try:
            if not isinstance(value, Mapping):
                yield find_key(key), value
            elif not value:
                check_group(key)
        except UsageError as error:
            raise UsageError(f"{file}: {error}") from None
        if isinstance(value, Mapping):
            yield from _flatten(value, file, f"{key}.")


def _put(tree: dict[str, Any], path: KeyPath, value: Any) -> None:
    for word in path[:-1]:
        tree = tree.setdefault(word, {})
        if not isinstance(tree, dict):
            raise UsageError(f"no setting '{'.'.join(path)}'")
    tree[path[-1]] = value


def _check(tree: dict[str, Any], source: str, before: Controls | None = _NOTHING_SET) -> Settings:
    """Validate, and give tables of weights their defaults for names that are not set.

    What `before` names may be named again; without it, anything may.
    """
    completed = {**tree, "controls": dict(tree.get("controls", {}))}
    for (group, table), names in _KNOWN_WEIGHTS.items():
        given = completed[group].get(table)
        if isinstance(given, dict):
            completed[group][table] = {**dict.fromkeys(names, 1.0), **given}
    try:
        settings = Settings.model_validate(completed)
    except ValidationError as error:
        raise UsageError(f"{source}: {_complaint(error)}") from None
    if before is None:
        return settings
    for kind, names in _KNOWN_NAMES.items():
        there = (*names, *names_in(before, kind))
        unknown = [name for name in names_in(settings.controls, kind) if name not in there]
        known = (*names, *own_names(kind)) if unknown else names
        unknown = [name for name in unknown if name not in known]
        if unknown:
            raise UsageError(f"{source}: no {kind} '{unknown[0]}'; there are: {', '.join(known)}")
    return settings


def own_names(kind: str) -> list[str]:
    """The personas or categories that the user's own prompts add; a weight above 0 has them used."""
    if kind not in OWN_FILES:
        return []
    try:
        return list(read_toml(user_config() / "prompts" / OWN_FILES[kind]))
    except (FileNotFoundError, UsageError):  # whoever makes prompts of it says what is wrong with it
        return []


def names_in(controls: Controls, kind: str) -> list[str]:
    """Every name of a kind of choice that the controls weigh, lock or give a share."""
    weights, locked = getattr(controls, kind, None), getattr(controls, f"{kind}_locked")
    own = weights if isinstance(weights, dict) else {}
    return [*own, *getattr(controls, f"{kind}_share"), *([locked] if locked else [])]


def _complaint(error: ValidationError) -> str:
    """The first problem: which setting, what it should be, and what it is."""
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    match problem["type"]:
        case "extra_forbidden":
            return f"no setting '{where}'"
        case "int_parsing_size":
            message = "a smaller number"
        case "int_parsing" | "int_from_float":
            message = "a whole number"
        case "float_parsing":
            message = "a number"
        case _:
            message = problem["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"{where} should be {message}, not {shown(problem['input'])}"
