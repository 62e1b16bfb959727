import subprocess
import sys
from pathlib import Path

import pytest

from ge_tui.settings import Settings
from ge_tui.settings.describe import help_text, markdown
from ge_tui.settings.keys import all_keys, find_key

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
KEYS = list(all_keys())


def leaves(tree: dict, prefix: str = "") -> list[str]:
    """The settings as they are stored; a table of weights counts as one."""
    found = []
    for name, value in tree.items():
        is_group = isinstance(value, dict) and prefix != "controls."
        found += leaves(value, f"{prefix}{name}.") if is_group else [f"{prefix}{name}"]
    return found


def rows() -> dict[str, list[str]]:
    cells = [line.strip("| ").replace("\\|", "/").split(" | ") for line in markdown().splitlines() if line[:3] == "| `"]
    return {row[0].removesuffix(" (control)").strip("`"): row[1:] for row in cells}


def test_every_stored_setting_is_described_once():
    assert [key.full for key in KEYS] == leaves(Settings().model_dump())
    assert len(rows()) == len(KEYS)
    assert len({key.short for key in KEYS}) == len(KEYS)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.full)
def test_a_described_name_is_one_that_can_be_set(key):
    item = ("expert",) if key.is_table else ()
    assert find_key(".".join([key.short, *item])) == (*key.path, *item)
    assert find_key(".".join([key.full, *item])) == (*key.path, *item)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.full)
def test_every_setting_has_a_kind_a_default_and_a_meaning(key):
    name = f"{key.short}.NAME" if key.is_table else key.short
    kind, default, meaning = rows()[name]
    assert kind
    assert default.strip("`")
    assert meaning == key.field.description
    assert f" {name}  [" in help_text()


def test_defaults_ranges_and_controls_are_told():
    assert rows()["population"][:2] == ["whole number >= 1, <= 1000", "`12`"]
    assert rows()["evaluation.rung"][:2] == ["look/short/full", "`short`"]
    assert rows()["temperature"][:2] == ["number >= 0, <= 2", "`1.0`"]
    assert rows()["persona.NAME"][1] == "`1`"
    assert "| `temperature` (control) |" in markdown()
    assert " * temperature  [number >= 0, <= 2; default 1.0]" in help_text()


def test_every_row_of_the_table_has_as_many_cells():
    table = [line for line in markdown().splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in table} == {5}


def test_the_help_fits_a_terminal_where_it_is_prose():
    assert all(len(line) <= 100 for line in help_text(100).splitlines() if line.startswith(" " * 6))


def test_the_page_in_the_documentation_is_current():
    assert PAGE.read_text(encoding="utf-8") == markdown(), "run: python -m ge_tui.settings.describe > docs/settings.md"


def test_the_module_prints_the_page():
    printed = subprocess.run(
        [sys.executable, "-m", "ge_tui.settings.describe"], capture_output=True, text=True, check=True
    )
    assert printed.stdout == markdown()
    assert printed.stderr == ""
