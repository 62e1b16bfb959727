"""The user's own keys: `keys.toml` in the configuration folder, checked against the actions there are.

    population.sort = "o"
    [run]
    zoom = ["z", "f11"]
    pause = []            # no key

Whatever is wrong is named with its place, and left out; the program works with what remains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ge_tui.errors import UserError
from ge_tui.paths import user_config
from ge_tui.toml_file import parse_toml, shown
from ge_tui.tui.keys.actions import Action, placeholder
from ge_tui.tui.keys.key_names import CHARACTER_NAMES, read_key

_EVERYWHERE = ("app", "go", "run")
"""Actions of these work in every pane, unless the pane takes the key for itself."""
_INNER = ("list", "text")
"""Of parts of panes; which panes have which is theirs to know."""
_SCREENS = ("welcome", "new_run")
_WITH_INDIVIDUALS = ("population", "lineage", "front")
"""Panes in which the keys of `individual` work too."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """What the user set, by action."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of keys as Textual has them; empty: none."""
    problems: tuple[str, ...] = ()
    """What could not be used, each with its place."""

    def of(self, action: Action) -> tuple[str, ...]:
        """The keys that do it."""
        own = self.keys.get(action.name)
        return _usual(action) if own is None else own

    def shown(self, actions: Iterable[Action]) -> tuple[Action, ...]:
        """Actions with the keys they have now."""
        return tuple(
            replace(action, keys=",".join(self.keys[action.name])) if action.name in self.keys else action
            for action in actions
        )

    def bindings(self) -> dict[str, str]:
        """As Textual takes it: an action that is to have no key gets one that no terminal sends."""
        return {name: ",".join(keys) or placeholder(name) for name, keys in self.keys.items()}


def keymap_of(app: object) -> Keymap:
    """The user's keys, where the app has any."""
    found = getattr(app, "keymap", None)
    return found if isinstance(found, Keymap) else Keymap()


def keys_file() -> Path:
    """Where the user's own keys are."""
    return user_config() / "keys.toml"


def read_keymap(path: Path | None = None) -> Keymap:
    """The user's keys; without any where there is no file. Names of actions are not yet checked."""
    path = path or keys_file()
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = parse_toml(text)
    except FileNotFoundError:
        return Keymap()
    except (OSError, ValueError, UserError) as error:
        return Keymap(problems=(f"{path}: {error}; the usual keys are in force",))
    lines = _lines(text)
    keys: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for name, value in _flat(content):
        try:
            keys[name] = _keys(value)
        except ValueError as error:
            problems.append(f"{_place(path, lines, name)}: {name}: {error}")
    return Keymap(keys, tuple(problems))


def check_keymap(keymap: Keymap, actions: Sequence[Action], path: Path | None = None) -> Keymap:
    """The same with unknown names left out, and with its conflicts among the problems."""
    path = path or keys_file()
    known = {action.name for action in actions}
    unknown = [name for name in keymap.keys if name not in known]
    typed = [name for name, keys in keymap.keys.items() if name.startswith("app.") and any(map(_is_typed, keys))]
    wrong = {*unknown, *typed}
    kept = replace(keymap, keys={name: keys for name, keys in keymap.keys.items() if name not in wrong})
    try:
        lines = _lines(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        lines = {}
    problems = [
        f"{_place(path, lines, name)}: there is no action '{name}'; `ge-tui keys` lists them" for name in unknown
    ]
    problems += [
        f"{_place(path, lines, name)}: {name} works in text fields too, so its key cannot be a letter or a sign"
        for name in typed
    ]
    for first, second, key in conflicts(kept, actions):
        mine = first if first in kept.keys else second
        problems.append(f"{_place(path, lines, mine)}: {key} is both {first} and {second}; {_winner(first, second)}")
    return replace(kept, problems=(*keymap.problems, *problems))


def _is_typed(key: str) -> bool:
    """Whether the key writes something."""
    return len(key) == 1 or key == "space" or key in CHARACTER_NAMES


def conflicts(keymap: Keymap, actions: Sequence[Action]) -> list[tuple[str, str, str]]:
    """Two actions that want one key in one place, where at least one of them was given it by the user."""
    by_key: dict[str, list[Action]] = {}
    for action in actions:
        for key in keymap.of(action):
            by_key.setdefault(key, []).append(action)
    return [
        (first.name, second.name, key)
        for key, wanting in by_key.items()
        for place, first in enumerate(wanting)
        for second in wanting[place + 1 :]
        if (_own(keymap, first) or _own(keymap, second)) and _meet(first, second)
    ]


def _own(keymap: Keymap, action: Action) -> bool:
    """Whether the user changed it, to something else than it is anyway."""
    return action.name in keymap.keys and keymap.keys[action.name] != _usual(action)


def _usual(action: Action) -> tuple[str, ...]:
    return tuple(read_key(key) for key in action.keys.split(",") if key)


def _meet(first: Action, second: Action) -> bool:
    """Whether both can be meant by one key press."""
    one, other = first.scope, second.scope
    if one == other:
        return True
    if "app" in (one, other):
        return True
    if one in _SCREENS or other in _SCREENS:
        return False
    if "individual" in (one, other):
        return bool({one, other} & {*_EVERYWHERE, *_INNER, *_WITH_INDIVIDUALS})
    everywhere = one in _EVERYWHERE or other in _EVERYWHERE
    return everywhere or one in _INNER or other in _INNER


def _winner(first: str, second: str) -> str:
    scopes = (first.partition(".")[0], second.partition(".")[0])
    if scopes[0] == scopes[1]:
        return "only one of them works"
    inner = next((name for name, scope in zip((first, second), scopes, strict=True) if scope in _INNER), None)
    near = next((name for name, scope in zip((first, second), scopes, strict=True) if scope not in _EVERYWHERE), None)
    return f"{inner or near or first} comes first where both are"


def _keys(value: object) -> tuple[str, ...]:
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(key, str) for key in written):
        raise ValueError(f"it should be a key or a list of keys, not {shown(value)}")
    parts = [part for key in written for part in (key.split(",") if len(key) > 1 else [key])]
    return tuple(dict.fromkeys(read_key(part) for part in parts if part))


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in content.items():
        name = f"{before}.{key}" if before else key
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield name, value


_TABLE = re.compile(r"\s*\[([^\[\]]+)\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-.\"' ]+?)\s*=")


def _lines(text: str) -> dict[str, int]:
    """On which line each name is; the parser does not say."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _TABLE.match(line):
            table = _bare(match[1]) + "."
        elif match := _KEY.match(line):
            found.setdefault(table + _bare(match[1]), number)
    return found


def _bare(name: str) -> str:
    return re.sub(r"[\"' ]", "", name)


def _place(path: Path, lines: Mapping[str, int], name: str) -> str:
    return f"{path}, line {lines[name]}" if name in lines else str(path)
