"""Families to draw: a small one that is known by heart, and large ones as a search makes them (`evolved`)."""

from __future__ import annotations

from typing import Any

from benchmarks.made_family import evolved
from ge_tui.run.store import Status
from ge_tui.tui.lineage.pane import LineagePane
from ge_tui.tui.panes.pane import Pane
from ge_tui.tui.watch import Change, Individual, RunModel, Update
from tests.tui.population.sample import RUN, Given, one
from tests.tui.rig import PaneApp

MEASURES = {0: 0.50, 1: 0.55, 2: 0.52, 3: 0.60, 4: 0.45, 6: 0.70, 7: 0.40, 8: 0.90, 9: 0.42, 10: 0.41}
PARENTS: dict[int, tuple[int, ...]] = {
    0: (), 1: (0,), 2: (0,), 3: (0,), 4: (1,), 5: (1,), 6: (1, 3), 7: (4,), 8: (6, 2), 9: (4,), 10: (7, 9), 11: (8,),
}  # fmt: skip
GENERATIONS = {0: 0, 1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 3, 10: 4, 11: 4}
"""8 is the champion, by 6 and 1 from the seed, with 2 and 3 beside; 4 and all below it died out; 5 failed; 11 waits."""


def individual(number: int, **more: Any) -> Individual:
    status = Status.FAILED if number == 5 else Status.WAITING if number == 11 else Status.EVALUATED
    metrics = {"accuracy": MEASURES[number], "params": 1000.0 * (12 - number)} if number in MEASURES else {}
    values: dict[str, Any] = {
        "generation": GENERATIONS[number], "parents": PARENTS[number], "metrics": metrics,
        "operator": "crossover" if len(PARENTS[number]) > 1 else "mutate",
    }  # fmt: skip
    return one(number, more.pop("status", status), **{**values, **more})


def small(*, alive: bool = False, elites: frozenset[int] = frozenset({8})) -> RunModel:
    """The known family; only the objective of accuracy counts, so that 8 is the whole front."""
    run = RUN.__class__(**{**{name: getattr(RUN, name) for name in RUN.__slots__}, "objectives": RUN.objectives[:1]})
    model = RunModel()
    model.apply(Update(run=run, individuals=tuple(map(individual, PARENTS)), elites=elites, alive=alive))
    return model


class LineageApp(PaneApp):
    """The pane, and what it posted."""

    pane: LineagePane

    def __init__(self, model: RunModel, kept: dict[str, Any] | None = None, **more: Any) -> None:
        super().__init__(LineagePane(Given(model), **more))  # type: ignore[arg-type]
        self.model = model
        if kept is not None:
            self.pane.restore(kept)

    def update(self, *individuals: Individual, **more: Any) -> Change:
        change = self.model.apply(Update(individuals=individuals, **more))
        self.pane.refresh_from(change)
        return change

    def lines(self) -> list[str]:
        canvas = self.pane.canvas
        return [canvas.render_line(y).text.rstrip() for y in range(canvas.size.height)]

    def selected(self) -> list[int]:
        return [message.number for message in self.posted if isinstance(message, Pane.Selected)]


__all__ = ["GENERATIONS", "PARENTS", "LineageApp", "evolved", "individual", "one", "small"]
