"""`ge-tui runs` and `ge-tui show`."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from run.fakes import SEED_SOURCE, Rig, settings_of

from ge_tui.cli.parser import make_parser
from ge_tui.run.store import Store

from .conftest import Call

PROMISED = {
    "number", "generation", "operator", "persona", "category", "segment", "temperature", "parents", "status",
    "outcome", "metrics", "rung", "rank", "front", "duplicate_of",
}  # fmt: skip


def test_show_json_has_the_shape_the_design_promises(rig: Rig, call: Call) -> None:
    said = call("show", "alpha", "--json")
    assert said.code == 0
    assert said.out.count("\n") == 1
    shown = said.json
    assert shown.keys() >= {"run", "individuals"}
    assert [(o["name"], o["direction"]) for o in shown["run"]["objectives"]] == [("accuracy", "max"), ("params", "min")]
    volumes = shown["run"]["hypervolume"]
    assert len(volumes) == 4
    assert all(isinstance(volume, float) for volume in volumes)
    individuals = shown["individuals"]
    assert [row["number"] for row in individuals] == list(range(len(individuals)))
    for row in individuals:
        assert row.keys() >= PROMISED
        assert isinstance(row["front"], bool)
        assert all(isinstance(parent, int) for parent in row["parents"])
        assert (row["rank"] is not None) == (row["status"] in ("evaluated", "duplicate"))
        assert (row["rung"] == "short") == (row["status"] in ("evaluated", "duplicate") or row["outcome"] == "diverged")
        if row["status"] == "evaluated":
            assert row["outcome"] == "ok"
            assert row["metrics"].keys() >= {"accuracy", "params", "loss"}
        if row["status"] == "duplicate":
            original = individuals[row["duplicate_of"]]
            assert (row["metrics"], row["rank"]) == (original["metrics"], original["rank"])
            assert not row["front"]
    assert {row["status"] for row in individuals} >= {"evaluated", "failed", "duplicate"}
    front = [row for row in individuals if row["front"]]
    assert front
    assert {row["rank"] for row in front} == {0}
    assert individuals[0] | {"operator": "seed", "parents": [], "generation": 0} == individuals[0]


@pytest.mark.parametrize("name", ["0", "seed", "best", "1"])
def test_one_individual(rig: Rig, call: Call, name: str) -> None:
    shown = call("show", "alpha", name, "--json").json
    assert shown.keys() >= PROMISED | {"evaluations"}
    assert name not in ("seed", "0") or shown["number"] == 0
    assert name != "best" or shown["front"]
    assert shown["evaluations"][0]["outcome"] == "ok"
    assert call("show", "alpha", name).out.startswith(f"#{shown['number']} ")


def test_sources_and_differences_are_printed_to_the_letter(rig: Rig, call: Call) -> None:
    assert call("show", "alpha", "seed", "--source").out == SEED_SOURCE
    diff = call("show", "alpha", "1", "--diff").out
    assert "--- individual-0" in diff
    assert "+++ individual-1" in diff
    assert "\x1b" not in diff


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "alhpa"], 2, "did you mean 'alpha'?"),
        (["show", "zzz"], 2, "`ge-tui runs` lists them"),
        (["show"], 2, "required: RUN"),
        (["show", "alpha", "99"], 1, "no individual 99"),
        (["show", "alpha", "9" * 400], 1, "no individual"),
        (["show", "alpha", "sede"], 2, "did you mean 'seed'?"),
        (["show", "alpha", "1.5"], 2, "give its number, seed or best"),
        (["show", "alpha", "--source"], 2, "name its NUMBER"),
        (["show", "alpha", "seed", "--diff"], 1, "no parent"),
        (["show", "alpha", "1", "--source", "--diff"], 2, "not allowed with"),
        (["show", "alpha", "1", "--credit"], 2, "--credit is of a whole run"),
        (["show", "alpha", "1", "--wording", "x"], 2, "--wording is of a whole run"),
        (["shwo", "alpha"], 2, "no command 'shwo'; did you mean show?"),
        (["show", "x" * 5000], 2, "no run"),
        (["show", "~nobody/x"], 2, "no run"),
    ],
)
def test_mistakes(rig: Rig, call: Call, arguments: list[str], code: int, words: str) -> None:
    said = call(*arguments)
    assert (said.code, said.out) == (code, "")
    assert words in said.err


def test_show_on_a_run_in_which_nothing_has_happened(runs: Path, call: Call) -> None:
    Rig(runs, settings_of(), name="new").create()
    assert call("show", "new").code == 0
    assert call("show", "new", "--json").json["individuals"] == []
    said = call("show", "new", "best")
    assert (said.code, said.out) == (1, "")
    assert "nothing in this run has been evaluated" in said.err


def test_runs(rig: Rig, runs: Path, call: Call) -> None:
    [shown] = call("runs", "--json").json
    assert shown["name"] == "alpha"
    assert shown["status"] == "finished"
    assert (shown["generation"], shown["generations"]) == (3, 3)
    assert shown["evaluated"] > 4
    assert shown["best"].keys() == {"accuracy", "params"}
    text = call("runs").out
    assert "alpha" in text
    assert "3 of 3" in text
    assert call("runs", "--runs", str(runs / "nowhere"), "--json").json == []
    said = call("runs", "--runs", str(runs / "nowhere"))
    assert (said.code, "begin one with" in said.out) == (0, True)


def test_a_run_that_was_killed_is_shown_as_crashed(rig: Rig, call: Call) -> None:
    with closing(Store(rig.directory.database)) as store:
        store.set_status("running")
    assert call("runs", "--json").json[0]["status"] == "crashed"
    assert call("show", "alpha", "--json").json["run"]["status"] == "crashed"
    assert call("show", "alpha").out.startswith("alpha: crashed")


@pytest.mark.parametrize("content", [b"", b"no database" * 100, b"SQLite format 3\0"])
def test_a_file_that_is_no_run_spoils_no_listing(rig: Rig, runs: Path, call: Call, content: bytes) -> None:
    (runs / "broken").mkdir()
    (runs / "broken" / "run.sqlite").write_bytes(content)
    shown = {row["name"]: row for row in call("runs", "--json").json}
    assert shown["alpha"]["status"] == "finished"
    assert "run.sqlite" in shown["broken"]["problem"]
    assert "unreadable" in call("runs").out
    for command in (["show", "broken"], ["steer", "broken"], ["run", "--resume", "broken"]):
        said = call(*command)
        assert said.code in (1, 2)
        assert "run.sqlite" in said.err or "holds no run" in said.err
    assert (runs / "broken" / "run.sqlite").read_bytes()[:11] in (content[:11], b"SQLite form")


def test_a_damaged_run_is_a_clear_error(rig: Rig, call: Call) -> None:
    file = rig.directory.database
    data = bytearray(file.read_bytes())
    data[8192:-4096] = b"\xff" * (len(data) - 8192 - 4096)
    file.write_bytes(data)
    said = call("show", "alpha")
    assert said.code == 1
    assert "run.sqlite" in said.err
    assert "problem" in call("runs", "--json").json[0]


def test_what_a_genome_says_does_not_steer_the_terminal(rig: Rig, call: Call) -> None:
    from ge_tui.evaluation.outcome import Outcome

    with closing(Store(rig.directory.database)) as store:
        store.fail(1, Outcome.IMPORT, "\x1b]0;owned\x07\x1b[2J\ud800 bad")
    said = call("show", "alpha", "1")
    assert "\x1b" not in said.out
    assert "bad" in said.out
    assert "\x1b" in json.loads(call("show", "alpha", "1", "--json").out)["reason"]


def test_show_time_says_where_the_time_went(rig: Rig, call: Call) -> None:
    said = call("show", "alpha", "--time", "--json")
    assert said.code == 0
    assert said.json.keys() >= {"worked_s", "slots", "lanes", "idle_s", "stages"}
    assert 0 < said.json["slots"]["utilisation"] <= 1
    assert set(said.json["stages"]) == {"proposal", "check", "slot", "training"}
    said = call("show", "alpha", "--time")
    assert "training slots" in said.out
    assert "waiting for a proposal" in said.out
    assert call("show", "alpha", "1", "--time").code == 2


def test_the_folder_of_runs_may_stand_before_the_command(
    rig: Rig, call: Call, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for the app itself, which has no command; what stands behind the command is nearer."""
    monkeypatch.setenv("GE_TUI_RUNS", "/nowhere")
    assert call("runs").out != call("--runs", str(runs), "runs").out
    assert "alpha" in call("--runs", str(runs), "runs").out
    assert "alpha" in call("--runs", "/nowhere", "runs", "--runs", str(runs)).out
    assert make_parser().parse_args(["--runs", str(runs)]).runs == runs
