"""The real thing: `ge-tui run` with real trainings, killed and gone on with."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ge_tui.run.store import RunReader, Status
from ge_tui.run.store.records import FINAL

RUN = (
    "run", "--task", "ExquisiteNetV2", "--data", "digits", "--llm", "offline", "--population", "3",
    "--generations", "1", "--seed", "1", "--set", "evaluation.rung=look", "--name", "a",
)  # fmt: skip


@contextmanager
def ge_tui(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "ge_tui", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return
    pytest.fail(f"it never said '{words}': {seen}")


def family_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def wait_for_training(file: Path) -> None:
    """Until a child trains and its first point is on record."""
    deadline = time.monotonic() + 120
    with RunReader(file) as reader:
        while not reader._connection.execute(
            "SELECT 1 FROM curve c JOIN evaluation e ON e.id = c.evaluation WHERE e.status = 'running'"
        ).fetchone():
            assert time.monotonic() < deadline, "nothing trained"
            time.sleep(0.01)


def assert_all_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=15)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def finished(file: Path) -> dict[int, dict[str, float]]:
    with RunReader(file) as reader:
        assert reader.is_whole()
        return reader.metrics()


def children(file: Path) -> list[tuple[object, ...]]:
    with RunReader(file) as reader:
        return [(row.number, row.slot, row.parents, row.syntax_hash, row.operator) for row in reader.individuals()]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_engines_and_workers_lose_nothing(runs: Path) -> None:  # noqa: PLR0915  (one run's story)
    file = runs / "a" / "run.sqlite"
    with ge_tui(*RUN) as process:  # the engine dies
        read_until(process, "#0 evaluated")
        wait_for_training(file)
        workers = family_of(process)
        assert workers
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_all_gone(workers)
    before = finished(file)
    assert 0 in before

    with ge_tui("run", "--resume", "a") as process:  # a worker dies: the genome's failure, or tried again
        read_until(process, "cut off in mid-training")
        wait_for_training(file)
        busiest = max(family_of(process), key=lambda child: len(child.parents()))
        os.kill(busiest.pid, signal.SIGKILL)
        read_until(process, "#")
        workers = family_of(process)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "go on with: ge-tui run --resume a\n" in out
        assert_all_gone(workers)

    with ge_tui("run", "--resume", "a") as process:  # ended by the system
        wait_for_training(file)
        workers = family_of(process)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Traceback" not in out
        assert_all_gone(workers)

    with ge_tui("run", "--resume", "a") as process:
        workers = []
        read_until(process, "evaluated")
        workers = family_of(process)
        process.communicate(timeout=600)
        assert process.returncode == 0
        assert_all_gone(workers)
    after = finished(file)
    assert {number: after[number] for number in before} == before
    with RunReader(file) as reader:
        assert {row.status for row in reader.individuals()} <= FINAL
        oks = Counter(row.individual for row in reader.evaluations() if row.status == "ok")
        assert max(oks.values()) == 1
        assert reader.run().status == "finished"
        assert len([row for row in reader.individuals() if row.status is Status.EVALUATED]) >= 3

    with ge_tui(*RUN[:-1], "b") as process:  # nothing happens to this one
        process.communicate(timeout=600)
        assert process.returncode == 0
    initial = [row for row in children(runs / "b" / "run.sqlite") if isinstance(row[0], int) and row[0] <= 3]
    assert [row for row in children(file) if isinstance(row[0], int) and row[0] <= 3] == initial
