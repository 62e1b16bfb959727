"""What only shows in a process of its own: imports, pipes, terminals."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from run.fakes import Rig

from ge_tui.run.store import RunReader

COMMAND = [sys.executable, "-m", "ge_tui"]
DELAYED = Path(__file__).with_name("delayed.py")
SMALL = ("run", "--data", "fake", "--population", "2", "--generations", "2", "--seed", "1", "--name", "a")


def ge_tui(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=100, check=False, **options)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["runs"],
        ["show", "alpha"],
        ["steer", "alpha"],
        ["tasks"],
        ["data"],
    ],
    ids=" ".join,
)
def test_looking_imports_no_torch(rig: Rig, arguments: list[str]) -> None:
    code = (
        "import sys; from ge_tui.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "sys.exit(', '.join({'torch', 'torchvision', 'textual', 'ollama', 'sklearn'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("command", [["runs"], ["show", "alpha", "--json"], ["run", "--help"]])
def test_a_reader_that_goes_away_gets_no_traceback(rig: Rig, command: list[str]) -> None:
    with subprocess.Popen([*COMMAND, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait() == 0


def test_an_ascii_terminal_gets_escapes_not_tracebacks(rig: Rig) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = ge_tui("show", "alpha", env=environment)
    assert (done.returncode, done.stderr) == (0, "")


# -- runs --------------------------------------------------------------------------------------------------


@contextmanager
def delayed(*arguments: str, **options: object) -> Iterator[subprocess.Popen[str]]:
    """`ge-tui` with trainings that take no torch and a tenth of a second."""
    with subprocess.Popen([sys.executable, str(DELAYED), *arguments], text=True, **options) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("number", "as_json"),
    [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, True)],
)
def test_an_interrupted_run_tells_how_to_go_on(runs: Path, number: signal.Signals, as_json: bool) -> None:
    flags = ["--json"] if as_json else []
    with delayed(*SMALL, *flags, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        while "evaluated" not in process.stdout.readline():
            pass
        process.send_signal(number)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "go on with: ge-tui run --resume a\n" in (err if as_json else out)
    assert "Traceback" not in err
    if as_json:
        assert [json.loads(line)["event"] for line in out.splitlines()][-1] == "run_stopped"
    with RunReader(runs / "a" / "run.sqlite") as reader:
        assert reader.run().status == "stopped"
        assert reader.individuals("status = 'evaluating'") == []
    with delayed("run", "--resume", "a", stdout=subprocess.PIPE) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_nohup_keeps_a_run_when_the_terminal_is_gone(runs: Path) -> None:
    command = ["nohup", sys.executable, str(DELAYED), *SMALL]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        while "evaluated" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGHUP)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, "are done" in out) == (0, True)


def test_a_log_that_is_no_longer_read_does_not_end_a_run(runs: Path) -> None:
    with delayed(*SMALL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert (process.wait(timeout=60), err) == (0, "")
    with RunReader(runs / "a" / "run.sqlite") as reader:
        assert reader.run().status == "finished"


class Terminal:
    """A pseudo terminal with a command on it."""

    def __init__(self, rows: int, columns: int, *arguments: str) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.environ["TERM"] = "xterm-256color"
            os.execv(sys.executable, [sys.executable, str(DELAYED), *arguments])
        self.output = b""

    def read_until(self, words: bytes, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:].decode()
            if not self._read():
                break
        assert words in self.output, self.output[-2000:].decode()

    def wait(self) -> int:
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self) -> bool:
        if not select.select([self.master], [], [], 60)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return False
        self.output += data
        return bool(data)


SHOW_CURSOR, HIDE_CURSOR = b"\x1b[?25h", b"\x1b[?25l"


@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (10, 40), (3, 10)])
def test_the_live_display_on_a_terminal(runs: Path, rows: int, columns: int) -> None:
    terminal = Terminal(rows, columns, *SMALL)
    before = termios.tcgetattr(terminal.master)
    try:
        assert terminal.wait() == 0
        assert termios.tcgetattr(terminal.master) == before
    finally:
        os.close(terminal.master)
    assert b"Traceback" not in terminal.output
    assert HIDE_CURSOR in terminal.output
    assert terminal.output.rindex(SHOW_CURSOR) > terminal.output.rindex(HIDE_CURSOR)
    assert b"\x1b[?1049h" not in terminal.output, "what it showed stays on the screen"
    if rows == 24:
        assert b"front" in terminal.output
        assert b"hypervolume" in terminal.output


def test_ctrl_c_on_a_terminal(runs: Path) -> None:
    terminal = Terminal(24, 80, *SMALL)
    try:
        terminal.read_until(b"evaluated")
        os.write(terminal.master, b"\x03")
        assert terminal.wait() == 130
    finally:
        os.close(terminal.master)
    assert b"Traceback" not in terminal.output
    assert b"--resume a" in terminal.output
    assert terminal.output.rindex(SHOW_CURSOR) > terminal.output.rindex(HIDE_CURSOR)


def test_a_terminal_that_is_closed_stops_the_run_cleanly(runs: Path) -> None:
    terminal = Terminal(24, 80, *SMALL)
    terminal.read_until(b"evaluated")
    os.close(terminal.master)
    assert os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]) == 130
    with RunReader(runs / "a" / "run.sqlite") as reader:
        assert reader.run().status == "stopped"
