"""Steering how much is done while a run runs: the size of generations, training slots, repairs, top_p."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ge_tui.run import inbox
from ge_tui.run.controls import ControlBoard, in_force
from ge_tui.run.engine.places import Places
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.timeline import timeline

from .asking import Asking, individuals, use
from .fakes import FakeExecutor, FakeProposer, FastStore, GatedExecutor, Rig, family, populations, settings_of

WAIT_S = 30


def steers(rig: Rig, changes: dict[int, int], *, stop_in: int | None = None) -> Callable[[EventRow], None]:
    """A listener that asks for another population in the middle of some generations."""

    def listen(event: EventRow) -> None:
        if event.kind != "proposing" or event.payload["slot"] != 1:
            return
        generation = event.payload["generation"]
        if generation in changes:
            inbox.send(rig.directory.inbox, "population", changes[generation])
        if generation == stop_in:
            inbox.send(rig.directory.inbox, "stop", "now")

    return listen


def sizes(rig: Rig) -> list[int]:
    """The slots that were filled or carried, by generation."""
    with rig.reader() as reader:
        rows = reader.individuals("slot >= 0")
        return [
            sum(row.generation == one.number for row in rows) + len(reader.carried(one.number))
            for one in reader.generations()
        ]


@pytest.fixture
def steered(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path, settings_of("population=4", "generations=5"), name="steered").create()
    rig.run(on_event=steers(rig, {1: 9, 3: 2}))
    return rig


def test_a_population_holds_from_the_next_generation(steered: Rig) -> None:
    assert sizes(steered) == [4, 4, 9, 9, 2, 2]
    with steered.reader() as reader:
        assert reader.generation_slots() == dict(enumerate(sizes(steered)))
        for one in reader.generations():
            members, living = reader.members(one.number), sizes(steered)[one.number]
            elites = [member.individual for member in members if member.elite]
            assert 0 < len(elites) <= living, "as many elites as the generation has slots"
            assert len(members) <= 2 * living
            if one.number:
                before = {member.individual for member in reader.members(one.number - 1)}
                bred = reader.individuals("generation = ? AND slot >= 0", (one.number,))
                assert {parent for row in bred for parent in row.parents} <= before


def test_a_generation_that_is_gone_on_with_keeps_the_size_it_began_with(steered: Rig, tmp_path: Path) -> None:
    rig = Rig(tmp_path, steered.settings, name="cut").create()
    executor = FakeExecutor(shuffle=1)
    assert rig.run(executor, on_event=steers(rig, {1: 9}, stop_in=1)).status == "stopped"
    assert rig.run(executor, on_event=steers(rig, {3: 2}, stop_in=2)).status == "stopped"
    assert rig.run(executor, on_event=steers(rig, {3: 2})).status == "finished"
    assert sizes(rig) == sizes(steered)
    plain = [(*row[:9], *row[10:]) for row in family(rig)]
    assert plain == [(*row[:9], *row[10:]) for row in family(steered)], "but for the numbers of controls"
    assert populations(rig) == populations(steered)


def test_a_run_of_before_there_was_the_control_goes_on_with_its_settings(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=3", "generations=2", "repairs=7")).create()
    rig.run(on_event=steers(rig, {}, stop_in=1))
    with closing(FastStore(rig.directory.database)) as store, store.step() as connection:
        connection.execute("DELETE FROM control WHERE key IN ('population', 'slots', 'top_p', 'repairs')")
        connection.execute("UPDATE event SET payload = json_remove(payload, '$.slots')")
        old = {"search": ("population", 3), "ollama": ("repairs", 7), "evaluation": ("slots", 2)}
        for group, (name, value) in old.items():
            connection.execute(f"UPDATE run SET settings = json_set(settings, '$.{group}.{name}', {value})")
            connection.execute(f"UPDATE run SET settings = json_remove(settings, '$.controls.{name}')")
        controls = in_force(store)
        assert (controls.population, controls.slots, controls.repairs, controls.top_p) == (3, 2, 7, 0)
    inbox.send(rig.directory.inbox, "population", 5)
    assert rig.run().status == "finished"
    assert sizes(rig) == [3, 3, 5]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not condition():
            await asyncio.sleep(0.001)


async def test_slots_grow_at_once_and_shrink_when_trainings_end(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=8", "generations=1")).create()
    executor = GatedExecutor(slots=1)
    running = asyncio.create_task(rig.work(executor, FakeProposer(values=60)))

    def in_training() -> int:
        with rig.reader() as reader:
            return len(reader.individuals("status = 'evaluating'"))

    await until(lambda: rig.kinds()["training"] == 2)  # the seed's, and one
    inbox.send(rig.directory.inbox, "slots", 3)
    await until(lambda: in_training() == 3)
    inbox.send(rig.directory.inbox, "slots", 1)
    await until(lambda: rig.kinds()["slots"] == 2)
    assert in_training() == 3, "what runs is finished"
    executor.gate.set()
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "finished"
    with rig.reader() as reader:
        told = [event.payload["slots"] for event in reader.events() if event.kind == "slots"]
        assert told == [3, 1]
        assert reader.run().environment["slots"] == 1
        after = next(event.seq for event in reader.events() if event.kind == "slots" and event.payload["slots"] == 1)
        at_once, most = 3, 0
        for event in reader.events(after):
            at_once += (event.kind == "training") - (event.kind == "evaluated")
            most = max(most, at_once if event.kind == "training" else 0)
        assert most == 1


async def test_places_are_never_more_than_there_are_and_nobody_is_forgotten() -> None:
    rng = random.Random(3)
    for _ in range(30):
        places, inside, done = Places(2), 0, 0

        async def visit(places: Places = places) -> None:
            nonlocal inside, done
            async with places:
                inside += 1
                assert inside <= places.taken
                try:
                    for _ in range(rng.randrange(4)):
                        await asyncio.sleep(0)
                finally:
                    inside -= 1
            done += 1

        visits = [asyncio.create_task(visit()) for _ in range(20)]
        for turn in range(15):
            await asyncio.sleep(0)
            count, before = rng.randrange(1, 5), places.taken
            places.resize(count)
            assert places.taken <= max(before, count)
            if turn % 3 == 0:
                rng.choice(visits).cancel()
        places.resize(1)
        async with asyncio.timeout(WAIT_S):
            await asyncio.gather(*visits, return_exceptions=True)
        assert inside == places.taken == 0
        assert done == sum(not one.cancelled() for one in visits)


def test_the_timeline_knows_how_many_slots_there_were_when() -> None:
    rows = [(0, "session", {"slots": 1}), (0, "run_running", {}), (10, "slots", {"slots": 3}), (20, "run_finished", {})]
    found = timeline([EventRow(seq, at, kind, None, p) for seq, (at, kind, p) in enumerate(rows)], [], 3, 1).slots
    assert (found.places, found.offered_s) == (3, 40)


async def test_top_p_and_repairs_hold_from_the_next_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = use(Asking(tmp_path), monkeypatch)
    directory = asking.create("population=6", "generations=2", "repairs=0")
    asked: list[EventRow] = []

    def listen(event: EventRow) -> None:
        asked.append(event)
        if event.kind == "generation_opened" and event.payload["generation"] == 1:
            inbox.send(directory.inbox, "top_p", 0.5)
            inbox.send(directory.inbox, "repairs", 3)
        if event.kind == "generation_opened" and event.payload["generation"] == 2:
            inbox.send(directory.inbox, "top_p", 0)

    assert (await work(directory, on_event=listen)).status == "finished"
    rows = {row.number: row for row in individuals(directory)}
    with RunReader(directory.database) as reader:
        calls = reader.connection.execute("SELECT individual, json_extract(options, '$.top_p') FROM llm_call")
        found = {(rows[number].generation, top_p) for number, top_p in calls}
    assert found == {(0, None), (1, 0.5), (2, None)}
    assert {row.generation for row in rows.values() if row.operator == "repair"} == {1, 2}


def test_what_a_control_was_is_known_of_every_individual(steered: Rig) -> None:
    with closing(FastStore(steered.directory.database)) as store:
        board = ControlBoard(store, steered.directory.inbox)
        changed = [row for row in store.controls() if row.key == "population"]
        assert [(row.actor, row.old, row.new) for row in changed] == [
            ("launch", None, 4), ("user", 4, 9), ("user", 9, 2)
        ]  # fmt: skip
        last = store.individuals()[-1]
        assert board.at(last.control_seq).population == 2
