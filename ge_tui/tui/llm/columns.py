"""Rows of the lists of calls and insights: which columns fit, and what stands in them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from ge_tui.run.store.call_list import CallInShort
from ge_tui.tui.llm.evidence import Evidence
from ge_tui.tui.llm.outcomes import outcome_of, pace, spaced
from ge_tui.tui.text.numbers import short_duration
from ge_tui.tui.text.safe import clean_line, cut, fit

T = TypeVar("T")
_REST = 16
"""The last column, of the words, has at least so many cells before any other is shown."""


class Cell(NamedTuple):
    """A text, and the kind of its colour: good, bad, quiet, number, or empty."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column of fixed width."""

    title: str
    width: int
    rank: int
    """Those of low rank are left out last."""
    cell: Callable[[T], Cell]
    right: bool = False


@dataclass(frozen=True, slots=True)
class Columns(Generic[T]):
    """The columns of a list; the last has the width that is left."""

    fixed: Sequence[Column[T]]
    title: str
    rest: Callable[[T], Cell]

    def row(self, row: T, width: int) -> list[Cell]:
        """A row, exactly so wide."""
        shown = self.fitting(width)
        done = [_sized(column.cell(row), column.width, right=column.right) for column in shown]
        left = max(0, width - sum(column.width + 1 for column in shown))
        text, kind = self.rest(row)
        return [*done, Cell(fit(text, left), kind)]

    def heading(self, width: int) -> str:
        """The titles above the columns that fit."""
        titles = [f"{c.title:>{c.width}} " if c.right else f"{c.title:<{c.width}} " for c in self.fitting(width)]
        return cut("".join(titles) + self.title, width)

    def fitting(self, width: int) -> list[Column[T]]:
        """The columns that fit, in their order; the important ones first."""
        room, chosen = width - _REST, set[str]()
        for column in sorted(self.fixed, key=lambda column: column.rank):
            if column.width + 1 > room:
                break
            room -= column.width + 1
            chosen.add(column.title)
        return [column for column in self.fixed if column.title in chosen]


def _sized(cell: Cell, width: int, *, right: bool) -> Cell:
    return Cell(fit(cell.text, width, right=right) + " ", cell.kind)


def _sign(call: CallInShort) -> Cell:
    outcome = outcome_of(call.failure, call.read_as)
    return Cell(outcome.sign, outcome.kind)


def _result(call: CallInShort) -> Cell:
    outcome = outcome_of(call.failure, call.read_as)
    return Cell(outcome.short, "bad" if outcome.kind == "bad" else "")


def _place(call: CallInShort) -> Cell:
    return Cell(clean_line(call.segment)) if call.segment else Cell("whole file", "quiet")


CALLS: Columns[CallInShort] = Columns(
    (
        Column("", 1, 0, _sign),
        Column("for", 6, 1, lambda c: Cell(f"#{c.individual}", "number"), right=True),
        Column("try", 3, 7, lambda c: Cell(f"{c.attempt + 1}.{c.step + 1}", "quiet"), right=True),
        Column("operator", 9, 2, lambda c: Cell(spaced(c.operator))),
        Column("persona", 13, 3, lambda c: Cell(spaced(c.persona))),
        Column("category", 16, 9, lambda c: Cell(spaced(c.category))),
        Column("segment", 15, 8, _place),
        Column("model", 16, 6, lambda c: Cell(clean_line(c.model))),
        Column("took", 6, 4, lambda c: Cell(short_duration(c.total_s)), right=True),
        Column("tokens", 8, 5, lambda c: Cell(pace(c.completion_tokens, c.total_s - c.first_token_s)), right=True),
    ),
    "read as",
    _result,
)

INSIGHTS: Columns[Evidence] = Columns(
    (
        Column("", 1, 0, lambda e: Cell("✓", "good") if e.alive else Cell("✗", "bad")),
        Column("from", 6, 1, lambda e: Cell(f"#{e.insight.elite}", "number"), right=True),
        Column("segment", 15, 3, lambda e: Cell(clean_line(e.insight.segment))),
        Column("helped", 6, 2, lambda e: Cell(e.tally), right=True),
    ),
    "insight",
    lambda e: Cell(clean_line(e.insight.text)),
)
