"""The names of settings, as users write them.

A setting's full key is its path in the schema (`search.generations`). The groups `search` and `controls` may
be left out, and so may `evaluation` where the rest of the name is unmistakable: `generations`, `temperature`,
`persona.expert`, `rung`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from ge_tui.errors import UsageError
from ge_tui.settings.schema import MOVED, Group, Settings

_MAY_CHANGE = ("search.generations", "budget.", "evaluation.", "ollama.")
_MUST_STAY = ("evaluation.recipe", "evaluation.rung", "evaluation.first_rung")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting."""

    path: tuple[str, ...]
    field: FieldInfo
    is_table: bool
    """Weights by name: further words follow, as in `persona.expert`."""

    @property
    def full(self) -> str:
        """Its path in the schema, with dots."""
        return ".".join(self.path)

    @property
    def short(self) -> str:
        """What users write: without the group where one is not needed."""
        return self.path[-1] if self.path[0] in ("search", "controls") else self.full

    @property
    def is_control(self) -> bool:
        """Whether it can be changed while a run runs."""
        return self.path[0] == "controls"


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in nested tables, by its full key."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def all_keys(model: type[Group] = Settings, prefix: tuple[str, ...] = ()) -> Iterator[Key]:
    """Every setting, in the order of the schema."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Group):
            yield from all_keys(kind, (*prefix, name))
        else:
            yield Key((*prefix, name), field, is_table=str(kind).startswith("dict"))


def find_key(name: str, *, controls_only: bool = False) -> tuple[str, ...]:
    """The path of a setting named by a user. Raises UsageError with the nearest valid name.

    What follows a table's name is one name, dots and all: models are called `qwen2.5-coder:7b`.
    """
    words = tuple(name.strip().split("."))
    if words in MOVED:
        return MOVED[words]
    keys = [key for key in all_keys() if key.is_control or not controls_only]
    matches = {
        (*key.path, ".".join(words[length:])) if key.is_table else key.path: None
        for key in keys
        for length in range(1, len(words) + 1)
        if _is_suffix(words[:length], key.path) and (len(words) > length) == key.is_table
    }
    if len(matches) == 1 and words[-1].strip():
        return next(iter(matches))
    tables = [key for key in keys if key.is_table and _is_suffix(words, key.path)]
    if tables:
        names = ", ".join(f"{tables[0].short}.{item}" for item in table_names(tables[0])) or f"{tables[0].short}.NAME"
        raise UsageError(f"'{name}' holds weights by name; write {names}")
    if controls_only and not _is_unknown(name):
        raise UsageError(f"'{name}' cannot be changed while a run runs; it can be set when a run starts")
    raise UsageError(f"no {'control' if controls_only else 'setting'} '{name}'{_nearest(name, keys)}")


def check_group(name: str) -> None:
    """Raises UsageError where a name is neither a group of settings nor a table of weights."""
    words = tuple(name.split("."))
    within = any(key.path[: len(words)] == words and key.path != words for key in all_keys())
    if not within and not any(key.is_table and _is_suffix(words, key.path) for key in all_keys()):
        find_key(name)
        raise UsageError(f"'{name}' is one value, not a group of settings")


def is_text(path: tuple[str, ...]) -> bool:
    """Whether a setting is a text, so that every value is one."""
    return any(key.path == path and key.field.annotation is str for key in all_keys())


def table_names(key: Key) -> list[str]:
    """The names a table of weights has by default."""
    default: Any = key.field.get_default(call_default_factory=True)
    return list(default) if isinstance(default, dict) else []


def may_change_on_resume(name: str) -> bool:
    """Whether a setting, by its full key, may be another one when a run goes on."""
    return name.startswith(_MAY_CHANGE) and name not in _MUST_STAY


def _is_unknown(name: str) -> bool:
    """Whether a name is no setting at all, as opposed to one that is not a control."""
    try:
        find_key(name)
    except UsageError:
        return True
    return False


def _is_suffix(words: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(words) <= len(path) and path[-len(words) :] == words


def _nearest(name: str, keys: list[Key]) -> str:
    names = [key.short for key in keys if not key.is_table]
    names += [f"{key.short}.{item}" for key in keys if key.is_table for item in table_names(key)]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if not close:
        close = difflib.get_close_matches(name.rsplit(".", maxsplit=1)[-1], names, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ". `ge-tui run --help` lists them all"
