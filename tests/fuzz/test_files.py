"""Settings, themes and task files, as users might write them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.errors import UsageError, UserError
from ge_tui.evaluation.task import Task, load_task
from ge_tui.paths import shipped_tasks, shipped_themes
from ge_tui.settings import Settings, parse_assignment, read_settings
from ge_tui.settings.keys import all_keys
from ge_tui.tui.terminal.themes import read_theme
from tests.fuzz import budget
from tests.fuzz.texts import VALUES, edited, revalued

KEYS = [key.short for key in all_keys()] + ["persona.expert", "model.coder:7b", "operator.width", "no.such"]
TASK = shipped_tasks() / "ExquisiteNetV2"
TASK_FILE, SEED = (TASK / "task.toml").read_text(), (TASK / "network.py").read_text()
THEMES = [path.read_text() for path in sorted(shipped_themes().glob("*.toml"))]
SETTINGS = 'population = 8\n[evaluation]\nrung = "look"\n[controls]\ntemperature = 1\n[persona]\nexpert = 0.5\n'
settings_files = st.one_of(
    edited(SETTINGS),
    st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=5).map(
        lambda rows: "".join(f"{key} = {value}\n" for key, value in rows)
    ),
)


def clear(error: UserError, names: str = "") -> None:
    """One message that a person can read."""
    text = str(error)
    assert text.strip()
    assert names in text
    assert len(text) < 3000
    assert "Traceback" not in text


@given(settings_files)
@budget(40)
def test_a_settings_file_is_read_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "settings.toml"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            found = read_settings([file])
        except UsageError as error:
            clear(error, str(file))
            return
    assert Settings.model_validate(found.model_dump(mode="json")) == found


@given(st.sampled_from(KEYS), VALUES)
@budget(60)
def test_an_assignment_is_taken_or_refused(key: str, value: str) -> None:
    try:
        parse_assignment(f"{key}={value}")
        read_settings((), [f"{key}={value}"])
    except UsageError as error:
        clear(error)


@given(st.sampled_from(THEMES).flatmap(lambda text: st.one_of(edited(text), revalued(text))))
@budget(50)
def test_a_theme_is_read_or_says_what_is_wrong(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mine.toml"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        found = read_theme(file)
    assert (found.theme is None) == bool(found.problem)
    assert not found.problem or str(file) in found.problem


@given(st.one_of(edited(TASK_FILE), revalued(TASK_FILE)), st.one_of(st.just(SEED), edited(SEED)))
@budget(20)
def test_a_task_is_loaded_or_refused(task: str, seed: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "task.toml").write_bytes(task.encode("utf-8", "surrogatepass"))
        (Path(folder) / "network.py").write_bytes(seed.encode("utf-8", "surrogatepass"))
        try:
            found = load_task(Path(folder))
        except UserError as error:
            clear(error)
            return
    assert isinstance(found, Task)
    for recipe in found.file.recipes:
        for rung in ("look", "short", "full"):
            try:
                assert found.plan("digits", recipe, rung).steps > 0
            except UsageError as error:
                clear(error)
