"""Networks that are points in a landscape, whose trainings take no time: for questions about the search itself.

A genome holds a line `_POINT = (size, …)`. Larger networks can do more and learn slower; the other numbers have a
best value each. Every training has luck of its own, drawn from its seed, and a curve with noise on it.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import random
import re

from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, OnProgress, TrainReport
from ge_tui.llm.proposer import Brief, Proposal, Refusal, Step

Point = tuple[float, ...]

SEED_POINT: Point = (0.7, 0.2, 0.8, 0.5)
BEST: Point = (0.6, 0.35, 0.65)
GRID = 20
"""Each number is one of so many, so that some children come again."""
LUCK = 0.012
"""Deviation of what equal trainings with other seeds end with."""
CURVE_POINTS = 10


def write(point: Point) -> str:
    return f"_POINT = ({', '.join(f'{value:.3f}' for value in point)})"


def read(source: str) -> Point:
    found = re.search(r"_POINT = \(([^)]*)\)", source)
    return tuple(map(float, found[1].split(","))) if found else SEED_POINT


def params_of(point: Point) -> float:
    return float(round(10 ** (4 + 2.2 * point[0])))


def accuracy_of(point: Point, steps: int) -> float:
    """What trainings of so many steps end with on average."""
    size, *rest = point
    fit = math.exp(-3 * sum((value - best) ** 2 for value, best in zip(rest, BEST, strict=True)))
    able = 0.3 + 0.67 * fit * (1 - math.exp(-3 * (0.15 + size)))
    return able * (1 - math.exp(-steps / (30 + 70 * size + 60 * abs(rest[0] - BEST[0]))))


class PointProposer:
    """Moves one or two numbers of the first parent by a little; a crossover takes some from the second."""

    name = "points"
    lanes = 1
    models: tuple[str, ...] = ()
    asks = False

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        await asyncio.sleep(0)
        genome = brief.parents[0].genome
        point, name = list(read(genome.source)), genome.names[0]
        for operator in brief.operators:
            other = read(brief.parents[-1].genome.source)
            for index in range(len(point)):
                if operator == "crossover":
                    point[index] = other[index] if brief.rng.random() < 0.5 else point[index]
                elif brief.rng.random() < 0.4:
                    moved = point[index] + 0.3 * (brief.rng.random() + brief.rng.random() - 1)
                    point[index] = round(min(1.0, max(0.0, moved)) * GRID) / GRID
        lines = [line for line in genome.segment(name).code.split("\n") if not line.startswith("_POINT")]
        child = genome.with_segment(name, "\n".join([*lines, write(tuple(point))]))
        return Proposal(child.source, (Step(brief.operators[-1], "points", name, "moved"),), name)


class PointExecutor:
    """Trains points."""

    slots = 1

    def __init__(self) -> None:
        self.steps = 0
        """Taken by all trainings, ended ones as far as they came."""

    async def resize(self, slots: int) -> int:  # noqa: ARG002
        return self.slots

    async def check(self, request: CheckRequest) -> CheckReport:
        point = read(request.source)
        return CheckReport(Outcome.OK, "", int(params_of(point)), 1000, (), repr(point))

    async def train(self, request: TrainRequest, on_progress: OnProgress) -> TrainReport:
        point, steps = read(request.source), request.plan.steps
        key = f"{point}/{steps}/{request.seed}"
        luck = random.Random(hashlib.sha256(key.encode()).digest())
        end = min(0.999, max(0.01, accuracy_of(point, steps) + luck.gauss(0, LUCK)))
        taken = 0
        for number in range(1, CURVE_POINTS + 1):
            step = steps * number // CURVE_POINTS
            self.steps, taken = self.steps + step - taken, step
            rising = (1 - math.exp(-3 * number / CURVE_POINTS)) / (1 - math.exp(-3))
            noise = luck.gauss(0, LUCK) if number < CURVE_POINTS else 0.0
            seen = min(0.999, max(0.01, end * rising + noise))
            on_progress(CurvePoint(step, step / 40, 2.3 * (1 - seen), seen, 2.3 * (1 - seen)))
            await asyncio.sleep(0)
        metrics = {"accuracy": end, "loss": 2.3 * (1 - end), "params": params_of(point)}
        return TrainReport(Outcome.OK, "", metrics, (), 1.0, 1.0, 100.0)

    async def close(self) -> None:
        return None
