"""Terminals that have less: no UTF-8, few colours or none, no mouse, and one that the app breaks in."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from benchmarks.made_run import make_run
from benchmarks.pty_session import PtySession
from ge_tui.errors import UsageError
from ge_tui.tui.keys.help_text import in_ascii
from ge_tui.tui.keys.key_line import key_name
from ge_tui.tui.lineage.signs import whole_legend
from ge_tui.tui.terminal.abilities import ascii_reason, colour_choice, settle_colours, speaks_unicode
from ge_tui.tui.terminal.plain_signs import plain

COLOURED = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:[34][0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
MOUSE_ON = b"\x1b[?1000h"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h")


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=40))
def test_any_text_in_ascii_takes_as_many_cells(text: str) -> None:
    shown = plain(text)
    assert shown.isascii()
    assert cell_len(shown) == cell_len(text)


def test_likenesses() -> None:
    assert plain("│ é ▁▄█ → 中 ★ ● ✗ …") == "| e .## > ?? * o x ~"


def test_what_is_full_and_what_is_empty_stay_two_signs() -> None:
    """Of sliders and bars of progress, and of the thick line in the lineage."""
    assert plain("━━━╸──") == "====--"


def test_keys_are_words_where_there_are_no_signs_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ("enter", "right", "shift+left", "ctrl+s", "slash")
    monkeypatch.setenv("GE_TUI_ASCII", "0")
    assert [key_name(key) for key in keys] == ["⏎", "→", "shift+left", "^s", "/"]
    monkeypatch.setenv("GE_TUI_ASCII", "1")
    assert [key_name(key) for key in keys] == ["enter", "right", "shift+left", "^s", "/"]


def test_help_in_ascii_names_the_signs_that_are_drawn() -> None:
    assert in_ascii("`★` or `*` on the front; `P`, `+` or `-`") == "`*` on the front; `P`, `+` or `-`"
    assert in_ascii(whole_legend()).isascii()


@pytest.fixture(autouse=True)
def nothing_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GE_TUI_ASCII", "GE_TUI_COLOR", "GE_TUI_MOUSE", "NO_COLOR", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


class Stream:
    def __init__(self, encoding: str) -> None:
        self.encoding = encoding


def test_the_one_switch_for_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stderr__", Stream("UTF-8"))
    assert speaks_unicode()
    assert ascii_reason() == ""
    monkeypatch.setenv("TERM", "linux")
    assert not speaks_unicode()
    assert "console" in ascii_reason()
    monkeypatch.setenv("GE_TUI_ASCII", "0")
    assert speaks_unicode()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("GE_TUI_ASCII", "1")
    assert not speaks_unicode()
    assert ascii_reason() == ""
    monkeypatch.delenv("GE_TUI_ASCII")
    monkeypatch.setattr(sys, "__stderr__", Stream("ANSI_X3.4-1968"))
    assert not speaks_unicode()
    assert "ANSI_X3.4-1968" in ascii_reason()
    assert "C.UTF-8" in ascii_reason()


def test_colours_are_the_users_word_then_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    assert colour_choice() == "auto"
    monkeypatch.setenv("NO_COLOR", "1")
    assert colour_choice() == "never"
    monkeypatch.setenv("GE_TUI_COLOR", "16")
    settle_colours()
    import os

    assert os.environ["TEXTUAL_COLOR_SYSTEM"] == "standard"
    monkeypatch.setenv("GE_TUI_COLOR", "pink")
    with pytest.raises(UsageError, match="truecolor"):
        colour_choice()


# -- in a pseudo-terminal ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("plain")
    (base / "runs").mkdir()
    make_run(base / "runs", 40, "made")
    return base


@pytest.fixture
def environment(base: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    return {
        "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "GE_TUI_RUNS": str(base / "runs"),
    }  # fmt: skip


def test_without_utf_8_colour_and_mouse_every_pane_is_there(base: Path, environment: dict[str, str]) -> None:
    """The environment takes what a terminal must not get away: nothing but ASCII, no colour, no mouse."""
    (base / "runs" / "made").rename(base / "runs" / "名前 é🎉")
    command = ["env", "NO_COLOR=1", sys.executable, "-P", "-m", "ge_tui", "--no-mouse", "attach", "名前 é🎉"]
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    try:
        with PtySession(command, (120, 40), env={**environment, **locale}) as screen:
            screen.wait_for("Population", 40)
            screen.wait_for("Drawn in ASCII", 20)
            for key in "23456789":
                screen.press(key)
                screen.wait_until_quiet(0.2, 20)
            screen.press("q")
            assert screen.process.wait(20) == 0
            raw = screen.raw
    finally:
        (base / "runs" / "名前 é🎉").rename(base / "runs" / "made")
    assert max(raw) < 0x80
    assert b"\\u" not in raw
    assert COLOURED.search(raw) is None
    assert MOUSE_ON not in raw


def test_the_linux_console_gets_16_colours_and_ascii(environment: dict[str, str]) -> None:
    command = [sys.executable, "-P", "-m", "ge_tui", "attach", "made"]
    with PtySession(command, (80, 24), env={**environment, "TERM": "linux", "COLORTERM": ""}) as screen:
        screen.wait_for("Population", 40)
        screen.wait_until_quiet(0.3, 20)
        raw = screen.raw
        assert b"38;2;" not in raw
        assert COLOURED.search(raw)
        assert b"38;5;" not in raw
        assert max(raw) < 0x80
        assert MOUSE_ON in raw
        screen.press("q")
        assert screen.process.wait(20) == 0


BROKEN = """
import sys
from ge_tui.tui.header.header import Header
def update(self): raise RuntimeError("token=hunter2 [b]broken[/b]")
Header.update = update
from ge_tui.cli import main
sys.exit(main(["attach", "made"]))
"""


def test_an_app_that_breaks_gives_the_terminal_back_and_says_what_to_do(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with PtySession([sys.executable, "-P", "-c", BROKEN], (100, 30), env=environment) as screen:
        assert screen.process.wait(40) == 1
        screen.wait_for("begins again where you were", 10)
        text, raw = screen.text, screen.raw
    assert "Traceback" not in text
    assert "should not have happened: RuntimeError: token=*** [b]broken[/b]" in text
    assert all(signs in raw for signs in RESTORED)
    (report,) = (tmp_path / "state" / "ge-tui" / "crashes").glob("*.txt")
    kept = report.read_text()
    assert "Traceback" in kept
    assert "hunter2" not in kept
    assert "textual 8" in kept
