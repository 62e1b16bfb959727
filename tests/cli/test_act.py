"""`ge-tui act`, where no engine works."""

from __future__ import annotations

from pathlib import Path

import pytest
from run.fakes import SEED_SOURCE, FakeExecutor, Rig, settings_of

from ge_tui.run.store.acts import ActState, acts

from .conftest import Call


@pytest.fixture
def rig(runs: Path) -> Rig:
    rig = Rig(runs, settings_of("generations=1"), name="alpha").create()
    rig.run(FakeExecutor(failing=0.0, twins=False))
    return rig


def test_what_is_done_is_told_listed_and_carried_out_when_the_run_goes_on(rig: Rig, call: Call, tmp_path: Path) -> None:
    text = tmp_path / "mine.py"
    text.write_text(SEED_SOURCE.replace("return 8", "return 66"))
    assert call("act", "alpha", "pin", "1").out == "#1 is pinned: every selection keeps it once the run goes on\n"
    crossed = call("act", "alpha", "cross", "3", "4")
    assert crossed.out == (
        "the next proposal crosses #3 and #4, when the run goes on with more generations. "
        "To go on: ge-tui run --resume alpha --generations N\n"
    )
    edited = call("act", "alpha", "edit", "2", "--file", str(text), "--json").json
    assert (edited["taken"], edited["act"]["kind"], edited["act"]["state"]) == (True, "edit", "waiting")
    assert call("act", "alpha", "again", "1", "--seed", "9").code == 0
    rig.settings = settings_of("generations=2")
    rig.run(FakeExecutor(failing=0.0, twins=False))
    listed = call("act", "alpha", "--json").json["acts"]
    assert [(act["kind"], act["state"], act["child"] is not None) for act in listed] == [
        ("pin", "done", False), ("cross", "done", True), ("edit", "done", True), ("again", "done", False),
    ]  # fmt: skip
    assert "crossed with #4" in call("act", "alpha").out
    shown = call("show", "alpha", str(listed[2]["child"])).out
    assert "human of #2" in shown
    assert "edited by hand" in shown


def test_how_to_go_on_names_the_folder_of_a_run_that_lies_elsewhere(
    rig: Rig, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GE_TUI_RUNS", str(tmp_path / "others"))
    said = call("act", str(rig.directory.path), "cross", "3", "4")
    assert said.out.endswith(f"ge-tui run --resume alpha --runs {rig.directory.path.parent} --generations N\n")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("pin", "99"), 1, "there is no individual 99"),
        (("pin",), 2, "pin takes one number"),
        (("cross", "1"), 2, "cross takes the numbers of two individuals"),
        (("kill", "1"), 1, "it is not in training"),
        (("pin", "1", "--persona", "expert"), 2, "--persona means nothing for pin"),
        (("breed", "1", "--persona", "expert"), 1, "this run asks no language model, so persona would mean nothing"),
        (("edit", "1"), 2, "edit needs --file FILE, or a terminal and $EDITOR"),
        (("edit", "1", "--file", "/nowhere.py"), 2, "/nowhere.py cannot be read"),
    ],
)
def test_mistakes_do_nothing(rig: Rig, call: Call, arguments: tuple[str, ...], code: int, words: str) -> None:
    said = call("act", "alpha", *arguments)
    assert (said.code, said.out) == (code, "")
    assert words in said.err
    with rig.reader() as reader:
        assert acts(reader.connection, ActState.WAITING) == []
    assert list(rig.directory.inbox.iterdir()) == []
