"""Settings written as TOML read back as the same settings."""

from __future__ import annotations

import tempfile
import typing
from pathlib import Path
from typing import Any

import annotated_types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.settings import Settings, read_settings
from ge_tui.settings.keys import Key, all_keys
from ge_tui.settings.load import with_values
from ge_tui.settings.schema import BANDS, CATEGORIES, LLM_OPERATORS, PERSONAS
from ge_tui.settings.write import to_toml

KNOWN = {"persona": PERSONAS, "category": CATEGORIES, "llm_operator": LLM_OPERATORS, "temperature": BANDS}
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = WORDS.filter(lambda name: name.strip() == name != "" and not name.endswith("."))


def limits(key: Key) -> tuple[Any, Any, bool]:
    least, most, open_below = None, None, False
    for item in key.field.metadata:
        match item:
            case annotated_types.Ge(ge=value):
                least = value
            case annotated_types.Gt(gt=value):
                least, open_below = value, True
            case annotated_types.Le(le=value):
                most = value
            case annotated_types.Lt(lt=value):
                most = value - 1
    return least, most, open_below


def names_of(key: Key) -> st.SearchStrategy[str]:
    known = KNOWN.get(key.path[-1].removesuffix("_share").removesuffix("_locked"))
    return st.sampled_from(known) if known else NAMES


def values_of(key: Key) -> st.SearchStrategy[Any]:
    least, most, open_below = limits(key)
    kind = key.field.annotation
    if key.is_table:
        return st.dictionaries(names_of(key), st.floats(0, 1000))
    if typing.get_origin(kind) is typing.Literal:
        return st.sampled_from(typing.get_args(kind))
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(least, most)
    if kind is float:
        return st.floats(least, most, exclude_min=open_below)
    if kind is str:
        return st.just("") | names_of(key) if key.path[-1].endswith("_locked") else WORDS
    return st.lists(WORDS, max_size=3)


@st.composite
def settings(draw: st.DrawFn) -> Settings:
    keys = draw(st.lists(st.sampled_from(list(all_keys())), max_size=12))
    return with_values(Settings(), [(key.path, draw(values_of(key))) for key in keys], "drawn")


def read(text: str, *before: str) -> Settings:
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for place, content in enumerate((*before, text)):
            files.append(Path(folder) / f"{place}.toml")
            files[-1].write_text(content, encoding="utf-8")
        return read_settings(files)


@given(settings())
def test_what_is_written_reads_back(drawn: Settings) -> None:
    assert read(to_toml(drawn)) == drawn


@given(settings(), settings())
def test_what_is_written_wins_over_what_was_read_before(own: Settings, drawn: Settings) -> None:
    wanted = drawn.model_dump()
    for table in [key.path[-1] for key in all_keys() if key.is_table]:  # a name cannot be taken back, only weighed
        before = getattr(own.controls, table)
        wanted["controls"][table] = {**dict.fromkeys(before, 1.0), **wanted["controls"][table]}
    assert read(to_toml(drawn, own), to_toml(own)).model_dump() == wanted


def test_nothing_is_written_of_what_is_as_usual() -> None:
    assert to_toml(Settings()) == ""
    changed = read_settings((), ["population=7", "persona.expert=2", "llm=ollama:a:b=2,c"])
    assert to_toml(changed) == (
        'llm = "ollama:a:b=2,c"\n\n[controls]\npopulation = 7\n\n[controls.persona]\nexpert = 2.0\n'
    )


def test_a_persona_of_the_users_own_can_be_weighed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    prompts = tmp_path / "ge-tui" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "personas.toml").write_text('[poet]\ntitle = "a poet"\ntext = "You rhyme."\n')
    assert read_settings((), ["persona.poet=3"]).controls.persona["poet"] == 3
    assert "poet" in to_toml(read_settings((), ["persona.poet=3"]))
