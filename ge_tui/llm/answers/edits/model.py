"""Edits as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines to be found in the parent, and what takes their place."""

    search: tuple[str, ...]
    replace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditBlock:
    """One edit as it was written; where a divider is in doubt, in each way it can be read."""

    choices: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Lines `start` to `end` (exclusive) of a text become `new`; nothing around them is touched."""

    start: int
    end: int
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an edit fits, and what it does there."""

    start: int
    """The first quoted line."""
    end: int
    change: Change
