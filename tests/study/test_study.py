"""A study: its file, what it makes of interruptions, and what it writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ge_tui.cli import main
from ge_tui.errors import UsageError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.overview import overview
from ge_tui.run.store import RunReader
from ge_tui.study import work
from ge_tui.study.file import Study, read_study
from ge_tui.study.state import Stage, states_of
from ge_tui.study.work import prepare, runs_at_once

ROOT = Path(__file__).resolve().parents[2]
CONTENT = """
title = "Small"
seeds = [1, 2]
parallel = 2
[settings]
data = "digits"
llm = "offline"
population = 2
generations = 1
rung = "look"
[arms.full]
[arms."no crossover"]
crossover_probability = 0
"""


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(work, "ENGINE", (sys.executable, "-m", "tests.study.engine"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(CONTENT, encoding="utf-8")
    return file


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def written(tmp_path: Path, content: str) -> Study:
    file = tmp_path / "x.toml"
    file.write_text(content, encoding="utf-8")
    return read_study(file)


def test_every_arm_has_a_turn_before_any_has_two(file: Path) -> None:
    study = read_study(file)
    assert [run.name for run in study.runs] == [
        "small-full-s1", "small-no-crossover-s1", "small-full-s2", "small-no-crossover-s2",
    ]  # fmt: skip
    assert [run.settings.seed for run in study.runs] == [1, 1, 2, 2]
    assert study.runs[1].settings.controls.crossover_probability == 0
    assert study.runs[0].settings.controls.crossover_probability == 0.35


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[arms.a]", "seeds is missing"),
        ("seeds = []\n[arms.a]", "seeds"),
        ("seeds = [1, 1]\n[arms.a]", "a seed is named twice"),
        ("seeds = [1]", "arms is missing"),
        (
            "seeds = [1]\npopulation = 3\n[arms.a]",
            r"no key 'population'; settings of all arms stand under \[settings\]",
        ),
        ("seeds = [1]\n[arms.a]\npoplation = 3", r"arms.a: no setting 'poplation'; did you mean 'population'"),
        ("seeds = [1]\n[settings]\nseed = 3\n[arms.a]", "'seed' cannot stand among settings"),
        ("seeds = [-1]\n[arms.a]", "seed should be"),
        ("seeds = [1]\n[arms.a]\n[arms.'a!']", "two arms"),
        ("seeds = [1]\nname = 'a/b'\n[arms.a]", "cannot be a run's name"),
        ("seeds = 'x", "x.toml"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        written(tmp_path, content)


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "nowhere.toml"]) == 2
    assert "no study file nowhere.toml" in capsys.readouterr().err
    assert main(["study"]) == 2
    assert "--example" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["digits", "paper"])
def test_the_examples_are_good(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "--example", name]) == 0
    study = written(tmp_path, capsys.readouterr().out)
    assert len(study.arms) == 3
    assert len(study.runs) == 15
    if name == "paper":
        full, no_eot, bare = (run.settings.controls for run in study.runs[:3])
        assert (full.eot_probability, no_eot.eot_probability, bare.eot_probability) == (0.25, 0, 0)
        assert (full.persona_locked, no_eot.persona_locked, bare.persona_locked) == ("", "", "engineer")


def test_as_many_at_once_as_there_are_slots(tmp_path: Path) -> None:
    shared = "seeds = [1]\nparallel = 0\n[arms.a]\n[settings.evaluation]\n"
    assert runs_at_once(written(tmp_path, f"{shared}slots = 2"), 8) == 4
    assert runs_at_once(written(tmp_path, f"{shared}slots = 9"), 8) == 1
    assert runs_at_once(written(tmp_path, shared), 8) == 1
    assert runs_at_once(written(tmp_path, shared.replace("= 0", "= 3")), 8) == 3


def test_a_study_survives_its_engines_and_is_compared(
    file: Path, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GE_TEST_DIES", str(tmp_path / "died"))
    content = CONTENT.replace("seeds = [1, 2]", "seeds = [1]")
    file.write_text(content, encoding="utf-8")
    command = ["study", str(file), "--runs", str(runs)]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert (tmp_path / "died").exists()
    assert said.count("begun again after") == 1
    assert "(2 of 2)" in said
    for state in states_of(read_study(file), runs):
        assert state.stage is Stage.FINISHED
    figures = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert [group["name"] for group in figures["groups"]] == ["full", "no crossover"]
    assert "<h1>Small</h1>" in file.with_suffix(".html").read_text(encoding="utf-8")

    assert main([*command, "--status", "--json"]) == 0
    assert {row["stage"] for row in json.loads(capsys.readouterr().out)} == {"finished"}
    assert main(command) == 0  # nothing is left to be done
    assert "2 finished already" in capsys.readouterr().out

    file.write_text(content.replace("population = 2", "population = 3"), encoding="utf-8")
    assert main(command) == 2
    assert "was begun with controls.population 2, the study says 3" in capsys.readouterr().err


@pytest.mark.slow
def test_more_generations_go_on_where_the_runs_ended(file: Path, runs: Path) -> None:
    file.write_text(CONTENT.replace("seeds = [1, 2]", "seeds = [1]"), encoding="utf-8")
    assert main(["study", str(file), "--runs", str(runs)]) == 0
    file.write_text(file.read_text().replace("generations = 1", "generations = 2"), encoding="utf-8")
    assert main(["study", str(file), "--runs", str(runs)]) == 0
    assert overview(RunDirectory(runs / "small-full-s1")).generation == 2


def test_nothing_is_begun_where_one_run_cannot_be(file: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(CONTENT + 'aim_segment = "Nose"\n', encoding="utf-8")
    assert main(["study", str(file), "--runs", str(runs)]) == 2
    assert "Nose" in capsys.readouterr().err
    assert not [path for path in runs.iterdir() if path.is_dir()]


@pytest.mark.slow
def test_interrupted_it_stops_its_engines_and_goes_on_later(file: Path, runs: Path) -> None:
    command = [sys.executable, "-c", INTERRUPTED, "study", str(file), "--runs", str(runs)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ))
    assert process.stdout is not None
    for line in process.stdout:
        if "generation 0 closed" in line:
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130
    states = states_of(read_study(file), runs)
    assert Stage.OPEN not in {state.stage for state in states}
    assert len(prepare(read_study(file), runs)) > 0
    assert main(["study", str(file), "--runs", str(runs)]) == 0
    for state in states_of(read_study(file), runs):
        with RunReader(state.directory.database) as reader:
            assert reader.is_whole()
            assert state.stage is Stage.FINISHED


INTERRUPTED = """
import sys
from ge_tui.study import work
from ge_tui.cli import main
work.ENGINE = (sys.executable, "-m", "tests.study.engine")
raise SystemExit(main(sys.argv[1:]))
"""
