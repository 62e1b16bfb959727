"""What the app costs the one who sits at it: measured through a pseudo-terminal, as an SSH client would see it.

  python -m benchmarks.screen [--individuals 100 10000] [--size 120x40] [--busy 2] [--json FILE]

For each size of run: first paint, opening, a still screen, cursor and page keys, then all of it again beside a run
that goes on (20 events and 80 words a second), with `--busy` processes that keep the cores busy. Times are from the
key to the first cell that looks different; on a live screen only the table's cells count.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.made_run import make_run
from benchmarks.output import write_json
from benchmarks.pty_session import PtySession

KEYS = 60
SPACING_S = 0.12
_TABLE = 0.5
"""The part of the width that is surely the table's."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What some presses of a key cost."""

    p50_ms: float
    p95_ms: float
    bytes: int
    """A press, in the median; of everything that came until the next press."""
    unanswered: int


@dataclass(frozen=True, slots=True)
class Row:
    """One measured run."""

    individuals: int
    live: bool
    first_paint_ms: float
    opened_ms: float
    """Until the table shows the run."""
    idle_bytes_s: float
    cpu_percent: float
    """Of a core, while nobody touches a key."""
    cursor: Keys
    page: Keys
    memory_mb: float
    quit_ms: float


def measure(runs: Path, name: str, individuals: int, size: tuple[int, int], *, live: bool) -> Row:
    """Open a run, look at it for a while, leave it."""
    environment = {"XDG_STATE_HOME": str(runs / "state"), "XDG_CONFIG_HOME": str(runs / "config")}
    command = [sys.executable, "-P", "-m", "ge_tui", "attach", name, "--runs", str(runs)]
    with PtySession(command, size, env=environment) as session:
        session.wait_for("Population", 60)
        session.wait_for(" · by number", 60)
        first = _first_paint(session)
        opened = session.chunks[-1].at
        if live:
            time.sleep(2)
        else:
            opened = session.wait_until_quiet(1.2, 60)
        before, cpu, began = session.bytes, session.cpu_s(), time.monotonic()
        time.sleep(5)
        elapsed = time.monotonic() - began
        idle, busy = (session.bytes - before) / elapsed, (session.cpu_s() - cpu) / elapsed
        session.press("home" if not live else "g")
        time.sleep(0.5)
        cursor = _keys(session, ["down"] * KEYS, size)
        page = _keys(session, ["pagedown", "pageup"] * (KEYS // 4), size)
        memory = session.memory_mb()
        left = session.press("q")
        if live:
            session.wait_for("still going", 20)
            left = session.press("enter")
        session.process.wait(30)
        ended = time.monotonic()
    return Row(
        individuals, live, (first - session.began) * 1e3, (opened - session.began) * 1e3, idle, busy * 100, cursor,
        page, memory, (ended - left) * 1e3,
    )  # fmt: skip


def _first_paint(session: PtySession) -> float:
    """When the first text came."""
    for chunk in session.chunks:
        if b"\x1b[" in chunk.data and len(chunk.data) > 2000:
            return chunk.at
    return session.chunks[0].at


def _keys(session: PtySession, keys: list[str], size: tuple[int, int]) -> Keys:
    area = (0, 3, int(size[0] * _TABLE), size[1] - 8)
    pressed = []
    for key in keys:
        pressed.append(session.press(key))
        time.sleep(SPACING_S)
    times, sizes, unanswered = [], [], 0
    for at, until in zip(pressed, [*pressed[1:], time.monotonic()], strict=True):
        sizes.append(sum(len(chunk.data) for chunk in session.since(at, until)))
        changed = session.changed_at(at, area)
        if changed is None or changed > until:
            unanswered += 1
        else:
            times.append((changed - at) * 1e3)
    times.sort()
    p95 = times[min(len(times) - 1, int(0.95 * len(times)))] if times else float("nan")
    return Keys(statistics.median(times) if times else float("nan"), p95, int(statistics.median(sizes)), unanswered)


@contextmanager
def _engine(directory: Path, busy: int) -> Iterator[None]:
    """A run that goes on, and what else the machine has to do."""
    command = [sys.executable, "-m", "benchmarks.made_run", str(directory), "--live"]
    spinning = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(busy)]
    for process in spinning:
        process.start()
    engine = subprocess.Popen(command)
    try:
        time.sleep(1.5)
        yield
    finally:
        engine.terminate()
        engine.wait()
        for process in spinning:
            process.terminate()
            process.join()


def _spin() -> None:
    while True:
        sum(range(1000))


_HEAD = (
    "            run  paint  opened    kB/s  cpu%  down50    p95  bytes   no  page50    p95  bytes     MB   quit   (ms)"
)


def _line(row: Row) -> str:
    return (
        f"{row.individuals:>7,} {'live' if row.live else 'still':<6} {row.first_paint_ms:>6.0f} {row.opened_ms:>7.0f} "
        f"{row.idle_bytes_s / 1e3:>7.1f} {row.cpu_percent:>5.0f} "
        f"{row.cursor.p50_ms:>7.1f} {row.cursor.p95_ms:>6.1f} {row.cursor.bytes:>6} {row.cursor.unanswered:>4} "
        f"{row.page.p50_ms:>7.1f} {row.page.p95_ms:>6.1f} {row.page.bytes:>6} "
        f"{row.memory_mb:>6.0f} {row.quit_ms:>6.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--individuals", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--busy", type=int, default=2)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    size = tuple(map(int, options.size.split("x")))
    print(_HEAD)
    rows = []
    for individuals in options.individuals:
        with tempfile.TemporaryDirectory() as base:
            directory = make_run(Path(base), individuals)
            still = measure(Path(base), directory.name, individuals, (size[0], size[1]), live=False)
            rows.append(still)
            print(_line(still), flush=True)
            with _engine(directory.path, options.busy):
                rows.append(measure(Path(base), directory.name, individuals, (size[0], size[1]), live=True))
            print(_line(rows[-1]), flush=True)
    write_json(options.json, [asdict(row) for row in rows])


if __name__ == "__main__":
    main()
