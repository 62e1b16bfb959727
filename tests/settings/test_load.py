from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ge_tui.errors import UsageError
from ge_tui.settings import Settings, parse_assignment, read_settings
from ge_tui.settings.keys import all_keys
from ge_tui.settings.load import with_values

check = settings(deadline=None, max_examples=150)
KEYS = list(all_keys())


def from_assignments(*assignments: str) -> Settings:
    return read_settings((), assignments)


def complaint(*assignments: str) -> str:
    with pytest.raises(UsageError) as caught:
        from_assignments(*assignments)
    return str(caught.value)


@pytest.fixture
def toml(tmp_path):
    def write(content: str | bytes, name: str = "mine.toml"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def file_complaint(file) -> str:
    with pytest.raises(UsageError) as caught:
        read_settings([file])
    return str(caught.value)


def test_without_anything_given_the_defaults_hold():
    assert read_settings() == Settings()


def test_a_file_counts_over_the_defaults_and_an_assignment_over_the_file(toml):
    file = toml("population = 20\ngenerations = 5\n")
    found = read_settings([file], ["generations=7", "generations=8"])
    assert (found.controls.population, found.search.generations) == (20, 8)


def test_a_later_file_counts_over_an_earlier_one(toml):
    files = toml("population = 20\nseed = 3\n", "a.toml"), toml("controls.population = 30\n", "b.toml")
    found = read_settings(files)
    assert (found.controls.population, found.seed) == (30, 3)


@pytest.mark.parametrize(
    "content",
    [
        "population = 5\ntemperature = 0.5\nrung = 'look'\n[persona]\nexpert = 2\n",
        "[search]\npopulation = 5\n[evaluation]\nrung = 'look'\n[controls]\ntemperature = 0.5\npersona.expert = 2\n",
        "search.population = 5\nevaluation.rung = 'look'\ncontrols = {temperature = 0.5, persona = {expert = 2}}\n",
        "\ufeffpopulation = 5\r\ntemperature = 0.5\r\nrung = 'look'\r\npersona.expert = 2\r\n",
        "population = 5\ntemperature = 0.5\nrung = 'look'\npersona.expert = 2\n[search]\n[controls.category]\n",
    ],
    ids=["flat", "groups", "dotted", "of Windows", "empty groups"],
)  # fmt: skip
def test_a_file_may_name_settings_flat_or_in_groups(toml, content):
    found = read_settings([toml(content)])
    assert found == from_assignments("population=5", "temperature=0.5", "rung=look", "persona.expert=2")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.full)
def test_every_setting_takes_its_default_by_its_full_and_its_short_name(key):
    default = key.field.get_default(call_default_factory=True)
    assignments = (
        [f"{name}.{item}={weight}" for name in (key.full, key.short) for item, weight in default.items()]
        if key.is_table
        else [
            f"{name}={','.join(default) if isinstance(default, tuple) else default}" for name in (key.full, key.short)
        ]
    )
    assert from_assignments(*assignments) == Settings()


def test_kinds_of_values():
    found = from_assignments(
        "population=5", "temperature=2", "pause=true", "stop=now", 'task="a b"', "data=folder:/x y/z", "hours=1.5"
    )
    assert (found.controls.population, found.controls.temperature, found.controls.pause) == (5, 2.0, True)
    assert (found.controls.stop, found.task, found.data, found.budget.hours) == ("now", "a b", "folder:/x y/z", 1.5)


@pytest.mark.parametrize("name", ["2024", "1e5", "true", "1979-05-27", "[a]", "nan", "007", "ünïcode", "a=b", "x # y"])
def test_texts_stay_as_written_where_they_look_like_other_values(name):
    assert from_assignments(f"task={name}").task == name


@pytest.mark.parametrize("written", ["loss:min,params:min", " loss:min , params:min,", "['loss:min', 'params:min']"])
def test_objectives_are_a_list(written, toml):
    assert from_assignments(f"objectives={written}").search.objectives == ("loss:min", "params:min")
    file = toml('objectives = ["loss:min", "params:min"]\n')
    assert read_settings([file]).search.objectives == ("loss:min", "params:min")


def test_weights_not_named_keep_their_default():
    persona = from_assignments("persona.expert=0.25").controls.persona
    assert persona == {"expert": 0.25, "mad_scientist": 1, "magoo": 1, "engineer": 1}
    assert from_assignments("operator.width=0").controls.operator == {"width": 0}


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("populaton=5", "no setting 'populaton'; did you mean 'population'?"),
        ("search.populaton=5", "no setting 'search.populaton'; did you mean 'population'?"),
        ("evaluation.thread=5", "no setting 'evaluation.thread'; did you mean 'evaluation.threads'?"),
        ("persona.expret=1", "'persona.expret=1': no persona 'expret'; "
         "there are: expert, mad_scientist, magoo, engineer"),
        ("xyzzy=5", "no setting 'xyzzy'. `ge-tui run --help` lists them all"),
        ("persona=1", "'persona' holds weights by name; write persona.expert, persona.mad_scientist, "
         "persona.magoo, persona.engineer"),
        ("operator=1", "'operator' holds weights by name; write operator.NAME"),
        ("population", "'population' is not of the form key=value"),
        ("=5", "'=5' is not of the form key=value"),
        ("population=0", "'population=0': controls.population should be greater than or equal to 1, not 0"),
        ("population=1001", "'population=1001': controls.population should be less than or equal to 1000, not 1001"),
        ("population=true", "'population=true': controls.population should be a number, not True"),
        ("temperature=hot", "'temperature=hot': controls.temperature should be a number, not 'hot'"),
        ("temperature=nan", "'temperature=nan': controls.temperature should be a finite number, not nan"),
        ("hours=inf", "'hours=inf': budget.hours should be a finite number, not inf"),
        ("persona.expert=-1", "'persona.expert=-1': controls.persona.expert should be "
         "greater than or equal to 0, not -1"),
        ("persona.expert=true", "'persona.expert=true': controls.persona should be a number, not {'expert': True, "
         "'mad_scientist': 1.0, 'magoo': 1.0, 'engineer': 1.0}"),
        ("rung=medium", "'rung=medium': evaluation.rung should be 'look', 'short' or 'full', not 'medium'"),
        ("seed=9223372036854775808", "'seed=9223372036854775808': seed should be "
         "less than 9223372036854775808, not 9223372036854775808"),
        ("pause=maybe", "'pause=maybe': controls.pause should be a valid boolean, "
         "unable to interpret input, not 'maybe'"),
        ("task=\udcff", "'task=\udcff': task should be text in Unicode, not '\\udcff'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_its_key_and_what_would_do(assignment, message):
    assert complaint(assignment) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("populaton = 5\n", "no setting 'populaton'; did you mean 'population'?"),
        ("[serch]\npopulation = 5\n", "no setting 'serch.population'; did you mean 'population'?"),
        ("[serch]\n", "no setting 'serch'. `ge-tui run --help` lists them all"),
        ("[persona.expert]\n", "'persona.expert' is one value, not a group of settings"),
        ("[population]\n", "'population' is one value, not a group of settings"),
        ("persona = 3\n", "'persona' holds weights by name; write persona.expert, persona.mad_scientist, "
         "persona.magoo, persona.engineer"),
        ("population = 0\n", "controls.population should be greater than or equal to 1, not 0"),
        ("task = 5\n", "task should be a valid string, not 5"),
        ("population = \n", "Invalid value (at line 1, column 14)"),
        ("x = 1\nx = 2\n", "Cannot overwrite a value (at line 2, column 6)"),
        (b"x = '\xff'\n", "'utf-8' codec can't decode byte 0xff in position 5: invalid start byte"),
        (f"x = {'[' * 5000}", "it is nested too deeply"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_told_with_the_file(toml, content, message):
    file = toml(content)
    assert file_complaint(file) == f"{file}: {message}"


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert file_complaint(tmp_path / "no.toml") == f"no settings file {tmp_path / 'no.toml'}"
    assert file_complaint(tmp_path) == f"{tmp_path}: Is a directory"


def test_the_mistake_is_told_of_the_place_it_was_made_in(toml):
    good, bad = toml("population = 5\n", "good.toml"), toml("generations = -5\n", "bad.toml")
    with pytest.raises(UsageError, match=r"bad\.toml: search\.generations"):
        read_settings([good, bad], ["population=7"])


@pytest.mark.parametrize("written", ["9" * 5000, "0x" + "f" * 5000, "[" * 5000, "'" + "x" * 5000])
def test_a_message_stays_short_however_long_the_value(written):
    assert len(complaint(f"population={written}")) < 300


def test_controls_alone_can_be_asked_for():
    assert parse_assignment("temperature=0.4", controls_only=True) == (("controls", "temperature"), 0.4)
    assert parse_assignment("persona.expert=2", controls_only=True) == (("controls", "persona", "expert"), 2)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("attempts=5", "'attempts' cannot be changed while a run runs; it can be set when a run starts"),
        (
            "evaluation.rung=look",
            "'evaluation.rung' cannot be changed while a run runs; it can be set when a run starts",
        ),
        ("temprature=1", "no control 'temprature'; did you mean 'temperature'?"),
    ],
)
def test_what_is_no_control_is_told_apart_from_what_is_no_setting(assignment, message):
    with pytest.raises(UsageError) as caught:
        parse_assignment(assignment, controls_only=True)
    assert str(caught.value) == message


def test_an_empty_name_is_no_name():
    assert complaint("operator.=1").startswith("no setting 'operator.'")
    assert complaint("operator. =1").startswith("no setting 'operator. '")


def test_two_lines_are_not_two_settings():
    assert "controls.population" in complaint("population=5\nseed = 3")


def test_values_replaced_in_settings_are_checked_as_all_others():
    changed = with_values(Settings(), [(("controls", "temperature"), 0.5)], "a request")
    assert changed.controls.temperature == 0.5
    with pytest.raises(UsageError, match=r"a request: controls\.temperature should be less"):
        with_values(Settings(), [(("controls", "temperature"), 5)], "a request")


@pytest.mark.parametrize("path", [("controls", "warmth"), ("controls", "temperature", "x"), ("controls", ""), ("x",)])
def test_values_replaced_under_a_name_that_is_none_are_refused(path):
    with pytest.raises(UsageError, match="no setting"):
        with_values(Settings(), [(path, 1)], "a request")


_names = st.one_of(
    st.sampled_from([name for key in KEYS for name in (key.full, key.short, f"{key.short}.expert")]),
    st.text(max_size=8),
)
_values = st.one_of(
    st.text(max_size=20),
    st.floats().map(str),
    st.integers().map(str),
    st.integers(min_value=0, max_value=4000).map(lambda exponent: hex(16**exponent)),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(
        ["{a = 1}", "{a.b = [1]}", "[[1], [2]]", "[{}]", "''", '"\\u0000"', "9" * 5000, "[" * 5000, "true"]
    ),
)


def outcome(files, assignments) -> Settings | str:
    try:
        return read_settings(files, assignments)
    except UsageError as error:
        return str(error)


@check
@given(st.one_of(st.builds("{}={}".format, _names, _values), st.text(max_size=20)))
@example("memory_mb=0x" + "f" * 5000)
@example("evaluations=0x" + "f" * 5000)
def test_any_assignment_gives_settings_that_can_be_stored_or_a_message(assignment):
    found = outcome((), [assignment])
    assert found
    assert isinstance(found, str) or Settings.model_validate_json(found.model_dump_json()) == found


@check
@given(st.dictionaries(_names, _values, max_size=3), st.booleans())
def test_any_file_gives_settings_or_a_message_that_names_it(tmp_path_factory, entries, quoted):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    lines = [f"{name!r} = {value}" if quoted else f"{name} = {value}" for name, value in entries.items()]
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    found = outcome([file], ())
    assert isinstance(found, Settings) or str(file) in found


@pytest.mark.parametrize("name", ["qwen2.5-coder:7b", "a.b.c/d.e:1.5b", "persona.expert", "model"])
def test_a_models_name_may_hold_dots_and_colons(tmp_path: Path, name: str) -> None:
    assert read_settings((), [f"model.{name}=0.7"]).controls.model == {name: 0.7}
    assert parse_assignment(f"controls.model.{name}=0.7") == (("controls", "model", name), 0.7)
    file = tmp_path / "ge.toml"
    for text in (f'[model]\n"{name}" = 0.7\n', f'model."{name}" = 0.7\n', f'[controls.model]\n"{name}" = 0.7\n'):
        file.write_text(text)
        assert read_settings([file]).controls.model == {name: 0.7}


def test_a_table_without_a_name_is_refused() -> None:
    for key in ("model", "model.", "model. "):
        with pytest.raises(UsageError):
            read_settings((), [f"{key}=1"])
