"""What users write beside settings: keys, personas, categories, templates, presets; and what the app remembers."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.errors import UsageError
from ge_tui.llm.prompts.catalogue import Catalogue, load_catalogue
from ge_tui.llm.prompts.render import places
from ge_tui.paths import user_state
from ge_tui.run.directory import RunDirectory
from ge_tui.settings import Settings
from ge_tui.tui.app import GeTui
from ge_tui.tui.controls import preset_files
from ge_tui.tui.keys.key_table import key_rows, template
from ge_tui.tui.keys.keymap import check_keymap, read_keymap
from ge_tui.tui.keys.registry import all_actions
from ge_tui.tui.new_run.draft import recalled
from ge_tui.tui.panes.entries import PANES
from ge_tui.tui.remembered import recall, recalled_selection, with_selection
from ge_tui.tui.screens.run import RunScreen
from tests.fuzz import budget
from tests.fuzz.test_files import KEYS, clear
from tests.fuzz.texts import VALUES, edited, revalued
from tests.run.fakes import Rig
from tests.tui.rig import environment

ACTIONS = all_actions()
NAMES = [action.name for action in ACTIONS]
KEY_NAMES = st.sampled_from(["q", "ctrl+q", "^q", "f11", "Enter", "shift+tab", "", "zz", "ctrl+", "G,g", " ", "é"])
key_files = st.one_of(
    edited(template(ACTIONS).replace("# ", "")[:3000]),
    edited('run.pause = "p"\n[population]\nsort = ["o", "f3"]\nfilter = []\n'),
    st.lists(st.tuples(st.sampled_from([*NAMES, "run.pauze", "x"]), st.one_of(VALUES, KEY_NAMES.map(repr))), max_size=6)
    .map(lambda rows: "".join(f"{name} = {value}\n" for name, value in rows)),
)  # fmt: skip
SHIPPED = Path(load_catalogue.__code__.co_filename).parent
PROMPTS = {
    name: (SHIPPED / place / name).read_text()
    for place, name in (("", "personas.toml"), ("", "categories.toml"), ("templates", "mutate_segment.md"))
}
PRESET = 'description = "small"\ntemperature = 0.5\naim_segment = "x"\n[persona]\nexpert = 3\n'
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(NAMES)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return file


@given(key_files)
@budget(40)
def test_keys_are_read_or_named_with_their_place(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder) / "keys.toml", text)
        keymap = check_keymap(read_keymap(file), ACTIONS, file)
    assert all(str(file) in problem and len(problem) < 1000 for problem in keymap.problems)
    assert set(keymap.keys) <= set(NAMES)
    assert len(key_rows(keymap, ACTIONS)) >= len(NAMES)


@given(st.sampled_from(sorted(PROMPTS)).flatmap(
    lambda name: st.tuples(st.just(name), st.one_of(edited(PROMPTS[name]), revalued(PROMPTS[name])))
))  # fmt: skip
@budget(40)
def test_prompts_of_ones_own_are_used_or_refused(file: tuple[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / file[0], file[1])
        try:
            found = load_catalogue(Path(folder))
            asked = found.fill("mutate_segment", dict.fromkeys(places_of(found, "mutate_segment"), "x"))
        except UsageError as error:
            clear(error)
            return
    assert isinstance(asked, str)
    assert all(persona.title is not None for persona in found.personas.values())


def places_of(catalogue: Catalogue, name: str) -> set[str]:

    return set(places(catalogue.templates[name]))


@given(st.one_of(edited(PRESET), revalued(PRESET), st.tuples(st.sampled_from(KEYS), VALUES).map(" = ".join)))
@budget(40)
def test_a_preset_is_read_or_says_what_is_wrong(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder) / "mine.toml", text)
        found = preset_files._read("mine", file)
        assert not found.problem or str(file) in found.problem
        if found.problem:
            assert not found.values
            return
        again = write(file, preset_files.as_toml(found.values, found.description))
        assert preset_files._read("mine", again) == found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    rig = Rig(tmp_path_factory.mktemp("remembered"), name="made").create()
    rig.run()
    return rig.directory


@pytest.fixture(scope="module")
def usual(run: RunDirectory) -> Iterator[dict[str, Any]]:
    """What the app remembers of its own accord."""
    with environment(run.path.parent):
        screen = RunScreen(run)
        panes = {entry.name: screen._make_pane(entry).remembered() for entry in PANES}
        yield {
            "last_run": "made", "recent": [entry.name for entry in PANES], "zoomed": False, "theme": "night",
            "mouse": True, "alerts": {}, "panes_of": str(run.path.absolute()), "panes": panes,
            "selected": with_selection(run.path, 3), "new_run": {"search.generations": "3", "seed": "x"},
        }  # fmt: skip


@st.composite
def altered(draw: st.DrawFn, value: Any) -> Any:
    """JSON with a few values in it replaced."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    if isinstance(value, dict):
        return {key: draw(altered(item)) for key, item in value.items()}
    if isinstance(value, list):
        return [draw(altered(item)) for item in value]
    return value


@given(st.data())
@budget(25)
def test_whatever_is_remembered_the_panes_open(run: RunDirectory, usual: dict[str, Any], data: st.DataObject) -> None:
    with environment(run.path.parent):
        found = data.draw(altered(usual)) if data.draw(st.booleans()) else {"panes": data.draw(JSON)}
        write(user_state() / "screen.json", json.dumps(found))
        screen = RunScreen(run)
        for entry in PANES:
            json.dumps(screen._make_pane(entry).remembered())
        assert isinstance(recalled_selection(run.path), int | None)
        assert recalled(Settings(), recall().get("new_run")).sound() is not None


@pytest.mark.slow
@given(st.data())
@budget(3)
def test_whatever_is_remembered_the_app_opens(run: RunDirectory, usual: dict[str, Any], data: st.DataObject) -> None:
    asyncio.run(_open(run, data.draw(altered(usual))))


async def _open(run: RunDirectory, found: Any) -> None:
    with environment(run.path.parent):
        write(user_state() / "screen.json", json.dumps(found))
        app = GeTui(run.path.parent, run)
        async with app.run_test(size=(170, 50)) as pilot:
            for _ in range(500):
                await pilot.pause(0.02)
                if isinstance(app.screen, RunScreen) and app.screen.selected is not None:
                    break
            assert isinstance(app.screen, RunScreen)
            for number in range(1, len(PANES) + 1):
                await pilot.press(str(number))
            assert app.screen.selected is not None
            app.screen.keep_layout()
