"""What the pages of docs/, themes/ and benchmarks/ say is so: their words are those of the program.

The commands that can be run are run in test_tour.py and test_example.py.
"""

from __future__ import annotations

import argparse
import ast
import configparser
import importlib.util
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import tomli

from ge_tui.cli.parser import make_parser
from ge_tui.errors import ExitCode, UsageError
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.plan import Augmentation, TrainingPlan
from ge_tui.evaluation.task import DataSpec, GenomeSpec, Limits, TaskFile
from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.llm.prompts.render import places
from ge_tui.run import event_lines, log_lines
from ge_tui.run.fork import FORKED
from ge_tui.run.objectives import METRICS
from ge_tui.run.store.acts import ActKind
from ge_tui.run.store.records import Status
from ge_tui.settings import Settings, parse_assignment, read_settings
from ge_tui.settings.keys import find_key
from ge_tui.settings.schema import CATEGORIES, PERSONAS
from ge_tui.study.file import read_study
from ge_tui.tui.acts.actions import ACTS
from ge_tui.tui.keys.keymap import check_keymap, read_keymap
from ge_tui.tui.keys.registry import all_actions
from ge_tui.tui.terminal.themes import find_themes

from .pages import PAGES, ROOT, blocks, commands, first_cells, section, shown_lines, spans

PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXAMPLES = {"ACT": "pin", "NUMBER": "3", "N": "3", "M": "4", "KIND": "persona", "ARM": "expert"}
"""What stands in a page for whatever the reader has."""


@pytest.mark.parametrize("page", PAGES)
def test_every_command_shown_can_be_said(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = make_parser()
    for words in commands(page):
        filled = [EXAMPLES.get(word, word) for word in words]
        if all(word.startswith("--") for word in filled[1:]):
            continue  # it is named, with nothing to work on; its options are looked at below
        try:
            options = parser.parse_args(filled)
        except SystemExit:
            pytest.fail(f"{page}: ge-tui {shlex.join(words)}: {capsys.readouterr().err}")
        for text in (*(getattr(options, "set", None) or ()), *getattr(options, "changes", ())):
            parse_assignment(text.replace("NAME=VALUE", "seed=1").replace("KEY=VALUE", "seed=1").replace("NAME", "x"),
                             controls_only=hasattr(options, "changes") and "NAME" not in text)  # fmt: skip


def test_there_are_commands_to_look_at() -> None:
    counts = {page: sum(1 for _ in commands(page)) for page in PAGES}
    assert sum(counts.values()) >= 60
    assert counts["docs/tasks.md"] >= 5


@pytest.mark.parametrize("page", PAGES)
def test_other_programs_shown_are_there(page: str) -> None:
    for text in (*shown_lines(page), *spans(page)):
        if match := re.search(r"python -m (benchmarks[\w.]*)(.*)", text):
            found = importlib.util.find_spec(match[1])
            assert found is not None, text
            file = Path(str(found.origin))
            source = file.with_name("__main__.py" if file.stem == "__init__" else file.name).read_text("utf-8")
            for option in re.findall(r"--[\w-]+", match[2]):
                assert f'"{option}"' in source, text
        for path in re.findall(r"(?:pytest|python)(?: -\S+)* ((?:tests|docs)/[\w/.]+)", text):
            assert (ROOT / path).exists(), text
        for extra in re.findall(r"(?:ge-tui|-e '\.)\[(\w+)\]'", text):
            assert extra in PROJECT["optional-dependencies"], text
    names = set(re.findall(r"\bGE_TUI_\w+", PAGES[page]))
    code = "".join(file.read_text("utf-8") for room in ("ge_tui", "tests") for file in (ROOT / room).rglob("*.py"))
    assert sorted(name for name in names if f'"{name}"' not in code) == []


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    found = {option for action in parser._actions for option in action.option_strings}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= set().union(*(options_of(sub) for sub in action.choices.values()))
    return found


OF_OTHERS = {"--force-reinstall", "--recipe", "--real", "--proposer", "--svg", "--quick", "--user", "--scope", "--unit"}
"""Options of benchmarks, pip and systemd that pages name; those of benchmarks are looked at above."""


@pytest.mark.parametrize("page", PAGES)
def test_every_option_named_is_one(page: str) -> None:
    known = options_of(make_parser()) | OF_OTHERS
    if page == "docs/export.md":
        known |= {"--check", "--weights"}  # of model.py, which test_example.py runs
    named = {option for span in spans(page) for option in re.findall(r"(?<![\w-])--[a-z][\w-]+", span)}
    assert sorted(named - known) == []


def test_every_command_named_is_one() -> None:
    (names,) = (action.choices for action in make_parser()._actions if isinstance(action, argparse._SubParsersAction))
    for page in PAGES:
        for span in spans(page):
            if match := re.match(r"ge-tui (\w+)", span):
                assert match[1] in names, span


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_named_is_one(page: str) -> None:
    for span in spans(page):
        for name in re.findall(r"\b(?:evaluation|ollama|budget|search|controls)\.[a-z_.]*[a-z_]\b", span):
            if name in ("evaluation.box", "evaluation.KEY") or (ROOT / "ge_tui" / name.replace(".", "/", 1)).exists():
                continue
            find_key(name)
        if match := re.fullmatch(r"([a-z]+[_.][a-z_.]+)=\S+", span):
            find_key(match[1])


@pytest.mark.parametrize("page", PAGES)
def test_every_file_named_is_there(page: str) -> None:
    for span in spans(page):
        if re.fullmatch(r"(?:ge_tui|tests|benchmarks|docs|sota|themes|\.ci)/[\w./*{}@-]*", span):
            pattern = re.sub(r"schema_vN", "schema_v1", span).rstrip("/")
            assert list(ROOT.glob(pattern)), span


@pytest.mark.parametrize("page", ["themes/README.md", "benchmarks/README.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^):#]+)\)", PAGES[page]):
        assert ((ROOT / page).parent / target).exists(), target


# -- tables and lists that follow from the program ------------------------------------------------------------


def test_every_word_of_the_program_is_explained() -> None:
    bold = " ".join(re.findall(r"\*\*([\w ]+)\*\*", PAGES["docs/concepts.md"])).lower()
    for word in ("genome", "segments", "individual", "operator", "persona", "category", "proposal", "task", "fidelity",
                 "evaluation", "archive", "run", "control", "engine", "box", "front", "generation"):  # fmt: skip
        assert word in bold.split(), word
    text = PAGES["docs/concepts.md"]
    assert [status for status in Status if status.value not in text] == []
    assert set(re.findall(r"`([a-z-]+)`", text.split("its **outcome** says how (")[1].split(")")[0])) <= set(Outcome)


def test_the_acts_and_their_keys() -> None:
    rows = [
        line.split("|")[1:3] for line in section("docs/acting.md", "Acting on individuals").splitlines() if "|" in line
    ]
    acts = [re.findall(r"`(\w+)", act) for _, act in rows[2:]]
    assert {name for names in acts for name in names} == {kind.value for kind in ActKind}
    keys = {key.strip(" `"): names[0] for (key, _), names in zip(rows[2:], acts, strict=True) if "`" in key}
    assert keys == {action.keys: action.name.partition(".")[2] for action in ACTS if action.keys}


def test_the_personas_categories_and_templates() -> None:
    page = "docs/prompts.md"
    assert set(first_cells(section(page, "Character Role Play"))) == {*PERSONAS, *CATEGORIES}
    templates = load_catalogue().templates
    named = set(re.findall(r"`(\w+)\.md`", section(page, "Templates")))
    assert named == templates.keys()
    by_operator = {"mutations": ("mutate_segment",), "crossover": ("crossover_segment",),
                   "Evolution of Thought": ("eot", "eot_reuse"), "repair": ("repair",)}  # fmt: skip
    for line in re.split(r"^- ", section(page, "Templates"), flags=re.MULTILINE)[1:]:
        asked = places(line)
        own = by_operator[line.split(":")[0]]
        assert asked <= frozenset().union(*(places(templates[name]) for name in own)), line


def test_the_persona_shown_is_one(tmp_path: Path) -> None:
    (example,) = blocks("docs/prompts.md", "toml")
    (tmp_path / "personas.toml").write_text(example, encoding="utf-8")
    assert load_catalogue(tmp_path).personas.keys() == {*PERSONAS, *tomli.loads(example)}


def test_the_parts_of_a_task() -> None:
    page = "docs/tasks.md"
    parts = first_cells(section(page, "`task.toml`").split("**Objectives**")[0])
    named = {re.split(r"\W", part.strip("["))[0] for part in parts}
    assert named >= TaskFile.model_fields.keys()
    known = {*GenomeSpec.model_fields, *DataSpec.model_fields, *Limits.model_fields}
    assert known <= set(re.findall(r"`(\w+)`", section(page, "`task.toml`")))
    rows = [
        line.split("|")[1:3]
        for line in section(page, "`task.toml`").split("**Recipes**")[1].splitlines()
        if "|" in line
    ]
    settings = {name: told.strip() for names, told in rows[2:] for name in re.findall(r"`(\w+)`", names)}
    fields = {
        name: field for name, field in TrainingPlan.model_fields.items() if name not in ("recipe", "rung", "steps")
    }
    assert settings == {
        name: "required"
        if field.is_required()
        else "none"
        if field.default in (None, ())
        else str(field.default).lower()
        for name, field in fields.items()
    }
    assert {one.value for one in Augmentation} <= set(re.findall(r"`(\w+)`", section(page, "`task.toml`")))
    metrics = section(page, "`task.toml`").split("measures: ")[1].split(".")[0]
    assert set(re.findall(r"`(\w+)`", metrics)) == METRICS.keys()


def test_the_network_shown_is_that_of_the_example() -> None:
    (shown,) = blocks("docs/tasks.md", "python")
    network = (ROOT / "docs" / "examples" / "shapes" / "network.py").read_text(encoding="utf-8").splitlines()
    for line in shown.splitlines():
        assert line.removesuffix(" ...") in network, line


@pytest.mark.parametrize("page", ["docs/budget.md", "docs/settings.md"])
def test_the_settings_shown_can_be_set(page: str, tmp_path: Path) -> None:
    for example in blocks(page, "toml"):
        (tmp_path / "run.toml").write_text(example, encoding="utf-8")
        assert read_settings([tmp_path / "run.toml"]) != Settings()


def test_the_study_shown_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (example,) = blocks("docs/report.md", "toml")
    (tmp_path / "study.toml").write_text(example, encoding="utf-8")
    found = read_study(tmp_path / "study.toml")
    assert len(found.runs) == len(found.arms) * 5
    assert found.runs[0].name == "study-full-s1"


def test_the_keys_shown_are_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (example,) = blocks("docs/terminal.md", "toml")
    (tmp_path / "ge-tui").mkdir()
    (tmp_path / "ge-tui" / "keys.toml").write_text(example, encoding="utf-8")
    keymap = check_keymap(read_keymap(), all_actions())
    assert keymap.problems == ()
    assert keymap.keys["run.zoom"] == ("z", "f11")


def test_the_themes_are_those_that_are_shipped() -> None:
    table = section("docs/terminal.md", "Colours").split("Your own")[0]
    named = {
        name.strip() for line in table.splitlines() if line.startswith("| ") for name in line.split("|")[1].split(",")
    }
    assert {theme.name for theme in find_themes()} == named - {"theme"}


def test_the_exit_codes() -> None:
    for page in ("docs/formats.md", "docs/troubleshooting.md"):
        rows = re.findall(r"^\| (\d+) \|", PAGES[page], re.MULTILINE)
        assert [int(row) for row in rows][:6] == sorted(ExitCode), page


def kinds_of_events() -> set[str]:
    """Every kind that the program writes or tells."""
    found = {*event_lines._LINES, *log_lines._LINES, *log_lines._LEVELS, FORKED}
    for file in (ROOT / "ge_tui" / "run").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="event" | "note"), args=[ast.Constant(value=str(kind)), *_]):
                    found.add(kind)
    return found


def test_every_event_is_in_the_table() -> None:
    told = set(first_cells(section("docs/formats.md", "`ge-tui run --json`")))
    assert len(kinds_of_events()) > 30
    assert sorted(kinds_of_events() - told) == []
    assert sorted(told - kinds_of_events()) == []


def test_the_defaults_told_are_those_in_force() -> None:
    settings = Settings()
    text = PAGES["docs/children.md"]
    for name in ("crossover_probability", "mutation_probability", "eot_probability"):
        assert f"`{name}` ({getattr(settings.controls, name)})" in text
    assert f"(`attempts`, {settings.search.attempts})" in text
    assert f"usual {settings.controls.population} children" in PAGES["docs/speed.md"]


def test_the_service_shown_runs_what_can_be_said() -> None:
    (unit,) = blocks("docs/terminal.md", "ini")
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(unit)
    words = shlex.split(read["Service"]["ExecStart"])
    assert words[0].endswith("/ge-tui")
    options = make_parser().parse_args(words[1:])
    assert options.resume
    assert int(read["Service"]["SuccessExitStatus"]) == ExitCode.INTERRUPTED


def test_the_loop_shown_ends_with_anything_but_4(tmp_path: Path) -> None:
    (loop,) = (line for line in shown_lines("docs/terminal.md") if line.startswith("until "))
    script = f"""
        ge-tui() {{ echo "$*" >> said; return "$(wc -l < said | sed 's/[12]/4/; s/3/0/')"; }}
        sleep() {{ :; }}
        {loop}
    """
    subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "said").read_text() == "run --resume night\n" * 3


def test_the_picture_of_the_architecture_fits_a_terminal() -> None:
    (picture,) = blocks("docs/architecture.md", "text")
    assert max(map(len, picture.splitlines())) <= 80


def test_a_setting_that_is_none_is_found() -> None:
    with pytest.raises(UsageError):
        find_key("evaluation.rungs")
