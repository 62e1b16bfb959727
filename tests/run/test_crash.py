"""An engine may die at any moment: nothing finished is lost or done again, and the run ends as if nothing had been."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ge_tui.run.directory import RunBusyError
from ge_tui.run.store import RunReader, Status
from ge_tui.run.store.writer import POISON
from tests.budget import budget

from . import child
from .fakes import FakeExecutor, FastStore, GatedExecutor, Rig, family, populations, settings_of

TESTS = Path(__file__).parents[1]


class _DeadError(Exception):
    """The process is gone; nothing that comes after counts."""


class DyingStore(FastStore):
    """Dies after so many commits: no later step leaves anything, as after kill -9."""

    left = 10**9

    @contextmanager
    def step(self) -> Iterator[Any]:
        if self.left <= 0:
            raise _DeadError
        with super().step() as connection:
            yield connection
        self.left -= 1


def finished(reader: RunReader) -> dict[int, dict[str, float]]:
    return {
        row.individual: reader.metrics([row.individual])[row.individual]
        for row in reader.evaluations()
        if row.status == "ok"
    }


def assert_nothing_was_repeated(rig: Rig, before: dict[int, dict[str, float]]) -> None:
    with rig.reader() as reader:
        assert reader.is_whole()
        after = finished(reader)
        assert {number: after.get(number) for number in before} == before
        oks = Counter(row.individual for row in reader.evaluations() if row.status == "ok")
        assert max(oks.values()) == 1
        assert not [row for row in reader.evaluations() if row.status == "running"]
        assert {row.status for row in reader.individuals()} <= {
            Status.EVALUATED, Status.FAILED, Status.DUPLICATE, Status.REJECTED,
        }  # fmt: skip


def commits_of(base: Path, settings: Any) -> tuple[Rig, int]:
    """A run that nothing happens to, and how many commits it makes."""
    rig = Rig(base, settings, name="whole", store_type=DyingStore).create()
    count = 0

    class CountingStore(DyingStore):
        @contextmanager
        def step(self) -> Iterator[Any]:
            nonlocal count
            with super().step() as connection:
                yield connection
            count += 1

    rig.store_type = CountingStore
    rig.run(FakeExecutor())
    return rig, count


def test_death_after_any_commit_changes_nothing(tmp_path: Path) -> None:
    settings = settings_of("population=4", "generations=3")
    whole, commits = commits_of(tmp_path, settings)
    wanted = family(whole), populations(whole)
    assert commits >= 100
    for deadly in range(commits):
        rig = Rig(tmp_path, settings, name=f"run-{deadly}").create()

        def dying(file: Path, after: int = deadly) -> DyingStore:
            store = DyingStore(file)
            store.left = after
            return store

        rig.store_type = dying
        with pytest.raises(_DeadError):
            rig.run(FakeExecutor())
        with rig.reader() as reader:
            assert reader.is_whole()
            before = finished(reader)
            sources = {number: reader.source(number) for number in before}
        rig.store_type = FastStore
        executor = FakeExecutor()
        assert rig.run(executor).status == "finished", f"after {deadly} commits"
        assert not set(executor.trained) & set(sources.values()), f"after {deadly} commits"
        assert_nothing_was_repeated(rig, before)
        assert (family(rig), populations(rig)) == wanted, f"after {deadly} commits"


def test_death_again_and_again_in_one_run(tmp_path: Path) -> None:
    """Each session gets a few commits further; no individual is under way often enough to be given up."""
    settings = settings_of("population=3", "generations=2")
    whole, _ = commits_of(tmp_path, settings)
    rig = Rig(tmp_path, settings, name="run").create()
    before: dict[int, dict[str, float]] = {}
    for _ in range(100):

        def dying(file: Path) -> DyingStore:
            store = DyingStore(file)
            store.left = 12
            return store

        rig.store_type = dying
        try:
            ending = rig.run(FakeExecutor(slots=1))
        except _DeadError:
            with rig.reader() as reader:
                now = finished(reader)
                assert {number: now.get(number) for number in before} == before
                before = now
            continue
        assert ending.status == "finished"
        break
    else:
        pytest.fail("it never came to its end")
    assert_nothing_was_repeated(rig, before)
    assert family(rig) == family(whole)


async def test_a_genome_that_takes_the_machine_down_is_given_up(rig: Rig) -> None:
    """Three engines die while the same child trains; the fourth leaves it alone."""
    for _ in range(POISON):
        rig.store_type = DyingStore
        rig.events.clear()
        running = asyncio.create_task(rig.work(GatedExecutor(slots=1)))
        async with asyncio.timeout(20):
            while not [e for e in rig.events if e.kind == "training" and e.individual == 1]:
                await asyncio.sleep(0.001)
        rig.engine._store.left = 0
        running.cancel()
        with pytest.raises(BaseException):  # noqa: B017  (it is dead, in whatever way)
            await running
    rig.store_type = FastStore
    executor = FakeExecutor(failing=0, twins=False)
    assert (await rig.work(executor)).status == "finished"
    with rig.reader() as reader:
        row = reader.individual(1)
        assert (row.status, row.outcome, row.lost) == (Status.FAILED, "killed", POISON)
        assert reader.source(1) not in executor.trained
        assert [row.status for row in reader.evaluations(1)] == ["lost"] * POISON


# -- real processes, really killed -------------------------------------------------------------------------


@contextmanager
def engine_process(runs: Path, seconds: float = 0.02) -> Iterator[subprocess.Popen[str]]:
    """An engine at work in a process of its own; it is killed at the latest when the block ends."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", child.__name__, str(runs), str(seconds)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_at_random(tmp_path: Path, seeds: range) -> None:
    """One run after the other, each killed twice at random moments and then worked on to its end."""
    whole = Rig(tmp_path, child.SETTINGS, name="whole").create()
    whole.run(FakeExecutor())
    for seed in seeds:
        rng = random.Random(seed)
        base = tmp_path / str(seed)
        rig = Rig(base, child.SETTINGS).create()
        before: dict[int, dict[str, float]] = {}
        for _ in range(2):
            with engine_process(base) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "open\n"
                time.sleep(rng.uniform(0, 0.35))
                process.send_signal(signal.SIGKILL)
                process.wait()
            with rig.reader() as reader:
                assert reader.is_whole()
                now = finished(reader)
                assert {number: now.get(number) for number in before} == before
                before = now
        assert rig.run(FakeExecutor()).status == "finished"
        assert_nothing_was_repeated(rig, before)
        assert family(rig) == family(whole)
        assert populations(rig) == populations(whole)


def test_kill_9_at_random_moments(tmp_path: Path) -> None:
    kill_at_random(tmp_path, range(3))


@pytest.mark.slow
def test_kill_9_at_many_random_moments(tmp_path: Path) -> None:
    kill_at_random(tmp_path, range(100, 100 + budget(12, in_ci=2)))


def test_a_second_engine_is_refused_and_the_lock_dies_with_the_first(tmp_path: Path) -> None:
    rig = Rig(tmp_path, child.SETTINGS).create()
    with engine_process(tmp_path, seconds=60) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        assert rig.directory.is_open()
        with pytest.raises(RunBusyError, match="open in another process"), rig.directory.locked():
            pass
        process.kill()
        process.wait()
        assert not rig.directory.is_open()
        with rig.directory.locked(), pytest.raises(RunBusyError), rig.directory.locked():
            pass
