"""`ge-tui` in a process of its own, for the soak: an impatient client, trainings of GE_TUI_SOAK_TRAINING_S seconds
on average (none of them real, unless GE_TUI_SOAK_TRAINS is set), and a clock that jumps as the file GE_TUI_SOAK_CLOCK
says."""

import asyncio
import functools
import os
import random
import time
from pathlib import Path

CLOCK = Path(os.environ["GE_TUI_SOAK_CLOCK"])
TRAINING_S = float(os.environ.get("GE_TUI_SOAK_TRAINING_S", "0.04"))
_real_time = time.time


def _jumping() -> float:
    try:
        return _real_time() + float(CLOCK.read_text() or 0)
    except (OSError, ValueError):
        return _real_time()


time.time = _jumping

from ge_tui.cli import main  # noqa: E402
from ge_tui.evaluation.report import CurvePoint  # noqa: E402
from ge_tui.llm import llm_proposer  # noqa: E402
from ge_tui.llm.ollama import OllamaClient  # noqa: E402
from ge_tui.run import language_models, session  # noqa: E402
from ge_tui.run.engine import going_on  # noqa: E402
from tests.run.asking import PickyExecutor  # noqa: E402
from tests.run.test_llm_faults import HASTY  # noqa: E402


class SlowExecutor(PickyExecutor):
    """Trainings take a little, so that there is a middle to be killed in."""

    def __init__(self) -> None:
        super().__init__(slots=3)

    async def train(self, request, on_progress):
        rng = random.Random(request.source)
        pace_s = rng.expovariate(4 / TRAINING_S)
        for step in range(1, 5):
            await asyncio.sleep(pace_s)
            at = request.plan.steps * step // 4
            on_progress(CurvePoint(at, at / 10, 1 / step, rng.random(), 2 - step / 4))
        return self.report(request.source)


if not os.environ.get("GE_TUI_SOAK_TRAINS"):
    session.LocalExecutor = lambda _settings: SlowExecutor()
language_models.OllamaClient = functools.partial(OllamaClient, patience=HASTY)
llm_proposer._CALM_S = 0.01
going_on.LOOK_S = 0.05
raise SystemExit(main())
