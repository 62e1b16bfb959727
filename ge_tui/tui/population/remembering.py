"""What of the table is kept from one start to the next, as a plain dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ge_tui.tui.individuals.query import QueryError, parse
from ge_tui.tui.population.table import Sorting

_LONGEST = 1000
_MOST = 50


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was kept; None where nothing was, or nothing that can be used."""

    columns: tuple[str, ...] | None = None
    sorting: Sorting | None = None
    filter: str = ""
    history: tuple[str, ...] = ()


def as_dict(remembered: Remembered) -> dict[str, Any]:
    """What is kept, as JSON has it."""
    kept: dict[str, Any] = {"filter": remembered.filter, "history": list(remembered.history)}
    if remembered.columns is not None:
        kept["columns"] = list(remembered.columns)
    if remembered.sorting is not None:
        kept["sort"] = remembered.sorting.column
        kept["falling"] = remembered.sorting.falling
    return kept


def from_dict(kept: object) -> Remembered:
    """Never raises: what cannot be used is left out."""
    if not isinstance(kept, Mapping):
        return Remembered()
    columns, sort, falling = _texts(kept.get("columns")), kept.get("sort"), kept.get("falling")
    sorting = Sorting(sort, falling) if isinstance(sort, str) and isinstance(falling, bool) else None
    filter_text = kept.get("filter")
    history = tuple(text for text in _texts(kept.get("history")) if _is_filter(text))[-_MOST:]
    known = filter_text if isinstance(filter_text, str) and _is_filter(filter_text) else ""
    return Remembered(columns or None, sorting, known, history)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in value if isinstance(one, str))) if isinstance(value, list | tuple) else ()


def _is_filter(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    try:
        parse(text)
    except QueryError:
        return False
    return True
