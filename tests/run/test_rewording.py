"""Prompts that are worded anew while a run runs: born, tried beside the old ones, kept or dropped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from ge_tui.cli import main
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.store.calls import calls_of
from ge_tui.run.store.wordings import KeptRephrasing, KeptWording, rephrasings_of, wordings_of
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import Rule, Say, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor

MARK = "Mind this well:"
SYSTEM = "You improve the source code"
REFUSES = "I would rather not."
FEW = (
    "rephrase_probability=1", "population=8", "generations=5", "crossover_probability=0", "mutation_probability=1",
    "eot_probability=0", "ollama.whole_file=0", "ollama.repairs=0", "search.attempts=2", "persona_locked=engineer",
    "category_locked=complex", "seed=6",
)  # fmt: skip
"""Of all wordings, only the system prompt and one category are in use and may be reworded."""


def rephrase(request: dict[str, Any]) -> str:
    """Another wording of the passage, all its places kept."""
    passage = request["prompt"].split("<request>\n")[1].split("\n</request>")[0]
    return f"<request>{MARK} {passage[0].lower()}{passage[1:]} ({request['options']['seed'] % 97})</request>"


def only_of(words: str) -> Callable[[dict[str, Any]], str]:
    return lambda request: rephrase(request) if words in request["prompt"] else "I find it well said as it is."


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeOllama]:
    rules = [Rule(rephrase, match="<request>"), Rule(coder.answer)]
    async with FakeOllama(Script(rules=rules)) as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.url)
        yield ollama


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: AnyExecutor())
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "ge-tui" / "prompts"


def new_run(base: Path, *assignments: str, name: str = "run", llm: str = "ollama:coder:7b") -> RunDirectory:
    settings = ["data=fake", "population=6", "generations=3", "seed=5", f"llm={llm}", *assignments]
    return create_run(prepare_run(read_settings((), settings), base), base, name)


def family(directory: RunDirectory) -> list[tuple[Any, ...]]:
    with RunReader(directory.database) as reader:
        return [
            (r.number, r.generation, r.slot, r.operator, r.persona, r.category, r.segment, r.temperature, r.parents,
             r.status, reader.source(r.number))
            for r in reader.individuals()
        ]  # fmt: skip


def wordings(directory: RunDirectory) -> list[KeptWording]:
    with RunReader(directory.database) as reader:
        return wordings_of(reader.connection)


def rephrasings(directory: RunDirectory) -> list[KeptRephrasing]:
    with RunReader(directory.database) as reader:
        return rephrasings_of(reader.connection)


def events(directory: RunDirectory, kind: str) -> list[dict[str, Any]]:
    with RunReader(directory.database) as reader:
        return [event.payload for event in reader.events() if event.kind == kind]


def asked_to_rephrase(server: FakeOllama) -> list[str]:
    return [asked["prompt"] for asked in server.asked() if "<request>" in asked["prompt"]]


async def test_off_by_default_and_asking_alone_changes_nothing(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path)
    await work(directory)
    assert asked_to_rephrase(server) == rephrasings(directory) == []
    assert all(kept.parent is None and kept.lives for kept in wordings(directory))
    server.script.rules[0] = Rule(Say(text="It is well said as it is."), match="<request>")
    asked = new_run(tmp_path, "rephrase_probability=1", name="asked")
    await work(asked)
    refused = rephrasings(asked)
    assert [kept.generation for kept in refused] == [1, 2, 3]
    assert {(kept.made, kept.refusal) for kept in refused} == {(None, "no_request")}
    assert all("well said" in kept.call.answer and kept.call.prompt and kept.call.digest for kept in refused)
    assert len(events(asked, "wording_refused")) == 3
    assert family(asked) == family(directory)


async def test_a_new_wording_gets_its_share_and_each_call_says_what_it_used(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules[0] = Rule(only_of(SYSTEM), match="<request>")
    directory = new_run(tmp_path, *FEW)
    await work(directory)
    texts = {kept.version.ref: kept.version.text for kept in wordings(directory)}
    born = {kept.version.ref: kept for kept in wordings(directory) if kept.parent is not None}
    assert born
    assert all(MARK in kept.version.text and "{{persona}}" in kept.version.text for kept in born.values())
    used: dict[str, int] = {}
    with RunReader(directory.database) as reader:
        for row in reader.individuals()[1:]:
            for kept_call in calls_of(reader.connection, row.number):
                call = kept_call.call
                (system,) = [ref for ref in call.wordings if ref.startswith("template/system")]
                assert (MARK in call.system) == (MARK in texts[system])
                assert any(ref.startswith(f"template/{call.template}@") for ref in call.wordings)
                assert row.generation >= (born[system].born if system in born else 0)
                used[system] = used.get(system, 0) + (row.generation >= 3)
        assert reader.is_whole()
    assert any(used.get(ref, 0) >= 3 for ref in born)
    assert any(number >= 3 for ref, number in used.items() if ref not in born)


async def test_a_wording_that_does_worse_goes(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules = [
        Rule(only_of(SYSTEM), match="<request>"), Rule(Say(text=REFUSES), match=MARK), Rule(coder.answer),
    ]  # fmt: skip
    directory = new_run(tmp_path, *FEW)
    await work(directory)
    born = [kept for kept in wordings(directory) if kept.parent is not None]
    gone = [kept for kept in born if not kept.lives]
    assert gone
    assert all("it does worse" in kept.ending for kept in gone)
    assert all((kept.ended or 0) > kept.born for kept in gone)
    assert all(kept.holds_since is None for kept in born)
    assert all(kept.lives for kept in wordings(directory) if kept.parent is None)
    assert {row["wording"] for row in events(directory, "wording_gone")} == {kept.version.ref for kept in gone}
    for generation in range(6):
        living = [kept for kept in born if kept.born <= generation and (kept.ended or 99) > generation]
        assert len(living) <= 2


async def test_a_wording_that_does_better_takes_the_place_of_its_ancestor(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules = [
        Rule(only_of(SYSTEM), match="<request>"), Rule(coder.answer, match=MARK), Rule(Say(text=REFUSES)),
    ]  # fmt: skip
    directory = new_run(tmp_path, *FEW)
    await work(directory)
    of_system = [kept for kept in wordings(directory) if kept.version.key == "template/system"]
    original, winner = of_system[0], next(kept for kept in of_system[1:] if kept.holds_since)
    assert original.ended == winner.holds_since
    assert winner.version.ref in original.ending
    assert events(directory, "wording_won")[0]["wording"] == winner.version.ref
    with RunReader(directory.database) as reader:
        later = [row for row in reader.individuals() if row.generation >= (original.ended or 99)]
        calls = [kept.call for row in later for kept in calls_of(reader.connection, row.number)]
    assert calls
    assert all(MARK in call.system for call in calls)
    made_later = [kept for kept in of_system if kept.born > (original.ended or 99)]
    assert all(kept.parent != original.id for kept in made_later), "what is reworded is the one that holds"


async def test_death_at_any_step_changes_nothing_and_nothing_is_asked_twice(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules.insert(1, Rule(Say(text=REFUSES), match=MARK))
    directory, deaths, answered = new_run(tmp_path, *FEW), 0, 0

    def die(event: EventRow) -> None:
        nonlocal answered
        answered += event.kind == "answered"
        if event.kind.startswith("wording_") or (event.kind == "answered" and answered % 9 == 0):
            raise MemoryError("died just after something was put on record")

    while deaths < 80:
        try:
            ending = await work(directory, on_event=die)
            break
        except MemoryError:
            deaths += 1
    assert ending.status == "finished"
    assert events(directory, "wording_born")
    assert events(directory, "wording_gone")
    assert len(asked_to_rephrase(server)) == len(rephrasings(directory))
    whole = new_run(tmp_path, *FEW, name="whole")
    await work(whole)
    assert family(directory) == family(whole)
    assert wordings(directory) == wordings(whole)


async def test_a_replay_words_its_prompts_in_the_same_way(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules.insert(1, Rule(Say(text=REFUSES), match=MARK))
    controls = (*FEW, "rephrase_probability=0.8")
    original = new_run(tmp_path, *controls)
    await work(original)
    asked = len(server.asked())
    again = new_run(tmp_path, *controls, name="again", llm="replay:run")
    await work(again)
    assert len(server.asked()) == asked
    assert family(again) == family(original)
    assert wordings(again) == wordings(original)
    assert any(not kept.lives for kept in wordings(original))
    assert [(k.generation, k.of, k.made, k.refusal) for k in rephrasings(again)] == [
        (k.generation, k.of, k.made, k.refusal) for k in rephrasings(original)
    ]
    with RunReader(original.database) as first, RunReader(again.database) as second:
        for row in first.individuals()[1:]:
            assert calls_of(first.connection, row.number) == calls_of(second.connection, row.number)


async def test_a_call_that_fails_is_on_record_and_the_run_goes_on(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules[0] = Rule(Say(text="<request>Make it", after=2, fault="error"), match="<request>")
    directory = new_run(tmp_path, "rephrase_probability=1", "generations=1", "population=3")
    assert (await work(directory)).status == "finished"
    (kept,) = rephrasings(directory)
    assert kept.made is None
    assert kept.refusal == kept.call.failure
    assert kept.call.detail


async def test_it_can_be_turned_on_while_the_run_runs(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "generations=4")

    def steer(event: EventRow) -> None:
        if event.kind == "generation_closed" and event.payload["generation"] == 2:
            inbox.send(directory.inbox, "rephrase_probability", 1)

    await work(directory, on_event=steer)
    assert [kept.generation for kept in rephrasings(directory)] == [3, 4]


async def test_a_text_of_the_user_is_the_ancestor_and_a_changed_one_begins_anew(
    server: FakeOllama, tmp_path: Path, config: Path
) -> None:
    own = "{{persona}}\n\nYou make better and better networks, judged by {{objectives}}.\n"
    config.mkdir(parents=True)
    (config / "system.md").write_text(own)
    server.script.rules[0] = Rule(only_of("You make better"), match="<request>")
    directory = new_run(tmp_path, *FEW)

    def stop(event: EventRow) -> None:
        if event.kind == "generation_closed" and event.payload["generation"] == 3:
            inbox.send(directory.inbox, "stop", "now")

    await work(directory, on_event=stop)
    before = [kept for kept in wordings(directory) if kept.version.key == "template/system"]
    assert before[0].version.text == own
    assert len(before) > 1
    assert all(kept.original == before[0].id for kept in before)
    (config / "system.md").write_text(own.replace("better and better", "smaller"))
    await work(directory)
    after = [kept for kept in wordings(directory) if kept.version.key == "template/system"]
    assert all(kept.ending == "its file was changed" for kept in after[: len(before)] if not kept.lives)
    assert [kept.version.text for kept in after if kept.lives and kept.parent is None] == [
        own.replace("better and better", "smaller")
    ]
    later = [asked["system"] for asked in server.asked() if asked.get("system")][-3:]
    assert all("smaller networks" in system for system in later)


async def test_the_versions_and_what_they_earned_are_shown(
    server: FakeOllama, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script.rules[0] = Rule(only_of(SYSTEM), match="<request>")
    server.script.rules.insert(1, Rule(Say(text=REFUSES), match=MARK))
    directory = new_run(tmp_path, *FEW)
    await work(directory)
    look = ["show", "run", "--runs", str(tmp_path)]
    assert main([*look, "--prompts", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert len(shown["rephrasings"]) == len(rephrasings(directory))
    by_version = {row["version"]: row for row in shown["versions"]}
    gone = next(row for row in shown["versions"] if not row["alive"])
    ancestor = by_version[gone["made_from"]]
    assert (gone["valid"], gone["improved"]) == (0, 0)
    assert gone["tried"] >= 8
    assert ancestor["improved"] > 0
    assert ancestor["tried"] >= ancestor["valid"] >= ancestor["improved"]
    assert MARK in gone["text"]
    assert main([*look, "--prompts"]) == 0
    table = capsys.readouterr().out
    assert "it does worse" in table
    assert "category/complex@" in table
    assert main([*look, "--wording", gone["version"].split("@")[1]]) == 0
    assert capsys.readouterr().out.strip() == gone["text"].strip()
    assert main([*look, "--wording", "nothing"]) == 1
    assert main([*look[:2], "1", *look[2:], "--prompts"]) == 2
