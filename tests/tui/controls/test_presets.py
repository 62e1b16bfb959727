"""Presets: what is saved is what is loaded, and a wrong file says what is wrong with it and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.errors import UsageError
from ge_tui.paths import user_presets
from ge_tui.settings import Controls
from ge_tui.toml_file import parse_toml
from ge_tui.tui.controls import preset_files
from ge_tui.tui.controls.preset_files import as_toml, delete, is_in_presets, presets, save
from ge_tui.tui.new_run import starting
from tests.tui.rig import environment


def named(name: str) -> preset_files.Preset:
    return next(preset for preset in presets() if preset.name == name)


def test_those_that_come_with_the_program_can_all_be_used(tmp_path: Path) -> None:
    with environment(tmp_path):
        shipped = presets()
    assert [preset.name for preset in shipped] == ["balanced", "explore", "refine"]
    assert [preset.problem for preset in shipped] == ["", "", ""]
    assert all(preset.description and is_in_presets(key) for preset in shipped for key in preset.values)
    defaults = Controls()
    for key, value in named("balanced").values.items():
        table, _, name = key.partition(".")
        now = getattr(defaults, table)
        assert value == (now[name] if name else now)


def test_saving_loading_and_deleting(tmp_path: Path) -> None:
    values = {"temperature": 0.75, "persona_mode": "auto", "persona.expert": 2.085, "category.params": 0.0}
    with environment(tmp_path):
        file = save("my mix", values, 'of "mine"')
        assert file == tmp_path / "config" / "ge-tui" / "presets" / "my mix.toml"
        assert (named("my mix").values, named("my mix").description) == (values, 'of "mine"')
        save("my mix", {"temperature": 0.5})
        assert named("my mix").values == {"temperature": 0.5}
        delete(named("my mix"))
        assert "my mix" not in [preset.name for preset in presets()]
        with pytest.raises(UsageError, match="came with the program"):
            delete(named("explore"))
        save("explore", values)
        assert named("explore").values == values
        delete(named("explore"))
        assert named("explore").is_shipped


@pytest.mark.parametrize("name", ["", "../escape", "a/b", ".hidden", "x" * 41, "a\nb"])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with environment(tmp_path), pytest.raises(UsageError, match="letters"):
        save(name, {})


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("temperature = 0.5\n\ntemperature = 5 5\n", "line 3", ""),
        ("temperature = 0.5\n[persona]\nexperto = 1\n", "line 3", "no persona 'experto'"),
        ("# a\ntemperature = 3\n", "line 2", "less than or equal to 2"),
        ("tempratur = 1\n", "line 1", "did you mean"),
        ("[persona]\nexpert = -1\n", "line 2", "greater than or equal to 0"),
        ("search.attempts = 5\n", "line 1", "cannot be changed while a run runs"),
        ("stop = 'now'\n", "line 1", "nothing that a preset sets"),
        ("[persona_share]\nexpert = 1\n", "line 2", "nothing that a preset sets"),
        ("persona = 5\n", "line 1", "weights by name"),
        ("\xff", "", ""),
    ],
)
def test_a_wrong_file_is_listed_with_line_and_reason(tmp_path: Path, text: str, line: str, reason: str) -> None:
    with environment(tmp_path):
        folder = user_presets()
        folder.mkdir(parents=True)
        (folder / "mine.toml").write_bytes(text.encode("latin-1"))
        problem = named("mine").problem
        assert str(folder / "mine.toml") in problem
        assert line in problem
        assert reason in problem
        assert named("mine").values == {}
        delete(named("mine"))


def test_settings_of_whole_runs_are_no_presets(tmp_path: Path) -> None:
    """The form for a new run puts its files elsewhere; neither list shows, or deletes, what is the other's."""
    with environment(tmp_path):
        starting.put_aside("seed = 1\n", starting.preset_file("seed = 1\n", "mine"))
        own = save("small steps", {"temperature": 0.5})
        assert [preset.name for preset in presets() if not preset.is_shipped] == ["small steps"]
        assert own not in starting.presets()
        assert len(starting.presets()) == 1


values = st.one_of(
    st.booleans(), st.integers(-9, 9), st.floats(0, 1000), st.text(st.characters(exclude_categories=["Cs"]))
)
keys = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda sign: sign != "."), min_size=1, max_size=8)


@given(st.dictionaries(keys, values, max_size=4), st.dictionaries(keys, values, max_size=4), keys)
def test_what_is_written_is_what_is_read(plain: dict[str, object], table: dict[str, object], name: str) -> None:
    plain = {key: value for key, value in plain.items() if key not in ("description", name)}
    flat = {**plain, **{f"{name}.{key}": value for key, value in table.items()}}
    read = parse_toml(as_toml(flat, ""))
    assert {**plain, **({name: table} if table else {})} == read
