"""Settings as a TOML text that `read_settings` reads back: only what differs from the defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ge_tui.settings.keys import all_keys, table_names
from ge_tui.settings.schema import Settings

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def to_toml(settings: Settings, over: Settings | None = None) -> str:
    """The settings as the content of a settings file.

    `over` are settings that are read before the file, as those of the user's own `config.toml`: what they change is
    written even where it is back at its default.
    """
    tables: dict[str, list[str]] = {}
    for path, value in _changed(settings, over or Settings()):
        tables.setdefault(".".join(path[:-1]), []).append(f"{_name(path[-1])} = {_value(value)}")
    blocks = ["\n".join([*([f"[{table}]"] if table else []), *lines]) for table, lines in tables.items()]
    return "".join(f"{block}\n" for block in _spaced(blocks))


def _spaced(blocks: list[str]) -> list[str]:
    return [block if place == 0 else f"\n{block}" for place, block in enumerate(blocks)]


def _changed(settings: Settings, over: Settings) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Single values first, tables of weights last, as TOML wants it."""
    default = Settings()
    for key in sorted(all_keys(), key=lambda one: (len(one.path), one.is_table)):
        new, old, usual = (_at(one, key.path) for one in (settings, over, default))
        if not key.is_table:
            if new != old or new != usual:
                yield key.path, new
            continue
        for name in dict.fromkeys((*table_names(key), *old, *new)):
            weight = new.get(name, 1.0)
            absent = name in new and name not in usual
            if absent or weight != old.get(name, 1.0) or weight != usual.get(name, 1.0):
                yield (*key.path, name), weight


def _at(settings: Settings, path: tuple[str, ...]) -> Any:
    found: Any = settings
    for word in path:
        found = getattr(found, word)
    return found


def _name(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _quoted(value)


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    return f"\\u{ord(char):04x}" if ord(char) < 0x20 or ord(char) == 0x7F else char
