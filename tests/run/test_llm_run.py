"""A run whose proposals come from a language model, over the protocol, against the server of our own."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ge_tui.cli import main
from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.executors import CheckRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.engine import Ending
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, IndividualRow, RunReader, Status
from ge_tui.run.store.call_list import calls_by_individual
from ge_tui.run.store.calls import calls_of
from ge_tui.run.store.live_calls import live_calls, words_since
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import Rule, Say, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor


class Executor(AnyExecutor):
    """Everything builds but the scripted model's mistakes."""

    async def check(self, request: CheckRequest) -> CheckReport:
        if "mistake" in request.source:
            return CheckReport(Outcome.BUILD, "building ExquisiteNetV2: ValueError: a mistake of the model (line 99)")
        return await super().check(request)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeOllama]:
    async with FakeOllama(Script(rules=[Rule(coder.answer)])) as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.url)
        yield ollama


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Executor:
    made = Executor()
    monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: made)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return made


def new_run(base: Path, *assignments: str, name: str = "run", llm: str = "ollama:coder:7b") -> RunDirectory:
    settings = ["data=fake", "population=6", "generations=3", "seed=5", f"llm={llm}", *assignments]
    return create_run(prepare_run(read_settings((), settings), base), base, name)


def individuals(directory: RunDirectory) -> list[IndividualRow]:
    with RunReader(directory.database) as reader:
        return reader.individuals()


def family(directory: RunDirectory) -> list[tuple[Any, ...]]:
    with RunReader(directory.database) as reader:
        return [
            (r.number, r.generation, r.slot, r.operator, r.persona, r.category, r.segment, r.temperature, r.parents,
             r.status, reader.source(r.number))
            for r in reader.individuals()
        ]  # fmt: skip


async def test_every_operator_leaves_children_and_their_calls_on_record(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    directory = new_run(tmp_path, "population=10", "generations=4", "eot_probability=0.4")
    ending = await work(directory)
    assert ending.status == "finished"
    rows = individuals(directory)
    operators = Counter(row.operator for row in rows)
    assert {"seed", "create", "mutate", "eot", "crossover", "repair"} <= operators.keys()
    assert {row.persona for row in rows if row.persona} == {"expert", "mad_scientist", "magoo", "engineer"}
    assert all(row.status in (Status.EVALUATED, Status.FAILED, Status.DUPLICATE, Status.REJECTED) for row in rows)
    with RunReader(directory.database) as reader:
        for row in rows[1:]:
            for kept in calls_of(reader.connection, row.number):
                assert kept.call.prompt
                assert kept.call.system
                assert kept.call.digest
                assert kept.call.server_version == "0.33.0"
                assert {"seed", "temperature", "num_ctx", "num_predict"} <= kept.call.options.keys()
                assert kept.read_as
    assert len({json.dumps(asked["options"]["num_ctx"]) for asked in server.asked()}) == 1
    seeds = [asked["options"]["seed"] for asked in server.asked()]
    assert len(set(seeds)) == len(seeds)


async def test_a_child_that_fails_its_checks_goes_back_with_the_error(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    directory = new_run(tmp_path, "population=8")
    await work(directory)
    repaired = [row for row in individuals(directory) if row.operator == "repair"]
    assert repaired
    by_number = {row.number: row for row in individuals(directory)}
    for row in repaired:
        (parent,) = row.parents
        assert by_number[parent].status is Status.FAILED
        with RunReader(directory.database) as reader:
            (first, *_) = calls_of(reader.connection, row.number)
            assert "a mistake of the model (line 99)" in first.call.prompt
            if row.status is Status.EVALUATED:
                assert "mistake" not in (reader.source(row.number) or "mistake")
    assert any(row.status is Status.EVALUATED for row in repaired)


async def test_repairs_end_after_so_many_tries(executor: Executor, tmp_path: Path, server: FakeOllama) -> None:
    def stubborn(request: dict[str, Any]) -> str:
        return coder.answer(request).replace("super().__init__()", f"super().__init__(){coder.MISTAKE}", 1)

    server.script.rules = [Rule(stubborn)]
    directory = new_run(tmp_path, "population=3", "generations=0", "ollama.repairs=2", "ollama.whole_file=1")
    await work(directory)
    depth = {row.number: 0 for row in individuals(directory)}
    for row in individuals(directory):
        if row.operator == "repair":
            depth[row.number] = depth[row.parents[0]] + 1
    assert max(depth.values()) == 2


async def test_a_run_is_replayed_from_its_answers(server: FakeOllama, executor: Executor, tmp_path: Path) -> None:
    original = new_run(tmp_path)
    await work(original)
    asked = len(server.asked())
    again = new_run(tmp_path, name="again", llm="replay:run")
    await work(again)
    assert len(server.asked()) == asked
    assert family(again) == family(original)


async def test_a_recorded_answer_is_not_asked_for_again(server: FakeOllama, executor: Executor, tmp_path: Path) -> None:
    directory = new_run(tmp_path)
    answered = 0

    def die(event: EventRow) -> None:
        nonlocal answered
        answered += event.kind == "answered"
        if event.kind == "answered" and answered % 4 == 0:
            raise MemoryError("died just after an answer was kept")

    deaths = 0
    while deaths < 50:
        try:
            ending = await work(directory, on_event=die)
            break
        except MemoryError:
            deaths += 1
    assert ending.status == "finished"
    assert deaths > 2
    prompts = [(asked["prompt"], asked["options"]["seed"]) for asked in server.asked()]
    in_flight_at_a_death = len(prompts) - len(set(prompts))
    assert in_flight_at_a_death <= deaths
    uninterrupted = new_run(tmp_path, name="uninterrupted")
    await work(uninterrupted)
    assert family(directory) == family(uninterrupted)


async def test_a_server_that_goes_away_is_waited_for(server: FakeOllama, executor: Executor, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "population=3", "generations=1")
    away = asyncio.Event()

    def listen(event: EventRow) -> None:
        if event.kind == "llm_away":
            away.set()

    port = int(server.url.rpartition(":")[2])
    running = asyncio.create_task(work(directory, on_event=listen))
    while not server.asked():
        await asyncio.sleep(0.01)
    await server.close()
    await asyncio.wait_for(away.wait(), 60)
    await server.listen(port)
    assert (await asyncio.wait_for(running, 60)).status == "finished"
    assert all(row.status is not Status.PROPOSING for row in individuals(directory))


async def test_controls_take_effect_at_the_very_next_call(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    directory = new_run(tmp_path, "generations=4")

    def steer(event: EventRow) -> None:
        if event.kind == "generation_closed" and event.payload["generation"] == 1:
            for name in ("expert", "mad_scientist", "engineer"):
                inbox.send(directory.inbox, f"persona.{name}", 0)
            inbox.send(directory.inbox, "temperature", 2.0)

    await work(directory, on_event=steer)
    later = [row for row in individuals(directory) if row.generation > 1 and row.persona]
    assert {row.persona for row in later} == {"magoo"}
    before = [row for row in individuals(directory) if row.generation <= 1 and row.persona]
    assert max(row.control_seq for row in before) < min(row.control_seq for row in later)
    assert max(row.temperature or 0 for row in later) > max(row.temperature or 0 for row in before)


async def test_answers_that_cannot_be_read_are_refused_and_on_record(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    server.script.rules = [Rule(Say(text="I would rather not."))]
    directory = new_run(tmp_path, "population=2", "generations=1", "attempts=2", "mutation_probability=1")
    await work(directory)
    children = individuals(directory)[1:]
    assert {row.status for row in children} == {Status.REJECTED}
    assert all(row.reason for row in children)
    with RunReader(directory.database) as reader:
        assert [kept.read_as for kept in calls_of(reader.connection, 1)] == ["no_code", "no_code"]


async def test_an_insight_is_kept_with_its_evidence(server: FakeOllama, executor: Executor, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "eot_probability=1", "crossover_probability=0", "mutation_probability=1")
    await work(directory)
    with RunReader(directory.database) as reader:
        insights = [event.payload for event in reader.events() if event.kind == "insight"]
    assert insights
    assert all(row["text"] == "A smoother activation lets the gradient through." for row in insights)
    assert all(row["elite"] > 0 for row in insights)


@pytest.mark.parametrize(
    ("llm", "error", "message"),
    [
        ("ollama:nothing:1b", NotReadyError, "not installed.*coder:7b.*ge-tui models pull nothing:1b"),
        ("ollama:", UsageError, "name the model"),
        ("gpt", UsageError, "offline, ollama:MODEL or replay:RUN"),
        ("replay:nobody", UsageError, "no run 'nobody'"),
    ],
)
async def test_what_cannot_be_asked_is_said_at_once(
    server: FakeOllama, executor: Executor, tmp_path: Path, llm: str, error: type[Exception], message: str
) -> None:
    async def begin() -> Ending:
        return await work(new_run(tmp_path, llm=llm))

    with pytest.raises(error, match=message):
        await begin()


async def test_without_a_server_the_message_says_so(
    executor: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    with pytest.raises(NotReadyError, match=r"127\.0\.0\.1:9"):
        await work(new_run(tmp_path))


async def test_insights_are_used_again_and_dropped_when_they_stop_helping(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    directory = new_run(
        tmp_path, "population=8", "generations=6", "eot_probability=1", "crossover_probability=0",
        "mutation_probability=1", "temperature_spread=0",
    )  # fmt: skip
    await work(directory)
    rows = individuals(directory)
    used = [row for row in rows if "insight" in row.arguments]
    assert used
    with RunReader(directory.database) as reader:
        for row in used:
            calls = [kept.call for kept in calls_of(reader.connection, row.number)]
            (used_in,) = [call for call in calls if call.attempt == row.arguments["attempt"]]
            assert used_in.template == "eot_reuse"
            assert "A smoother activation lets the gradient through." in used_in.prompt
    assert {row.temperature for row in rows if row.operator == "eot"} == {0.185}


async def test_what_did_not_help_is_told(server: FakeOllama, executor: Executor, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "population=8", "generations=4", "ollama.whole_file=0")
    await work(directory)
    told = [asked["prompt"] for asked in server.asked() if "Tried before and no better:" in asked["prompt"]]
    assert told
    lesson = told[-1].split("Tried before and no better:\n")[1].splitlines()[0]
    assert "->" in lesson or "failed" in lesson


async def test_auto_mode_puts_its_shares_on_record_and_replays(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    controls = "persona_mode=auto", "category_mode=assist", "generations=4"
    directory = new_run(tmp_path, *controls)
    await work(directory)
    with RunReader(directory.database) as reader:
        auto = [row for row in reader.controls() if row.actor == "auto"]
    assert {row.key.split(".")[0] for row in auto} == {"persona_share", "category_share"}
    sums: dict[str, float] = {}
    for row in auto:
        sums[row.key] = row.new
    assert sum(share for key, share in sums.items() if key.startswith("persona")) == pytest.approx(1, abs=0.01)
    again = new_run(tmp_path, *controls, name="again", llm="replay:run")
    await work(again)
    assert family(again) == family(directory)


async def test_a_locked_persona_is_the_only_one(server: FakeOllama, executor: Executor, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "generations=1", "persona_locked=magoo")
    await work(directory)
    assert {row.persona for row in individuals(directory) if row.persona} == {"magoo"}


async def test_mutations_go_where_the_user_aims_and_are_told_what_they_are_to_do(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    directory = new_run(tmp_path, "generations=2", "mutation_probability=1", "ollama.whole_file=1")

    def steer(event: EventRow) -> None:
        if event.kind == "generation_closed" and event.payload["generation"] == 0:
            inbox.send(directory.inbox, "aim_segment", "SE")
            inbox.send(directory.inbox, "aim_instruction", "try a gate that is hard")
            inbox.send(directory.inbox, "aim_segment", "Nowhere")

    await work(directory, on_event=steer)
    with RunReader(directory.database) as reader:
        calls = [call.call for row in reader.individuals() for call in calls_of(reader.connection, row.number)]
        first, later = [c for c in calls if c.operator == "create"], [c for c in calls if c.operator == "mutate"]
        assert first
        assert later
        assert all(call.segment is None and "try a gate" not in call.prompt for call in first)
        assert all(call.segment == "SE" and "try a gate that is hard" in call.prompt for call in later)
        refused = [event for event in reader.events() if event.kind == "control_refused"]
        assert [event.payload["value"] for event in refused] == ["Nowhere"]


async def test_a_budget_of_tokens_ends_the_run(server: FakeOllama, executor: Executor, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "generations=50", "budget.tokens=20000")
    ending = await work(directory)
    assert (ending.status, ending.reason) == ("finished", "the budget of 20,000 tokens is used up")
    with RunReader(directory.database) as reader:
        spent = reader.count_tokens()
        calls = [kept.call for row in reader.individuals() for kept in calls_of(reader.connection, row.number)]
    last = calls[-1]
    assert spent == sum(call.prompt_tokens + call.completion_tokens for call in calls) >= 20_000
    assert spent - 3 * (last.prompt_tokens + last.completion_tokens) < 20_000


async def test_an_aim_that_is_nowhere_is_refused_at_the_start(executor: Executor, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no segment 'Nowhere'; the seed has: .*SE"):
        new_run(tmp_path, "aim_segment=Nowhere", llm="offline")


async def test_credit_is_shown(
    server: FakeOllama, executor: Executor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = new_run(tmp_path, "generations=2")
    await work(directory)
    assert main(["show", "run", "--runs", str(tmp_path), "--credit", "--json"]) == 0
    earned = json.loads(capsys.readouterr().out)
    with RunReader(directory.database) as reader:
        attempts = {(call.individual, call.attempt) for call in calls_by_individual(reader.connection)}
    assert sum(row["tried"] for row in earned["persona"].values()) == len(attempts)
    assert earned["models"]["coder:7b"]["calls"] >= len(attempts)
    assert sum(row["tokens"] for row in earned["operator"].values()) > 0
    assert main(["show", "run", "--runs", str(tmp_path), "--credit"]) == 0
    assert "magoo" in capsys.readouterr().out


async def test_words_are_on_disk_while_they_come(executor: Executor, tmp_path: Path, server: FakeOllama) -> None:
    server.script.rules.insert(0, Rule(Say(text="here is what I thought of", after=4, fault="hang"), times=1))
    directory = new_run(tmp_path, "population=1", "generations=0")
    running = asyncio.create_task(work(directory))
    with RunReader(directory.database) as reader:
        async with asyncio.timeout(20):
            while not (words := words_since(reader.connection)):
                await asyncio.sleep(0.02)
        (call,) = live_calls(reader.connection)
        assert "here is what I thought of".startswith("".join(w.text for w in words))
        assert (call.operator, call.model, words[0].kind) == ("create", "coder:7b", "text")
        assert "ExquisiteNetV2" in call.prompt
        assert words_since(reader.connection, words[-1].seq) == []
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert live_calls(reader.connection) == words_since(reader.connection) == []


async def test_no_words_are_left_when_calls_are_on_record(
    server: FakeOllama, executor: Executor, tmp_path: Path
) -> None:
    directory = new_run(tmp_path)
    await work(directory)
    with RunReader(directory.database) as reader:
        assert live_calls(reader.connection) == words_since(reader.connection) == []
