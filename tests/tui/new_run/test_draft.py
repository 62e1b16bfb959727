"""The form's texts and the settings they make."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.settings import Settings, read_settings
from ge_tui.settings.keys import all_keys
from ge_tui.tui.new_run.draft import Draft, problem_of, recalled, shown
from ge_tui.tui.new_run.fields import NAME, advanced_sections, first_sections

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
KEYS = [field.key for section in (*first_sections(), *advanced_sections()) for field in section.fields]


def test_every_setting_of_a_new_run_has_one_field() -> None:
    assert len(KEYS) == len(set(KEYS))
    left_out = {"controls.pause", "controls.steps", "controls.stop", "controls.model"}
    shares = {key.full for key in all_keys() if key.is_table and key.full.endswith("_share")}
    for key in all_keys():
        if key.full not in left_out | shares:
            assert any(name == key.full or name.startswith(f"{key.full}.") for name in KEYS), key.full


def test_fields_say_what_the_schema_says() -> None:
    fields = {field.key: field for section in first_sections() for field in section.fields}
    population = fields["controls.population"]
    assert (population.rule, population.default) == ("whole number >= 1, <= 1000", "12")
    assert population.help.startswith("slots for children in each generation")
    assert fields["evaluation.rung"].choices == ("look", "short", "full")
    assert fields["search.generations"].matches("GENERATIONS initial")
    assert not fields["search.generations"].matches("initial persona")


def test_a_form_that_was_not_touched_makes_the_settings_it_began_with() -> None:
    base = read_settings((), ["population=5", "persona.expert=0.25", "objectives=accuracy:max,flops:min"])
    draft = Draft(base)
    for key in KEYS:
        draft = draft.with_text(key, draft.text(key))
    assert not draft.texts
    assert draft.settings() == base


@pytest.mark.parametrize(
    ("key", "text", "wrong"),
    [
        ("controls.population", "0", "should be greater than or equal to 1, not 0"),
        ("controls.population", "many", "should be a whole number, not 'many'"),
        ("controls.population", "", "should be a whole number, not ''"),
        ("controls.temperature", "hot", "should be a number, not 'hot'"),
        ("controls.persona.expert", "1001", "should be less than or equal to 1000, not 1001"),
        ("controls.population", "7", ""),
        ("task", "2024", ""),
        (NAME, "my run", "'my run' cannot be a run's name: letters, digits, '.', '_' and '-', not more than 100"),
        (NAME, "", ""),
    ],
)
def test_what_is_wrong_is_a_sentence_for_beside_the_field(key: str, text: str, wrong: str) -> None:
    assert problem_of(key, text) == wrong


def test_nothing_is_lost_while_a_field_is_wrong() -> None:
    draft = Draft().with_text("controls.population", "x").with_text("seed", "7").with_text(NAME, "a b")
    assert draft.text("controls.population") == "x"
    assert set(draft.problems()) == {"controls.population", NAME}
    assert draft.sound().settings() == read_settings((), ["seed=7"])
    mended = draft.with_text("controls.population", "3").with_text(NAME, "ab")
    assert (mended.settings().controls.population, mended.name, mended.problems()) == (3, "ab", {})


def test_a_settings_file_fills_the_form_and_keeps_what_it_has_no_field_for() -> None:
    wanted = read_settings((), ["llm=ollama:a:b=2,c", "model.c=0.5", "population=3", "persona_mode=auto"])
    draft = Draft().with_text("seed", "9").with_settings(wanted)
    assert draft.settings() == wanted
    assert draft.text("seed") == "0"


@given(ANYTHING)
def test_rubbish_that_was_remembered_is_left_out(found: object) -> None:
    assert isinstance(recalled(Settings(), found).settings(), Settings)


def test_what_was_remembered_and_is_still_right_is_taken() -> None:
    found = {"controls.population": "0", "seed": "3", "no.such": "1", "task": 5, NAME: "old", "controls.persona": "x"}
    draft = recalled(Settings(), found)
    assert (dict(draft.texts), draft.name) == ({"seed": "3"}, "")


def test_a_persona_of_the_users_own_has_a_field_and_is_not_used_until_it_is_weighed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    prompts = tmp_path / "ge-tui" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "personas.toml").write_text('[poet]\ntitle = "a poet"\n')
    fields = {field.key: field for section in first_sections() for field in section.fields}
    assert fields["controls.persona.poet"].default == "0: not used"
    assert shown(Settings(), "controls.persona.poet") == "0"
    assert Draft().with_text("controls.persona.poet", "2").settings().controls.persona["poet"] == 2
