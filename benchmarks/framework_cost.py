"""What the framework itself costs a child, with an evaluator that takes no time.

    python -m benchmarks.framework_cost [--children 10000] [--proposer instant|offline|models] [--set KEY=VALUE]
        [--json FILE]

CPU seconds of this process a child, early and late in the run, its memory, and the size on disk of a
thousand children of 9 kB each. `models` asks two language models that answer at once; with
`--set persona_mode=auto` and the like it shows what choosing costs.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil

from benchmarks.instant import InstantExecutor, InstantModel, InstantProposer
from benchmarks.output import write_json
from ge_tui.llm.asking import Habits
from ge_tui.llm.llm_proposer import LlmProposer, Sampling
from ge_tui.llm.offline_proposer import OfflineProposer
from ge_tui.llm.ollama import Options
from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.llm.prompts.compose import Setting
from ge_tui.llm.proposer import Proposer
from ge_tui.run.controls import ControlBoard
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import plan_on_record, run_engine
from ge_tui.run.store import EventRow, Store
from ge_tui.run.store.call_log import CallLog
from ge_tui.settings import read_settings

SOURCE_BYTES = 9_000
MODELS = ("first:7b", "second:7b")


class Meter:
    """CPU time and memory at every hundredth child."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float, float]] = []
        self._process = psutil.Process()
        self._count = 0

    def __call__(self, event: EventRow) -> None:
        if event.kind != "evaluated":
            return
        self._count += 1
        if self._count % 100 == 1:
            self.rows.append((self._count, time.process_time(), self._process.memory_info().rss / 1e6))


def proposer_of(name: str, store: Store) -> Proposer:
    if name != "models":
        return InstantProposer() if name == "instant" else OfflineProposer()
    task = plan_on_record(store, read_settings()).evaluation.task
    goals = tuple((spec.name, spec.direction) for spec in task.file.objectives)
    setting = Setting(load_catalogue(Path("/nowhere")), task.contract, "images to class scores", goals)
    options = Options(num_ctx=1 << 20, num_predict=4096, seed=0)
    samplings = {model: Sampling(model, options, None, "0", 1 << 30) for model in MODELS}
    return LlmProposer("ollama:several", InstantModel(), samplings, setting, Habits(), CallLog(store), store.note)


async def run(children: int, name: str, assignments: list[str], base: Path) -> tuple[Meter, float, float]:
    generations = children // 12 - 1
    new = prepare_run(read_settings((), ["data=fake", "population=12", f"generations={generations}",
                                         "mutation_probability=1", *assignments]), base)  # fmt: skip
    padding = "# " + "x" * 97 + "\n"
    missing = max(0, SOURCE_BYTES - len(new.task.seed_source))
    new = replace(new, task=replace(new.task, seed_source=new.task.seed_source + padding * (missing // len(padding))))
    directory = create_run(new, base)
    store = Store(directory.database)
    meter = Meter()
    store.listen(meter)
    started = time.perf_counter()
    try:
        board = ControlBoard(store, directory.inbox)
        proposer = proposer_of(name, store)
        await run_engine(store, board, plan_on_record(store, new.settings), proposer, InstantExecutor())
        wall = time.perf_counter() - started
    finally:
        store.close()
    return meter, directory.database.stat().st_size / 1e6, wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=10_000)
    parser.add_argument("--proposer", choices=("instant", "offline", "models"), default="instant")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a setting of the run")
    parser.add_argument("--json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        meter, megabytes, wall = asyncio.run(run(options.children, options.proposer, options.set, Path(folder)))
    rows = meter.rows
    total = rows[-1][0]
    print(f"{total:,} children, {wall:.0f} s wall")
    result = []
    for low, high in [(1, 100), (100, 1000), (1000, 5000), (5000, 10_000)]:
        inside = [row for row in rows if low <= row[0] <= high + 1]
        if len(inside) > 1:
            first, last = inside[0], inside[-1]
            cpu = (last[1] - first[1]) / (last[0] - first[0]) * 1e3
            result.append({"from": first[0], "to": last[0], "cpu_ms": cpu, "rss_mb": last[2]})
            print(f"children {first[0]:6,} to {last[0]:6,}: {cpu:5.2f} ms CPU each, {last[2]:4.0f} MB")
    per_thousand = megabytes / total * 1000
    print(f"{megabytes:.1f} MB on disk, {per_thousand:.1f} MB a thousand children")
    write_json(options.json, {"rows": result, "mb_per_thousand": per_thousand, "wall_s": wall})


if __name__ == "__main__":
    main()
