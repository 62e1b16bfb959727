"""Ending early: cancellation, closing, and an engine that is killed. Nothing is left, and nobody else is hurt."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

import psutil
import pytest

from ge_tui.evaluation.box.report import BoxReport
from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import Executor, ExecutorError, LocalExecutor
from ge_tui.evaluation.executors.cancellation import Cancellation
from ge_tui.evaluation.executors.slot import Ending
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Job
from ge_tui.evaluation.report import CurvePoint

from .conftest import check, processes_in, settings, strays_in, train
from .genomes import DAEMONS, GOOD, genome

pytestmark = pytest.mark.asyncio(loop_scope="module")

HANG = genome(top=DAEMONS + "daemons()", forward="if self.calls > 5: time.sleep(1000)")


async def test_a_cancelled_training_leaves_no_process(executor: Executor, data: DataSet, scratch: Path) -> None:
    points: list[CurvePoint] = []
    training = asyncio.create_task(train(executor, HANG, data, points=points))
    while not points:
        await asyncio.sleep(0.02)
    assert strays_in(scratch) != []
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    assert strays_in(scratch) == []
    assert (await train(executor, GOOD, data)).outcome is Outcome.OK


async def test_a_cancelled_check_leaves_no_process(executor: Executor, scratch: Path) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(check(executor, genome(top="while True: pass")), 0.5)
    assert strays_in(scratch) == []
    assert (await check(executor, GOOD)).outcome is Outcome.OK


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.005, 0.03])
async def test_a_cancellation_at_any_moment_ends_its_own_job_only(
    local: LocalExecutor, data: DataSet, scratch: Path, delay: float
) -> None:
    await train(local, GOOD, data)  # the worker is there; one that is still loading torch is not cut short
    for _ in range(2):
        hanging = asyncio.create_task(train(local, HANG, data))
        following = asyncio.create_task(train(local, GOOD, data))
        await asyncio.sleep(delay)
        started = time.monotonic()
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert time.monotonic() - started < 8
        assert (await following).outcome is Outcome.OK
    assert strays_in(scratch) == []


async def test_a_cancellation_near_the_end_harms_no_other(local: LocalExecutor, data: DataSet) -> None:
    await train(local, GOOD, data)
    started = time.monotonic()
    await train(local, GOOD, data)
    usual = time.monotonic() - started
    for part in (0.8, 0.9, 0.95, 1.0, 1.05):
        ending = asyncio.create_task(train(local, GOOD, data))
        await asyncio.sleep(usual * part)
        ending.cancel()
        following = await train(local, GOOD, data)
        assert (following.outcome, following.reason) == (Outcome.OK, "")
        await asyncio.gather(ending, return_exceptions=True)


async def test_two_cancellations_wait_for_the_child_to_be_gone(
    local: LocalExecutor, data: DataSet, scratch: Path
) -> None:
    points: list[CurvePoint] = []
    training = asyncio.create_task(train(local, HANG, data, points=points))
    while not points:
        await asyncio.sleep(0.02)
    training.cancel()
    await asyncio.sleep(0)
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    assert strays_in(scratch) == []


async def test_close_ends_what_runs(data: DataSet, scratch: Path) -> None:
    others = set(processes_in(scratch))
    executor = LocalExecutor(settings(slots=2))
    points: list[CurvePoint] = []
    trainings = [asyncio.create_task(train(executor, HANG, data, points=points)) for _ in range(3)]
    checking = asyncio.create_task(check(executor, genome(top="while True: pass")))
    while len(points) < 2:
        await asyncio.sleep(0.02)
    await executor.close()
    ended = await asyncio.gather(*trainings, checking, return_exceptions=True)
    assert set(processes_in(scratch)) <= others
    killed = [report for report in ended if not isinstance(report, BaseException)]
    assert {report.outcome for report in killed} == {Outcome.KILLED}
    assert all(report.reason == "ended on request" for report in killed)
    assert all(isinstance(other, ExecutorError) for other in ended if isinstance(other, BaseException))
    await executor.close()
    with pytest.raises(ExecutorError, match="closed"):
        await train(executor, GOOD, data)
    with pytest.raises(ExecutorError, match="closed"):
        await check(executor, GOOD)


async def test_close_while_starting(scratch: Path) -> None:
    others = set(processes_in(scratch))
    executor = LocalExecutor(settings())
    starting = asyncio.create_task(executor.start())
    await asyncio.sleep(0.1)
    await executor.close()
    await asyncio.gather(starting, return_exceptions=True)
    assert set(processes_in(scratch)) <= others


async def test_an_executor_that_was_never_used_is_closed(scratch: Path) -> None:
    await LocalExecutor(settings()).close()


async def test_a_killed_child_or_server_costs_one_evaluation_at_most(
    local: LocalExecutor, data: DataSet, scratch: Path
) -> None:
    """kill -9 from outside, of the child and of the fork server, at work and at rest."""
    for victim_is_server in (False, True):
        points: list[CurvePoint] = []
        training = asyncio.create_task(train(local, HANG, data, points=points))
        while not points:
            await asyncio.sleep(0.02)
        servers = [process for process in psutil.Process().children() if process.children()]
        victim = servers[0] if victim_is_server else servers[0].children()[0]
        victim.kill()
        report = await training
        assert report.outcome is (Outcome.CRASHED if victim_is_server else Outcome.KILLED), report.reason
        assert strays_in(scratch) == []
        assert (await train(local, GOOD, data)).outcome is Outcome.OK
    for _ in range(2):
        for server in psutil.Process().children():
            server.kill()
        assert (await train(local, GOOD, data)).outcome is Outcome.OK
        assert (await check(local, GOOD)).outcome is Outcome.OK


async def test_slots_come_and_go_while_trainings_run(data: DataSet, scratch: Path) -> None:
    others = set(processes_in(scratch))
    executor = LocalExecutor(settings())
    try:
        points: tuple[list[CurvePoint], list[CurvePoint]] = ([], [])
        trainings = [asyncio.create_task(train(executor, HANG, data, points=heard)) for heard in points]
        assert await executor.resize(2) == executor.slots == 2
        while not all(points):  # both are under way
            await asyncio.sleep(0.02)
        both = set(processes_in(scratch)) - others
        assert await executor.resize(1) == 1
        assert set(processes_in(scratch)) - others == both, "what runs is finished"
        for training in trainings:
            training.cancel()
        await asyncio.gather(*trainings, return_exceptions=True)
        warm = [one for one in processes_in(scratch) if one not in others and one.ppid() == os.getpid()]
        assert len(warm) == 2, "the slot for checks, and one for trainings"
    finally:
        await executor.close()


class _IdleSlot:
    """A slot without a process; what is run in it goes on until it is cancelled."""

    def __init__(self) -> None:
        self.running = self.given_up = False
        self.may_go = threading.Event()

    def start(self) -> dict[str, object]:
        return {"box": BoxReport().model_dump(), "torch": "none"}

    def run(self, _job: Job, _listen: object, _most: int, cancellation: Cancellation, _data: object) -> Ending:
        self.running = True
        while not cancellation.asked:
            time.sleep(0.001)
        self.running = False
        return Ending(-9, "cancelled")

    def discard(self) -> None:
        self.given_up = True
        self.may_go.wait(30)

    def close(self) -> None:
        return None


async def test_a_slot_that_is_given_up_is_not_lost_where_its_training_is_cancelled_twice(
    data: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[_IdleSlot] = []
    monkeypatch.setattr(LocalExecutor, "_slot", lambda *_: made.append(_IdleSlot()) or made[-1])
    executor = LocalExecutor(settings())

    async def until(number: int, name: str) -> None:
        async with asyncio.timeout(30):
            while not getattr(made[number], name):
                await asyncio.sleep(0.001)

    try:
        await executor.resize(2)
        trainings = [asyncio.create_task(train(executor, GOOD, data)) for _ in range(2)]
        await until(2, "running")
        await executor.resize(1)
        trainings[1].cancel()
        await until(2, "given_up")
        trainings[1].cancel()
        await asyncio.wait([trainings[1]])
        made[2].may_go.set()
        await executor.resize(2)
        trainings.append(asyncio.create_task(train(executor, GOOD, data)))
        await until(2, "running")
        for training in trainings:
            training.cancel()
        await asyncio.gather(*trainings, return_exceptions=True)
    finally:
        await executor.close()
