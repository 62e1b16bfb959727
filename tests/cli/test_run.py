"""`ge-tui run` with trainings that take no time."""

import json
from pathlib import Path

import pytest
from run.fakes import AnyExecutor, BrokenExecutor, Rig

from ge_tui.evaluation.executors import ExecutorError
from ge_tui.run import session
from ge_tui.run.store import RunReader

from .conftest import Call

SMALL = ("run", "--data", "fake", "--population", "2", "--generations", "1", "--seed", "1")


def test_plain_lines_where_the_output_is_no_terminal(instant: list[AnyExecutor], runs: Path, call: Call) -> None:
    said = call(*SMALL)
    assert said.code == 0
    assert said.err == ""
    assert "\x1b" not in said.out
    lines = said.out.splitlines()
    assert lines[0] == f"run ExquisiteNetV2-fake-1 in {runs / 'ExquisiteNetV2-fake-1'}"
    assert lines[1][10:].startswith("#0 evaluated: accuracy 0.")
    assert sum("closed: " in line for line in lines) == 2
    assert lines[-1] == "all 1 generations are done. Look at it with: ge-tui show ExquisiteNetV2-fake-1"
    assert all(executor.closed for executor in instant)
    assert call(*SMALL).out.startswith("run ExquisiteNetV2-fake-2 ")


def test_json_is_one_object_a_line_and_nothing_else(instant: list[AnyExecutor], call: Call) -> None:
    said = call(*SMALL, "--name", "a", "--json")
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0
    assert all(row.keys() >= {"seq", "at", "event", "individual"} for row in rows)
    assert [row["seq"] for row in rows] == list(range(rows[0]["seq"], rows[0]["seq"] + len(rows)))
    kinds = [row["event"] for row in rows]
    assert kinds[-1] == "run_finished"
    assert {"session", "training", "evaluated", "generation_closed"} <= set(kinds)
    assert "ge-tui show a" in said.err


def test_the_same_seed_gives_the_same_children(instant: list[AnyExecutor], runs: Path, call: Call) -> None:
    shown = []
    for name in ("a", "b"):
        call(*SMALL, "--name", name)
        individuals = call("show", name, "--json").json["individuals"]
        shown.append([(row["number"], row["parents"], row["syntax_hash"], row["metrics"]) for row in individuals])
    assert shown[0] == shown[1]
    assert len(shown[0]) >= 3


def test_settings_from_files_and_flags_the_later_over_the_earlier(
    instant: list[AnyExecutor], tmp_path: Path, runs: Path, call: Call
) -> None:
    (tmp_path / "config" / "ge-tui").mkdir(parents=True)
    (tmp_path / "config" / "ge-tui" / "config.toml").write_text("data = 'fake'\npopulation = 5\nseed = 3\n")
    (tmp_path / "mine.toml").write_text("generations = 0\n[search]\npopulation = 3\n[controls]\ntemperature = 0.5\n")
    config = str(tmp_path / "mine.toml")
    said = call("run", "--config", config, "--set", "population=2", "--population", "1", "--name", "a")
    assert said.code == 0
    settings = call("show", "a", "--json").json["run"]["settings"]
    assert (settings["data"], settings["seed"]) == ("fake", 3)
    assert (settings["controls"]["population"], settings["search"]["generations"]) == (1, 0)
    assert settings["controls"]["temperature"] == 0.5


def test_resuming(instant: list[AnyExecutor], runs: Path, call: Call) -> None:
    call(*SMALL, "--name", "a")
    said = call("run", "--resume", "a")
    assert (said.code, said.out) == (2, "")
    assert "is finished" in said.err
    assert "--generations N" in said.err
    assert call("run", "--resume", "a", "--generations", "2").code == 0
    assert call("run", "--resume", str(runs / "a"), "--set", "generations=3").code == 0
    assert len(call("show", "a", "--json").json["run"]["hypervolume"]) == 4


def test_a_stopped_run_tells_how_to_go_on(instant: list[AnyExecutor], tmp_path: Path, call: Call) -> None:
    elsewhere = tmp_path / "else where"
    arguments = [*SMALL, "--runs", str(elsewhere), "--name", "a", "--set", "stop=generation"]
    said = call(*arguments)
    assert said.code == 0
    assert f"go on with: ge-tui run --resume a --runs '{elsewhere}'" in said.out
    assert call("run", "--resume", "a", "--runs", str(elsewhere)).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--task", "ExquisiteNet"], 2, "no task 'ExquisiteNet'; there are: ExquisiteNetV2"),
        (["--data", "digts"], 2, "did you mean digits?"),
        (["--data", "folder:/nowhere/at/all"], 2, "/nowhere/at/all"),
        (["--llm", "ofline"], 2, "offline"),
        (["--set", "evaluation.recipe=fats"], 2, "it has: fast, paper"),
        (["--set", "evaluation.rung=long"], 2, "'look', 'short' or 'full'"),
        (["--set", "populaton=5"], 2, "did you mean 'population'?"),
        (["--set", "population"], 2, "key=value"),
        (["--population", "0"], 2, "greater than or equal to 1"),
        (["--population", "many"], 2, "'population=many'"),
        (["--generations", "-1"], 2, "greater than or equal to 0"),
        (["--seed", "1.5"], 2, "whole number"),
        (["--set", "objectives=acuracy:max"], 2, "did you mean 'accuracy'?"),
        (["--set", "objectives=accuracy:up"], 2, "accuracy:max or accuracy:min"),
        (["--set", "objectives=accuracy,accuracy"], 2, "named twice"),
        (["--set", "operator.widht=1"], 2, "no offline operator 'widht'"),
        (["--set", "persona.experto=1"], 2, "experto"),
        (["--config", "/nowhere.toml"], 2, "no settings file /nowhere.toml"),
        (["--config", "/"], 2, "/: "),
        (["--name", "a/b"], 2, "cannot be a run's name"),
        (["--name", "alpha"], 2, "there is a run 'alpha'"),
        (["--resume", "alhpa"], 2, "did you mean 'alpha'?"),
        (["--resume", "alpha", "--name", "b"], 2, "no --name"),
        (["--resume", "alpha", "--seed", "5"], 2, "seed cannot change"),
        (["--resume", "alpha", "--task", "other"], 2, "task cannot change"),
        (["--populatoin", "5"], 2, "no option --populatoin; did you mean --population?"),
        (["--runs", "/proc/nowhere"], 2, "no run can be made in /proc/nowhere"),
    ],
)
def test_mistakes(
    instant: list[AnyExecutor], rig: Rig, runs: Path, call: Call, arguments: list[str], code: int, words: str
) -> None:
    base = [] if "--resume" in arguments else ["--data", "fake"]
    said = call("run", *base, *arguments)
    assert said.code == code
    assert words in said.err
    assert "went wrong" not in said.out
    assert [path.name for path in runs.iterdir()] == ["alpha"], "nothing was made"


def test_a_bad_settings_file_is_located(instant: list[AnyExecutor], tmp_path: Path, call: Call) -> None:
    for text, words in (
        ("a = 1\npopulation = ?", "line 2"),
        ("populaton = 5", "did you mean 'population'?"),
        ("population = 0", "greater than or equal to 1"),
        ("[persona]\nexpert = 'x'", "persona.expert"),
    ):
        file = tmp_path / "bad.toml"
        file.write_text(text)
        said = call("run", "--data", "fake", "--config", str(file))
        assert said.code == 2
        assert str(file) in said.err
        assert words in said.err


def test_a_run_that_is_open_elsewhere(instant: list[AnyExecutor], rig: Rig, call: Call) -> None:
    with rig.directory.locked():
        said = call("run", "--resume", "alpha", "--generations", "9")
    assert said.code == 1
    assert "open in another process" in said.err


def test_a_machine_without_workers_is_not_ready(
    monkeypatch: pytest.MonkeyPatch, instant: list[AnyExecutor], runs: Path, call: Call
) -> None:
    class NoWorkers(AnyExecutor):
        async def start(self):
            raise ExecutorError("no worker process could be started: no torch")

    with monkeypatch.context() as patch:
        patch.setattr(session, "LocalExecutor", lambda _: NoWorkers())
        said = call(*SMALL, "--name", "a")
        assert said.code == 3
        assert "no torch. Nothing was begun, and no run is left" in said.err
    assert call(*SMALL, "--name", "a").code == 0


def test_workers_that_go_away_end_the_run_resumably(
    monkeypatch: pytest.MonkeyPatch, instant: list[AnyExecutor], call: Call
) -> None:
    class Breaking(AnyExecutor, BrokenExecutor):
        def __init__(self) -> None:
            BrokenExecutor.__init__(self, 2)

        async def train(self, request, on_progress):
            return await BrokenExecutor.train(self, request, on_progress)

    with monkeypatch.context() as patch:
        patch.setattr(session, "LocalExecutor", lambda _: Breaking())
        said = call(*SMALL, "--name", "a")
        assert said.code == 3
        assert "out of workers" in said.err
        assert "--resume a" in said.err
    assert call("show", "a", "--json").json["run"]["status"] == "failed"
    assert call("run", "--resume", "a").code == 0


def test_a_disk_that_is_full_ends_in_an_error_that_resume_mends(
    monkeypatch: pytest.MonkeyPatch, instant: list[AnyExecutor], runs: Path, call: Call
) -> None:
    import sqlite3

    from ge_tui.run.store import Store

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "close_generation", full)
        said = call(*SMALL, "--name", "a")
    assert said.code == 4
    assert "disk is full" in said.err
    assert "ge-tui run --resume a" in said.err
    assert call("run", "--resume", "a").code == 0
    with RunReader(runs / "a" / "run.sqlite") as reader:
        assert reader.is_whole()


def test_prompts_that_cannot_be_used_are_told_before_a_run_is_made(tmp_path: Path, runs: Path, call: Call) -> None:
    own = tmp_path / "config" / "ge-tui" / "prompts"
    own.mkdir(parents=True)
    (own / "repair.md").write_text("{{nothing}}")
    said = call(*SMALL, "--llm", "ollama:coder:7b")
    assert said.code == 2
    assert f"{own / 'repair.md'} asks for {{{{nothing}}}}; it may ask for: " in said.err
    assert not runs.exists() or not list(runs.iterdir())
