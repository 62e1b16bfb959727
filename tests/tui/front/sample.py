"""A run with a front to walk along."""

from __future__ import annotations

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import GenerationRow, Status
from ge_tui.search import Objective
from ge_tui.tui.front.pane import FrontPane
from ge_tui.tui.watch import Individual, RunModel, Update
from tests.tui.population.sample import RUN, Given, one
from tests.tui.rig import PaneApp

ACCURACY = Objective("accuracy", "max", "linear", "loss", 0.4)
PARAMS = Objective("params", "min", "log10", None, 2e6)


def at(number: int, accuracy: float, params: float, **more: object) -> Individual:
    metrics = {"accuracy": accuracy, "loss": 1 - accuracy, "params": params}
    values = {"curve": (accuracy / 2, accuracy), "rung": "full", **more}
    return one(number, metrics=metrics, **values)


def individuals() -> tuple[Individual, ...]:
    """On the front, from left to right: 3, 1, 5, 4. Dominated: the seed 0, 2, and 6 and 7 in one cell."""
    return (
        at(0, 0.80, 500_000.0, operator="seed", proposer="seed", parents=(), persona=None, category=None),
        at(1, 0.82, 200_000.0),
        at(2, 0.60, 400_000.0),
        at(3, 0.70, 50_000.0),
        at(4, 0.95, 1_500_000.0),
        at(5, 0.90, 450_000.0),
        at(6, 0.50, 1_000_000.0),
        at(7, 0.5001, 1_000_100.0),
        one(8, Status.FAILED, outcome=Outcome.SHAPE, reason="no", rung=None),
        one(9, Status.DUPLICATE, duplicate_of=5),
        one(10, Status.EVALUATING),
    )


def generations(count: int = 3) -> tuple[GenerationRow, ...]:
    return tuple(GenerationRow(n, 1.7e9 + n, 1.7e9 + n + 1, 0.1 * n, 3, 4, 4, 0, 0) for n in range(count))


def front_model(some: tuple[Individual, ...] | None = None) -> RunModel:
    model = RunModel()
    model.apply(Update(run=RUN, individuals=individuals() if some is None else some, generations=generations()))
    return model


class FrontApp(PaneApp):
    """The pane, and what it posted."""

    pane: FrontPane

    def __init__(self, model: RunModel | None = None, *, unicode: bool = True) -> None:
        self.model = front_model() if model is None else model
        super().__init__(FrontPane(Given(self.model), unicode=unicode))  # type: ignore[arg-type]

    def update(self, *some: Individual, **more: object) -> None:
        self.pane.refresh_from(self.model.apply(Update(individuals=some, **more)))  # type: ignore[arg-type]

    @property
    def selected(self) -> list[int]:
        return [message.number for message in self.posted if isinstance(message, FrontPane.Selected)]
