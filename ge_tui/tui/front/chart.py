"""The scatter plot as cells, and which individuals stand in each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ge_tui.axis import Span, cell_of, ticks
from ge_tui.tui.front.points import Axes, Point, Rank, on_front, stairs
from ge_tui.tui.front.signs import ASCII, TONES, UNICODE, Signs
from ge_tui.tui.front.window import Window
from ge_tui.tui.plot.pieces import Piece, Row, Tone, filled, joined
from ge_tui.tui.plot.strokes import Cell, Strokes

SMALLEST = (16, 6)
_TITLE_FROM = 9
"""With fewer rows than these the picture has no title."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What stands in a cell."""

    numbers: tuple[int, ...]
    """The individuals, the most important first."""
    piece: Piece


@dataclass(slots=True)
class Chart:
    """The picture. Cells are counted from the plot's own upper left corner."""

    left: int
    """Columns before the plot."""
    top: int
    width: int
    height: int
    unicode: bool
    spots: dict[Cell, Spot] = field(default_factory=dict)
    where: dict[int, Cell] = field(default_factory=dict)
    """The cell of each individual that is in sight."""
    front: list[int] = field(default_factory=list)
    """Those on the front that are in sight, from left to right."""
    outside: int = 0
    """So many have a place, but not in this window."""
    rows: list[Row] = field(default_factory=list)
    _cells: list[list[Piece]] = field(default_factory=list)
    _margins: dict[int, str] = field(default_factory=dict)

    @property
    def signs(self) -> Signs:
        """The characters that it is drawn with."""
        return UNICODE if self.unicode else ASCII

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """The individuals at a place of the widget."""
        spot = self.spots.get((x - self.left, y - self.top))
        return () if spot is None else spot.numbers

    def with_selected(self, selected: int | None, marked: int | None = None) -> list[Row]:
        """The rows, with the cells of some individuals set off."""
        rows = list(self.rows)
        special: dict[Cell, Piece] = {}
        if marked in self.where:
            special[self.where[marked]] = (self.signs.marked, Tone.MARKED)
        cell = self.where.get(selected) if selected is not None else None
        if cell is not None:
            sign = special[cell][0] if cell in special else self.spots[cell].piece[0]
            special[cell] = (sign, Tone.SELECTED)
            axis = list(self.rows[self.top + self.height][0][0])
            axis[self.left + cell[0]] = self.signs.point_x
            rows[self.top + self.height] = (("".join(axis), Tone.AXIS),)
        for y in {row for _, row in special}:
            rows[self.top + y] = self._row(y, special, cell)
        return rows

    def _row(self, y: int, special: Mapping[Cell, Piece], selected: Cell | None) -> Row:
        """A row of the plot with its margin."""
        pieces = self._cells[y]
        if special:
            pieces = [special.get((x, y), piece) for x, piece in enumerate(pieces)]
        ticked = y in self._margins
        axis = self.signs.tick_y if ticked else self.signs.down
        if selected is not None and selected[1] == y:
            axis = self.signs.point_y
        return joined([(self._margins.get(y, "").rjust(self.left - 1) + axis, Tone.AXIS), *pieces])


def draw_chart(
    points: Mapping[int, Point],
    axes: Axes,
    window: Window,
    size: tuple[int, int],
    *,
    unicode: bool = True,
    dominated: bool = True,
) -> Chart | None:
    """The picture in `size` columns and rows; None where there is no room for one."""
    if size[0] < SMALLEST[0] or size[1] < SMALLEST[1]:
        return None
    top = 1 if size[1] >= _TITLE_FROM else 0
    height = size[1] - top - 2
    margins = {height - 1 - cell_of(part, height): text for part, text in ticks(window.y, max(2, height // 4))}
    left = max((len(text) for text in margins.values()), default=0) + 1
    width = size[0] - left
    chart = Chart(left, top, width, height, unicode, _margins=margins)
    if width < SMALLEST[0] // 2:
        return None
    seed = points.get(0)
    _place(chart, points, window, dominated=dominated)
    lines: dict[Cell, Piece] = {}
    if seed is not None:
        lines |= _box(chart, seed, axes, window)
    lines |= {
        cell: (sign, Tone.STAIRS)
        for cell, sign in _staircase(chart, points, axes, window).signs(unicode=unicode).items()
    }
    blank: Piece = (" ", Tone.PLAIN)
    pieces = {**lines, **{cell: spot.piece for cell, spot in chart.spots.items()}}
    chart._cells = [[pieces.get((x, y), blank) for x in range(width)] for y in range(height)]
    body = [chart._row(y, {}, None) for y in range(height)]
    chart.rows = [
        *([_title(chart, axes, size[0])] if top else []),
        *body,
        *_x_axis(window.x, chart, axes, titled=not top),
    ]
    return chart


def _place(chart: Chart, points: Mapping[int, Point], window: Window, *, dominated: bool) -> None:
    cells: dict[Cell, list[Point]] = {}
    x_of, y_of = window.x.parts_of, window.y.parts_of
    shown = [point for point in points.values() if dominated or point.front or point.rank is Rank.SEED]
    places = zip(shown, x_of([point.x for point in shown]), y_of([point.y for point in shown]), strict=True)
    width, height, where = chart.width, chart.height, chart.where
    for point, x, y in places:
        if not (0 <= x <= 1 and 0 <= y <= 1):
            chart.outside += 1
            continue
        cell = min(int(x * width), width - 1), height - 1 - min(int(y * height), height - 1)
        where[point.number] = cell
        if cell in cells:
            cells[cell].append(point)
        else:
            cells[cell] = [point]
    for cell, some in cells.items():
        chart.spots[cell] = _spot(chart, some)
    chart.front = [point.number for point in on_front(points) if point.number in chart.where]


def _spot(chart: Chart, some: list[Point]) -> Spot:
    """What stands in a cell: the sign of the most important, or how many there are of its kind."""
    some.sort(key=lambda point: (point.rank, point.number))
    rank = some[0].rank
    alike = sum(point.rank is rank for point in some)
    sign = chart.signs.of(rank) if alike == 1 else str(alike) if alike < 10 else chart.signs.many
    tone = Tone.FRONT if some[0].front else TONES[rank]
    return Spot(tuple(point.number for point in some), (sign, tone))


def _clamped(chart: Chart, point: Point, window: Window) -> Cell:
    """The cell of a point, or of the edge where it lies outside."""
    x, y = window.x.part(point.x) or 0.0, window.y.part(point.y) or 0.0
    return (
        cell_of(min(max(x, 0.0), 1.0), chart.width),
        chart.height - 1 - cell_of(min(max(y, 0.0), 1.0), chart.height),
    )


def _is_in(span: Span, value: float) -> bool:
    part = span.part(value)
    return part is not None and 0 <= part <= 1


def _box(chart: Chart, seed: Point, axes: Axes, window: Window) -> dict[Cell, Piece]:
    """The lines from the seed to where it is better in both."""
    column, row = _clamped(chart, seed, window)
    right, top = chart.width - 1 if axes.x_good > 0 else 0, 0 if axes.y_good > 0 else chart.height - 1
    found: dict[Cell, Piece] = {}
    if _is_in(window.y, seed.y):
        for x in range(min(column, right), max(column, right) + 1):
            found[x, row] = (chart.signs.box_across, Tone.BOX)
    if _is_in(window.x, seed.x):
        for y in range(min(row, top), max(row, top) + 1):
            found[column, y] = (chart.signs.box_down, Tone.BOX)
    return found


def _staircase(chart: Chart, points: Mapping[int, Point], axes: Axes, window: Window) -> Strokes:
    """What the front dominates is on the worse side of this line."""
    strokes = Strokes()
    corners = stairs([point for point in points.values() if point.front], axes)
    worst_x = 0 if axes.x_good > 0 else chart.width - 1
    worst_y = chart.height - 1 if axes.y_good > 0 else 0
    before: Cell | None = None
    height: float | None = None
    for corner in corners:
        column, row = _clamped(chart, corner, window)
        if before is not None and height is not None and _is_in(window.y, height):
            strokes.across(before[0], column, before[1])
        if _is_in(window.x, corner.x):
            strokes.down(worst_y if before is None else before[1], row, column)
        before, height = (column, row), corner.y
    if before is not None and height is not None and _is_in(window.y, height):
        strokes.across(before[0], worst_x, before[1])
    return strokes


def _title(chart: Chart, axes: Axes, width: int) -> Row:
    """What goes up, and the signs."""
    signs = chart.signs
    arrow = signs.up if axes.y_good > 0 else signs.low
    name = f"{axes.y.name} {arrow}"
    legend: list[Piece] = [
        (f"{signs.front} front  ", Tone.FRONT),
        (f"{signs.seed} seed  ", Tone.SEED),
        (f"{signs.box_across}{signs.box_across} better than it  ", Tone.BOX),
        (f"{signs.elite} kept  ", Tone.GOOD),
        (f"{signs.other} dominated", Tone.DIM),
    ]
    room = width - len(name) - 2
    while legend and sum(len(text) for text, _ in legend) > room:
        legend.pop()
    gap = room - sum(len(text) for text, _ in legend) + 2
    return filled(joined([(name, Tone.TITLE), (" " * gap, Tone.PLAIN), *legend]), width)


def _x_axis(span: Span, chart: Chart, axes: Axes, *, titled: bool) -> list[Row]:
    signs = chart.signs
    arrow = signs.right if axes.x_good > 0 else signs.left
    name = f"{arrow} {axes.x.name}" if axes.x_good < 0 else f"{axes.x.name} {arrow}"
    if titled:
        name = f"{axes.y.name} {signs.up if axes.y_good > 0 else signs.low}, {name}"
    line, below = [signs.across] * chart.width, [" "] * chart.width
    end = chart.width - len(name) - 1
    for part, text in ticks(span, max(2, chart.width // 10)):
        at = cell_of(part, chart.width)
        start = min(max(at - len(text) // 2, 0), max(chart.width - len(text), 0))
        taken = "".join(below[max(start - 1, 0) : start + len(text)]).strip()
        if start + len(text) < end and not taken:
            line[at] = signs.tick_x
            below[start : start + len(text)] = text
    if end > 0:
        below[end + 1 :] = name
    return [
        ((" " * (chart.left - 1) + signs.corner + "".join(line), Tone.AXIS),),
        ((" " * chart.left + "".join(below), Tone.AXIS),),
    ]
