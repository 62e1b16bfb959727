"""Where the time goes: computed from rows, and measured on a simulated run."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.llm.proposer import Brief, Proposal, Refusal
from ge_tui.run.engine import going_on
from ge_tui.run.store import EventRow
from ge_tui.run.timeline import Stage, Timeline, timeline, timeline_of

from .fakes import FakeExecutor, FakeProposer, FastStore, Rig, settings_of
from .virtual_time import VirtualLoop, run_virtually

LLM_S, TRAIN_S, CHECK_S = 20.0, 60.0, 0.3


def events(*rows: tuple[float, str, int | None] | tuple[float, str, int | None, dict[str, Any]]) -> list[EventRow]:
    return [EventRow(seq, row[0], row[1], row[2], row[3] if len(row) > 3 else {}) for seq, row in enumerate(rows)]


def test_every_second_of_a_slot_is_accounted_for() -> None:
    found = timeline(
        events(
            (0, "run_running", None), (1, "proposing", 1), (21, "accepted", 1), (22, "checked", 1),
            (22, "training", 1), (23, "proposing", 2), (43, "accepted", 2), (44, "checked", 2), (82, "evaluated", 1),
            (82, "training", 2), (142, "pruned", 2), (150, "run_finished", None),
        ), [], 1, 1,
    )  # fmt: skip
    assert (found.worked_s, found.sessions, found.individuals) == (150, 1, 2)
    assert found.slots.seconds == 120
    assert found.slots.utilisation == 120 / 150
    assert found.idle_s == {"check": 1, "proposal": 20, "nothing": 9}
    assert found.slots.seconds + sum(found.idle_s.values()) == 150
    assert found.stages == {Stage.PROPOSAL: 40, Stage.CHECK: 2, Stage.SLOT: 38, Stage.TRAINING: 120}


def test_pauses_and_breaks_between_sessions_are_no_working_time() -> None:
    pause, go_on = {"key": "pause", "new": True}, {"key": "pause", "new": False}
    found = timeline(
        events(
            (0, "run_running", None), (10, "training", 1), (20, "control", None, pause), (70, "evaluated", 1),
            (100, "control", None, go_on), (110, "training", 2), (120, "progress", 2), (500, "recovered", None),
            (500, "run_running", None), (510, "training", 2), (530, "evaluated", 2), (540, "run_stopped", None),
        ), [], 1, 1,
    )  # fmt: skip
    assert found.worked_s == 20 + 20 + 40
    assert found.sessions == 2
    assert found.slots.seconds == 10 + 10 + 20, "what was lost when the engine died was work too"


def test_lanes_are_those_of_the_calls() -> None:
    rows = events((0, "run_running", None), (100, "run_finished", None))
    found = timeline(rows, [(0, 30), (10, 60), (90, 130)], 0, 2)
    assert found.asks
    assert found.lanes.seconds == 30 + 50 + 10
    assert found.lanes.utilisation == 90 / 200


def test_nothing_has_happened_yet() -> None:
    found = timeline([], [], 0, 1)
    assert (found.worked_s, found.slots.utilisation, found.individuals) == (0, 0, 0)


class SlowProposer(FakeProposer):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__(values=60)
        self._loop = loop

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        await asyncio.sleep(LLM_S)
        return await super().propose(brief)


class SlowExecutor(FakeExecutor):
    async def check(self, request: CheckRequest) -> CheckReport:
        await asyncio.sleep(CHECK_S)
        return await super().check(request)

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        await asyncio.sleep(TRAIN_S * request.plan.steps / 2)
        return await super().train(request, on_progress)


def simulate(base: Path, monkeypatch: pytest.MonkeyPatch, *assignments: str, slots: int = 1) -> Timeline:
    monkeypatch.setattr(going_on, "LOOK_S", 5.0)
    loop = VirtualLoop()
    settings = settings_of("population=12", "generations=5", *assignments)
    rig = Rig(base, settings, store_type=lambda file: FastStore(file, clock=loop.time)).create()
    executor = SlowExecutor(slots=slots, failing=0.05)
    run_virtually(loop, rig.work(executor, SlowProposer(loop), now=loop.time))
    with rig.reader() as reader:
        return timeline_of(reader)


def test_the_training_slot_is_busy_nearly_all_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposals of 20 s, trainings of 60 s, one slot: only the first proposal of a generation is waited for."""
    found = simulate(tmp_path, monkeypatch)
    assert found.slots.utilisation >= 0.95
    assert found.slots.seconds + sum(found.idle_s.values()) == pytest.approx(found.worked_s)
    assert 0.15 < found.lanes.utilisation < 0.45


def test_what_small_generations_cost_is_on_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The price of a generation's end: the slot waits for the first proposal of the next."""
    found = simulate(tmp_path, monkeypatch, "population=3", "generations=10")
    assert found.slots.utilisation < 0.95
    assert found.idle_s["proposal"] > 0.8 * sum(found.idle_s.values())
