"""What the screen remembers from one time to the next: theme, layout, the settings of panes."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from ge_tui.paths import user_state

_MOST_BYTES = 1 << 20
_MOST_RUNS = 50


def _file() -> Path:
    return user_state() / "screen.json"


def recall() -> dict[str, Any]:
    """What was remembered; empty where nothing can be read: it is a convenience, never a reason to stop."""
    try:
        if _file().stat().st_size > _MOST_BYTES:
            return {}
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def broken_memory() -> str:
    """What is wrong with what was remembered; such a file is put aside, so that nothing of it is lost."""
    file = _file()
    try:
        if not isinstance(json.loads(file.read_text(encoding="utf-8")), dict):
            raise ValueError("it should be an object, { ... }")
    except (ValueError, RecursionError) as error:
        problem = f"{file}: {error}"
    except OSError:
        return ""
    else:
        return ""
    aside = file.with_suffix(".broken.json")
    with suppress(OSError):
        file.replace(aside)
        return f"{problem}; it is kept as {aside.name}"
    return problem


def recalled_selection(run: Path) -> int | None:
    """Which individual of a run was selected when it was last left."""
    known = recall().get("selected")
    found = known.get(str(run.absolute())) if isinstance(known, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def with_selection(run: Path, number: int | None) -> dict[str, Any]:
    """What is selected in the runs that were looked at last, with that of one more."""
    known = recall().get("selected")
    kept = (
        {name: value for name, value in known.items() if name != str(run.absolute())} if isinstance(known, dict) else {}
    )
    return {**dict(list(kept.items())[-_MOST_RUNS:]), **({} if number is None else {str(run.absolute()): number})}


def remember(values: dict[str, Any]) -> None:
    """Keep values for the next time, beside those of other names; nothing happens where the disk refuses."""
    with suppress(OSError):
        file = _file()
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps({**recall(), **values}, indent=1), encoding="utf-8")
        aside.replace(file)
