"""CPU time of the population table: filling, sorting, filtering, and keeping up with a run that goes on.

python -m benchmarks.population_table [--individuals 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from textual.app import App, ComposeResult

from benchmarks.made_family import OBJECTIVES
from ge_tui.run.store import RunRow, Status
from ge_tui.tui.individuals.query import parse
from ge_tui.tui.population.pane import PopulationPane
from ge_tui.tui.population.table import Sorting
from ge_tui.tui.watch import Change, Individual, Part, RunModel, Update

RUN = RunRow("run", 0.0, "running", "", {}, {}, {}, OBJECTIVES, {}, 0.0)
ROUNDS = 40


class Given:
    """What a pane is given, with nothing behind it."""

    def __init__(self) -> None:
        self.model = RunModel()
        self.feed = self.steering = None


class TableApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.given = Given()
        self.pane = PopulationPane(self.given)  # type: ignore[arg-type]

    def compose(self) -> ComposeResult:
        yield self.pane


def individual(number: int, draw: random.Random) -> Individual:
    metrics = {"accuracy": draw.random(), "loss": draw.random(), "params": draw.random() * 1e6, "flops": 1e8}
    return Individual(
        number, number // 20, number % 20, draw.choice(("mutate", "eot", "crossover")), "ollama:coder",
        (draw.randrange(number),) if number else (), Status.EVALUATED, number * 30.0,
        persona=draw.choice(("expert", "engineer", "magoo")), category="complex", segment="head", temperature=0.3,
        metrics=metrics, curve=tuple(draw.random() for _ in range(8)),
    )  # fmt: skip


def cpu_ms(work: Callable[..., object], *arguments: object) -> float:
    start = time.process_time()
    work(*arguments)
    return (time.process_time() - start) * 1e3


async def measure(count: int) -> None:
    draw, app = random.Random(1), TableApp()
    model = app.given.model
    model.apply(Update(run=RUN, individuals=tuple(individual(number, draw) for number in range(count))))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        everything = Change(frozenset(Part), frozenset(model.individuals))
        report("first fill", [cpu_ms(app.pane.refresh_from, everything)])
        table = app.pane.table
        await pilot.pause()
        for column in ("accuracy", "gain", "persona"):
            sorts = [cpu_ms(table.sort_by, Sorting(column, index % 2 == 0)) for index in range(6)]
            report(f"sort by {column}", sorts)
        for text in ("front", "persona:expert acc>0.9", "nothing at all", ""):
            report(f"filter '{text}'", [cpu_ms(table.filter_by, parse(text))])
        for sorting in (Sorting("number", False), Sorting("number", True), Sorting("accuracy", True)):
            table.sort_by(sorting)
            table.move_cursor(20)
            await pilot.pause()
            times = [cpu_ms(app.pane.refresh_from, change) async for change in changes(model, draw, pilot.pause)]
            report(f"17 changed and 3 new, by {sorting.column}{' falling' if sorting.falling else ''}", times)


async def changes(
    model: RunModel, draw: random.Random, pause: Callable[[], Awaitable[object]]
) -> AsyncIterator[Change]:
    """What a busy run does in a second, again and again, with the screen painted in between."""
    for _ in range(ROUNDS):
        last = len(model.individuals)
        news = [model.individuals[draw.randrange(last)] for _ in range(17)]
        changed = [replace(one, metrics={**one.metrics, "accuracy": draw.random()}) for one in news]
        yield model.apply(Update(individuals=(*changed, *(individual(last + more, draw) for more in range(3)))))
        await pause()


def report(what: str, times: list[float]) -> None:
    print(f"{what:45} median {statistics.median(times):7.1f} ms   most {max(times):7.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--individuals", type=int, default=10_000)
    asyncio.run(measure(parser.parse_args().individuals))


if __name__ == "__main__":
    main()
