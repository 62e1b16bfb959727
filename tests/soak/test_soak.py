"""A run through everything that can go wrong around it, at random: in the end every planned child is accounted for,
nothing is left over, nothing has grown, and the run comes out again from its record.

The quick one is for every day. Long ones by hand, an hour, and with trainings in real workers:

    GE_TUI_SOAK_SECONDS=3600 GE_TUI_SOAK_SEED=2 python -m pytest -m slow tests/soak -s
    GE_TUI_SOAK_SECONDS=1200 GE_TUI_SOAK_TRAINS=1 python -m pytest -m slow tests/soak -s
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from ge_tui.cli import main
from ge_tui.run.directory import RunDirectory
from ge_tui.run.engine.selection import OWN_SLOTS
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.store import RunReader, Status
from ge_tui.run.store.acts import ActKind, ActState, acts
from ge_tui.settings import read_settings
from tests.run.test_llm_faults import FINAL

from .chaos import Chaos
from .server import MoodyServer

SECONDS = float(os.environ.get("GE_TUI_SOAK_SECONDS", "60"))
TRAINS = bool(os.environ.get("GE_TUI_SOAK_TRAINS"))
SEED = int(os.environ.get("GE_TUI_SOAK_SEED", "1"))
PLAN = ("data=fake", "llm=ollama:coder:7b=2,small:1b=1", "seed=5", "attempts=2", "evaluation.first_rung=look",
        "evaluation.front_seeds=2", "evaluation.idle_seeds=3", "ollama.lanes=3", "ollama.edits=0.3",
        "eot_probability=0.4")  # fmt: skip
FORESEEN = {0, 3, 4, 130, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT}
"""Exit codes; those of a signal where it comes before the engine listens for it, or on its way out."""
FATAL = 1 / 1000
"""Of the answers, those after which a user has to resume the run."""
MOST_DESCRIPTORS = 60
GROWTH = 60 << 20
"""Bytes that an engine may take from when it is warm to its end: the record it keeps in memory is small."""


def shared_memory() -> set[str]:
    return {path.name for path in Path("/dev/shm").iterdir()} if Path("/dev/shm").is_dir() else set()


def soak(base: Path, seconds: float, seed: int, *plan: str, pace_s: float, screens: bool) -> Chaos:
    """One run, disturbed for so long, then left in peace to its end. With screens, it is long: it goes on with more
    generations until the time is over."""
    runs = base / "runs"
    directory = create_run(prepare_run(read_settings((), [*PLAN, *plan]), runs), runs, "rough")
    before = shared_memory()
    with MoodyServer(seed, fatal=FATAL if screens else 0.0) as server:
        chaos = Chaos(base, directory, server, seed)
        try:
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if chaos.go_on():
                    time.sleep(pace_s)
                    chaos.disturb(screens=screens)
                elif screens:
                    chaos.go_further(2 if TRAINS else 10)
                else:
                    break
            chaos.calm()
            deadline = time.monotonic() + max(120.0, seconds)
            while chaos.go_on():
                time.sleep(0.1)
                assert time.monotonic() < deadline, f"it does not come to its end: {chaos.log.read_text()[-2000:]}"
        finally:
            chaos.end()
            print(f"\n{dict(chaos.done)}; exit codes {dict(chaos.endings)}, of rivals {dict(chaos.rivals)}; "
                  f"{len(chaos.lives)} engines")  # fmt: skip
    assert shared_memory() <= before
    assert_accounted_for(directory)
    assert_nothing_is_left(chaos)
    assert main(["replay", str(directory.path)]) == 0
    return chaos


def assert_accounted_for(directory: RunDirectory) -> None:
    with RunReader(directory.database) as run:
        settings = read_settings((), [])
        search = settings.search.model_validate(run.run().settings["search"])
        assert run.is_whole()
        assert run.run().status == "finished"
        rows = run.individuals("number > 0")
        generations = run.generations()
        events = Counter(event.kind for event in run.events())
        states = Counter(row.status.value for row in rows)
        faults = Counter(run.connection.execute("SELECT failure FROM llm_call WHERE failure IS NOT NULL").fetchall())
        print(f"{dict(states)}; {dict(events)}; {dict(faults)}")
        sizes = {e.payload["generation"]: e.payload["slots"] for e in run.events() if e.kind == "generation_opened"}
        assert len(generations) == search.generations + 1
        assert all(row.closed_at is not None for row in generations)
        for row in generations:
            planned = [r for r in rows if r.generation == row.number and r.operator != "repair" and r.slot < OWN_SLOTS]
            assert len(planned) + len(run.carried(row.number)) == sizes[row.number]
        assert {row.status for row in rows} <= FINAL
        assert all(row.reason for row in rows if row.status is not Status.EVALUATED)
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert not [row for row in run.evaluations() if row.status == "running"]
        assert not [row for row in acts(run.connection, ActState.WAITING) if row.kind is not ActKind.AGAIN]
        for table in ("live_call", "live_words"):
            assert run.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def assert_nothing_is_left(chaos: Chaos) -> None:
    """No process, no file, no growth; and nothing ended in an error that nobody foresaw."""
    runs = str(chaos.directory.path.parent)
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = [*(process.info["cmdline"] or []), (process.info["environ"] or {}).get("GE_TUI_RUNS", "")]
        assert process.pid == os.getpid() or runs not in words, process
    left = {path.name for path in chaos.directory.path.iterdir()}
    assert left <= {"run.sqlite", "run.sqlite-wal", "run.sqlite-shm", "lock", "inbox"}
    assert [path.name for path in chaos.directory.inbox.iterdir() if not path.name.endswith(".json")] == []
    assert not chaos.complaints, "\n".join(chaos.complaints)
    seed_died = {1} if "the seed itself" in chaos.log.read_text(errors="replace") else set()
    assert set(chaos.endings) <= FORESEEN | seed_died, chaos.log.read_text()[-3000:]
    assert set(chaos.rivals) <= {0, 1, 3, 4}, chaos.log.read_text()[-3000:]
    assert "Traceback" not in chaos.log.read_text(errors="replace"), chaos.log.read_text()[-3000:]
    for life in chaos.lives:
        assert max(life.descriptors, default=0) <= MOST_DESCRIPTORS
        warm = life.rss[len(life.rss) // 4 :]
        if len(warm) > 50:
            assert warm[-1] - warm[0] < GROWTH


def test_a_rough_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    chaos = soak(tmp_path, 7.0, SEED, "population=5", "generations=3", pace_s=0.25, screens=False)
    assert chaos.done.total() >= 10


@pytest.mark.slow
@pytest.mark.timeout(int(SECONDS * 4 + 600))
def test_a_long_rough_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GE_TUI_SOAK_TRAINING_S", "1.0")
    plan = ("population=8", "generations=2" if TRAINS else "generations=10")
    chaos = soak(tmp_path, SECONDS, SEED, *plan, pace_s=8.0 if TRAINS else 2.5, screens=True)
    assert {"kill", "hang up", "full disk", "clock", "control", "screen"} <= chaos.done.keys()
