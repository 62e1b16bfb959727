"""The front of a run against its seed and, where they compare, published networks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.axis import span_of
from ge_tui.report.drawing import Drawing, Dust, Ink, Line, Point, Shape, Sign, Text
from ge_tui.report.frame import LEFT, Entry, Frame, Size, legend, nothing, text_width
from ge_tui.search import Objective

FEW = 20
"""Of fewer others none is left out."""
_LETTERS = 11
_SIGN = 4.5
"""Half of the room that a sign takes."""
_Area = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A network where it stands."""

    x: float
    y: float
    name: str
    note: str = ""


def front_plot(
    title: str,
    axes: tuple[Objective, Objective],
    others: Sequence[tuple[float, float]],
    front: Sequence[Spot],
    seed: Spot | None,
    published: Sequence[Spot],
    size: Size,
) -> Drawing:
    """`axes`: what is across, then what is up. `front` from one end to the other."""
    across, up = axes
    named = [*front, *([seed] if seed else []), *published]
    if not named:
        return nothing(title, size)
    entries = [Entry("front", Ink.ONE, sign=Sign(0, 0, "dot", Ink.ONE))]
    if seed:
        entries.append(Entry("seed", Ink.TWO, sign=Sign(0, 0, "diamond", Ink.TWO, 5)))
    if published:
        entries.append(Entry("published (test part)", Ink.THREE, sign=Sign(0, 0, "square", Ink.THREE)))
    if others:
        entries.append(Entry("others", Ink.MUTED, sign=Sign(0, 0, "dot", Ink.MUTED, 2)))
    above, top = legend(entries, size)
    # The least of hundreds would press the rest together: the picture holds the better ones.
    shown = _better_part(others, up)
    x_span = span_of([s.x for s in named] + [x for x, _ in shown], log=across.scale == "log10", pad=0.04)
    y_span = span_of([s.y for s in named] + [y for _, y in shown], log=up.scale == "log10", pad=0.06)
    frame = Frame(size, x_span, y_span, top)
    shapes: list[Shape] = [*above, *frame.axes(across.name, up.name)]
    inside = [point for point in shown if frame.at(*point)]
    shapes.append(Dust(frame.line(inside), Ink.MUTED, 1.8))
    stairs = front if across.direction == "min" else front[::-1]
    shapes.append(Line(frame.steps([(s.x, s.y) for s in stairs]), Ink.ONE, 1.6))
    shapes += _signs(frame, published, Sign(0, 0, "square", Ink.THREE, 4))
    shapes += _signs(frame, front, Sign(0, 0, "dot", Ink.ONE, 4.5))
    shapes += _signs(frame, [seed] if seed else [], Sign(0, 0, "diamond", Ink.TWO, 5.5))
    shapes += _names(frame, [*([seed] if seed else []), *front, *published])
    return Drawing(size.width, size.height, title, tuple(shapes))


def _better_part(others: Sequence[tuple[float, float]], up: Objective) -> list[tuple[float, float]]:
    """All but the worst twentieth by what is up."""
    ordered = sorted(others, key=lambda point: point[1], reverse=up.direction == "max")
    return ordered[: len(ordered) - len(ordered) // FEW]


def _signs(frame: Frame, spots: Sequence[Spot], like: Sign) -> list[Shape]:
    return [
        Sign(*place, like.mark, like.ink, like.size, spot.note or spot.name)
        for spot in spots
        if (place := frame.at(spot.x, spot.y))
    ]


def _names(frame: Frame, spots: Sequence[Spot]) -> list[Shape]:
    """The names that find room beside their sign, the first before the others."""
    signs = [place for spot in spots if (place := frame.at(spot.x, spot.y))]
    taken = [(x - _SIGN, y - _SIGN, x + _SIGN, y + _SIGN) for x, y in signs]
    shapes: list[Shape] = []
    for spot in spots:
        place = frame.at(spot.x, spot.y)
        if place is None:
            continue
        wide = text_width(spot.name, _LETTERS)
        for x, y in _places(place, wide):
            box = (x, y - _LETTERS, x + wide, y + 2)
            if box[2] <= frame.size.width and box[0] >= LEFT and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                shapes.append(Text(x, y, spot.name, size=_LETTERS))
                break
    return shapes


def _places(sign: Point, wide: float) -> list[Point]:
    """Where the name of a sign may stand: right of it, left, above, below."""
    x, y = sign
    return [
        (x + 8, y - 5), (x + 8, y + 14), (x - 8 - wide, y - 5), (x - 8 - wide, y + 14), (x - wide / 2, y - 9),
        (x - wide / 2, y + 18),
    ]  # fmt: skip


def _overlap(one: _Area, other: _Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
