"""The screen's knowledge of a run is the store's, whether it was there from the start or came later."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ge_tui.run.store import RunReader, Status
from ge_tui.run.store.live_calls import LiveCall, Words
from ge_tui.run.summary import best, standings
from ge_tui.tui.watch import Part, RunModel, Update
from tests.run.fakes import GatedExecutor, Rig, settings_of
from tests.tui.rig import Watching, llm_run


async def test_what_was_seen_as_it_happened_is_what_is_seen_afterwards(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=8", "generations=4")).create()
    watching = Watching(rig.directory)
    running = asyncio.create_task(rig.work())
    while not running.done():
        await watching.look()
        await asyncio.sleep(0)
    await watching.look()
    after = Watching(rig.directory)
    await after.look()
    assert watching.model.individuals == after.model.individuals
    assert watching.model.controls == after.model.controls
    assert watching.model.front == after.model.front
    assert list(watching.model.events) == list(after.model.events)
    with RunReader(rig.directory.database) as reader:
        where = standings(reader)
        assert after.model.front == {number for number, standing in where.items() if standing.front}
        assert after.model.best is not None
        assert after.model.best.number == best(reader)
        assert {n: dict(one.metrics) for n, one in after.model.individuals.items() if one.duplicate_of is None} == {
            n: dict(where[n].metrics) for n in where if after.model.individuals[n].duplicate_of is None
        }
    await watching.feed.close()
    await after.feed.close()


async def test_a_training_shows_how_far_it_is_and_a_still_run_shows_nothing_new(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=2", "generations=0")).create()
    watching, executor = Watching(rig.directory), GatedExecutor()
    running = asyncio.create_task(rig.work(executor))
    await executor.begun.wait()
    await asyncio.sleep(0.05)
    await watching.look()
    (first, *_) = watching.model.in_training
    assert first.progress is not None
    assert (first.progress.step, first.progress.steps) == (0, 2)
    assert not await watching.look()
    executor.gate.set()
    await running
    assert (await watching.look()).touches(Part.INDIVIDUALS, Part.GENERATIONS)
    assert watching.model.in_training == []
    assert watching.model.individuals[1].status is Status.EVALUATED
    await watching.feed.close()


async def test_a_run_that_vanishes_is_a_sentence(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=2", "generations=0")).create()
    watching = Watching(rig.directory)
    await watching.look()
    rig.directory.database.unlink()
    assert (await watching.look()).touches(Part.RUN)
    assert "gone" in watching.model.trouble
    assert watching.model.individuals == {}
    await watching.feed.close()


async def test_a_run_that_is_opened_anew_is_not_told_twice(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=4", "generations=1")).create()
    await rig.work()
    watching = Watching(rig.directory)
    await watching.look()
    model = watching.model
    seen = list(model.events), model.events_seen, list(model.control_rows)
    database = rig.directory.database
    database.rename(database.with_suffix(".away"))
    await watching.look()
    assert model.trouble
    database.with_suffix(".away").rename(database)
    await watching.look()
    assert not model.trouble
    assert (list(model.events), model.events_seen, list(model.control_rows)) == seen


def test_words_come_once_and_those_of_a_call_made_anew_are_its_own() -> None:
    model, call = RunModel(), live_call(at=1.0)
    words = tuple(Words(seq, call.key, "text", f"{seq} ") for seq in (1, 2))
    model.apply(Update(calls=(call,), words=words))
    model.apply(Update(calls=(call,), words=(*words, Words(3, call.key, "text", "3"))))
    assert "".join(text for _, text in model.words[call.key]) == "1 2 3"
    model.apply(Update(calls=(live_call(at=2.0),), words=(Words(4, call.key, "text", "new"),)))
    assert model.words[call.key] == [("text", "new")]


def live_call(at: float) -> LiveCall:
    return LiveCall(1, 0, 0, at, "mutate", "t", "expert", "params", None, "coder:7b", None, "system", "prompt")


async def test_a_run_of_a_language_model(tmp_path: Path) -> None:
    watching = Watching(await llm_run(tmp_path))
    await watching.look()
    operators = {one.operator for one in watching.model.individuals.values()}
    assert {"seed", "create", "mutate"} <= operators
    assert all(one.persona for one in watching.model.individuals.values() if one.operator == "create")
    child = watching.model.individuals[max(watching.model.individuals)]
    assert await watching.feed.ask(lambda reader: reader.source(child.number)) is not None
    await watching.feed.close()
