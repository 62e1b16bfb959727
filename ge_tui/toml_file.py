"""Reading TOML: settings, tasks, themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomli

from ge_tui.errors import UsageError

_LONGEST = 80


def parse_toml(text: str) -> dict[str, Any]:
    """The content of a TOML text. Raises ValueError with the line and what is wrong there."""
    try:
        return tomli.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file, with or without a byte order mark.

    Raises FileNotFoundError where there is none, UsageError naming the file and what is wrong in it.
    """
    try:
        return parse_toml(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from None
    except ValueError as error:  # not UTF-8, not TOML, a number of thousands of digits
        raise UsageError(f"{file}: {error}") from None


def shown(value: object) -> str:
    """A value as a message quotes it: in one line, not too long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python does not write whole numbers of thousands of digits
        return "a value too long to show"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
