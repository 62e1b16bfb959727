"""Themes: the shipped ones work, the user's own join them, a broken one is named and never used."""

from __future__ import annotations

from pathlib import Path

import pytest

from ge_tui.paths import shipped_themes
from ge_tui.tui.app import GeTui
from ge_tui.tui.terminal.themes import COLOURS, DEFAULT, find_themes, read_theme
from tests.tui.rig import environment

GOOD = "[colours]\n" + "\n".join(f'{name} = "#123456"' for name in COLOURS)


def test_every_shipped_theme_can_be_used() -> None:
    found = {path.stem: read_theme(path) for path in shipped_themes().glob("*.toml")}
    assert len(found) >= 8
    assert DEFAULT in found
    for theme in found.values():
        assert theme.problem == ""
        assert theme.theme is not None
        assert theme.theme.to_color_system().generate()["primary"]
        assert theme.description


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colours = 3", "no table [colours]"),
        ("[colours\n", "line 1"),
        (GOOD.replace('panel = "#123456"', ""), "panel is missing"),
        (GOOD.replace('panel = "#123456"', 'panel = "notacolour"'), "panel is 'notacolour'"),
        (GOOD + '\nglow = "#ffffff"', "'glow' is no colour"),
        (f"brightness = 3\n{GOOD}", "'brightness' is no part"),
        (f"dark = 3\n{GOOD}", "dark should be true or false"),
    ],
)
def test_a_broken_theme_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    theme = read_theme(file)
    assert theme.theme is None
    assert said in theme.problem
    assert str(file) in theme.problem


def test_own_themes_join_and_replace_but_a_broken_one_replaces_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "ge-tui" / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(GOOD)
    (folder / "day.toml").write_text(GOOD)
    (folder / "night.toml").write_text("colours = 1")
    with environment(tmp_path):
        found = {theme.name: theme for theme in find_themes()}
    assert found["mine"].theme is not None
    assert found["day"].theme is not None
    assert found["day"].theme.primary == "#123456"
    assert found["night"].problem
    assert found["night"].theme is not None
    assert found["night"].theme.primary != "#123456"


@pytest.mark.parametrize("name", sorted(path.stem for path in shipped_themes().glob("*.toml")))
async def test_every_shipped_theme_can_be_put_on(tmp_path: Path, name: str) -> None:
    with environment(tmp_path):
        app = GeTui(tmp_path)
        async with app.run_test(size=(80, 24)) as pilot:
            app.theme = name
            await pilot.pause()
            assert app.theme == name
