"""What the app keeps in memory through eight hours of a busy run, replayed fast, seen through a pseudo-terminal.

  python -m benchmarks.eight_hours [--hours 8] [--speed 300] [--child-every 10] [--size 120x40] [--json FILE]

As in `benchmarks.screen --live`: 20 events and 80 words a second of the run's time, calls that begin and end, a child
every ten seconds (`--child-every 0`: none), a change of a control a minute. All nine panes are opened first.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.made_run import EVENTS_A_SECOND, SAID, WORDS_A_SECOND, MadeRun, make_run
from benchmarks.output import write_json
from benchmarks.pty_session import PtySession
from ge_tui.run.directory import RunDirectory

CALL_S = 20
"""How long one call speaks."""
_FLUSHES_A_SECOND = 4
_BREATH_S = 0.05
"""How long the writer rests between two of its strokes, so that what it writes comes evenly."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The app at one moment."""

    hours: float
    memory_mb: float
    individuals: int


class Replay:
    """Hours of a run, written as fast as wanted."""

    def __init__(self, directory: RunDirectory, child_every_s: int) -> None:
        self._made = MadeRun(directory)
        self._child_every_s = child_every_s
        number = self._made.individual(train=False)
        self._training = self._made.store.evaluations(number)[-1].id, number
        self.seconds = 0

    @property
    def individuals(self) -> int:
        return self._made.number

    def close(self) -> None:
        self._made.store.close()

    def note(self) -> None:
        """An event that the log shows."""
        number = self._training[1]
        self._made.store.note("asking", number, operator="mutate", persona="expert", category="complex")

    def second(self) -> None:
        """What a second of the run brings."""
        made, now = self._made, self.seconds
        for event in range(EVENTS_A_SECOND - 1):
            made.point(*self._training, (now * EVENTS_A_SECOND + event) % 400)
        self.note()
        if now % CALL_S == 0:
            made.speak_anew(now // CALL_S)
        for flush in range(_FLUSHES_A_SECOND):
            many = WORDS_A_SECOND // _FLUSHES_A_SECOND
            made.say("".join(SAID[(flush * many + i) % len(SAID)] + " " for i in range(many)) + "\n")
        if self._child_every_s and now % self._child_every_s == 0:
            made.individual()
        if now % 60 == 0:
            made.store.add_control("user", "temperature", None, round(0.5 + (now // 60) % 10 / 10, 1))
        self.seconds += 1


def measure(
    base: Path,
    hours: float,
    speed: float,
    child_every_s: int,
    size: tuple[int, int],
    tell: Callable[[Sample], None] = lambda _: None,
    *,
    parts: int = 16,
) -> list[Sample]:
    """The samples: one when the panes are opened, then as many as wanted, evenly."""
    directory = make_run(base, 100)
    environment = {"XDG_STATE_HOME": str(base / "state"), "XDG_CONFIG_HOME": str(base / "config")}
    command = [sys.executable, "-P", "-m", "ge_tui", "attach", directory.name, "--runs", str(base)]
    samples: list[Sample] = []
    with (
        directory.locked(),
        closing(Replay(directory, child_every_s)) as replay,
        PtySession(command, size, env=environment) as session,
    ):
        session.wait_for(" · by number", 60)
        for number in "678923541":
            session.press(number)
            session.wait_until_quiet(0.3, 20)

        def sample() -> None:
            if session.process.poll() is not None:
                raise RuntimeError(f"the app ended after {replay.seconds / 3600:.2f} h:\n{session.text}")
            samples.append(Sample(round(replay.seconds / 3600, 2), session.memory_mb(), replay.individuals))
            tell(samples[-1])

        sample()
        for part in range(1, parts + 1):
            _play(replay, int(hours * 3600 * part / parts), speed)
            time.sleep(1)  # the app has seen the last of it
            sample()
        session.press("q")
        session.wait_for("still going", 30)
        session.press("enter")
        session.process.wait(30)
    return samples


def _play(replay: Replay, until: int, speed: float) -> None:
    began, since = time.monotonic(), replay.seconds
    while replay.seconds < until:
        due = since + int((time.monotonic() - began) * speed)
        while replay.seconds < min(due, until):
            replay.second()
        time.sleep(_BREATH_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--speed", type=float, default=300)
    parser.add_argument("--child-every", type=int, default=10)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))

    def tell(sample: Sample) -> None:
        print(f"{sample.hours:6.2f} h  {sample.memory_mb:6.1f} MB  {sample.individuals:>6,} individuals", flush=True)

    with tempfile.TemporaryDirectory() as base:
        found = measure(Path(base), options.hours, options.speed, options.child_every, (columns, rows), tell)
    write_json(options.json, [asdict(one) for one in found])


if __name__ == "__main__":
    main()
