"""What a child costs the framework as a run grows: the engine, the store and the screen's look at it.

    python -m benchmarks.scale [--children 10000] [--json FILE] [--svg FILE]

One run with a proposer and an evaluator that take no time. At 10, 100, 1,000 and 10,000 individuals: processor time
a child of the engine with its store (over the last half of the children before that mark), a look of the screen that
finds nothing new and its first one, which reads everything, memory and disk. A flat first column is the aim. Other work
on the machine hardly shows in processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from benchmarks.instant import InstantExecutor, InstantProposer
from benchmarks.output import write_json
from ge_tui.run.controls import ControlBoard
from ge_tui.run.session import create_run, created_plan, prepare_run, run_engine
from ge_tui.run.store import EventRow, RunReader, Store
from ge_tui.settings import read_settings
from ge_tui.tui.watch.look import Look

MARKS = (10, 100, 1_000, 10_000)
POPULATION = 12
_WINDOW = 0.5
"""The children that a mark is measured over: the last half before it."""


class Meter:
    """Follows a run; at each mark it takes the figures."""

    def __init__(self, database: Path, marks: Sequence[int]) -> None:
        self.rows: list[dict[str, float]] = []
        self._database = database
        self._marks = list(marks)
        self._process = psutil.Process()
        self._count = 0
        self._paused_s = 0.0
        """Taken by the figures themselves."""
        self._cpu: dict[int, float] = {}

    def __call__(self, event: EventRow) -> None:
        if event.kind != "evaluated" or not self._marks:
            return
        self._count += 1
        mark = self._marks[0]
        self._cpu[self._count] = time.process_time() - self._paused_s
        if self._count < mark:
            return
        self._marks.pop(0)
        first = max(1, round(mark * _WINDOW))
        began = time.process_time()
        look_ms, first_look_ms = _look(self._database)
        self.rows.append({
            "individuals": mark,
            "engine_ms": (self._cpu[mark] - self._cpu[first]) / (mark - first) * 1e3,
            "look_ms": look_ms, "first_look_ms": first_look_ms,
            "memory_mb": self._process.memory_info().rss / 1e6,
            "disk_mb": sum(file.stat().st_size for file in self._database.parent.glob("*.sqlite*")) / 1e6,
        })  # fmt: skip
        self._paused_s += time.process_time() - began


def _look(database: Path) -> tuple[float, float]:
    """Milliseconds of a look that finds nothing new, and of the first, which reads everything."""
    with RunReader(database) as reader:
        look = Look(reader)
        first = _cpu_ms(look)
        return median(_cpu_ms(look) for _ in range(5)), first


def _cpu_ms(look: Look) -> float:
    began = time.process_time()
    look.again()
    return (time.process_time() - began) * 1e3


def read_speed(database: Path, numbers: Sequence[int], commits: int = 50) -> float:
    """Milliseconds to read one child with everything on record of it."""
    with RunReader(database) as reader:
        began = time.process_time()
        for number in list(numbers)[:commits]:
            reader.individual(number)
            reader.source(number)
            reader.evaluations(number)
        return (time.process_time() - began) / min(commits, len(numbers)) * 1e3


async def run(children: int, base: Path) -> list[dict[str, float]]:
    marks = [mark for mark in MARKS if mark <= children]
    generations = max(marks) // POPULATION + 2
    given = ["data=fake", f"population={POPULATION}", f"generations={generations}", "mutation_probability=1"]
    new = prepare_run(read_settings((), given), base)
    directory = create_run(new, base)
    store = Store(directory.database)
    meter = Meter(directory.database, marks)
    store.listen(meter)
    try:
        board = ControlBoard(store, directory.inbox)
        plan = created_plan(store, new.settings)
        await run_engine(store, board, plan, InstantProposer(), InstantExecutor())
    finally:
        store.close()
    spread = range(1, max(marks), max(1, max(marks) // 50))
    meter.rows[-1]["read_ms"] = read_speed(directory.database, spread)
    return meter.rows


def measure(children: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return {"rows": asyncio.run(run(children, Path(folder)))}


def table(found: dict[str, Any]) -> str:
    lines = [f"{'individuals':>12}{'engine, store':>15}{'a look':>10}{'first look':>12}{'memory':>9}{'disk':>9}"]
    lines += [
        f"{row['individuals']:12,}{row['engine_ms']:12.2f} ms{row['look_ms']:7.2f} ms{row['first_look_ms']:9.1f} ms"
        f"{row['memory_mb']:6.0f} MB{row['disk_mb']:6.1f} MB"
        for row in found["rows"]
    ]
    last = found["rows"][-1]
    lines.append(f"to read a child with all that is on record of it, at the end: {last['read_ms']:.2f} ms")
    return "\n".join([*lines, "", *plot(found["rows"])])


def plot(rows: Sequence[dict[str, float]], width: int = 50) -> list[str]:
    """Bars of what a child costs at each mark."""
    most = max(row["engine_ms"] for row in rows)
    return [f"{row['individuals']:12,} {'#' * max(1, round(row['engine_ms'] / most * width))} {row['engine_ms']:.2f} ms"
            for row in rows]  # fmt: skip


def svg(rows: Sequence[dict[str, float]]) -> str:
    """The same as a picture: individuals to the right by powers of ten, milliseconds a child upwards."""
    width, height, edge = 480, 240, 40
    most = 1.25 * max(row["engine_ms"] for row in rows)
    right, up = (width - 2 * edge) / max(1, len(rows) - 1), (height - 2 * edge) / most
    spots = [(edge + place * right, height - edge - row["engine_ms"] * up, row) for place, row in enumerate(rows)]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y, _ in spots)
    marks = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/><text x="{x:.0f}" y="{y - 8:.0f}">{row["engine_ms"]:.1f}</text>'
        f'<text x="{x:.0f}" y="{height - edge + 16}">{row["individuals"]:,}</text>'
        for x, y, row in spots
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11" text-anchor="middle"><rect width="{width}" height="{height}" fill="white"/>'
        f'<path d="M{edge} {edge}V{height - edge}H{width - edge}" fill="none" stroke="grey"/>'
        f'<polyline points="{line}" fill="none" stroke="black"/>{marks}'
        f'<text x="{width / 2}" y="20">milliseconds of processor time a child, by individuals in the run</text></svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=MARKS[-1], help="10, 100, 1000 or 10000")
    parser.add_argument("--json")
    parser.add_argument("--svg")
    options = parser.parse_args()
    found = measure(options.children)
    print(table(found))
    write_json(options.json, found)
    if options.svg:
        Path(options.svg).write_text(svg(found["rows"]), encoding="utf-8")


if __name__ == "__main__":
    main()
