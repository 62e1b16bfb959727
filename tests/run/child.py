"""A run on fakes in a process of its own, to be killed: `python -m run.child RUNS SECONDS_A_TRAINING`."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run.store import Store

from .fakes import FakeExecutor, Rig, settings_of

SETTINGS = settings_of("population=4", "generations=3")


class SlowExecutor(FakeExecutor):
    """Trainings take a little, so that there is a middle to be killed in."""

    def __init__(self, seconds: float) -> None:
        super().__init__(slots=2)
        self._seconds = seconds

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        await asyncio.sleep(self._seconds * (0.5 + len(self.trained) % 3))
        return await super().train(request, on_progress)


if __name__ == "__main__":
    rig = Rig(Path(sys.argv[1]), SETTINGS, store_type=Store)
    with rig.directory.locked():
        print("open", flush=True)
        rig.run(SlowExecutor(float(sys.argv[2])))
