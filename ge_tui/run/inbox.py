"""Requests to change a control, on their way from a screen or the command line to the engine.

A request is one small file, written aside and renamed into the run's inbox. So the database keeps its one
writer, and a request survives the death of either side.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """Set one control to a value."""

    id: str
    key: str
    """As in `persona.expert`, without the group's name."""
    value: Any


def send(inbox: Path, key: str, value: Any) -> ControlRequest:
    """Put a request into a run's inbox; on disk when this returns."""
    request = ControlRequest(f"{time.time_ns():020d}-{uuid.uuid4().hex[:12]}", key, value)
    inbox.mkdir(exist_ok=True)
    aside = inbox / f".{request.id}.tmp"
    with aside.open("w", encoding="utf-8") as file:
        json.dump({"key": key, "value": value}, file)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(inbox / f"{request.id}.json")
    return request


def waiting(inbox: Path) -> list[tuple[Path, ControlRequest | str]]:
    """The requests that wait, oldest first; for a file that is none, what is wrong with it."""
    try:
        names = sorted(entry.name for entry in os.scandir(inbox) if entry.name.endswith(".json"))
    except FileNotFoundError:
        return []
    return [(inbox / name, _read(inbox / name)) for name in names]


def _read(file: Path) -> ControlRequest | str:
    try:
        if not file.is_file():
            return "it is no file"
        if file.stat().st_size > _MAX_BYTES:
            return "it is too long"
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return f"it cannot be read: {error}"
    if not isinstance(content, dict) or not isinstance(content.get("key"), str) or "value" not in content:
        return "it has no key and value"
    return ControlRequest(file.stem, content["key"], content["value"])
