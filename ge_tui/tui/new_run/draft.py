"""What stands in the form: texts by setting, and the settings they make. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from ge_tui.errors import UsageError
from ge_tui.run.directory import name_problem
from ge_tui.settings import Settings, parse_assignment
from ge_tui.settings.keys import Key, all_keys
from ge_tui.settings.load import with_values
from ge_tui.tui.new_run.fields import NAME

_KEYS = {key.path: key for key in all_keys()}
_SHOULD = re.compile(r".*?\b(should be .*)", re.DOTALL)
_LONGEST = 2000
"""Characters of a remembered text that are believed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that is being filled in; each change makes another."""

    base: Settings = field(default_factory=Settings)
    """What it began with: the defaults, and the user's own settings file over them."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What differs from that, as it was typed."""
    name: str = ""
    """What the run is to be called; empty: made up."""

    def text(self, key: str) -> str:
        """What stands in a field."""
        if key == NAME:
            return self.name
        return self.texts[key] if key in self.texts else shown(self.base, key)

    def with_text(self, key: str, text: str) -> Self:
        """The draft with one field filled in."""
        if key == NAME:
            return replace(self, name=text.strip())
        rest = {name: old for name, old in self.texts.items() if name != key}
        return replace(self, texts=rest if text == shown(self.base, key) else {**rest, key: text})

    def with_settings(self, settings: Settings) -> Self:
        """The draft with every field filled in from settings."""
        wanted = {key: shown(settings, key) for key in {**_leaves(self.base), **_leaves(settings)}}
        return replace(self, texts={key: text for key, text in wanted.items() if text != shown(self.base, key)})

    def settings(self) -> Settings:
        """Raises UsageError where a text is no value of its setting."""
        return with_values(self.base, [_parsed(key, text) for key, text in self.texts.items()], "the form")

    def sound(self) -> Self:
        """The draft without the texts that are no values."""
        wrong = self.problems()
        texts = {key: text for key, text in self.texts.items() if key not in wrong}
        return replace(self, texts=texts, name="" if NAME in wrong else self.name)

    def problems(self) -> dict[str, str]:
        """What is wrong as far as the schema knows, by field."""
        found = {key: problem_of(key, text) for key, text in self.texts.items()}
        if self.name:
            found[NAME] = name_problem(self.name)
        return {key: problem for key, problem in found.items() if problem}


def problem_of(key: str, text: str) -> str:
    """What is wrong with a text as the value of a setting; empty: nothing."""
    if key == NAME:
        return name_problem(text) if text.strip() else ""
    try:
        with_values(Settings(), [_parsed(key, text)], key)
    except UsageError as error:
        found = _SHOULD.fullmatch(str(error))
        return found[1] if found else str(error).removeprefix(f"{key}: ")
    return ""


def shown(settings: Settings, key: str) -> str:
    """A setting's value as it is typed."""
    path = tuple(key.split("."))
    if path in _KEYS:
        return _text(_at(settings, path))
    table, name = _table_of(path)
    weights = _at(settings, table.path)
    usual = 1.0 if name in _default_names(table) or not _default_names(table) else 0.0
    return _text(weights.get(name, usual))


def recalled(base: Settings, found: object) -> Draft:
    """A draft from what was remembered, whatever that is: what is no setting any more, or wrong, is left out."""
    draft = Draft(base)
    if isinstance(found, dict):
        for key, text in found.items():
            if isinstance(key, str) and isinstance(text, str) and len(text) <= _LONGEST and not _refused(key, text):
                draft = draft.with_text(key, text)
    return draft


def _leaves(settings: Settings) -> dict[str, None]:
    """Every key that has a value, tables name by name."""
    names: list[str] = []
    for key in _KEYS.values():
        table = _at(settings, key.path)
        names += [f"{key.full}.{name}" for name in table] if key.is_table else [key.full]
    return dict.fromkeys(names)


def _refused(key: str, text: str) -> bool:
    try:
        shown(Settings(), key)
    except (KeyError, AttributeError):
        return True
    return bool(problem_of(key, text))


def _parsed(key: str, text: str) -> tuple[tuple[str, ...], Any]:
    return parse_assignment(f"{key}={text}")


def _at(settings: Settings, path: tuple[str, ...]) -> Any:
    value: Any = settings
    for word in path:
        value = getattr(value, word)
    return value


def _table_of(path: tuple[str, ...]) -> tuple[Key, str]:
    """Raises KeyError."""
    for length in range(len(path) - 1, 0, -1):
        key = _KEYS.get(path[:length])
        if key is not None and key.is_table:
            return key, ".".join(path[length:])
    raise KeyError(".".join(path))


def _default_names(key: Key) -> list[str]:
    default: Any = key.field.get_default(call_default_factory=True)
    return list(default)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return ",".join(value)
        case float():
            short = f"{value:g}"
            return short if float(short) == value else repr(value)
        case _:
            return str(value)
