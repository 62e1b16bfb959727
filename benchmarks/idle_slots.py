"""What it brings and costs to train the front with further seeds in slots that nothing else waits for.

    python -m benchmarks.idle_slots [--children 60] [--llm 20] [--training 60] [--json FILE]

Simulated in virtual time: answers of a language model take 20 s, trainings 60 s, checks 0.3 s. `slots busy` counts what
came to a result; trainings that gave way to a child are idle time. `too high` is by how much the accuracies of the
final front exceed what its networks reach on average: the luck that was selected.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.output import write_json
from benchmarks.simulated_training import PointExecutor, PointProposer, accuracy_of, read
from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.report import CheckReport, OnProgress, TrainReport
from ge_tui.llm.proposer import Brief, Proposal, Refusal
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine import Engine, going_on
from ge_tui.run.objectives import objectives_from
from ge_tui.run.pool import Pool
from ge_tui.run.session import create_run, created_plan, prepare_run
from ge_tui.run.store import RunReader, Store
from ge_tui.run.timeline import timeline_of
from ge_tui.settings import read_settings
from tests.run.virtual_time import VirtualLoop, run_virtually

CHECK_S = 0.3
MOST = 5
VARIANTS = {
    "off": (),
    "gives way": (f"evaluation.idle_seeds={MOST}",),
    "children wait": (f"evaluation.idle_seeds={MOST}", "evaluation.idle_gives_way=false"),
}


class SlowProposer(PointProposer):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        await asyncio.sleep(self._seconds)
        return await super().propose(brief)


class SlowExecutor(PointExecutor):
    def __init__(self, seconds: float, slots: int) -> None:
        super().__init__()
        self._seconds = seconds
        self.slots = slots

    async def check(self, request: CheckRequest) -> CheckReport:
        await asyncio.sleep(CHECK_S)
        return await super().check(request)

    async def train(self, request: TrainRequest, on_progress: OnProgress) -> TrainReport:
        await asyncio.sleep(self._seconds)
        return await super().train(request, on_progress)


def simulate(
    base: Path, slots: int, population: int, given: tuple[str, ...], options: Any, seed: int
) -> dict[str, Any]:
    """One run, and its figures."""
    generations = max(1, options.children // population - 1)
    settings = [f"population={population}", f"generations={generations}", f"seed={seed}", "data=digits", *given]
    new = prepare_run(read_settings((), settings), base)
    directory = create_run(new, base)
    loop = VirtualLoop()
    store = Store(directory.database, clock=loop.time)
    store.connection.execute("PRAGMA synchronous = OFF")
    try:
        engine = Engine(
            store, ControlBoard(store, directory.inbox), created_plan(store, new.settings), SlowProposer(options.llm),
            SlowExecutor(options.training, slots), now=loop.time,
        )  # fmt: skip
        run_virtually(loop, engine.run())
    finally:
        store.close()
    with RunReader(directory.database) as reader:
        return figures(reader, new.task.plan("digits").steps)


def figures(reader: RunReader, steps: int) -> dict[str, Any]:
    told, events = timeline_of(reader), reader.events()
    front = Pool(reader, objectives_from(reader.run().objectives)).front
    shown = [member.metrics["accuracy"] for member in front]
    true = [accuracy_of(read(reader.source(member.number) or ""), steps) for member in front]
    children = sum(event.kind == "evaluated" for event in events)
    return {
        "slots busy": told.slots.utilisation,
        "children an hour": 3600 * children / told.worked_s,
        "further trainings": sum(event.kind == "retrained" for event in events),
        "gave way": sum(bool(event.payload.get("gave_way")) for event in events),
        "too high": mean(shown) - mean(true),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=60)
    parser.add_argument("--llm", type=float, default=20.0, help="seconds of an answer")
    parser.add_argument("--training", type=float, default=60.0, help="seconds of a training")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each kind, of which the means are shown")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    going_on.LOOK_S = 1.0  # hours are gone through second by second
    rows = []
    print(f"{'slots':>5}{'population':>11}  {'idle slots':14}{'slots busy':>11}{'children an hour':>17}"
          f"{'further trainings':>18}{'gave way':>9}{'too high':>9}")  # fmt: skip
    for slots, population, (name, given) in product((1, 4), (3, 6, 12), VARIANTS.items()):
        found = []
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                found.append(simulate(Path(folder), slots, population, given, options, seed))
        means = {key: mean(one[key] for one in found) for key in found[0]}
        rows.append({"slots": slots, "population": population, "idle slots": name, **means})
        print(f"{slots:5}{population:11}  {name:14}{means['slots busy']:11.1%}{means['children an hour']:17.1f}"
              f"{means['further trainings']:18.0f}{means['gave way']:9.0f}{means['too high']:+9.4f}",
              flush=True)  # fmt: skip
    write_json(options.json, rows)


if __name__ == "__main__":
    main()
