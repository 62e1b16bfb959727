"""Whole runs against a server that goes wrong: each ends as its fault deserves, with every child accounted for."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ge_tui.errors import NotReadyError
from ge_tui.llm.ollama import FailureKind, OllamaClient, Patience, Policy
from ge_tui.llm.ollama.failure import POLICIES
from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, IndividualRow, RunReader, Status
from ge_tui.run.store.calls import calls_of
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import THINKER, Model, Rule, Say, Script
from tests.llm.ollama.server import FakeOllama
from tests.llm.ollama.test_faults import FAULTS
from tests.run.fakes import AnyExecutor

HASTY = Patience(
    connect_s=2.0, first_word_s=0.6, stall_s=0.3, deadline_s=5.0, question_s=2.0, backoff_s=0.01, poll_s=0.02
)
K = FailureKind
HERE: dict[str, tuple[Say, FailureKind, str]] = {
    "no word": (Say(fault="hang-before"), K.NO_FIRST_WORD, "no word in 0.6 s"),
    "silence in the middle": (Say("abcdefgh", fault="hang", after=1), K.STALLED, "none came for 0.3 s"),
    "thoughts only": (Say("", thinking="hm " * 20), K.EMPTY, "the model thought, then ended without an answer"),
    "cut silently": (Say(prompt_tokens=14336 // 2 + 2), K.TRUNCATED_PROMPT, "silently cut the prompt"),
    "another API": (Say(raw=b'{"choices":[{"text":"x"}]}\n'), K.NO_DONE, "ended"),
}
ALL = FAULTS | HERE
FINAL = {Status.EVALUATED, Status.FAILED, Status.DUPLICATE, Status.REJECTED}


@pytest.fixture(autouse=True)
def executor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AnyExecutor:
    made = AnyExecutor()
    monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: made)
    monkeypatch.setattr("ge_tui.run.language_models.OllamaClient", functools.partial(OllamaClient, patience=HASTY))
    monkeypatch.setattr("ge_tui.llm.llm_proposer._CALM_S", 0.01)
    monkeypatch.setattr("ge_tui.run.engine.going_on.LOOK_S", 0.02)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return made


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeOllama]:
    async with FakeOllama(Script(rules=[Rule(coder.answer)])) as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.url)
        yield ollama


def new_run(base: Path, *assignments: str) -> RunDirectory:
    settings = ["data=fake", "population=3", "generations=1", "seed=5", "attempts=2", "llm=ollama:coder:7b"]
    return create_run(prepare_run(read_settings((), [*settings, *assignments]), base), base, "run")


def children(directory: RunDirectory) -> list[IndividualRow]:
    with RunReader(directory.database) as reader:
        return reader.individuals("number > 0")


def accounted_for(directory: RunDirectory, planned: int) -> list[IndividualRow]:
    """The children of a run that ended; every slot has one or was carried over, and each says how it ended."""
    with RunReader(directory.database) as reader:
        rows = reader.individuals("number > 0")
        carried = sum(len(reader.carried(row.number)) for row in reader.generations())
    assert {row.status for row in rows} <= FINAL
    assert len([row for row in rows if row.operator != "repair"]) + carried == planned
    assert all(row.reason for row in rows if row.status is not Status.EVALUATED)
    return rows


@pytest.mark.parametrize("name", ALL)
async def test_a_fault_that_passes(name: str, server: FakeOllama, tmp_path: Path) -> None:
    """The first calls go wrong; where the run had to stop, it goes on when it is resumed."""
    say, kind, words = ALL[name]
    server.script.rules.insert(0, Rule(say, times=3))
    directory = new_run(tmp_path)
    events: list[EventRow] = []
    if POLICIES[kind] is Policy.STOP_RUN:
        with pytest.raises(NotReadyError) as stopped:
            await work(directory)
        assert words in str(stopped.value)
        with RunReader(directory.database) as reader:
            assert reader.run().status == "failed"
        server.script.rules = server.script.rules[1:]
    ending = await asyncio.wait_for(work(directory, on_event=events.append), 60)
    assert ending.status == "finished"
    rows = accounted_for(directory, 6)
    assert any(row.status is Status.EVALUATED for row in rows)
    kinds = [event.kind for event in events]
    assert kinds.count("llm_away") == kinds.count("llm_back")
    if POLICIES[kind] is Policy.WAIT_FOR_SERVER:
        assert kinds.count("llm_away") == 3


GO_ON = [name for name, (_, kind, _) in ALL.items()
         if POLICIES[kind] is not Policy.STOP_RUN and kind is not K.OUT_OF_MEMORY]  # fmt: skip


@pytest.mark.parametrize("name", GO_ON)
async def test_a_fault_that_stays(name: str, server: FakeOllama, tmp_path: Path) -> None:
    """No child comes of it, each says why, and the run ends as planned."""
    say, kind, words = ALL[name]
    server.script.rules = [Rule(say)]
    directory = new_run(tmp_path, "population=2", "generations=0")
    ending = await asyncio.wait_for(work(directory), 60)
    assert ending.status == "finished"
    rows = accounted_for(directory, 2)
    assert {row.status for row in rows} == {Status.REJECTED}
    assert all(words in row.reason for row in rows)
    with RunReader(directory.database) as reader:
        kept = [one.call.failure for row in rows for one in calls_of(reader.connection, row.number)]
    assert kept == [kind] * 4


async def test_a_model_that_never_fits_stops_the_run_early_and_room_mends_it(
    server: FakeOllama, tmp_path: Path
) -> None:
    good = server.script.rules
    server.script.rules = [Rule(ALL["no main memory"][0])]
    directory = new_run(tmp_path, "population=6", "attempts=3")
    with pytest.raises(NotReadyError, match=r"no room for the model coder:7b: 3 calls .*\(9 GiB\).* smaller model$"):
        await asyncio.wait_for(work(directory), 60)
    with RunReader(directory.database) as reader:
        assert reader.run().status == "failed"
        assert "no room" in reader.run().status_reason
    assert {row.status for row in children(directory)} == {Status.PROPOSING}, "no child is lost"
    server.script.rules = good
    assert (await work(directory)).status == "finished"
    assert len(accounted_for(directory, 12)) == 12


async def test_a_model_that_answered_before_may_find_no_room_for_a_while(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules[:0] = [Rule(coder.answer, times=1), Rule(ALL["oom"][0], times=2 * 8)]
    directory = new_run(tmp_path, "population=6")
    assert (await asyncio.wait_for(work(directory), 60)).status == "finished"
    accounted_for(directory, 12)
    server.script.rules = [Rule(coder.answer, times=1), Rule(ALL["oom"][0])]
    with pytest.raises(NotReadyError, match="12 calls in a row failed for it, since its last answer"):
        await asyncio.wait_for(work(directory, changes=["generations=9"]), 60)


async def test_a_model_that_vanishes_stops_the_run_and_pulling_it_mends_it(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path)

    def listen(event: EventRow) -> None:
        if event.kind == "generation_closed":
            server.script.models = [THINKER]

    with pytest.raises(NotReadyError, match=r"'coder:7b' is not installed.*ge-tui models pull coder:7b"):
        await work(directory, on_event=listen)
    server.script.models.append(Model("coder:7b"))
    assert (await work(directory)).status == "finished"
    accounted_for(directory, 6)


async def test_a_slow_load_is_waited_for_and_is_on_record(
    server: FakeOllama, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script.load_s = 0.3
    directory = new_run(tmp_path)
    assert (await work(directory)).status == "finished"
    rows = accounted_for(directory, 6)
    with RunReader(directory.database) as reader:
        loads = [one.call.load_s for row in rows for one in calls_of(reader.connection, row.number)]
    assert loads[0] > 0.25
    assert max(loads[1:]) < 0.25
    assert server.memory.loads == 1


async def test_a_line_end_of_unicode_is_no_line_end_of_the_protocol(server: FakeOllama, tmp_path: Path) -> None:
    def odd(request: dict[str, Any]) -> Say:
        said = coder.answer(request).replace("Here it is.", "Here\u0085it\u2028is.")
        return Say(said, piece_chars=3)

    server.script.rules = [Rule(odd)]
    directory = new_run(tmp_path)
    assert (await work(directory)).status == "finished"
    rows = accounted_for(directory, 6)
    assert any(row.status is Status.EVALUATED for row in rows)
    with RunReader(directory.database) as reader:
        said = [one.call for row in rows for one in calls_of(reader.connection, row.number)]
    assert {call.failure for call in said} == {None}
    assert any("Here\u0085it\u2028is." in call.answer for call in said)


async def test_an_answer_that_is_cut_off_makes_no_child(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.num_predict=20", "ollama.num_ctx=12288", "generations=0")
    assert (await work(directory)).status == "finished"
    rows = accounted_for(directory, 3)
    assert {row.status for row in rows} == {Status.REJECTED}
    with RunReader(directory.database) as reader:
        assert {one.read_as for row in rows for one in calls_of(reader.connection, row.number)} <= {
            "truncated", "no_code"
        }  # fmt: skip


async def test_every_call_at_random_goes_wrong_in_some_way(server: FakeOllama, tmp_path: Path) -> None:
    faults = [say for say, kind, _ in ALL.values() if POLICIES[kind] is not Policy.STOP_RUN]

    def moody(request: dict[str, Any]) -> Say | str:
        at = request["options"]["seed"] % (2 * len(faults))
        return faults[at] if at < len(faults) else coder.answer(request)

    server.script.rules = [Rule(moody)]
    directory = new_run(tmp_path, "population=10", "generations=3", "ollama.lanes=3")
    assert (await asyncio.wait_for(work(directory), 100)).status == "finished"
    rows = accounted_for(directory, 40)
    assert {Status.EVALUATED, Status.REJECTED} <= {row.status for row in rows}
