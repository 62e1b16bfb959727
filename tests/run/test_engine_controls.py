"""Steering: what is asked for through the inbox takes effect, and each individual says under what it was made."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from ge_tui.run import inbox
from ge_tui.run.controls import ControlBoard, flatten, fold
from ge_tui.run.store import EventRow
from ge_tui.run.store.records import FINAL

from .fakes import FakeProposer, FastStore, GatedExecutor, Rig, family

WAIT_S = 20


def send(rig: Rig, key: str, value: object) -> None:
    inbox.send(rig.directory.inbox, key, value)


async def until(rig: Rig, kind: str, count: int = 1) -> None:
    async with asyncio.timeout(WAIT_S):
        while rig.kinds()[kind] < count:
            await asyncio.sleep(0.001)


def test_stop_after_the_generation(rig: Rig, tmp_path: Path) -> None:
    def stop_in_generation_1(event: EventRow) -> None:
        if event.kind == "generation_opened" and event.payload["generation"] == 1:
            send(rig, "stop", "generation")

    ending = rig.run(on_event=stop_in_generation_1)
    assert (ending.status, ending.reason) == ("stopped", "stopped after generation 1, as asked")
    with rig.reader() as reader:
        assert [row.closed_at is not None for row in reader.generations()] == [True, True]
    assert rig.run().status == "finished"
    with rig.reader() as reader:
        stops = [(row.actor, row.new) for row in reader.controls() if row.key == "stop"]
        assert stops == [("launch", "no"), ("user", "generation"), ("resume", "no")]


async def test_stop_now_cuts_off_what_runs_and_it_is_done_again(rig: Rig) -> None:
    executor = GatedExecutor()
    running = asyncio.create_task(rig.work(executor))
    await until(rig, "training", 2)
    send(rig, "stop", "now")
    async with asyncio.timeout(WAIT_S):
        ending = await running
    assert (ending.status, ending.reason) == ("stopped", "stopped at once, as asked")
    with rig.reader() as reader:
        assert reader.individuals("status = 'evaluating'") == []
        assert {row.lost for row in reader.individuals()} == {0}
        assert reader.run().status == "stopped"
    assert (await rig.work()).status == "finished"


async def test_pause_holds_back_what_is_new_and_lets_what_runs_end(rig: Rig) -> None:
    executor = GatedExecutor(slots=1)
    running = asyncio.create_task(rig.work(executor))
    await until(rig, "training", 2)
    send(rig, "pause", True)
    await until(rig, "control")
    executor.gate.set()
    await until(rig, "evaluated", 2)
    seen = rig.kinds()
    for _ in range(50):
        await asyncio.sleep(0.001)
    assert rig.kinds()["training"] == seen["training"] == 2
    assert rig.kinds()["proposing"] == seen["proposing"]
    send(rig, "pause", False)
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "finished"


async def test_a_paused_run_can_be_stopped(rig: Rig) -> None:
    send(rig, "pause", True)
    running = asyncio.create_task(rig.work())
    await until(rig, "control")
    send(rig, "stop", "now")
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "stopped"
    assert (await rig.work()).status == "finished", "resuming ends the pause too"


async def test_a_paused_run_that_is_to_stop_after_its_generation_finishes_it(rig: Rig) -> None:
    send(rig, "pause", True)
    running = asyncio.create_task(rig.work())
    await until(rig, "control")
    send(rig, "stop", "generation")
    async with asyncio.timeout(WAIT_S):
        ending = await running
    assert ending.reason == "stopped after generation 0, as asked"


async def standing_still(rig: Rig) -> None:
    """Until nothing more happens: two looks of a paused engine."""
    seen, still = rig.kinds(), 0
    async with asyncio.timeout(WAIT_S):
        while still < 2:
            await asyncio.sleep(0.25)
            seen, still = rig.kinds(), (still + 1 if rig.kinds() == seen else 0)


def children(rig: Rig) -> tuple[int, int]:
    """How many slots were filled, and how many of them came to their end."""
    with rig.reader() as reader:
        rows = reader.individuals("number > 0")
        return len(rows), sum(row.status in FINAL for row in rows)


@pytest.mark.parametrize("lanes", [1, 3])
async def test_a_step_makes_one_child_of_a_paused_run_and_sees_it_to_its_end(rig: Rig, lanes: int) -> None:
    proposer = FakeProposer()
    proposer.lanes = lanes
    send(rig, "pause", True)
    running = asyncio.create_task(rig.work(proposer=proposer))
    await standing_still(rig)
    send(rig, "steps", 1)  # nothing was made yet: the seed goes first
    await standing_still(rig)
    assert children(rig) == (1, 1)
    send(rig, "steps", 4)  # beyond the end of the generation of 4
    await standing_still(rig)
    assert children(rig) == (5, 5)
    with rig.reader() as reader:
        assert [row.closed_at is not None for row in reader.generations()] == [True, False]
        taken = [(row.actor, row.new) for row in reader.controls() if row.key == "steps"]
    assert taken == [("launch", 0), ("user", 1), ("auto", 0), ("user", 4), *[("auto", left) for left in (3, 2, 1, 0)]]
    send(rig, "pause", False)
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "finished"


async def test_what_waits_in_a_paused_run_does_not_stand_in_the_way_of_a_step(rig: Rig) -> None:
    executor = GatedExecutor(slots=1)
    running = asyncio.create_task(rig.work(executor))
    await until(rig, "accepted", 5)
    await until(rig, "training", 2)
    send(rig, "pause", True)
    await until(rig, "control")
    executor.gate.set()
    await standing_still(rig)
    filled, done = children(rig)
    assert (filled, done) == (4, 1), "the other three wait to be trained"
    send(rig, "steps", 1)
    await standing_still(rig)
    assert children(rig) == (5, 5)
    send(rig, "stop", "now")
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "stopped"


async def test_resuming_forgets_steps_that_were_not_made(rig: Rig) -> None:
    send(rig, "steps", 3)
    send(rig, "stop", "now")
    assert (await rig.work()).status == "stopped"
    send(rig, "pause", True)
    running = asyncio.create_task(rig.work())
    await standing_still(rig)
    assert children(rig) == (0, 0)
    send(rig, "pause", False)
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "finished"


def test_a_change_in_mid_generation_is_attributed(rig: Rig) -> None:
    def change(event: EventRow) -> None:
        if event.kind == "accepted" and event.individual in (3, 8):
            send(rig, "temperature", event.individual / 10)

    proposer = FakeProposer()
    rig.run(proposer=proposer, on_event=change)
    with rig.reader() as reader:
        controls = reader.controls()
        changes = {row.seq: row for row in controls if row.actor == "user"}
        events = reader.events()
        assert [row.new for row in changes.values()] == [0.3, 0.8]
        in_force, temperature = controls[0].seq, 1.0
        seqs = iter(changes)
        launched = max(row.seq for row in controls if row.actor == "launch")
        in_force = launched
        for event in events:  # in the order in which it was committed
            if event.kind == "control":
                in_force = next(seqs)
                temperature = changes[in_force].new
            elif event.kind == "proposing":
                row = reader.individual(event.individual)
                assert row.control_seq == in_force
                assert row.operator == "seed" or row.temperature == temperature
                assert fold(c for c in controls if c.seq <= row.control_seq).temperature == temperature
        assert {row.control_seq for row in reader.individuals()} == {launched, *changes}
    assert {brief.temperature for brief in proposer.briefs} == {1.0, 0.3, 0.8}


def test_probabilities_take_effect_at_once(rig: Rig) -> None:
    send(rig, "mutation_probability", 0.0)
    send(rig, "crossover_probability", 0.0)
    rig.run()
    with rig.reader() as reader:
        assert reader.individuals("generation > 0") == []
        assert all(len(reader.carried(generation)) == 4 for generation in (1, 2, 3))


async def test_what_was_decided_before_a_crash_is_made_under_its_own_controls(rig: Rig, tmp_path: Path) -> None:
    """The slot was taken at temperature 1; the change came after it."""

    class Stuck(FakeProposer):
        async def propose(self, brief):
            if len(self.briefs) == 2:
                send(rig, "temperature", 0.25)
                await asyncio.sleep(WAIT_S)
            return await super().propose(brief)

    running = asyncio.create_task(rig.work(proposer=Stuck()))
    await until(rig, "control")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    proposer = FakeProposer()
    await rig.work(proposer=proposer)
    assert proposer.briefs[0].temperature == 1.0
    assert {brief.temperature for brief in proposer.briefs[1:]} == {0.25}
    with rig.reader() as reader:
        row = reader.individual(3)
        assert (row.temperature, fold(c for c in reader.controls() if c.seq <= row.control_seq).temperature) == (
            1.0,
            1.0,
        )


# -- bad requests ------------------------------------------------------------------------------------------

BAD = {
    "garbage": b"\x00\xff\xfe garbage",
    "empty": b"",
    "no object": b"[1, 2]",
    "no key": b'{"value": 1}',
    "no value": b'{"key": "pause"}',
    "key of another kind": b'{"key": 5, "value": 1}',
    "unknown key": b'{"key": "tempratur", "value": 1}',
    "empty key": b'{"key": "", "value": 1}',
    "no control": b'{"key": "search.attempts", "value": 5}',
    "inside a value": b'{"key": "pause.x.y", "value": 1}',
    "a whole table": b'{"key": "persona", "value": {"expert": 1}}',
    "a table as nothing": b'{"key": "operator", "value": null}',
    "unknown persona": b'{"key": "persona.experto", "value": 1}',
    "out of range": b'{"key": "temperature", "value": 2.5}',
    "negative": b'{"key": "persona.expert", "value": -1}',
    "wrong type": b'{"key": "pause", "value": {"a": 1}}',
    "null": b'{"key": "temperature", "value": null}',
    "not a number": b'{"key": "temperature", "value": NaN}',
    "infinite": b'{"key": "temperature", "value": Infinity}',
    "deep": b"[" * 50_000,
    "deep value": b'{"key": "pause", "value": ' + b"[" * 900 + b"]" * 900 + b"}",
    "huge": b'{"key": "temperature", "value": "' + b"x" * 200_000 + b'"}',
    "long number": b'{"key": "temperature", "value": ' + b"9" * 5000 + b"}",
    "large number": b'{"key": "temperature", "value": ' + b"9" * 400 + b"}",
    "surrogates": b'{"key": "\\ud800", "value": "\\udfff\\u0000"}',
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_refused_recorded_and_harms_nothing(rig: Rig, tmp_path: Path, name: str) -> None:
    (rig.directory.inbox / "1.json").write_bytes(BAD[name])
    assert rig.run().status == "finished"
    assert rig.kinds()["control_refused"] == 1
    assert list(rig.directory.inbox.iterdir()) == []
    with rig.reader() as reader:
        refused = [event for event in reader.events() if event.kind == "control_refused"]
        assert refused[0].payload["reason"]
        assert {row.actor for row in reader.controls()} == {"launch"}
        fold(reader.controls())
        assert reader.is_whole()
    other = Rig(tmp_path, name="other").create()
    other.run()
    assert family(rig) == family(other)


def test_what_is_no_file_is_refused_once(rig: Rig) -> None:
    (rig.directory.inbox / "folder.json").mkdir()
    os.mkfifo(rig.directory.inbox / "pipe.json")
    (rig.directory.inbox / "zero.json").symlink_to("/dev/zero")
    (rig.directory.inbox / "nowhere.json").symlink_to("/nowhere/at/all")
    assert rig.run().status == "finished"
    assert rig.kinds()["control_refused"] == 4


def test_what_is_half_written_is_left_alone(rig: Rig) -> None:
    (rig.directory.inbox / ".1.tmp").write_text("{")
    rig.run()
    assert rig.kinds()["control_refused"] == 0
    assert (rig.directory.inbox / ".1.tmp").exists()


def test_an_inbox_that_is_gone_is_an_empty_one(rig: Rig) -> None:
    rig.directory.inbox.rmdir()
    assert rig.run().status == "finished"


def test_a_request_is_taken_once_though_its_file_is_still_there(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    request = inbox.send(rig.directory.inbox, "temperature", 0.5)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(PermissionError("not yours")))
    rig.run()
    rig.run()
    with rig.reader() as reader:
        assert [row.request for row in reader.controls() if row.actor == "user"] == [request.id]


def test_requests_are_taken_in_the_order_they_were_sent(rig: Rig) -> None:
    for value in (0.1, 0.9, 0.5):
        send(rig, "temperature", value)
    store = FastStore(rig.directory.database)
    board = ControlBoard(store, rig.directory.inbox)
    assert board.refresh().temperature == 0.5
    rows = [row for row in store.controls() if row.actor == "user"]
    assert [(row.old, row.new) for row in rows] == [(1.0, 0.1), (0.1, 0.9), (0.9, 0.5)]
    assert [board.at(row.seq).temperature for row in rows] == [0.1, 0.9, 0.5]
    assert board.at(1).temperature == 1.0
    assert flatten(board.current) == flatten(fold(store.controls()))
    store.close()


def test_a_request_is_a_whole_file(rig: Rig) -> None:
    request = inbox.send(rig.directory.inbox, "persona.expert", 0.7)
    [file] = rig.directory.inbox.iterdir()
    assert json.loads(file.read_text()) == {"key": "persona.expert", "value": 0.7}
    assert inbox.waiting(rig.directory.inbox) == [(file, request)]


def test_setting_what_is_in_force_already_is_not_recorded(rig: Rig) -> None:
    store = FastStore(rig.directory.database)
    board = ControlBoard(store, rig.directory.inbox)
    before = board.seq
    board.set("resume", "stop", "no")
    assert board.seq == before
    board.set("auto", "temperature", 0.5)
    assert board.seq == before + 1
    store.close()
