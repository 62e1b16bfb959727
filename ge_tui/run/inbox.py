"""Requests to change a control or to act on an individual, on their way from screen or command line to the engine.

A request is one small file, written aside and renamed into the run's inbox. So the database keeps its one
writer, and a request survives the death of either side.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ge_tui.run.store.acts import ActKind, NewAct

_MAX_BYTES = 1_000_000
_HALF_WRITTEN_S = 3600
"""A request is written in far less; the clock may have been put right meanwhile."""


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """Set one control to a value."""

    id: str
    key: str
    """As in `persona.expert`, without the group's name."""
    value: Any


@dataclass(frozen=True, slots=True)
class ActRequest:
    """Do something with an individual."""

    id: str
    act: NewAct


def send(inbox: Path, key: str, value: Any) -> ControlRequest:
    """Put a request into a run's inbox; on disk when this returns."""
    return ControlRequest(_put(inbox, {"key": key, "value": value}), key, value)


def send_act(inbox: Path, act: NewAct) -> ActRequest:
    """Put an act into a run's inbox; on disk when this returns."""
    return ActRequest(_put(inbox, {**asdict(act), "arguments": dict(act.arguments)}), act)


def _put(inbox: Path, content: dict[str, Any]) -> str:
    """A new request; its id."""
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:12]}"
    inbox.mkdir(exist_ok=True)
    aside = inbox / f".{name}.tmp"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(inbox / f"{name}.json")
    return name


def sweep(inbox: Path) -> None:
    """Delete what senders left half written when they died."""
    for file in inbox.glob(".*.tmp"):
        with suppress(OSError):
            if abs(time.time() - file.stat().st_mtime) > _HALF_WRITTEN_S:
                file.unlink()


def waiting(inbox: Path) -> list[tuple[Path, ControlRequest | ActRequest | str]]:
    """The requests that wait, oldest first; for a file that is none, what is wrong with it."""
    try:
        names = sorted(entry.name for entry in os.scandir(inbox) if entry.name.endswith(".json"))
    except FileNotFoundError:
        return []
    return [(inbox / name, _read(inbox / name)) for name in names]


def _read(file: Path) -> ControlRequest | ActRequest | str:
    try:
        if not file.is_file():
            return "it is no file"
        if file.stat().st_size > _MAX_BYTES:
            return "it is too long"
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return f"it cannot be read: {error}"
    if isinstance(content, dict) and "kind" in content:
        return _read_act(file.stem, content)
    if not isinstance(content, dict) or not isinstance(content.get("key"), str) or "value" not in content:
        return "it has no key and value"
    return ControlRequest(file.stem, content["key"], content["value"])


def _read_act(name: str, content: dict[str, Any]) -> ActRequest | str:
    individual, other, source = (content.get(key) for key in ("individual", "other", "source"))
    arguments = content.get("arguments", {})
    if content["kind"] not in list(ActKind):
        return "it asks for something that is not known"
    if not isinstance(individual, int) or not all(map(_is_number, (individual, 0 if other is None else other))):
        return "it names no individual"
    if not isinstance(arguments, dict) or not (source is None or isinstance(source, str)):
        return "it cannot be understood"
    return ActRequest(name, NewAct(ActKind(content["kind"]), individual, other, arguments, source))


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
