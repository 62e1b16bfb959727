"""Editors, and what is remembered."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.diff.against import Against
from ge_tui.tui.diff.editor import read_only_copy, show, viewer
from ge_tui.tui.diff.mode import STEPS, Mode, What, restored, stepped


def program(folder: Path, name: str, script: str = "exit 0") -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"EDITOR": "vim"}, ["vim", "-R"]),
        ({"EDITOR": "nano -w"}, ["nano", "-w", "-v"]),
        ({"VISUAL": "code", "EDITOR": "vim"}, ["code", "--wait"]),
        ({"VISUAL": "gone", "EDITOR": "vim"}, ["vim", "-R"]),
        ({"EDITOR": "ed 'unclosed"}, ["less"]),
        ({}, ["less"]),
        ({"EDITOR": "own"}, ["own"]),
    ],
)
def test_the_editor_is_opened_read_only(tmp_path: Path, environ: dict[str, str], command: list[str]) -> None:
    for name in ("vim", "nano", "code", "less", "own"):
        program(tmp_path, name)
    assert viewer({**environ, "PATH": str(tmp_path)}) == command


def test_without_any_editor_there_is_none(tmp_path: Path) -> None:
    assert viewer({"EDITOR": "vim", "PATH": str(tmp_path)}) is None


def test_the_copy_cannot_be_written_and_is_gone_afterwards(tmp_path: Path) -> None:
    with read_only_copy("x = 1\ud800\n", "my run/12.py") as file:
        assert file.name == "my_run_12.py"
        assert file.read_bytes() == b"x = 1?\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o400
        program(tmp_path, "ed", f'test "$1" = {file} && exit 7')
        assert show([str(tmp_path / "ed")], file) == 7
    assert not os.path.lexists(file.parent)


# -- what is remembered ------------------------------------------------------------------------------------


@given(
    st.builds(
        Mode,
        st.sampled_from(Against),
        st.sampled_from(What),
        st.booleans(),
        st.booleans(),
        st.sampled_from(STEPS),
        st.booleans(),
    )
)
def test_a_mode_comes_back(mode: Mode) -> None:
    assert restored(mode.remembered()) == mode


@given(
    st.dictionaries(st.sampled_from(list(Mode().remembered())), st.none() | st.integers() | st.text() | st.booleans())
)
def test_whatever_was_remembered_there_is_a_mode(values: dict[str, object]) -> None:
    mode = restored(values)
    assert mode.context in STEPS
    assert isinstance(mode.split, bool)


def test_context_grows_and_shrinks() -> None:
    assert [stepped(3, 1), stepped(3, -1), stepped(0, -1), stepped(50, 1)] == [6, 1, 0, 50]
