"""The conversation with a fork server, below the executor."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ge_tui.evaluation.box.assemble import BoxPlan
from ge_tui.evaluation.executors import ExecutorError
from ge_tui.evaluation.executors.answers import CheckAnswers
from ge_tui.evaluation.executors.cancellation import Cancellation
from ge_tui.evaluation.executors.server_process import ServerProcess
from ge_tui.evaluation.executors.slot import Slot
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Answer, Job, JobLimits
from tests.budget import budget

from .conftest import INPUTS, PLAN, processes_in, strays_in
from .genomes import GOOD, genome

GPU = Path("/dev/nvidiactl").exists() or Path("/dev/kfd").exists()


def job(source: str = GOOD, wall_s: float = 20.0) -> Job:
    limits = JobLimits(wall_s=wall_s, memory_mb=512, params=10**9)
    return Job(
        kind="check",
        source=source,
        network="Net",
        optimizer="get_optimizer",
        inputs=INPUTS,
        plan=PLAN,
        seed=0,
        limits=limits,
    )


@pytest.fixture(scope="module")
def slot(scratch: Path) -> Iterator[Slot]:
    made = Slot(max_output=1 << 20)
    yield made
    made.close()
    assert list(scratch.iterdir()) == []


def outcome_of(slot: Slot, source: str = GOOD, wall_s: float = 20.0, cancellation: Cancellation | None = None) -> str:
    answers = CheckAnswers()
    ending = slot.run(job(source, wall_s), answers, cancellation=cancellation)
    return answers.report(ending, wall_s).outcome


@pytest.mark.parametrize("count", [20, pytest.param(budget(200, in_ci=60), marks=pytest.mark.slow)])
def test_jobs_leave_no_descriptor_behind(slot: Slot, count: int) -> None:
    outcome_of(slot)
    server = slot._server
    assert server is not None
    places = [Path("/proc/self/fd"), Path(f"/proc/{server._process.pid}/fd")]
    before = [len(os.listdir(place)) for place in places]
    sources = [genome(top="1 / 0"), genome(top="os._exit(0)"), genome(top="os.closerange(0, 99)"), genome(top="?")]
    for number in range(count):
        outcome_of(slot, sources[number % len(sources)])
    assert outcome_of(slot) == Outcome.OK
    assert slot._server is server, "one fork server served them all"
    assert [len(os.listdir(place)) for place in places] == before


def test_servers_that_die_leave_no_descriptor_behind(slot: Slot) -> None:
    outcome_of(slot)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(2):
        slot.start()
        assert slot._server is not None
        threading.Timer(0.5, slot._server._process.kill).start()
        assert outcome_of(slot, genome(top="time.sleep(1000)")) == Outcome.CRASHED
    outcome_of(slot)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_cancellation_before_the_job_ends_it(slot: Slot) -> None:
    cancellation = Cancellation()
    cancellation.ask()
    cancellation.ask()
    started = time.monotonic()
    assert outcome_of(slot, genome(top="time.sleep(1000)"), cancellation=cancellation) == Outcome.KILLED
    assert time.monotonic() - started < 10
    assert outcome_of(slot) == Outcome.OK


def test_a_cancellation_after_the_job_ends_no_other(slot: Slot) -> None:
    cancellation = Cancellation()
    assert outcome_of(slot, cancellation=cancellation) == Outcome.OK
    cancellation.ask()
    assert outcome_of(slot) == Outcome.OK


def test_cancellations_at_many_moments(slot: Slot) -> None:
    """An end that crosses the child's own end on the way must not swallow the request for the next job."""
    outcome_of(slot)
    started = time.monotonic()
    outcome_of(slot)
    usual = time.monotonic() - started
    for part in range(20):
        cancellation = Cancellation()
        timer = threading.Timer(usual * (0.7 + part / 33), cancellation.ask)
        timer.start()
        assert outcome_of(slot, cancellation=cancellation) in {Outcome.OK, Outcome.KILLED}
        assert outcome_of(slot) == Outcome.OK
        timer.cancel()
        timer.join()


def test_a_listener_that_fails_harms_no_later_job(slot: Slot, scratch: Path) -> None:
    def fail(_answer: Answer, _payload: bytes) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        slot.run(job(), fail)
    assert strays_in(scratch) == []
    assert outcome_of(slot) == Outcome.OK


def test_a_job_larger_than_one_read_arrives_whole(slot: Slot) -> None:
    assert outcome_of(slot, GOOD + "#" * 3_000_000 + "\n") == Outcome.OK


def test_requests_that_arrive_together_are_all_taken(slot: Slot) -> None:
    """An `end` that comes too late and the next job may be read at once."""
    slot.start()
    assert slot._server is not None
    for _ in range(5):
        slot._server.end("too late")
        slot._server.end("too late again")
        assert outcome_of(slot) == Outcome.OK


def test_a_closed_slot_says_so(scratch: Path) -> None:
    slot = Slot(max_output=1)
    slot.close()
    slot.close()
    with pytest.raises(ExecutorError, match="closed"):
        slot.start()
    with pytest.raises(ExecutorError, match="closed"):
        slot.run(job(), lambda _answer, _payload: None)


def test_a_worker_that_cannot_start_is_an_executor_error(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = processes_in(scratch), sorted(scratch.iterdir())
    slot = Slot(max_output=1, environment={"PYTHONPATH": "", "PYTHONHOME": "/nowhere"})
    with pytest.raises(ExecutorError, match=r"no worker process could be started: .*doctor"):
        slot.start()
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with pytest.raises(ExecutorError, match="No such file"):
        Slot(max_output=1).start()
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")
    with pytest.raises(ExecutorError, match="no scratch folder"):
        Slot(max_output=1).start()
    assert (processes_in(scratch), sorted(scratch.iterdir())) == before


def test_a_gpu_that_cannot_be_used_in_the_box_is_no_genomes_fault(scratch: Path) -> None:
    if GPU:
        pytest.skip("here it can be used")
    before = len(processes_in(scratch))
    slot = Slot(max_output=1, box=BoxPlan(device="cuda"))
    with pytest.raises(ExecutorError, match=r"the GPU cannot be used from inside the box: .*evaluation.device=cpu"):
        slot.start()
    assert len(processes_in(scratch)) == before


def test_a_temporary_folder_with_a_long_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / ("long" * 20) / ("longer" * 20)
    place.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    slot = Slot(max_output=1 << 20)
    try:
        assert outcome_of(slot) == Outcome.OK
    finally:
        slot.close()
    assert list(place.iterdir()) == []


def test_closing_does_not_wait_for_a_worker_that_is_still_loading(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders, processes = set(scratch.iterdir()), set(processes_in(scratch))
    loading, ends = threading.Event(), list[BaseException]()
    look = ServerProcess.next_event

    def never_ready(self: ServerProcess, deadline: float) -> None:
        loading.set()
        look(self, min(deadline, time.monotonic() + 0.01))

    def start() -> None:
        try:
            slot.start()
        except ExecutorError as error:
            ends.append(error)

    monkeypatch.setattr(ServerProcess, "next_event", never_ready)
    slot = Slot(max_output=1 << 20)
    thread = threading.Thread(target=start)
    thread.start()
    assert loading.wait(60)
    slot.close()
    thread.join(60)
    assert len(ends) == 1
    assert set(processes_in(scratch)) <= processes
    assert set(scratch.iterdir()) <= folders
