"""The lanes with what there is to say of each individual beside them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ge_tui.search import Objective
from ge_tui.tui.individuals.columns import Column, columns_of
from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.layout import Placed, place
from ge_tui.tui.individuals.row import head_pieces, row_pieces
from ge_tui.tui.lineage.drawing import Piece, Spot, joined
from ge_tui.tui.lineage.lane_art import lane_pieces
from ge_tui.tui.lineage.lanes import LaneRow
from ge_tui.tui.lineage.signs import Lit
from ge_tui.tui.text.glyphs import ASCII, BLOCKS, Glyphs
from ge_tui.tui.text.numbers import compact

_ORDER = ("number", "below", "", "gain", "smaller", "operator", "persona", "segment", "temperature", "model")
"""The empty one is the first objective's."""
_PRIORITY = ("number", "gain", "operator", "smaller", "persona", "below", "", "temperature", "segment", "model")
_SHARE = 0.4
"""So much of the width the lanes may take."""


@dataclass(frozen=True, slots=True)
class LaneData:
    """The rows, without their width."""

    rows: tuple[LaneRow, ...]
    facts: Mapping[int, Facts]
    below: Mapping[int, int]
    """How many of each one's dead descendants are collapsed."""
    objectives: tuple[Objective, ...]

    @property
    def lanes(self) -> int:
        """At the widest place."""
        return max((row.width for row in self.rows), default=0)


@dataclass(frozen=True)
class LaneList:
    """A row for each individual."""

    data: LaneData
    lit: Lit
    room: int
    """The width there is, which it keeps to."""

    @property
    def width(self) -> int:
        return 1

    @property
    def height(self) -> int:
        return self.head + len(self.data.rows)

    @property
    def head(self) -> int:
        return 1

    @property
    def snap(self) -> int:
        return 1

    @property
    def glyphs(self) -> Glyphs:
        """The characters that it is drawn with."""
        return ASCII if self.lit.ascii_only else BLOCKS

    @cached_property
    def _apart(self) -> int:
        return 2 if 2 * self.data.lanes <= self.room * _SHARE else 1

    @cached_property
    def _most(self) -> int:
        """So many lanes are shown at most."""
        return min(self.data.lanes, max(2, int(self.room * _SHARE / self._apart)))

    @cached_property
    def _placed(self) -> tuple[Placed, ...]:
        return place(_columns(self.data), self.room - self._graph)

    @property
    def _graph(self) -> int:
        return self._most * self._apart + (self._apart == 1)

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {row.number: index for index, row in enumerate(self.data.rows)}

    def line(self, y: int, start: int, width: int, cursor: int | None) -> list[Piece]:  # noqa: ARG002
        if y < self.head:
            words = head_pieces(self._placed, "", "", self.glyphs.cut)
            return [Piece(" " * (self._graph + 3) + "".join(words), "head")]
        row = self.data.rows[y - self.head]
        facts, lit = self.data.facts[row.number], self.lit
        kind = lit.kind(facts)
        node = Piece(lit.sign(facts), kind)
        graph = lane_pieces(row, node, self._most, apart=self._apart, ascii_only=lit.ascii_only)
        used = sum(len(piece.text) for piece in graph)
        said = row_pieces(facts, self._placed, self.glyphs, marked=row.number == lit.marked)
        pieces = [Piece(text, tone.value) for text, tone in said]
        pieces[0] = Piece(" " + pieces[0].text[1:], "")  # the sign is among the lanes
        if row.number == cursor:
            pieces = [Piece("".join(piece.text for piece in pieces).ljust(width), "cursor")]
        elif lit.matches is not None and row.number in lit.matches:
            pieces = [Piece(">" if lit.ascii_only else "»", "match"), Piece(pieces[0].text[1:], ""), *pieces[1:]]
        return joined([*graph, Piece(" " * (self._graph - used)), *pieces])

    def spot(self, number: int) -> Spot | None:
        index = self._rows.get(number)
        return None if index is None else Spot(0, index + self.head, self.room)

    def unlit(self) -> LaneList:
        return self  # kin are what it is made of

    def at(self, x: int, y: int) -> int | None:  # noqa: ARG002
        row = y - self.head
        return self.data.rows[row].number if 0 <= row < len(self.data.rows) else None

    def beside(self, number: int, step: int) -> int | None:
        index = self._rows.get(number)
        if index is None:
            return None
        return self.data.rows[min(max(index + step, 0), len(self.data.rows) - 1)].number


def _columns(data: LaneData) -> Sequence[Column]:
    """Those of the table that tell the story of a line, and two of our own."""
    first = data.objectives[0].name if data.objectives else "accuracy"
    known = columns_of(data.objectives) | {"below": _below(data), "smaller": _smaller(data)}
    priority = {name or first: place for place, name in enumerate(_PRIORITY)}
    names = [name or first for name in _ORDER]
    return [replace(known[name], priority=priority[name]) for name in names if name in known]


def _below(data: LaneData) -> Column:
    def text(facts: Facts, _width: int, _glyphs: Glyphs) -> str:
        count = data.below.get(facts.one.number, 0)
        return f"+{count}" if count else ""

    return Column("below", "dead", "", 5, 5, 0, lambda _: None, text, right=True)


def _smaller(data: LaneData) -> Column:
    def text(facts: Facts, _width: int, _glyphs: Glyphs) -> str:
        parent = data.facts.get(facts.one.parents[0]) if facts.one.parents else None
        own, before = facts.metric("params"), parent.metric("params") if parent is not None else None
        if own is None or before is None:
            return ""
        return "=" if own == before else f"{'+' if own > before else '-'}{compact(abs(own - before))}"

    return Column("smaller", "params", "", 6, 8, 0, lambda _: None, text, right=True)
