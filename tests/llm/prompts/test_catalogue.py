"""Personas, categories and templates, and the user's own over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ge_tui.errors import UsageError
from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.settings.schema import CATEGORIES, PERSONAS


def test_the_shipped_ones_are_those_the_settings_name() -> None:
    catalogue = load_catalogue()
    assert set(catalogue.personas) == set(PERSONAS)
    assert set(catalogue.categories) == set(CATEGORIES)


def test_a_user_adds_a_persona_and_replaces_another(tmp_path: Path) -> None:
    (tmp_path / "personas.toml").write_text(
        '[frugal]\ntitle = "Frugal"\ntext = "You hate waste."\n[expert]\ntitle = "Sage"\ntext = "You are a sage."\n'
    )
    personas = load_catalogue(tmp_path).personas
    assert personas["frugal"].text == "You hate waste."
    assert personas["expert"].title == "Sage"
    assert "magoo" in personas


def test_a_file_of_an_editor_that_marks_the_byte_order_is_read(tmp_path: Path) -> None:
    (tmp_path / "personas.toml").write_text('[frugal]\ntitle = "Frugal"\n', encoding="utf-8-sig")
    assert load_catalogue(tmp_path).personas["frugal"].title == "Frugal"


def test_a_user_rewords_a_template(tmp_path: Path) -> None:
    (tmp_path / "repair.md").write_text("Fix {{code}}: {{reason}}\n")
    filled = load_catalogue(tmp_path).fill("repair", {"code": "x", "reason": "y"})
    assert filled == "Fix x: y\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("personas.toml", "[expert\n", "personas.toml"),
        ("personas.toml", "[expert]\ntext = 'no title'\n", "expert|title"),
        ("categories.toml", "[odd]\ntitle = 'Odd'\nask = 'x'\nextra = 1\n", "extra"),
        ("personas.toml", "[mine]\ntittle = 'x'\n", "there is no mine.tittle; a table has: title, text"),
        ("personas.toml", "[mine]\ntext = 'x'\n", "mine.title is missing"),
        ("personas.toml", "[mine]\ntitle = 3\n", "mine.title should be a valid string, not 3"),
        ("personas.toml", "title = 'x'\n", r"title should be a table, \[title\], with: title, text"),
        ("personas.toml", "a = " + "[" * 5000, "nested too deeply"),
        ("repair.md", "{{cod}}", "cod"),
        ("repairs.md", "{{code}}", "no template"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        load_catalogue(tmp_path)
    assert str(tmp_path) in str(caught.value)
