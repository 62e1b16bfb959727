"""Values on their way into the database: what SQLite or JSON cannot hold is put into words, never an error.

Reasons come from genomes, so they may hold anything a Python string can hold.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def to_json(value: Any) -> str:
    """JSON that every reader takes: numbers that are not finite become `"nan"`, `"inf"` or `"-inf"`."""
    try:
        return json.dumps(value, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), default=str)


def to_text(text: str) -> str:
    """A text that is UTF-8: lone surrogates are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
