"""The commands that the pages of docs/ show are run, page by page, on runs that are made once.

What needs a language model asks a server of our own, and trainings take no time. Those that open the app, work for
hours or train for real are read in test_words.py alone; test_example.py, tests/export and tests/study carry them out.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import runpy
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from unittest import mock

import pytest
from run.fakes import AnyExecutor

from ge_tui.cli import replay as replay_command
from ge_tui.cli import trial as trial_command
from ge_tui.run import session
from ge_tui.run.engine import going_on
from tests.llm import coder
from tests.llm.ollama.beside import serving
from tests.llm.ollama.script import Model, Rule, Script

from .pages import PAGES, ROOT, blocks, commands, section, shown_lines, spans
from .reader import Reader, assert_like, lines_of, names_in

CONFIG = 'population = 3\ngenerations = 1\n[evaluation]\nrung = "look"\nslots = 1\n'
FIRST = "run --name first --data digits --llm offline --population 6 --generations 2 --seed 1"
CODER = "run --name coder --data digits --llm ollama:qwen2.5-coder:7b=2,qwen3:8b=1 --population 4 --generations 2"
MODELS = [Model(name) for name in ("qwen2.5-coder:7b", "qwen3:8b")]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """With a run of the built-in operators, and one of two language models."""
    base = tmp_path_factory.mktemp("reader")
    one = Reader(base, base / "here")
    one.here.mkdir()
    (base / "config" / "ge-tui").mkdir(parents=True)
    (base / "config" / "ge-tui" / "config.toml").write_text(CONFIG, encoding="utf-8")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serving(Script(models=MODELS, rules=[Rule(coder.answer)])))
        stack.enter_context(mock.patch.dict("os.environ", one.environment(OLLAMA_HOST=server.url), clear=True))
        stack.enter_context(mock.patch.object(going_on, "LOOK_S", 0.01))
        for module in (session, replay_command, trial_command):
            stack.enter_context(mock.patch.object(module, "LocalExecutor", side_effect=lambda *_: AnyExecutor()))
        one.says(*FIRST.split())
        for name, seed in (("second", "2"), ("third", "3")):
            one.says("run", "--name", name, "--data", "digits", "--seed", seed)
        one.says(*CODER.split())
        yield one


@pytest.fixture(scope="module")
def measured(reader: Reader) -> str:
    """The number of a child of `coder` that can be acted on."""
    rows = reader.asks("show", "coder")["individuals"]
    return str(next(row["number"] for row in rows if row["status"] == "evaluated" and row["number"]))


def test_replay_and_fork(reader: Reader) -> None:
    said = reader.follows("docs/replay.md")
    assert "first agrees with its record" in said[0]
    assert json.loads(said[1])["agrees"] is True
    assert "trainings measured the same" in said[2]
    assert reader.asks("steer", "bolder")["controls"]["temperature"] == 1.6
    assert "bolder agrees with its record" in reader.says("replay", "bolder")
    pair = json.loads((reader.here / "pairs.jsonl").read_text(encoding="utf-8").splitlines()[0])
    told = re.findall(r"`(\w+)`", section("docs/replay.md", "Teach a model what worked: `--pairs`"))
    assert {name for name in told if name != "null"} <= pair.keys()


def test_a_difference_looks_as_shown(reader: Reader) -> None:
    shutil.copytree(reader.home / "runs" / "first", reader.home / "runs" / "changed")
    with contextlib.closing(sqlite3.connect(reader.home / "runs" / "changed" / "run.sqlite")) as file, file:
        (child, parent) = file.execute("SELECT child, parent FROM parent WHERE place = 0 AND parent > 1").fetchone()
        file.execute("UPDATE parent SET parent = ? WHERE child = ? AND place = 0", (parent - 1, child))
    said = reader.says("replay", "changed", code=1).replace("changed", "first")
    (sample,) = blocks("docs/replay.md", "text")
    assert re.sub(r"\d+", "N", said) == re.sub(r"\d+", "N", sample)


def test_acting(reader: Reader, measured: str) -> None:
    source = reader.says("show", "coder", measured, "--source")
    (reader.here / "mine.py").write_text(f"{source}\n\nMINE = 1\n", encoding="utf-8")
    aimed, edited, listed = reader.follows("docs/acting.md", **{"12": measured})
    assert "To go on: ge-tui run --resume coder" in aimed
    assert "To go on" in edited
    assert [line for line in listed.splitlines() if "halve the width" in line]
    acts = reader.asks("act", "coder")["acts"]
    told = re.search(r'"acts": \[\{([^}]*)\}', PAGES["docs/formats.md"])
    assert told is not None
    assert all(set(re.findall(r'"(\w+)"', told[1])) <= act.keys() for act in acts)


def test_models_and_choosing(reader: Reader) -> None:
    *_, credit = reader.follows("docs/models.md", RUN="coder")
    assert "qwen3:8b" in credit
    reader.follows("docs/choosing.md", RUN="coder")
    reader.follows("docs/prompts.md", RUN="coder")
    controls = reader.asks("steer", "coder")["controls"]
    assert (controls["model.qwen3:8b"], controls["llm_operator_mode"]) == (3, "assist")
    assert controls["aim_segment"] == ""


def test_reports_and_studies(reader: Reader) -> None:
    report, compare, example, study = lines_of("docs/report.md")
    reader.says(*report)
    assert "<h1>" in (reader.here / "first.html").read_text(encoding="utf-8")
    runs = iter(("first", "second", "third", "coder"))
    reader.says(*(next(runs) if word == "RUN" else word for word in compare))
    figures = json.loads((reader.here / "comparison.json").read_text(encoding="utf-8"))
    told = section("docs/formats.md", "`ge-tui compare --json`").split("\n\n")[1]
    assert sorted(set(re.findall(r"`(\w+)`", told)) - names_in(figures) - {"compare", "study"}) == []
    (reader.here / "digits.toml").write_text(reader.says(*example), encoding="utf-8")
    (row, *_) = reader.asks(*study, "--status")
    told = section("docs/formats.md", "`ge-tui compare --json`").split("is a list: ")[1].split("(")[0]
    assert set(re.findall(r"`(\w+)`", told)) <= row.keys()
    assert row["stage"] == "not begun"


def test_the_json_is_as_shown(reader: Reader) -> None:
    shown, trials = blocks("docs/formats.md", "json")
    sample = json.loads(shown)
    real = reader.asks("show", "first")
    real["individuals"] = [row for row in real["individuals"] if row["operator"] == "mutate" and row["metrics"]]
    sample["run"]["environment"].pop("box")  # trainings that take no time have none
    assert_like(sample, real)
    one = reader.asks("show", "coder", "best")
    assert {"evaluations", "calls"} <= one.keys()
    refused = json.loads(trials.splitlines()[1])
    assert_like(refused, reader.asks("check", str(ROOT / "sota/ExquisiteNetV2/network.py"), "--data", "digits"))


def test_the_events_are_as_told(reader: Reader) -> None:
    """Each names at least one of the fields that the table gives it, where it gives any."""
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", section("docs/formats.md", "`ge-tui run --json`"), re.MULTILINE)
    fields = {
        kind: set(re.findall(r"`(\w+)`", tells)) for kinds, tells in rows for kind in re.findall(r"`(\w+)`", kinds)
    }
    said = reader.says(*CODER.replace("coder --data", "told --data").replace("ons 2", "ons 1").split(), "--json")
    seen = [json.loads(line) for line in said.splitlines()]
    assert {"answered", "accepted", "checked", "evaluated", "generation_closed"} <= {event["event"] for event in seen}
    without = {"session", "recovered", "run_created", "run_running"}
    for event in seen:
        assert {"seq", "at", "individual"} <= event.keys()
        assert event["event"] in without or fields[event["event"]] & event.keys(), event


def test_the_terminal(reader: Reader) -> None:
    assert ["keys", "--write"] in lines_of("docs/terminal.md")
    assert "keys.toml is written" in reader.says("keys", "--write")
    completions = [words for words in commands("docs/terminal.md") if words[:1] == ["completion"]]
    assert len(completions) == 3
    assert all("ge-tui" in reader.says(*words) for words in completions)


@pytest.mark.slow
def test_doctor(reader: Reader) -> None:
    for page in ("docs/box.md", "docs/troubleshooting.md"):
        assert lines_of(page) == [["doctor"]]
    names = re.findall(r"^\| (`.*?) \|", section("docs/troubleshooting.md", "What doctor says"), re.MULTILINE)
    found = reader.asks("doctor") if sys.platform == "linux" else []
    assert {row["name"] for row in found} <= {name for row in names for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.slow
def test_every_benchmark_shown_takes_the_options_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [text for page in PAGES for text in (*shown_lines(page), *spans(page)) if "python -m benchmarks" in text]
    options: dict[str, set[str]] = {}
    for text in told:
        name, rest = re.findall(r"python -m (benchmarks[\w.]*)(.*)", text)[0]
        options.setdefault(name, set()).update(re.findall(r"--[\w-]+", rest))
    for row in re.findall(r"^\| `python -m (\S+)` \| (.*) \|$", PAGES["benchmarks/README.md"], re.MULTILINE):
        options[row[0]] |= set(re.findall(r"`(--[\w-]+)", row[1]))
    assert len(options) > 12
    for name, named in options.items():
        monkeypatch.setattr(sys, "argv", [name, "--help"])
        said = io.StringIO()
        with contextlib.redirect_stdout(said), pytest.raises(SystemExit) as end:
            runpy.run_module(name, run_name="__main__")
        assert end.value.code == 0, name
        assert named <= set(re.findall(r"--[\w-]+", said.getvalue())), name
