"""What is done to a run while it runs: kill -9, hangups, a full disk, a jumping clock, controls, acts, screens."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.pty_session import PtySession
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader
from ge_tui.run.store.acts import standing

from .server import ROOT, MoodyServer
from .steering import draw_act, draw_control

READERS = (
    ("show",), ("show", "--json"), ("show", "--credit"), ("show", "0"), ("runs",), ("act",), ("act", "--json"),
    ("steer",),
)  # fmt: skip
KEYS = ("down", "up", "tab", "shift+tab", "enter", "escape", "left", "right", "pagedown", "home", "end", "?", "1", "2",
        "3", "4", "5", "6", "7", "8", "9")  # fmt: skip
"""What takes a screen about; nothing that steers."""


@dataclass
class Life:
    """What one engine process used, from when it was at work."""

    rss: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)


class Chaos:
    """One run of `ge-tui`, and everything that happens to it."""

    def __init__(self, base: Path, directory: RunDirectory, server: MoodyServer, seed: int) -> None:
        self.base = base
        self.directory = directory
        self.done: Counter[str] = Counter()
        self.lives: list[Life] = []
        self.endings: Counter[int] = Counter()
        self.rivals: Counter[int] = Counter()
        self.complaints: list[str] = []
        """What ended otherwise than it should."""
        self.log = base / "engine.log"
        self.generations: int | None = None
        """Where it is set, the run goes on to so many."""
        self._server = server
        self._rng = random.Random(seed)
        self._clock = base / "clock"
        self._clock.write_text("0")
        self._environment = {
            **os.environ, "OLLAMA_HOST": server.url, "GE_TUI_RUNS": str(directory.path.parent), "HOME": str(base),
            "XDG_CONFIG_HOME": str(base / "config"), "XDG_STATE_HOME": str(base / "state"),
            "GE_TUI_SOAK_CLOCK": str(self._clock), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self._engine: psutil.Popen | None = None
        self._screen: PtySession | None = None
        self._is_paused = False

    def go_on(self) -> bool:
        """Whether an engine is at work; a new one is begun where there was none, unless the run is finished."""
        if self._engine is not None and self._engine.poll() is None:
            self._look()
            return True
        if self._engine is not None:
            self.endings[self._engine.returncode] += 1
            self._engine = None
        if self._is_finished():
            return False
        self._engine = self._begin_engine()
        self.lives.append(Life())
        return True

    def go_further(self, more: int) -> None:
        """The run is finished: it gets more generations, and is resumed."""
        with RunReader(self.directory.database) as run:
            self.generations = run.run().settings["search"]["generations"] + more
        self.done["more generations"] += 1

    def _begin_engine(self) -> psutil.Popen:
        command = [sys.executable, "-m", "tests.soak.engine", "run", "--resume", self.directory.name, "--json"]
        if self.generations is not None:
            command += ["--generations", str(self.generations)]
        with self.log.open("ab") as log:
            return psutil.Popen(
                command, env=self._environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
            )

    def _is_finished(self) -> bool:
        """An engine may be killed on its way out, and before it has heard that there is more to do."""
        with RunReader(self.directory.database) as reader:
            run = reader.run()
            wanted = self.generations in (None, run.settings["search"]["generations"])
            return run.status == "finished" and wanted

    def disturb(self, *, screens: bool) -> None:
        """One thing goes wrong, or is changed; what would hold the run up for long ends soon."""
        if not self._server.is_there and self._rng.random() < 0.5:
            self._server.begin()
        if self._is_paused and self._rng.random() < 0.3:
            self._unpause()
        harms = [self._control] * 6 + [self._act] * 4 + [self._pause] * 2 + [self._jump] * 2 + [self._full_disk]
        harms += [self._kill] * 2 + [self._hang_up, self._garbage, self._stop]
        if screens:
            harms += [self._screens] * 3 + [self._read, self._rival, self._away]
        self._rng.choice(harms)()

    def calm(self) -> None:
        """No more harm: the screen is closed, the disk has room, the clock is right, the run not paused."""
        self._close_screen()
        self._server.begin()
        self._limit(resource.RLIM_INFINITY)
        for key, value in (("pause", False), ("steps", 0), ("stop", "no")):
            inbox.send(self.directory.inbox, key, value)
        self._clock.write_text("0")

    def end(self) -> None:
        """Nothing that was begun here goes on."""
        self._close_screen()
        if self._engine is not None and self._engine.poll() is None:
            self._engine.kill()
            self._engine.wait(30)

    # -- what is asked for -----------------------------------------------------------------------------

    def _control(self) -> None:
        key, value = draw_control(self._rng)
        inbox.send(self.directory.inbox, key, value)
        self.done["control"] += 1

    def _act(self) -> None:
        with RunReader(self.directory.database) as run:
            everyone = [row.number for row in run.individuals()][-30:] or [0]
            measured = sorted(run.metrics().keys())[-30:] or [0]
            marked = sorted(standing(run.connection).pinned | standing(run.connection).vetoed)
            text = run.source(measured[-1])
        act = draw_act(self._rng, everyone, measured, marked, text)
        inbox.send_act(self.directory.inbox, act)
        self.done[f"act {act.kind}"] += 1

    def _pause(self) -> None:
        """For a moment, or until it is taken back a while later."""
        inbox.send(self.directory.inbox, "pause", True)
        inbox.send(self.directory.inbox, "steps", 2)
        self._is_paused = True
        if self._rng.random() < 0.5:
            self._unpause()
        self.done["pause"] += 1

    def _unpause(self) -> None:
        inbox.send(self.directory.inbox, "pause", False)
        self._is_paused = False

    def _stop(self) -> None:
        inbox.send(self.directory.inbox, "stop", self._rng.choice(("now", "generation", "no")))
        self.done["stop"] += 1

    def _garbage(self) -> None:
        """A file that is no request, or one that was cut off."""
        name = f"{time.time_ns()}"
        content = self._rng.choice((self._rng.randbytes(50), b'{"key": "temp', b"", b"[]", b'{"kind": "pin"}'))
        (self.directory.inbox / f"{name}.json").write_bytes(content)
        self.done["garbage"] += 1

    # -- what goes wrong -------------------------------------------------------------------------------

    def _jump(self) -> None:
        self._clock.write_text(str(self._rng.choice((-86400 * 400, -3600, 0, 5, 86400))))
        self.done["clock"] += 1

    def _kill(self) -> None:
        """The engine, or one of the workers it has."""
        engine = self._engine
        if engine is None:
            return
        with contextlib.suppress(psutil.Error):
            workers = engine.children(recursive=True)
            victim = self._rng.choice(workers) if workers and self._rng.random() < 0.7 else engine
            victim.send_signal(signal.SIGKILL)
            self.done["kill worker" if victim is not engine else "kill"] += 1
        if engine.poll() is not None or not engine.children():
            with contextlib.suppress(psutil.TimeoutExpired):
                engine.wait(0.2)

    def _hang_up(self) -> None:
        """Once it is at work: while Python starts, nobody is there to hear of it."""
        if self._engine is None or not self.directory.is_open():
            return
        self._engine.send_signal(self._rng.choice((signal.SIGHUP, signal.SIGTERM, signal.SIGINT)))
        self.done["hang up"] += 1

    def _full_disk(self) -> None:
        """No file of the engine's may grow, until the engine that met with it is gone."""
        wal = self.directory.path / "run.sqlite-wal"
        with contextlib.suppress(OSError):
            self._limit(max(4096, wal.stat().st_size))
            self.done["full disk"] += 1

    def _limit(self, size: int) -> None:
        if self._engine is not None and self._engine.poll() is None:
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                self._engine.rlimit(psutil.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def _away(self) -> None:
        """The server dies; soon it is back."""
        if self._server.is_there:
            self._server.kill()
            self.done["server killed"] += 1

    # -- who looks on ----------------------------------------------------------------------------------

    def _rival(self) -> None:
        """A second engine on the same run; where the first dies meanwhile, it takes over, until it is killed."""
        rival = self._begin_engine()
        try:
            self.rivals[rival.wait(20)] += 1
        except psutil.TimeoutExpired:
            self.done["rival took over"] += 1
            rival.kill()
            rival.wait()
        self.done["rival"] += 1

    def _read(self) -> None:
        """A command that only looks."""
        word, *more = self._rng.choice(READERS)
        named = [] if word == "runs" else [self.directory.name]
        command = [sys.executable, "-P", "-m", "ge_tui", word, *named, *more]
        found = subprocess.run(
            command, env=self._environment, cwd=self.base, capture_output=True, text=True, timeout=120, check=False
        )
        self.done["read"] += 1
        if found.returncode:
            self.complaints.append(f"{command[4:]}: {found.returncode}\n{found.stderr[-2000:]}")

    def _screens(self) -> None:
        """A screen is opened on the run; later keys are pressed, it is killed, or its terminal is closed."""
        if self._screen is None:
            command = [sys.executable, "-P", "-m", "ge_tui", "attach", self.directory.name]
            self._screen = PtySession(command, (100, 30), env=self._environment)
            self.done["screen"] += 1
        elif self._screen.process.poll() is not None:
            ended = self._screen.process.returncode
            self.done["screen ended"] += 1
            if ended:
                self.complaints.append(
                    f"a screen ended with {ended}:\n{self._screen.raw[-3000:].decode(errors='replace')}"
                )
            self._close_screen()
        elif self._rng.random() < 0.4:
            self._screen.press(*self._rng.choices(KEYS, k=10))
            self.done["keys"] += 1
        elif self._rng.random() < 0.5:
            self.done["kill screen"] += 1
            self._close_screen()
        else:
            self.done["close terminal"] += 1
            self._screen.hang_up()
            with contextlib.suppress(subprocess.TimeoutExpired):  # it may not have heard of its terminal yet
                self._screen.process.wait(20)
            self._close_screen()

    def _close_screen(self) -> None:
        if self._screen is not None:
            self._screen.__exit__(None, None, None)
            self._screen = None

    def _look(self) -> None:
        with contextlib.suppress(psutil.Error):
            assert self._engine is not None
            with self._engine.oneshot():
                self.lives[-1].rss.append(self._engine.memory_info().rss)
                self.lives[-1].descriptors.append(self._engine.num_fds())
