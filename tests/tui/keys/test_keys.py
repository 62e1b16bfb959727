"""Keys of one's own: read from a file, checked against the actions there are, shown wherever keys are shown."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from benchmarks.made_run import make_run
from ge_tui.cli import main
from ge_tui.run.directory import RunDirectory
from ge_tui.tui.acts.actions import ACTS
from ge_tui.tui.app import GeTui
from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.help_text import help_text
from ge_tui.tui.keys.key_line import KeyLine
from ge_tui.tui.keys.key_names import read_key
from ge_tui.tui.keys.key_table import key_rows, template
from ge_tui.tui.keys.keymap import Keymap, check_keymap, conflicts, read_keymap
from ge_tui.tui.keys.registry import all_actions
from ge_tui.tui.panes.entries import PANES
from ge_tui.tui.screens.help import HelpScreen
from ge_tui.tui.screens.keys import KeysScreen
from ge_tui.tui.screens.run import RunScreen
from ge_tui.tui.screens.run_actions import ACTIONS as RUN_ACTIONS
from ge_tui.tui.screens.run_actions import HELP as RUN_HELP
from tests.tui.rig import environment

ACTIONS = (
    Action("run.zoom", "z", "zoom", "fill the screen"),
    Action("run.pause", "p", "pause", "hold back"),
    Action("population.sort", "s", "sort", "sort"),
    Action("diff.split", "v", "split", "side by side"),
    Action("app.theme", "", "theme", "colours"),
)


def keymap(folder: Path, text: str) -> Keymap:
    file = folder / "keys.toml"
    file.write_text(text, encoding="utf-8")
    return check_keymap(read_keymap(file), ACTIONS, file)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("s", "s"), ("S", "S"), ("^s", "ctrl+s"), ("Ctrl+S", "ctrl+s"), ("shift+ctrl+f5", "ctrl+shift+f5"),
        ("?", "question_mark"), ("/", "slash"), ("alt+.", "alt+full_stop"), ("Esc", "escape"), ("PageUp", "pageup"),
        (" ", "space"), ("+", "plus"), ("ctrl++", "ctrl+plus"), ("left_square_bracket", "left_square_bracket"),
        ("é", "é"),
    ],
)  # fmt: skip
def test_keys_may_be_written_in_several_ways(written: str, key: str) -> None:
    assert read_key(written) == key


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "no name"),
        ("hyperspace", "no key"),
        ("win+s", "no modifier"),
        ("ctrl+m", "enter"),
        ("ctrl+c", "ends the app"),
    ],
)
def test_what_is_no_key_is_refused(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_key(written)


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_a_reason(text: str) -> None:
    with contextlib.suppress(ValueError):
        key = read_key(text)
        assert key
        assert key.isprintable()
        assert "," not in key


def test_keys_are_read_from_tables_lists_and_dotted_names(tmp_path: Path) -> None:
    found = keymap(tmp_path, 'population.sort = "o"\n[run]\nzoom = ["x", "F11"]\npause = []\n')
    assert found.problems == ()
    assert found.keys == {"population.sort": ("o",), "run.zoom": ("x", "f11"), "run.pause": ()}
    assert [action.keys for action in found.shown(ACTIONS)] == ["x,f11", "", "o", "v", ""]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[run\n", "line 1", "usual keys"),
        ('[run]\nzoom = "hyperspace"', "line 2", "no key"),
        ("# mine\n[run]\nzoom = 3", "line 3", "a key or a list"),
        ('[run]\n"fly" = "f"', "line 2", "no action 'run.fly'"),
        ('run.zoom = "p"', "line 1", "p is both run.zoom and run.pause; only one"),
        ('\n[population]\nsort = "z"', "line 3", "z is both run.zoom and population.sort; population.sort comes first"),
        ('app.theme = "t"', "line 1", "text fields"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, line: str, said: str) -> None:
    problems = keymap(tmp_path, text).problems
    assert len(problems) == 1
    assert f"{tmp_path / 'keys.toml'}" in problems[0]
    assert line in problems[0]
    assert said in problems[0]


def test_panes_that_are_never_in_front_together_may_share_a_key(tmp_path: Path) -> None:
    assert keymap(tmp_path, 'diff.split = "s"').problems == ()
    assert keymap(tmp_path, 'run.zoom = "p"\nrun.pause = "z"').problems == ()


def test_the_keys_of_acts_are_keys_like_others() -> None:
    """They are in the list, and at odds with those of the panes where they work, and of no other."""
    acts = {action.name for action in all_actions() if action.scope == "individual"}
    assert "individual.pin" in acts
    taken = Keymap({"individual.pin": ("s",)})
    met = {name for pair in conflicts(taken, all_actions()) for name in pair[:2]} - {"individual.pin"}
    assert met == {"population.sort", "lineage.sibling"}


@pytest.mark.parametrize("scope", [*(entry.name for entry in PANES), "run"])
def test_help_names_the_keys_there_are_now(scope: str) -> None:
    pane = next((entry.load() for entry in PANES if entry.name == scope), None)
    words, own = (pane.HELP, pane.ACTIONS) if pane else (RUN_HELP, ())
    named = re.findall(r"\{([a-z_.]+)\}", words)
    moved = Keymap(dict.fromkeys(named, ("f7",)))
    groups = [("Keys", own), ("{run.act} is the menu", (*RUN_ACTIONS, *ACTS))]
    before = help_text("Title", words, groups, moved).partition("###")[0]
    assert "{" not in before
    assert before.count("`f7`") == len(named)
    assert "`A` is the menu" in help_text("Title", "", groups, Keymap())
    without = help_text("Title", words, groups, Keymap(dict.fromkeys(named, ()))).partition("###")[0]
    assert without.count("in the palette") == len(named)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_bytes(b"\xff\xfe\x00")
    assert str(tmp_path) in read_keymap(tmp_path / "keys.toml").problems[0]
    assert read_keymap(tmp_path / "none.toml") == Keymap()


def test_every_action_is_listed_once_and_the_template_changes_nothing(tmp_path: Path) -> None:
    actions = all_actions()
    assert max(Counter(action.name for action in actions).values()) == 1
    assert {"run.zoom", "go.lineage", "population.sort", "list.down", "app.screenshot"} <= {a.name for a in actions}
    text = template(actions)
    assert not any(row.changed for row in key_rows(Keymap(), actions))
    file = tmp_path / "keys.toml"
    file.write_text(text)
    assert read_keymap(file) == Keymap()
    file.write_text(
        "".join(line.removeprefix("# ") if " = " in line else f"{line}\n" for line in text.splitlines(True))
    )
    whole = check_keymap(read_keymap(file), actions, file)
    assert len(whole.keys) == len(actions)
    assert whole.problems == ()


def test_the_command_lists_keys_and_begins_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with environment(tmp_path):
        assert main(["keys", "--write"]) == 0
        assert main(["keys", "--write"]) == 2
        file = tmp_path / "config" / "ge-tui" / "keys.toml"
        file.write_text('[run]\nzoom = "f11"\npause = "hyperspace"')
        capsys.readouterr()
        assert main(["keys"]) == 1
        said = capsys.readouterr().out
        assert "* run.zoom" in said
        assert "(usually z)" in said
        assert f"BROKEN: {file}, line 3: run.pause" in said
        assert main(["keys", "--json"]) == 1
        rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["actions"]}
        assert rows["run.zoom"]["keys"] == "f11"
        assert rows["run.zoom"]["usual"] == "z"


async def test_the_app_works_by_the_users_keys_and_shows_them(tmp_path: Path) -> None:
    make_run(tmp_path, 20, "made")
    config = tmp_path / "config" / "ge-tui"
    config.mkdir(parents=True)
    (config / "keys.toml").write_text(
        '[run]\nzoom = "Q"\nselect_best = "f9"\n[go]\nlog = "L"\n[population]\nsort = "p"\nfly = "f"\n'
    )
    with environment(tmp_path):
        app = GeTui(tmp_path, RunDirectory(tmp_path / "made"))
        async with app.run_test(size=(120, 40)) as pilot:
            screen = app.screen
            assert isinstance(screen, RunScreen)
            for _ in range(200):
                await pilot.pause(0.02)
                if screen.selected is not None and len(app._notifications) >= 2:
                    break
            told = [note.message for note in app._notifications]
            assert any("line 8" in words and "population.fly" in words for words in told)
            assert any("p is both run.pause and population.sort" in words for words in told)
            line = screen.query_one(KeyLine).render_line(0).text
            assert "Q zoom" in line
            assert "p sort" in line
            await pilot.press("z")
            assert not screen.grid.zoomed
            await pilot.press("Q")
            assert screen.grid.zoomed
            screen._select(3)
            await pilot.press("f9")
            assert screen.model.best is not None
            assert screen.selected == screen.model.best.number
            await pilot.press("L")
            assert screen.grid.current == "log"
            commands = {command.title: command.help for command in app.get_system_commands(screen)}
            assert commands["Run: zoom"].endswith("(Q)")
            for shown in commands.values():
                assert Content.from_markup(shown).plain
            await pilot.press("question_mark")
            assert isinstance(app.screen, HelpScreen)
            assert "| `Q` |" in app.screen._text
            await pilot.press("escape")
            (config / "keys.toml").write_text('run.zoom = "f7"')
            app.action_reload_keys()
            await app.workers.wait_for_complete([w for w in app.workers if w.group == "keys"])
            await pilot.press("f7")
            assert not screen.grid.zoomed
            app.action_keys()
            for _ in range(200):
                await pilot.pause(0.02)
                if isinstance(app.screen, KeysScreen):
                    break
            rows = {row.name: row for row in app.screen._rows}  # type: ignore[attr-defined]
            assert rows["run.zoom"].mark == "*"
            await pilot.press("j", "k", "escape")
            assert app.screen is screen
