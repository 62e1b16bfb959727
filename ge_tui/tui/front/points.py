"""The individuals that have a place in the picture, kept up as the run goes on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from ge_tui.axis import scaled
from ge_tui.run.store import Status
from ge_tui.search import Objective
from ge_tui.tui.watch import Individual, RunModel


class Rank(IntEnum):
    """What a point is; the lowest is drawn where several share a cell."""

    FRONT = 0
    SEED = 1
    ELITE = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class Point:
    """An individual where it stands."""

    number: int
    x: float
    y: float
    rank: Rank
    front: bool
    """The seed may be on the front as well."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Which metrics stand on the axes, and where better is."""

    y: Objective
    x: Objective

    @property
    def x_good(self) -> int:
        """1: better to the right; -1: to the left."""
        return 1 if self.x.direction == "max" else -1

    @property
    def y_good(self) -> int:
        """1: better up; -1: down."""
        return 1 if self.y.direction == "max" else -1


def axes_of(objectives: Sequence[Objective]) -> Axes | None:
    """The first objective upwards, the second across; beside a lone one, the parameters, as they weigh nothing."""
    if not objectives:
        return None
    lone = Objective("params" if objectives[0].name != "params" else "accuracy", "min", "log10")
    return Axes(objectives[0], objectives[1] if len(objectives) > 1 else lone)


class PointBook:
    """The points of a run; only individuals that changed are looked at again."""

    def __init__(self) -> None:
        self.axes: Axes | None = None
        self.points: dict[int, Point] = {}
        self.failed: set[int] = set()
        """Those without a place, as nothing that could be drawn was measured."""

    def update(self, model: RunModel, numbers: Iterable[int]) -> bool:
        """Take in individuals that are new or changed; whether the picture is another now."""
        axes = axes_of(model.objectives)
        if axes != self.axes:
            self.axes, self.points, self.failed = axes, {}, set()
            numbers = list(model.individuals)
        changed = False
        for number in numbers:
            one = model.individuals.get(number)
            if axes is None or one is None or one.status not in (Status.EVALUATED, Status.FAILED):
                continue
            point = point_of(one, axes)
            if point is None:
                changed |= number not in self.failed
                self.failed.add(number)
            elif self.points.get(number) != point:
                self.points[number] = point
                changed = True
        return changed

    @property
    def seed(self) -> Point | None:
        """Where the seed stands."""
        return self.points.get(0)


def point_of(one: Individual, axes: Axes) -> Point | None:
    """Where an individual stands; None for one that failed or has no such measures."""
    if one.status is not Status.EVALUATED:
        return None
    x, y = measure(one, axes.x), measure(one, axes.y)
    if x is None or y is None:
        return None
    is_seed = one.operator == "seed"
    rank = Rank.SEED if is_seed else Rank.FRONT if one.front else Rank.ELITE if one.elite else Rank.OTHER
    return Point(one.number, x, y, rank, one.front)


def measure(one: Individual, objective: Objective) -> float | None:
    """A measure that its scale has a place for."""
    value = one.metrics.get(objective.name)
    if value is None and objective.name == "params" and one.params is not None:
        value = float(one.params)
    return value if value is not None and scaled(value, log=objective.scale == "log10") is not None else None


def on_front(points: Mapping[int, Point]) -> list[Point]:
    """Those on the front, from left to right."""
    return sorted((point for point in points.values() if point.front), key=lambda point: (point.x, point.y))


def stairs(front: Sequence[Point], axes: Axes) -> list[Point]:
    """The corners of the staircase, best in x first: with more than two objectives not all of a front are corners."""
    corners: list[Point] = []
    for point in sorted(front, key=lambda point: (-point.x * axes.x_good, -point.y * axes.y_good)):
        if not corners or (point.y - corners[-1].y) * axes.y_good > 0:
            corners.append(point)
    return corners


def inside_box(point: Point, seed: Point, axes: Axes) -> bool:
    """Whether it is better than the seed in both."""
    return (point.x - seed.x) * axes.x_good > 0 and (point.y - seed.y) * axes.y_good > 0
