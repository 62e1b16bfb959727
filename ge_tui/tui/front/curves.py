"""How the run came where it is, as lines over generations, evaluations and measurements. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ge_tui.run.store import Status
from ge_tui.search import Objective
from ge_tui.tui.front.layout import curve_sizes
from ge_tui.tui.front.points import measure
from ge_tui.tui.plot.lines import Plot, Series, line_plot
from ge_tui.tui.plot.pieces import Row, Tone, beside
from ge_tui.tui.watch import Individual, RunModel

_PARAMS = Objective("params", "min", "log10")


def hypervolume_plot(model: RunModel) -> Plot:
    """The hypervolume at the close of each generation."""
    closed = [row for row in model.generations if row.closed_at is not None and row.hypervolume is not None]
    points = tuple((float(row.number), row.hypervolume or 0.0) for row in closed)
    return Plot("hypervolume", (Series("", points, Tone.FIRST),), "generation", "no generation has closed yet")


def best_plot(model: RunModel) -> Plot:
    """The best by the first objective so far: of all, and of those no larger than the seed."""
    if not model.objectives:
        return Plot("best", (), "evaluations")
    objective = model.objectives[0]
    seed = model.individuals.get(0)
    size = None if seed is None else measure(seed, _PARAMS)
    trained = [one for one in model.individuals.values() if _was_trained(one)]
    series = [Series("any", best_so_far(trained, objective), Tone.FIRST, steps=True)]
    if size is not None and objective.name != "params":
        small = best_so_far(trained, objective, most_params=size)
        series.append(Series("seed's size", small, Tone.SECOND, gap=3, steps=True))
    return Plot(f"best {objective.name}", tuple(series), "evaluations", "nothing has been evaluated yet")


def best_so_far(
    individuals: Iterable[Individual], objective: Objective, most_params: float | None = None
) -> tuple[tuple[float, float], ...]:
    """After how many evaluations the best so far became what; at last, after all of them.

    In the order in which individuals were made; failed trainings count as evaluations.
    """
    points: list[tuple[float, float]] = []
    name, sign = objective.name, 1 if objective.direction == "max" else -1
    best, count = -math.inf, 0
    for one in individuals:
        count += 1
        raw = one.metrics.get(name)
        if raw is None or not raw * sign > best or one.status is not Status.EVALUATED:
            continue  # the most of thousands
        value, size = measure(one, objective), measure(one, _PARAMS)
        if value is not None and (most_params is None or (size is not None and size <= most_params)):
            best = value * sign
            points.append((float(count), value))
    if points and points[-1][0] < count:
        points.append((float(count), points[-1][1]))
    return tuple(points)


def _was_trained(one: Individual) -> bool:
    return one.status is Status.EVALUATED or (one.status is Status.FAILED and one.rung is not None)


def learning_plot(model: RunModel, selected: int | None) -> Plot:
    """The learning curve of the selected individual, over those of the best and of the seed."""
    best = model.best
    wanted = [(0, "seed", Tone.THIRD, 4), (None if best is None else best.number, "best", Tone.SECOND, 3)]
    series: dict[int, Series] = {}
    for number, name, tone, gap in wanted:
        if number is not None and number != selected and number in model.individuals:
            series.setdefault(number, Series(name, _curve(model, number), tone, gap))
    if selected is not None and selected in model.individuals:
        series[selected] = Series(f"#{selected}", _curve(model, selected), Tone.FIRST)
    return Plot("learning", tuple(series.values()), "measured", "no learning curve is on record")


def _curve(model: RunModel, number: int) -> tuple[tuple[float, float], ...]:
    one = model.original(model.individuals[number])
    return tuple((float(place), value) for place, value in enumerate(one.curve, 1))


def draw_curves(plots: Sequence[Plot], size: tuple[int, int], *, unicode: bool = True) -> list[Row]:
    """As many plots as there is room for, side by side and below each other."""
    rows: list[Row] = []
    waiting = list(plots)
    for sizes in curve_sizes(*size, len(plots)):
        block: list[Row] = []
        taken = 0
        for width, height in sizes:
            drawn = line_plot(waiting.pop(0), width, height, unicode=unicode)
            block = beside(block, drawn, taken) if taken else drawn
            taken += width + (1 if taken else 0)
        rows += block
    return rows
