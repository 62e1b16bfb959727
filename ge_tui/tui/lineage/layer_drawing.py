"""The layered drawing: names in columns, parents on the left, lines between them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.lineage.drawing import Piece, Spot, cropped, joined
from ge_tui.tui.lineage.layers import Layout
from ge_tui.tui.lineage.raster import Raster
from ge_tui.tui.lineage.signs import Lit
from ge_tui.tui.text.glyphs import ASCII, BLOCKS

_LEAST, _MOST = 4, 12
"""Columns between two layers."""
_RANKS = ("edge", "edge-descendant", "edge-ancestor", "edge-main")
"""What is drawn later stays in sight where lines meet."""


@dataclass(frozen=True, slots=True)
class LayerData:
    """The part of the family that is drawn."""

    layout: Layout
    facts: Mapping[int, Facts]
    below: Mapping[int, int]
    """How many of each one's dead descendants are not drawn."""
    left_out: int = 0
    """So many more would belong here."""


@dataclass(frozen=True)
class LayerDrawing:
    """Everyone with a sign, a number, and how many dead descendants are collapsed."""

    data: LayerData
    lit: Lit
    snap: int = 1
    head: int = 0

    @cached_property
    def _labels(self) -> dict[int, str]:
        labels = {}
        for number in self.data.layout.heights:
            count = self.data.below.get(number, 0)
            labels[number] = f"{self._mark(number)}{self.lit.sign(self.data.facts[number])}{number}"
            labels[number] += f" +{count}" if count else ""
        return labels

    def _mark(self, number: int) -> str:
        """Before the sign: that it is marked, or what the filter means."""
        lit = self.lit
        if number == lit.marked:
            return (ASCII if lit.ascii_only else BLOCKS).mark
        if lit.matches is not None and number in lit.matches:
            return ">" if lit.ascii_only else "»"
        return ""

    @cached_property
    def _columns(self) -> list[tuple[int, int]]:
        """Where each layer begins, and how wide it is."""
        layout = self.data.layout
        steepest = [0] * len(layout.layers)
        for path in layout.paths.values():
            for (layer, y), (_, to_y) in pairwise(path):
                steepest[layer] = max(steepest[layer], abs(to_y - y))
        found, x = [], 1
        for layer, numbers in enumerate(layout.layers):
            width = max((len(self._labels[number]) for number in numbers), default=1)
            found.append((x, width))
            x += width + min(max(_LEAST, steepest[layer] // 2), _MOST)
        return found

    @property
    def width(self) -> int:
        return sum(self._columns[-1]) + 1 if self._columns else 0

    @property
    def height(self) -> int:
        return self.data.layout.height

    @cached_property
    def _spots(self) -> dict[int, Spot]:
        layout = self.data.layout
        return {
            number: Spot(x, layout.heights[number], len(self._labels[number]))
            for (x, _), numbers in zip(self._columns, layout.layers, strict=True)
            for number in numbers
        }

    @cached_property
    def _lines(self) -> list[list[Piece]]:
        """All of it, without the cursor."""
        cells: list[dict[int, Piece]] = [{} for _ in range(self.height)]
        for x, y, character, kind in self._edges().cells():
            cells[y][x] = Piece(character, kind)
        for number, spot in self._spots.items():
            for place, piece in enumerate(self._label(number)):
                cells[spot.y][spot.x + place] = piece
        return [joined(row.get(x, Piece(" ")) for x in range(self.width)) for row in cells]

    def _label(self, number: int) -> list[Piece]:
        text = self._labels[number]
        kind = self.lit.kind(self.data.facts[number])
        name, space, badge = text.partition(" ")
        start = len(self._mark(number))
        kinds = ["match"] * start + [kind] * (len(name) - start) + ["badge"] * len(space + badge)
        return [Piece(character, kind) for character, kind in zip(text, kinds, strict=True)]

    def _edges(self) -> Raster:
        raster = Raster(ascii_only=self.lit.ascii_only)
        main = set(zip(self.lit.kin.line[1:], self.lit.kin.line, strict=False))
        for edge in sorted(self.data.layout.paths, key=lambda edge: _RANKS.index(self._edge_kind(edge, main))):
            kind = self._edge_kind(edge, main)
            path = self.data.layout.paths[edge]
            for (layer, y), (after, to_y) in pairwise(path):
                x, width = self._columns[layer]
                if layer == path[0][0]:
                    start = x + len(self._labels[edge[0]])
                    if start < x + width:
                        raster.line((start, y), (x + width - 1, y), kind)
                else:
                    raster.line((x, y), (x + width - 1, y), kind)
                raster.line((x + width, y), (self._columns[after][0] - 1, to_y), kind)
        return raster

    def _edge_kind(self, edge: tuple[int, int], main: Collection[tuple[int, int]]) -> str:
        if edge in main:
            return "edge-main"
        if not all(self.lit.kin_kind(number) for number in edge):
            return "edge"
        return "edge-descendant" if edge[1] in self.lit.kin.descendants else "edge-ancestor"

    def line(self, y: int, start: int, width: int, cursor: int | None) -> list[Piece]:
        pieces = self._lines[y]
        spot = self._spots.get(cursor) if cursor is not None else None
        if spot is not None and spot.y == y and cursor is not None:
            after = spot.x + spot.width
            label = Piece(self._labels[cursor], "cursor")
            pieces = [*cropped(pieces, 0, spot.x), label, *cropped(pieces, after, self.width - after)]
        return cropped(pieces, start, width)

    def spot(self, number: int) -> Spot | None:
        return self._spots.get(number)

    def unlit(self) -> LayerDrawing:
        return self  # kin are what it is made of

    def at(self, x: int, y: int) -> int | None:
        here = (n for n, spot in self._spots.items() if spot.y == y and spot.x <= x < spot.x + spot.width)
        return next(here, None)

    def beside(self, number: int, step: int) -> int | None:
        for numbers in self.data.layout.layers:
            if number in numbers:
                return numbers[min(max(numbers.index(number) + step, 0), len(numbers) - 1)]
        return None
