"""`ge-tui steer`, with and without an engine."""

import json
import threading
from pathlib import Path

import pytest
from run.fakes import AnyExecutor, GatedExecutor, Rig, settings_of

from ge_tui.run import inbox
from ge_tui.run.controls import ControlBoard, fold
from tests.llm import coder
from tests.llm.ollama.beside import serving
from tests.llm.ollama.script import Rule, Script

from .conftest import Call


def test_without_changes_it_shows_what_is_in_force(rig: Rig, call: Call) -> None:
    said = call("steer", "alpha")
    assert said.code == 0
    assert "temperature = 1.0\n" in said.out
    assert "pause = false\n" in said.out
    assert "persona.expert = 1.0\n" in said.out
    shown = call("steer", "alpha", "--json").json
    assert shown["taken"] is True
    assert shown["controls"]["stop"] == "no"


def test_without_an_engine_the_change_is_on_record_at_once(rig: Rig, call: Call) -> None:
    said = call("steer", "alpha", "temperature=0.4", "persona.expert=0.7", "pause=true")
    assert said.code == 0
    assert said.out == "pause = true\ntemperature = 0.4\npersona.expert = 0.7\n"
    with rig.reader() as reader:
        controls = fold(reader.controls())
        assert (controls.temperature, controls.persona["expert"], controls.pause) == (0.4, 0.7, True)
        assert [row.actor for row in reader.controls()][-3:] == ["user"] * 3
    assert list(rig.directory.inbox.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("temprature=1", "did you mean 'temperature'?"),
        ("temperature=3", "less than or equal to 2"),
        ("temperature=nan", "finite"),
        ("temperature=hot", "number"),
        ("temperature", "key=value"),
        ("=1", "key=value"),
        ("pause=maybe", "boolean"),
        ("stop=soon", "'no', 'generation' or 'now'"),
        ("persona.experto=1", "experto"),
        ("persona.expert=-1", "greater than or equal to 0"),
        ("persona=1", "weights by name"),
        ("operator.widht=1", "no offline operator 'widht'"),
        ("attempts=5", "cannot be changed while a run runs"),
    ],
)
def test_mistakes_change_nothing(rig: Rig, call: Call, change: str, words: str) -> None:
    said = call("steer", "alpha", "crossover_probability=0.5", change)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert "\n" not in said.err.strip()
    assert list(rig.directory.inbox.iterdir()) == []
    with rig.reader() as reader:
        assert {row.actor for row in reader.controls()} == {"launch"}


def test_no_such_run(rig: Rig, call: Call) -> None:
    said = call("steer", "alfa", "pause=true")
    assert said.code == 2
    assert "did you mean 'alpha'?" in said.err


def test_a_running_engine_takes_it_up(runs: Path, call: Call) -> None:
    rig = Rig(runs, settings_of(), name="alpha").create()
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        import asyncio

        async def main() -> None:
            executor = GatedExecutor()
            running = asyncio.create_task(rig.work(executor))
            await executor.begun.wait()
            begun.set()
            await running

        with rig.directory.locked():
            asyncio.run(main())
        ended.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert begun.wait(20)
    said = call("steer", "alpha", "temperature=0.4", "--json")
    assert said.code == 0
    assert said.json["taken"] is True
    assert said.json["controls"]["temperature"] == 0.4
    assert call("runs", "--json").json[0]["status"] == "running"
    said = call("steer", "alpha", "stop=now")
    assert (said.code, said.out) == (0, "stop = now\n")
    assert ended.wait(20)
    thread.join()
    with rig.reader() as reader:
        assert reader.run().status == "stopped"


def test_an_engine_that_is_just_starting_takes_it_up_later(
    rig: Rig, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ge_tui.cli import steer
    from ge_tui.run.store import Store

    monkeypatch.setattr(steer, "_WAIT_S", 0.1)
    with rig.directory.locked():
        said = call("steer", "alpha", "temperature=0.4", "--json")
        assert said.code == 0
        assert said.json["taken"] is False
        assert said.json["controls"]["temperature"] == 1.0
        said = call("steer", "alpha", "temperature=0.3")
        assert "has not taken it up yet" in said.err
        store = Store(rig.directory.database)
        assert ControlBoard(store, rig.directory.inbox).refresh().temperature == 0.3
        store.close()


def test_a_refusal_of_another_request_is_not_told(rig: Rig, call: Call) -> None:
    (rig.directory.inbox / "0.json").write_text(json.dumps({"key": "nonsense", "value": 1}))
    inbox.send(rig.directory.inbox, "temperature", 99)
    assert call("steer", "alpha", "temperature=0.4").code == 0


def test_a_run_whose_persona_is_gone_is_steered_and_replayed_but_asks_nobody(
    instant: list[AnyExecutor], tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "ge-tui" / "prompts" / "personas.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[mine]\ntitle = "Mine"\ntext = "You are mine."\n', encoding="utf-8")
    small = ("--data", "fake", "--population", "2", "--generations", "0", "--set", "persona_locked=mine")
    with serving(Script(rules=[Rule(coder.answer)])) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        assert call("run", "--name", "a", "--llm", "ollama:coder:7b", *small).code == 0
        own.unlink()
        assert call("steer", "a", "temperature=0.4").code == 0
        assert call("act", "a", "pin", "0").code == 0
        assert call("replay", "a").out.startswith("a agrees")
        assert "no persona 'other'" in call("steer", "a", "persona_locked=other").err
        said = call("run", "--resume", "a", "--generations", "1")
        assert said.code == 2
        assert f"no persona 'mine'; there are: engineer, expert, mad_scientist, magoo. {own} had it" in said.err
        assert call("steer", "a", "persona_locked=").code == 0
        assert call("run", "--resume", "a", "--generations", "1").code == 0
