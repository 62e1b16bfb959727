"""What is done to a run while it runs: kill -9, hangups, a full disk, a jumping clock, controls, screens."""

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

ROOT = Path(__file__).parents[2]
CONTROLS: tuple[tuple[str, object], ...] = (
    ("temperature", 0.3), ("temperature", 1.7), ("temperature_mode", "auto"), ("eot_probability", 0.7),
    ("eot_probability", 0.1), ("crossover_probability", 0.1), ("mutation_probability", 1.0), ("persona.expert", 4),
    ("persona_mode", "auto"), ("persona_mode", "manual"), ("category_mode", "bandit"), ("llm_operator_mode", "auto"),
    ("rephrase_probability", 1.0), ("rephrase_probability", 0.0), ("promoted_part", 0.6), ("baseline_share", 0.4),
    ("baseline_share", 0.0), ("prune_median", True), ("prune_patience", 2), ("prune_after", 0.1),
    ("aim_segment", "SE"), ("aim_segment", ""), ("aim_instruction", "be bold"), ("no.such.control", 1),
    ("temperature", "hot"),
)  # fmt: skip


@dataclass
class Life:
    """What one engine process used, from when it was at work."""

    rss: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)


class Chaos:
    """One run of `ge-tui`, and everything that happens to it."""

    def __init__(self, base: Path, directory: RunDirectory, server: str, seed: int) -> None:
        self.base = base
        self.directory = directory
        self.done: Counter[str] = Counter()
        self.lives: list[Life] = []
        self.endings: Counter[int] = Counter()
        self.log = base / "engine.log"
        self._rng = random.Random(seed)
        self._clock = base / "clock"
        self._clock.write_text("0")
        self._environment = {
            **os.environ, "OLLAMA_HOST": server, "GE_TUI_RUNS": str(directory.path.parent), "HOME": str(base),
            "XDG_CONFIG_HOME": str(base / "config"), "XDG_STATE_HOME": str(base / "state"),
            "GE_TUI_SOAK_CLOCK": str(self._clock), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self._engine: psutil.Popen | None = None
        self._screen: PtySession | None = None

    def go_on(self) -> bool:
        """Whether an engine is at work; a new one is begun where there was none, unless the run is finished."""
        if self._engine is not None and self._engine.poll() is None:
            self._look()
            return True
        if self._engine is not None:
            self.endings[self._engine.returncode] += 1
            if self._engine.returncode == 0 or self._is_finished():
                return False
        command = [sys.executable, "-m", "tests.soak.engine", "run", "--resume", self.directory.name, "--json"]
        with self.log.open("ab") as log:
            self._engine = psutil.Popen(
                command, env=self._environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
            )
        self.lives.append(Life())
        return True

    def _is_finished(self) -> bool:
        """An engine may be killed on its way out."""
        with RunReader(self.directory.database) as run:
            return run.run().status == "finished"

    def disturb(self, *, screens: bool) -> None:
        """One thing goes wrong, or is changed."""
        harms = [self._control] * 6 + [self._pause] + [self._jump] * 2 + [self._full_disk] + [self._kill] * 2
        harms += [self._hang_up, self._garbage]
        if screens:
            harms += [self._screens] * 2
        self._rng.choice(harms)()

    def calm(self) -> None:
        """No more harm: the screen is closed, the disk has room, the clock is right, the run not paused."""
        self._close_screen()
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

    # -- what is done ----------------------------------------------------------------------------------

    def _control(self) -> None:
        key, value = self._rng.choice(CONTROLS)
        inbox.send(self.directory.inbox, key, value)
        self.done["control"] += 1

    def _pause(self) -> None:
        inbox.send(self.directory.inbox, "pause", True)
        inbox.send(self.directory.inbox, "steps", 2)
        inbox.send(self.directory.inbox, "pause", False)
        self.done["pause"] += 1

    def _garbage(self) -> None:
        (self.directory.inbox / f"{time.time_ns()}.json").write_bytes(self._rng.randbytes(50))
        self.done["garbage"] += 1

    def _jump(self) -> None:
        self._clock.write_text(str(self._rng.choice((-86400 * 400, -3600, 0, 5, 86400))))
        self.done["clock"] += 1

    def _kill(self) -> None:
        """The engine, or one of the workers it has."""
        engine = self._engine
        assert engine is not None
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

    def _screens(self) -> None:
        """A screen is opened on the run; the next time it is killed, or its terminal is closed."""
        if self._screen is None:
            command = [sys.executable, "-P", "-m", "ge_tui", "attach", self.directory.name]
            self._screen = PtySession(command, (100, 30), env=self._environment)
            self.done["screen"] += 1
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
