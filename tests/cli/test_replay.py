"""`ge-tui replay`, `ge-tui fork` and `--pairs`, as a user calls them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from run.fakes import AnyExecutor

from ge_tui.run.replay.again import TOLERANCES, Again

from .conftest import Call

SMALL = ("run", "--data", "fake", "--population", "3", "--generations", "1", "--seed", "1", "--name", "a")


@pytest.fixture
def a_run(call: Call, instant: list[AnyExecutor]) -> Call:
    """A finished run of built-in operators called `a`, and how to call commands on it."""
    assert call(*SMALL).code == 0
    return call


def test_a_run_that_agrees(a_run: Call) -> None:
    said = a_run("replay", "a")
    assert said.code == 0
    assert said.out.startswith("a agrees with its record: ")
    told = a_run("replay", "a", "--json")
    assert told.code == 0
    assert (told.json["run"], told.json["agrees"], told.json["difference"]) == ("a", True, None)
    assert told.json["individuals"] == 7


def test_a_run_that_differs_names_whose_and_what(a_run: Call, runs: Path) -> None:
    with closing(sqlite3.connect(runs / "a" / "run.sqlite")) as connection, connection:
        connection.execute("UPDATE individual SET segment = 'Nowhere' WHERE number = 1")
    said = a_run("replay", "a")
    assert said.code == 1
    assert "individual 1: segment" in said.out
    assert "recorded: Nowhere" in said.out
    told = a_run("replay", "a", "--json")
    assert told.code == 1
    assert told.json["difference"]["field"] == "segment"
    assert told.json["difference"]["recorded"] == "Nowhere"


def test_trainings_are_done_again_where_asked_for(
    a_run: Call, monkeypatch: pytest.MonkeyPatch, instant: list[AnyExecutor]
) -> None:
    monkeypatch.setattr("ge_tui.cli.replay.LocalExecutor", lambda _settings: AnyExecutor())
    said = a_run("replay", "a", "--re-evaluate")
    assert said.code == 0
    assert "trainings measured the same" in said.out
    assert "individual 0 at" in said.out

    class OffExecutor(AnyExecutor):
        def report(self, source: str):
            found = super().report(source)
            found.metrics["accuracy"] -= 0.05
            return found

    monkeypatch.setattr("ge_tui.cli.replay.LocalExecutor", lambda _settings: OffExecutor())
    told = a_run("replay", "a", "--re-evaluate", "--json")
    assert told.code == 1
    assert told.json["agrees"]
    assert {tuple(one["differs_in"]) for one in told.json["re_evaluated"]} == {("accuracy",)}


def test_tolerances_hold_at_their_edges() -> None:
    def wrong(**measured: float) -> list[str]:
        recorded = {"accuracy": 0.5, "loss": 1.0, "params": 100.0, "train_s": 1.0}
        return Again(1, "look", 0, "ok", "", recorded, recorded | measured).wrong

    assert wrong(accuracy=0.519, loss=1.09, train_s=50.0) == []
    assert wrong(params=101.0) == ["params"]
    assert wrong(accuracy=0.47, loss=1.2) == ["accuracy", "loss"]
    assert set(TOLERANCES) >= {"accuracy", "loss", "params", "flops"}
    assert Again(1, "look", 0, "crashed", "x", {"accuracy": 0.5}, {}).wrong == ["accuracy"]


def test_a_fork_is_made_and_gone_on_with(a_run: Call) -> None:
    said = a_run("fork", "a", "--at", "3", "--name", "b", "--set", "temperature=0.4")
    assert said.code == 0
    assert "b is a after 3 children: 4 individuals" in said.out
    assert "ge-tui run --resume b" in said.out
    assert a_run("run", "--resume", "b", "--generations", "2").code == 0
    assert a_run("replay", "b").code == 0
    told = a_run("fork", "b", "--at", "g2", "--json")
    assert (told.json["run"], told.json["from"], told.json["moment"]) == ("b-fork-1", "b", "after generation 2")
    assert a_run("show", "b-fork-1", "--json").json["run"]["name"] == "b-fork-1"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("replay", "nobody"), 2, "no run 'nobody'"),
        (("fork", "a", "--at", "many"), 2, "as in 30"),
        (("fork", "a", "--at", "99"), 2, "it has 6"),
        (("fork", "a", "--at", "2", "--name", "a"), 2, "already"),
        (("fork", "a", "--at", "2", "--llm", "gpt"), 2, "should be offline"),
        (("export", "a", "--pairs", "/nowhere/at/all.jsonl"), 1, "cannot be written"),
    ],
)
def test_mistakes_are_told(a_run: Call, words: tuple[str, ...], code: int, said: str) -> None:
    found = a_run(*words)
    assert (found.code, said in found.err) == (code, True), found.err


def test_pairs_of_a_run_that_asked_nobody(a_run: Call, tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    said = a_run("export", "a", "--pairs", str(file), "--json")
    assert said.code == 1
    assert json.loads(said.out)["pairs"] == 0
    assert file.read_text() == ""
    assert "exists already" in a_run("export", "a", "--pairs", str(file)).err
