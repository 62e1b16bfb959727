"""The app in a pseudo-terminal, with an engine that really runs: what a user sees, and what signals do."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.made_run import make_run
from benchmarks.pty_session import PtySession
from ge_tui.cli import main
from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.store import RunReader
from ge_tui.settings import read_settings

LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path


def session(base: Path, *arguments: str, size: tuple[int, int] = (120, 40)) -> PtySession:
    environment = {
        "XDG_STATE_HOME": str(base / "state"), "XDG_CONFIG_HOME": str(base / "config"),
        "GE_TUI_RUNS": str(base / "runs"),
    }  # fmt: skip
    return PtySession([sys.executable, "-P", "-m", "ge_tui", *arguments], size, env=environment)


@pytest.fixture
def small_run(base: Path) -> Iterator[RunDirectory]:
    """A run not yet begun, that takes a while; whatever a test leaves of its engine is ended."""
    settings = ["data=digits", "llm=offline", "rung=look", "population=2", "generations=50", "seed=1"]
    directory = create_run(prepare_run(read_settings((), settings), base / "runs"), base / "runs", "small")
    yield directory
    for process in psutil.process_iter(["cmdline"]):
        if str(base / "runs") in (process.info["cmdline"] or []):
            process.kill()


def test_a_run_is_begun_watched_left_found_again_and_ended(base: Path, small_run: RunDirectory) -> None:
    with session(base) as first:
        first.wait_for("small")
        first.press("r")
        first.wait_for("running", 60)
        first.wait_for("training 1/", 60)
        with session(base, "attach", "small") as second:
            second.wait_for("running", 30)
            second.press("p")
            first.wait_for("paused", 20)
            second.wait_for("paused", 20)
            second.press("p")
            first.wait_for("running", 20)
            second.process.send_signal(signal.SIGTERM)
            second.process.wait(10)
            time.sleep(0.2)
            assert LEAVES_ALTERNATE_SCREEN in second.raw
            assert SHOWS_CURSOR in second.raw
        first.hang_up()
        first.process.wait(10)
    assert small_run.is_open()
    with session(base) as third:
        third.wait_for("running", 20)
        third.press("enter")
        third.wait_for("generation ", 20)  # before that it does not know that the run works, and leaves it unasked
        third.press("q")
        third.wait_for("still going", 20)
        third.press("down", "down", "enter")
        assert third.process.wait(20) == 0
    deadline = time.monotonic() + 30
    while small_run.is_open() and time.monotonic() < deadline:
        time.sleep(0.1)
    with RunReader(small_run.database) as reader:
        assert reader.run().status == "stopped"
        assert {row.key for row in reader.controls() if row.actor == "user"} == {"pause", "stop"}


def test_an_engine_that_is_killed_is_seen_and_the_run_can_be_resumed(base: Path, small_run: RunDirectory) -> None:
    with session(base, "attach", "small") as screen:
        screen.wait_for("new", 20)
        screen.press("S")
        screen.wait_for("begin it", 20)
        screen.press("enter")
        screen.wait_for("training 1/", 60)
        engines = [p for p in psutil.process_iter(["cmdline"]) if "--resume" in (p.info["cmdline"] or [])
                   and str(base / "runs") in p.info["cmdline"]]  # fmt: skip
        assert len(engines) == 1
        os.kill(engines[0].pid, signal.SIGKILL)
        screen.wait_for("crashed", 20)
        screen.press("S")
        screen.wait_for("resume it", 20)
        screen.press("enter")
        screen.wait_for("running", 60)
        screen.press("S")
        screen.wait_for("end it now", 20)
        screen.press("down", "down", "enter")
        screen.wait_for("stopped", 60)


def test_a_hang_up_and_a_killed_screen_leave_the_run_going(base: Path, small_run: RunDirectory) -> None:
    with session(base, "attach", "small") as screen:
        screen.wait_for("new", 20)
        screen.press("S")
        screen.wait_for("begin it", 20)
        screen.press("enter")
        screen.wait_for("training 1/", 60)
        screen.process.kill()
        screen.process.wait(10)
    time.sleep(0.5)
    assert small_run.is_open()
    with session(base, "attach", "small") as screen:
        screen.wait_for("running", 20)
        screen.press("q")
        screen.wait_for("leave it running", 20)
        screen.press("enter")
        assert screen.process.wait(20) == 0
        screen.wait_until_quiet(0.3, 10)
        assert b"small goes on; see it again with: ge-tui attach small\r\n" in screen.raw
    assert main(["steer", "small", "stop=now", "--runs", str(base / "runs")]) == 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_a_storm_of_sizes_and_keys(base: Path, size: tuple[int, int]) -> None:
    make_run(base / "runs", 120, "made")
    with session(base, "attach", "made", size=size) as screen:
        screen.wait_for("Population", 30)
        for step in range(30):
            screen.resize((30 + 7 * step % 190, 8 + 5 * step % 60))
            screen.press("down", "tab", str(1 + step % 5), "pagedown", "z")
        screen.resize(size)
        screen.wait_until_quiet(0.7, 60)
        assert screen.process.poll() is None
        assert "too small" not in screen.text
        screen.press("1")
        screen.wait_for("Population", 20)
        screen.press("q")
        assert screen.process.wait(20) == 0


def test_a_size_that_came_and_went_unseen_leaves_no_hole(base: Path) -> None:
    """The terminal has lost lines in between, though the app finds its size as it was."""
    make_run(base / "runs", 120, "made")
    with session(base, "attach", "made") as screen:
        screen.wait_for("Population", 30)
        screen.wait_until_quiet(0.7, 30)
        before = screen.text
        screen.flicker((60, 12))
        assert "Population" not in screen.text
        screen.wait_for("Population", 20)
        screen.wait_until_quiet(0.7, 30)
        assert screen.text == before


def test_without_a_terminal_there_is_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "needs a terminal" in capfd.readouterr().err


def test_a_store_that_vanishes_and_a_still_screen_sends_nothing(base: Path) -> None:
    directory = make_run(base / "runs", 60, "made")
    with session(base, "attach", "made") as screen:
        screen.wait_for("made", 30)
        screen.wait_until_quiet(1.0, 30)
        time.sleep(1)
        before = screen.bytes
        time.sleep(2.5)
        assert screen.bytes == before
        directory.database.unlink()
        screen.wait_for("gone", 10)
        screen.press("down", "2", "3", "4", "5", "1")
        screen.wait_until_quiet(0.7, 20)
        assert screen.process.poll() is None
        screen.press("q")
        assert screen.process.wait(10) == 0
