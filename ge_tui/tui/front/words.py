"""The lines below the picture. Pure."""

from __future__ import annotations

from ge_tui.run.store import Status
from ge_tui.run.summary import format_metric
from ge_tui.search import Objective
from ge_tui.tui.front.chart import Chart
from ge_tui.tui.front.points import Axes, Point, PointBook, inside_box
from ge_tui.tui.individuals.signs import act_words
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.watch import Individual, RunModel


def about(number: int | None, model: RunModel, book: PointBook, chart: Chart | None, separator: str) -> str:
    """An individual in a line, the most important first: the end may be cut."""
    one = None if number is None else model.individuals.get(number)
    if one is None:
        return "nothing is selected"
    parts = [_made(one), *act_words(one)]
    point = book.points.get(model.original(one).number)
    if one.duplicate_of is not None:
        parts.append(f"equal to #{model.original(one).number}")
    if point is None or book.axes is None:
        parts.append(_why_not(one))
    else:
        parts += _measures(point, one, book)
        parts += _place(point, chart)
    return clean_line(f" {separator} ".join(parts))


def _made(one: Individual) -> str:
    if one.operator == "seed":
        return "#0 the seed"
    return f"#{one.number} {one.operator}" + (f" by {one.persona}" if one.persona else "")


def _why_not(one: Individual) -> str:
    if one.status is Status.FAILED:
        return f"failed ({one.outcome.value if one.outcome else 'no reason is known'}): no place here"
    if one.status is Status.EVALUATED:
        return "what the axes show was not measured"
    return f"{one.status.value}: no place here yet" if one.status is not Status.REJECTED else "rejected: no place here"


def _measures(point: Point, one: Individual, book: PointBook) -> list[str]:
    """Both measures; for others than the seed, how they compare with the seed's."""
    axes, seed = book.axes, book.seed
    if axes is None:
        return []
    apart = seed if seed is not None and one.operator != "seed" else None
    said = [
        f"{axis.name} {format_metric(axis.name, value)}{'' if apart is None else _against(axis, value, other)}"
        for axis, value, other in (
            (axes.y, point.y, apart.y if apart else 0.0),
            (axes.x, point.x, apart.x if apart else 0.0),
        )
    ]
    if apart is not None and inside_box(point, apart, axes):
        said.append("better than the seed in both")
    return said


def _against(objective: Objective, value: float, seed: float) -> str:
    """The difference from the seed; on a log scale the factor."""
    if objective.scale == "log10":
        factor = value / seed if seed else float("inf")
        return f" ({factor:.3g} times the seed's)"
    difference = value - seed
    return f" ({difference:+.4f})" if abs(difference) < 100 else f" ({difference:+,.0f})"


def _place(point: Point, chart: Chart | None) -> list[str]:
    said = []
    if chart is not None and point.number in chart.where:
        numbers = chart.spots[chart.where[point.number]].numbers
        if len(numbers) > 1:
            said.append(f"{numbers.index(point.number) + 1} of {len(numbers)} in this cell")
    elif chart is not None:
        said.append("outside of the picture")
    return [*said, *(["front"] if point.front else [])]


def status_line(book: PointBook, chart: Chart | None, view: str, axes: Axes | None, separator: str) -> str:
    """What the picture shows."""
    front = sum(point.front for point in book.points.values())
    parts = [f"{len(book.points)} measured", f"{front} on the front"]
    seed = book.seed
    if seed is not None and axes is not None:
        better = sum(inside_box(point, seed, axes) for point in book.points.values())
        parts.append(f"{better} better than the seed in both")
    if book.failed:
        parts.append(f"{len(book.failed)} failed, not shown")
    if chart is not None and chart.outside:
        parts.append(f"{chart.outside} outside")
    return f" {separator} ".join([*parts, view])
