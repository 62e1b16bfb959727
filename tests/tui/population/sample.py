"""A small run with one of everything, and larger ones."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import RunRow, Status
from ge_tui.tui.individuals.facts import FactBook, Facts
from ge_tui.tui.population.pane import PopulationPane
from ge_tui.tui.watch import Change, Individual, RunModel, Update
from ge_tui.tui.watch.values import Progress
from tests.tui.rig import PaneApp

OBJECTIVES = [
    {"name": "accuracy", "direction": "max", "scale": "linear", "tie_break": "loss", "reference": 0.4},
    {"name": "params", "direction": "min", "scale": "log10", "tie_break": None, "reference": 2e6},
]
RUN = RunRow(
    name="sample", created_at=0.0, status="running", status_reason="", seconds=0.0, settings={}, task={}, data={},
    environment={}, objectives=OBJECTIVES,
)  # fmt: skip


def one(number: int, status: Status = Status.EVALUATED, **more: Any) -> Individual:
    """An individual; one that was evaluated has an accuracy and a size."""
    done = status is Status.EVALUATED
    values: dict[str, Any] = {
        "generation": number // 4,
        "slot": number % 4,
        "operator": "mutate",
        "proposer": "ollama:coder:7b",
        "parents": (0,),
        "created_at": 1.7e9 + number,
        "persona": "expert",
        "category": "complex",
        "segment": "SE",
        "temperature": 0.3,
        "outcome": Outcome.OK if done else None,
        "metrics": {"accuracy": 0.5 + number / 100, "loss": 1.0, "params": 1000.0 * (number + 1)} if done else {},
    }
    return Individual(number=number, status=status, **{**values, **more})


EVERYTHING = (
    one(0, operator="seed", proposer="seed", parents=(), persona=None, category=None, segment=None, temperature=None),
    one(1, metrics={"accuracy": 0.9, "loss": 0.4, "params": 518230.0, "flops": 8.4e7}, curve=(0.2, 0.6, 0.9)),
    one(2, metrics={"accuracy": 0.4, "loss": 2.0, "params": 900000.0}, persona="engineer", operator="eot"),
    one(3, Status.FAILED, outcome=Outcome.SHAPE, reason="RuntimeError: shapes (3x4) and\n [bold]5x6\x1b[2J do not fit"),
    one(4, Status.FAILED, outcome=Outcome.BUILD, reason="NameError: no Conv3", segment="FCT"),
    one(5, Status.DUPLICATE, duplicate_of=1, operator="crossover", parents=(2, 1)),
    one(6, Status.REJECTED, reason="the answer was cut off"),
    one(7, Status.EVALUATING, progress=Progress(300, 1200, 1.5)),
    one(8, Status.WAITING),
    one(9, Status.PROPOSING),
)
"""1 is on the front with the seed; 2 is dominated; then one of every other status."""


def run_model(individuals: tuple[Individual, ...] = EVERYTHING, *, alive: bool = False) -> RunModel:
    model = RunModel()
    elites = frozenset({2} & {individual.number for individual in individuals})
    model.apply(Update(run=RUN, individuals=individuals, elites=elites, alive=alive))
    return model


def book_of(model: RunModel) -> dict[int, Facts]:
    book = FactBook()
    book.update(model, model.individuals)
    return book.facts


def many(count: int) -> tuple[Individual, ...]:
    draw = random.Random(7)
    return tuple(
        one(number, metrics={"accuracy": draw.random(), "params": draw.randrange(10**4, 10**6)}, parents=(number // 2,))
        for number in range(count)
    )


class Given:
    """A run as panes are given it, without a file behind it."""

    def __init__(self, model: RunModel) -> None:
        self.model = model
        self.feed = self.steering = None


class TableApp(PaneApp):
    """The pane, and what it posted."""

    pane: PopulationPane

    def __init__(self, model: RunModel, kept: object = None, **more: Any) -> None:
        super().__init__(PopulationPane(Given(model), **more))  # type: ignore[arg-type]
        self.model = model
        if kept is not None:
            self.pane.restore(kept)

    def update(self, *individuals: Individual, **more: Any) -> Change:
        change = self.model.apply(Update(individuals=individuals, **more))
        self.pane.refresh_from(change)
        return change

    def shown(self) -> list[int]:
        """The numbers in the order of the rows."""
        return [self.pane.table.number_at(row) for row in range(self.pane.table.row_count)]

    def lines(self) -> list[str]:
        table = self.pane.table
        return [table.render_line(y).text.rstrip() for y in range(table.size.height)]

    def messages(self, kind: type) -> list[Any]:
        return [message for message in self.posted if isinstance(message, kind)]


__all__ = ["EVERYTHING", "Given", "TableApp", "book_of", "many", "one", "replace", "run_model"]
