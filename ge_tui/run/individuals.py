"""Individuals as people speak of them: who made one, what was done, and which one is meant by a word."""

from __future__ import annotations

import difflib

from ge_tui.errors import UsageError, UserError
from ge_tui.run.store import SEED, Arm, IndividualRow, RunReader
from ge_tui.run.summary import best

_MOST = (1 << 63) - 1
"""The largest number that a database holds."""


def made_by(row: IndividualRow) -> str:
    """`mutate #7`, `crossover #3 x #5`, `baseline: create #0`."""
    arm = "" if row.arm is Arm.EVOLUTION else f"{row.arm}: "
    return f"{arm}{row.operator} {' x '.join(f'#{parent}' for parent in row.parents)}".strip()


def what_was_done(row: IndividualRow) -> str:
    """The changes that made an individual, as its proposer worded them."""
    return "; ".join(str(step.get("detail", "")) for step in row.arguments.get("steps", []))


def status_in_words(row: IndividualRow) -> str:
    """`evaluated`, `failed: shape`, `duplicate of #3`."""
    if row.duplicate_of is not None:
        return f"duplicate of #{row.duplicate_of}"
    return str(row.status) if row.outcome in (None, "ok") else f"{row.status}: {row.outcome}"


def number_called(reader: RunReader, name: str, *, besides: tuple[str, ...] = ()) -> int:
    """The number of an individual that is called `seed`, `best`, or by its number; there may be none of it.

    `besides`: other words that would have meant something. Raises UsageError for what is neither, UserError where
    nothing is best.
    """
    if name == "seed":
        return SEED
    if name == "best":
        number = best(reader)
        if number is None:
            raise UserError("nothing in this run has been evaluated yet, so there is no best")
        return number
    if name.isdecimal():
        return min(int(name[:20]), _MOST)
    words = ("seed", "best", *besides)
    close = difflib.get_close_matches(name, words, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else f": give its number, {', '.join(words[:-1])} or {words[-1]}"
    raise UsageError(f"'{name}' is no individual{hint}")


def find_individual(reader: RunReader, number: int) -> IndividualRow:
    """Raises UserError where the run has none of this number."""
    row = reader.individual(number)
    if row is None:
        raise UserError(f"the run has no individual {number}; it has {reader.next_number()}, numbered from 0")
    return row
