"""A run comes out again from its record, however it went; where the record was changed, the change is named."""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ge_tui.errors import UserError
from ge_tui.evaluation.executors import CheckRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, TrainReport
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, RunReader
from ge_tui.settings import read_settings

from .rough import EVERYTHING, Mortal, UnevenExecutor, asking, assert_agrees, live, replayed


def digests(folder: Path) -> dict[str, str]:
    """Of what a reader of SQLite does not make itself."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in (".sqlite-wal", ".sqlite-shm")
    }


async def test_a_run_with_everything_on_agrees_and_is_not_touched(whole: RunDirectory) -> None:
    before = digests(whole.path)
    found = await assert_agrees(whole)
    assert found.individuals >= 17
    assert min(found.evaluations, found.calls, found.generations) > 0
    assert digests(whole.path) == before
    with RunReader(whole.database) as run:
        kinds = {event.kind for event in run.events()}
        assert {"retrained", "not_promoted", "rephrasing", "insight", "control", "asking"} <= kinds
        assert {row.operator for row in run.individuals()} >= {"seed", "create", "repair"}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))])
async def test_a_run_that_was_steered_and_killed_agrees_at_every_stop(
    base: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    directory = asking(base, monkeypatch, seed).create(*EVERYTHING[: rng.randrange(4, len(EVERYTHING) + 1)])
    changes = [("temperature", 1.6), ("persona.expert", 3), ("model_mode", "auto"), ("promoted_part", 0.6),
               ("eot_probability", 0.8), ("aim_segment", "SE")]  # fmt: skip

    def steer(event: EventRow) -> None:
        if event.kind == "accepted" and rng.random() < 0.3:
            inbox.send(directory.inbox, *rng.choice(changes))
        if event.kind == "accepted" and rng.random() < 0.1:
            for key, value in (("pause", True), ("steps", 1), ("pause", False)):
                inbox.send(directory.inbox, key, value)

    resumed = 0
    while not await live(directory, rng.randrange(60, 160), on_event=steer,
                         changes=["ollama.lanes=1", "evaluation.front_seeds=2"] if resumed else []):  # fmt: skip
        await assert_agrees(directory)
        resumed += 1
        assert resumed < 100
    assert resumed
    await assert_agrees(directory)


async def test_a_child_that_the_engine_died_over_still_goes_back(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the failure and the repair that was to follow, in every run the same."""
    directory = asking(base, monkeypatch).create("population=5", "generations=0", "evaluation.first_rung=")
    commits = 0

    def listen(event: EventRow) -> None:
        if event.kind == "failed":
            Mortal.left = 1  # this one is counted yet

    assert not await live(directory, on_event=listen)
    with RunReader(directory.database) as run:
        (failed,) = run.individuals("status = 'failed'")
        commits = run.next_number()
        assert not run.individuals("operator = 'repair'")
    assert await live(directory)
    with RunReader(directory.database) as run:
        assert next(row.parents for row in run.individuals("operator = 'repair'")) == (failed.number,)
        assert run.next_number() > commits
    await assert_agrees(directory)


async def test_a_run_that_was_paused_and_stepped_agrees(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = asking(base, monkeypatch).create("population=5", "generations=0")

    def user(event: EventRow) -> None:
        if event.kind == "proposing" and event.individual == 1:
            inbox.send(directory.inbox, "steps", 2)
            inbox.send(directory.inbox, "pause", True)
        elif event.kind == "control" and (event.payload["key"], event.payload["new"]) == ("steps", 0):
            inbox.send(directory.inbox, "pause", False)

    assert await live(directory, on_event=user)
    with RunReader(directory.database) as run:
        assert [row.new for row in run.controls() if (row.actor, row.key) == ("auto", "steps")] == [1, 0]
    await assert_agrees(directory)


class CrashingExecutor(UnevenExecutor):
    at = "train"

    async def check(self, request: CheckRequest) -> CheckReport:
        return CheckReport(Outcome.CRASHED, "died") if self.at == "check" else await super().check(request)

    def report(self, source: str) -> TrainReport:
        return TrainReport(Outcome.CRASHED, "died")


@pytest.mark.parametrize("at", ["check", "train"])
async def test_a_seed_that_failed_by_the_machine_is_measured_on_resume(
    base: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    made = asking(base, monkeypatch)
    directory = made.create("population=3", "generations=0", "evaluation.first_rung=look")
    made.executor, well = CrashingExecutor(1), made.executor
    made.executor.at = at
    with pytest.raises(UserError, match=r"the seed itself .*resume the run"):
        await live(directory)
    await assert_agrees(directory)
    made.executor = well
    assert await live(directory)
    await assert_agrees(directory)


async def test_a_run_that_is_under_way_agrees_as_far_as_it_has_come(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = asking(base, monkeypatch).create(*EVERYTHING)
    working = asyncio.create_task(work(directory))
    seen = set()
    while not working.done():
        found = await assert_agrees(directory)
        seen.add(found.individuals)
        await asyncio.sleep(0.01)
    assert len(seen) > 2


async def test_runs_without_a_model_and_from_another_runs_answers_agree(
    base: Path, whole: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(base, monkeypatch)
    for name, llm in (("plain", "offline"), ("again", f"replay:{whole.path}")):
        settings = read_settings((), ["data=fake", "population=5", "generations=2", f"llm={llm}", "seed=5"])
        directory = create_run(prepare_run(settings, base), base, name)
        assert await live(directory)
        await assert_agrees(directory)


CHANGES = {
    "a source": ("UPDATE individual SET source_blob = (SELECT source_blob FROM individual WHERE number = 0), "
                 "segment = segment WHERE number = 3", "individual 3", "source"),
    "an answer": ("UPDATE llm_call SET answer_blob = system_blob WHERE individual = 2", "individual 2", ""),
    "a prompt": ("UPDATE llm_call SET prompt_blob = system_blob WHERE individual = 4", "call 4/", "prompt"),
    "a parent": ("UPDATE parent SET parent = 2 WHERE child = (SELECT max(number) FROM individual WHERE operator = "
                 "'mutate' OR operator = 'crossover') AND place = 0", "individual ", "parents"),
    "a metric": ("UPDATE metric SET value = 0.999 WHERE name = 'accuracy' AND evaluation = "
                 "(SELECT id FROM evaluation WHERE individual = 0 AND rung = 'short' LIMIT 1)", "", ""),
    "a rank": ("UPDATE member SET rank = rank + 1 WHERE generation = 1", "generation 1, individual", "rank"),
    "a control": ("UPDATE control SET new = '0.123' WHERE key = 'temperature'", "", ""),
    "a hypervolume": ("UPDATE generation SET hypervolume = hypervolume * 1.001 WHERE number = 2", "generation 2",
                      "hypervolume"),
    "a persona": ("UPDATE individual SET persona = 'nobody' WHERE number = 3", "individual 3", "persona"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
async def test_a_record_that_was_changed_is_found_out(base: Path, whole: RunDirectory, what: str) -> None:
    statement, where, field = CHANGES[what]
    directory = RunDirectory(shutil.copytree(whole.path, base / "copy"))
    with closing(sqlite3.connect(directory.database)) as connection, connection:
        assert connection.execute(statement).rowcount
    difference = (await replayed(directory)).difference
    assert difference is not None
    assert difference.where.startswith(where)
    assert field in difference.field
    assert difference.recorded != difference.derived
    lines = difference.lines()
    assert lines[0] == f"{difference.where}: {difference.field}"
    assert len(lines) >= 3
    if what == "a source":
        assert any(line.startswith("@@") for line in lines)


@pytest.mark.parametrize("gives_way", ["true", "false"])
async def test_a_run_whose_idle_slots_train_the_front_agrees_at_every_stop(
    base: Path, monkeypatch: pytest.MonkeyPatch, gives_way: str
) -> None:
    settings = [one for one in EVERYTHING if not one.startswith("evaluation.front_seeds")]
    directory = asking(base, monkeypatch, 3).create(
        *settings, "evaluation.front_seeds=2", "evaluation.idle_seeds=6", f"evaluation.idle_gives_way={gives_way}"
    )
    monkeypatch.setattr("ge_tui.run.engine.going_on.LOOK_S", 0.0)
    rng, stops = random.Random(5), 0
    while not await live(directory, rng.randrange(150, 400)):
        await assert_agrees(directory)
        stops += 1
        assert stops < 100
    await assert_agrees(directory)
    with RunReader(directory.database) as run:
        seeds = {row.seed - min(one.seed for one in run.evaluations()) for row in run.evaluations()}
        assert max(seeds) > 1, "further seeds than a confirmed front has"
