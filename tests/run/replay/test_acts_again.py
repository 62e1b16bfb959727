"""What the user did with individuals comes out again: at every stop, in every fork, and where it was forged."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.fork import Moment, fork
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.store.acts import ActKind, ActState, NewAct, acts, standing
from ge_tui.settings import read_settings

from .rough import EVERYTHING, UnevenExecutor, asking, assert_agrees, live, replayed

SIZES = (3, 5, 9)


class HoldingExecutor(UnevenExecutor):
    """Holds trainings until an act that was asked for meanwhile is settled."""

    held = False

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        report = await super().train(request, on_progress)
        while self.held:
            await asyncio.sleep(0.001)
        return report


class Meddler:
    """A user who does something with individuals all the time, and who changes sizes."""

    def __init__(self, directory: RunDirectory, executor: HoldingExecutor, seed: int, rate: float = 0.3) -> None:
        self._directory = directory
        self._executor = executor
        self._rng = random.Random(f"user/{seed}")
        self._rate = rate
        self._edits = 0

    def __call__(self, event: EventRow) -> None:
        if event.kind in ("act_done", "act_refused"):
            self._executor.held = False
        rng = self._rng
        if event.kind in ("accepted", "evaluated", "measured", "checked") and rng.random() < self._rate:
            self._act(rng.choice([kind for kind in ActKind if kind is not ActKind.KILL]))
        elif event.kind == "progress" and rng.random() < self._rate / 8 and event.individual:
            self._executor.held = True
            self._send(NewAct(ActKind.KILL, event.individual + rng.choice((0, 0, 1))))
        elif event.kind == "generation_opened":
            inbox.send(self._directory.inbox, "population", rng.choice(SIZES))

    def _act(self, kind: ActKind) -> None:
        rng, said, source = self._rng, dict[str, Any](), None
        with RunReader(self._directory.database) as run:
            rows = [row.number for row in run.individuals() if row.outcome == "ok"] or [0]
            held = standing(run.connection)
            known = {row.kind for row in acts(run.connection) if row.state is not ActState.REFUSED}
            wanting = [one for one in ActKind if one not in known and one is not ActKind.KILL]
            kind = rng.choice([kind, *wanting]) if wanting else kind
            marked = {ActKind.UNPIN: held.pinned, ActKind.UNVETO: held.vetoed}.get(kind, frozenset())
            one = rng.choice(sorted(marked) or rows)
            text = run.source(one) or ""
        if kind is ActKind.EDIT:
            self._edits += 1
            source = text.replace("momentum=0.9", f"momentum=0.{rng.choice((5, 6, self._edits + 100))}")
        if kind is ActKind.AIM:
            said = {"segment": "SE_LN", "persona": "expert", "instruction": "Make it smaller."}
        if kind is ActKind.AGAIN:
            said = rng.choice([{}, {"seed": 77}, {"rung": "full"}])
        if kind is ActKind.BREED and rng.random() < 0.4:
            said = {"operator": "eot"}
        self._send(NewAct(kind, one, rng.choice(rows) if kind is ActKind.CROSS else None, said, source))

    def _send(self, act: NewAct) -> None:
        inbox.send_act(self._directory.inbox, act)


def meddled(base: Path, monkeypatch: pytest.MonkeyPatch, seed: int, *settings: str) -> tuple[RunDirectory, Meddler]:
    made = asking(base, monkeypatch, seed)
    made.executor = HoldingExecutor(seed)
    directory = made.create(*EVERYTHING, *settings)
    return directory, Meddler(directory, made.executor, seed)


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunDirectory]:
    """A finished run in which everything was done; only to be read."""
    for seed in range(20):  # what can be done when depends on the clock
        with pytest.MonkeyPatch.context() as monkeypatch:
            base = tmp_path_factory.mktemp("acted")
            directory, user = meddled(base, monkeypatch, seed, "generations=3")
            assert asyncio.run(live(directory, on_event=user))
            if has_everything(directory):
                yield directory
                return
    raise AssertionError("in none of these runs everything was done")


def has_everything(directory: RunDirectory) -> bool:
    """Every act was done, and the population was steered."""
    with RunReader(directory.database) as run:
        rows = acts(run.connection)
        done = {row.kind for row in rows if row.state is ActState.DONE}
        sizes = set(run.generation_slots().values())
        return (
            done == set(ActKind)
            and len(sizes) > 1
            and any("accuracy 0" in row.outcome for row in rows if row.kind is ActKind.AGAIN)
            and any(row.state is ActState.REFUSED for row in rows)
        )


async def test_a_run_in_which_everything_was_done_agrees(acted: RunDirectory) -> None:
    assert (await assert_agrees(acted)).individuals > 20


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
async def test_it_agrees_at_every_stop_when_it_is_killed_again_and_again(
    base: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    directory, user = meddled(base, monkeypatch, seed)
    stops = 0
    while not await live(directory, rng.randrange(60, 260), on_event=user):
        user._executor.held = False
        await assert_agrees(directory)
        stops += 1
        assert stops < 100
    assert stops
    await assert_agrees(directory)


@pytest.mark.parametrize("seed", [5, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (3, 6))])
async def test_forks_begin_with_the_acts_of_before_and_agree(
    base: Path, acted: RunDirectory, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    made = asking(base, monkeypatch, seed)
    made.executor = HoldingExecutor(seed)
    with RunReader(acted.database) as run:
        last, events, everything = run.next_number() - 1, run.events(), acts(run.connection)
    rng = random.Random(seed)
    middle = [str(rng.randrange(1, last)) for _ in range(1 if seed == 5 else 6)]
    for at in ("g1", *middle, str(last)):
        name = f"at-{at}"
        forked = fork(acted, base, Moment.parse(at), name)
        await assert_agrees(forked)
        with RunReader(forked.database) as run:
            assert run.is_whole()
            kept = acts(run.connection)
            end = next(event.seq for event in run.events() if event.kind == "forked")
        assert [row.seq for row in kept] == list(range(1, len(kept) + 1))
        assert [row.kind for row in kept] == [row.kind for row in everything[: len(kept)]]
        assert len(kept) <= sum("actor" in e.payload and e.kind.startswith("act") for e in events if e.seq < end)
        if at == middle[0] or seed != 5:
            assert await live(forked, on_event=Meddler(forked, made.executor, seed, 0.1))
            await assert_agrees(forked)
            assert not {row.state for row in acts_of(forked)} & {ActState.WAITING}


def acts_of(directory: RunDirectory) -> list[Any]:
    with RunReader(directory.database) as run:
        return acts(run.connection)


FORGED = {
    "whose it is": ("UPDATE act SET individual = individual + 1 WHERE seq = (SELECT min(seq) FROM act WHERE "
                    "kind = 'aim' AND state = 'done')", ""),
    "what was said": ("UPDATE act SET arguments = json_set(arguments, '$.instruction', 'else') WHERE seq = "
                      "(SELECT min(seq) FROM act WHERE kind = 'aim' AND state = 'done')", "instruction"),
    "a text": ("UPDATE act SET source_blob = (SELECT source_blob FROM individual WHERE number = 0) WHERE seq = "
               "(SELECT min(seq) FROM act WHERE kind = 'edit' AND state = 'done')", ""),
    "what came of it": ("UPDATE act SET child = child - 1 WHERE seq = (SELECT max(seq) FROM act WHERE kind = 'cross' "
                        "AND state = 'done')", "child"),
    "a refusal": ("UPDATE act SET state = 'done', outcome = '' WHERE seq = (SELECT min(seq) FROM act WHERE "
                  "state = 'refused')", ""),
    "a measurement": ("UPDATE act SET outcome = replace(outcome, 'accuracy 0', 'accuracy 1') WHERE seq = "
                      "(SELECT min(seq) FROM act WHERE kind = 'again' AND outcome LIKE '%accuracy 0%')", "outcome"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
async def test_an_act_that_was_forged_is_found_out(base: Path, acted: RunDirectory, what: str) -> None:
    statement, field = FORGED[what]
    directory = RunDirectory(shutil.copytree(acted.path, base / "copy"))
    with closing(sqlite3.connect(directory.database)) as connection, connection:
        assert connection.execute(statement).rowcount
    difference = (await replayed(directory)).difference
    assert difference is not None
    assert difference.where.startswith(("act ", "individual ") if what == "a text" else "act ")
    assert field in difference.field
    assert difference.recorded != difference.derived


async def test_a_veto_that_was_taken_out_shows_in_the_parents(base: Path, acted: RunDirectory) -> None:
    directory = RunDirectory(shutil.copytree(acted.path, base / "copy"))
    with closing(sqlite3.connect(directory.database)) as connection, connection:
        connection.execute("DELETE FROM event WHERE kind = 'act' AND json_extract(payload, '$.act') = 'veto'")
    difference = (await replayed(directory)).difference
    assert difference is not None


async def test_another_run_takes_the_answers_by_place(
    base: Path, acted: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(base, monkeypatch)
    told = ["data=fake", "seed=5", f"llm=replay:{acted.path}", *EVERYTHING, "generations=0", "evaluation.first_rung="]
    directory = create_run(prepare_run(read_settings((), told), base), base, "again")
    assert await live(directory)
    await assert_agrees(directory)
    with RunReader(acted.database) as old, RunReader(directory.database) as new:
        first = {row.slot: old.source(row.number) for row in old.individuals("generation = 0 AND operator = 'create'")}
        again = {row.slot: new.source(row.number) for row in new.individuals("generation = 0 AND operator = 'create'")}
        assert {slot: again[slot] for slot, source in first.items() if source} == {s: t for s, t in first.items() if t}
