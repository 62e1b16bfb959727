"""An engine dies between the commit by which an act is done and the one that says so: it is done once, and agrees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.engine.selection import OWN_SLOTS
from ge_tui.run.store import EventRow, RunReader, Status
from ge_tui.run.store.acts import ActKind, ActState, NewAct, acts

from .rough import Mortal, UnevenExecutor, asking, assert_agrees, live


class User:
    """Sends an act when the first generation is closed; the engine dies at the commit after it was done."""

    def __init__(self, directory: RunDirectory, act: NewAct, sign: str) -> None:
        self._directory = directory
        self._act = act
        self._sign = sign
        self._sent = False
        self.died = False

    def __call__(self, event: EventRow) -> None:
        if event.kind == "generation_opened" and event.payload["generation"] == 1 and not self._sent:
            self._sent = True
            inbox.send_act(self._directory.inbox, self._act)
        mine = event.kind != "proposing" or event.payload["slot"] >= OWN_SLOTS
        if self._sent and not self.died and event.kind == self._sign and mine:
            self.died = True
            Mortal.left = 0


@pytest.mark.parametrize(
    ("kind", "said", "sign"),
    [
        (ActKind.AGAIN, {}, "retrained"),
        (ActKind.AGAIN, {"seed": 9}, "retrained"),
        (ActKind.AGAIN, {"rung": "full"}, "retrained"),
        (ActKind.BREED, {}, "proposing"),
        (ActKind.EDIT, {}, "proposing"),
    ],
)
async def test_it_is_done_once(
    base: Path, monkeypatch: pytest.MonkeyPatch, kind: ActKind, said: dict[str, Any], sign: str
) -> None:
    made = asking(base, monkeypatch)
    directory = made.create("population=3", "generations=1")
    seed = prepared_seed(directory)
    source = seed.replace("momentum=0.9", "momentum=0.77") if kind is ActKind.EDIT else None
    user = User(directory, NewAct(kind, 0, None, said, source), sign)
    assert not await live(directory, on_event=user)
    assert user.died
    await assert_agrees(directory)
    assert await live(directory)
    with RunReader(directory.database) as run:
        (act,) = acts(run.connection)
        assert act.state is ActState.DONE
        kinds = [event.kind for event in run.events() if event.individual == 0]
        children = run.individuals("slot >= ? AND operator <> 'repair'", (OWN_SLOTS,))
        assert kinds.count("retrained") == (kind is ActKind.AGAIN)
        assert len(children) == (kind is not ActKind.AGAIN)
    await assert_agrees(directory)


class SlowToEnd(UnevenExecutor):
    """A training that never ends by itself, and takes a while to end when it is to."""

    seed_source = ""

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        if request.source == self.seed_source:
            return await super().train(request, on_progress)
        try:
            on_progress(CurvePoint(1, 0.1, 1.0, 0.5, 1.0))
            await asyncio.Event().wait()
        finally:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.2)
        raise AssertionError("it was to be ended")


@pytest.mark.parametrize("ends", ["dies", "is stopped"])
async def test_who_was_killed_is_not_trained_again(base: Path, monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    """The engine ends while the training that the user ended is still on its way out."""
    made = asking(base, monkeypatch)
    directory = made.create("population=2", "generations=0", "slots=1")
    made.executor, calm = SlowToEnd(1), made.executor
    made.executor.seed_source = prepared_seed(directory)
    killed: list[int] = []

    def user(event: EventRow) -> None:
        if event.kind == "progress" and event.individual and not killed:
            killed.append(event.individual)
            inbox.send_act(directory.inbox, NewAct(ActKind.KILL, event.individual))
        elif event.kind == "act_done" and ends == "dies":
            Mortal.left = 0
        elif event.kind == "act_done":
            inbox.send(directory.inbox, "stop", "now")

    assert not await live(directory, on_event=user)
    await assert_agrees(directory)
    made.executor = calm
    assert await live(directory)
    with RunReader(directory.database) as run:
        (number,) = killed
        row = run.individual(number)
        assert row is not None
        assert (row.status, row.reason) == (Status.FAILED, "its training was ended by the user")
        assert len(run.evaluations(number)) == 1
    await assert_agrees(directory)


def prepared_seed(directory: RunDirectory) -> str:
    with RunReader(directory.database) as run:
        return str(run.run().task["seed_source"])
