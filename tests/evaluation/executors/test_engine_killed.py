"""An engine that is killed with -9 leaves no process and no scratch folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import PLAN, processes_in
from .genomes import DAEMONS, genome

HANG = genome(top=DAEMONS + "daemons()", forward="if self.calls > 5: time.sleep(1000)")

_ENGINE = """
import asyncio, sys, tempfile
tempfile.tempdir = sys.argv[1]
from pathlib import Path
from ge_tui.evaluation.data import prepare
from ge_tui.evaluation.executors import LocalExecutor, LocalSettings, TrainRequest
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.genome import Contract

async def main():
    executor = LocalExecutor(LocalSettings(device="cpu", slots=2))
    plan = TrainingPlan.model_validate_json(sys.argv[3])
    request = TrainRequest(Path(sys.argv[2]).read_text(), Contract("Net", "get_optimizer"), prepare("fake"), plan,
                           0, 10**9, 100)
    await asyncio.gather(*[executor.train(request, lambda point: print("a point", flush=True)) for _ in range(2)])

asyncio.run(main())
"""


@pytest.mark.parametrize("after", ["points", "start"])
def test_an_engine_killed_by_9_leaves_nothing(tmp_path: Path, after: str) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    source = tmp_path / "network.py"
    source.write_text(HANG)
    engine = subprocess.Popen(
        [sys.executable, "-c", _ENGINE, str(scratch), str(source), PLAN.model_dump_json()],
        stdout=subprocess.PIPE,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert engine.stdout is not None
    with engine.stdout:
        if after == "points":
            assert engine.stdout.readline() == b"a point\n"
            assert engine.stdout.readline() == b"a point\n"
        else:
            while not processes_in(scratch):
                time.sleep(0.02)
            time.sleep(0.3)
        assert processes_in(scratch) != []
        engine.send_signal(signal.SIGKILL)
        engine.wait()
    deadline = time.monotonic() + 20
    while (processes_in(scratch) or list(scratch.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_in(scratch) == []
    assert list(scratch.iterdir()) == []
