"""`ge-tui run` with trainings that take no time; told to, it dies in the middle of a run, once."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from ge_tui.cli import main
from ge_tui.run import session
from tests.run.fakes import AnyExecutor


class Dying(AnyExecutor):
    """Kills its process at its fifth training, unless that happened before."""

    async def train(self, request, on_progress):
        sign = Path(os.environ["GE_TEST_DIES"])
        if len(self.trained) == 4 and not sign.exists():
            sign.write_text("died")
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().train(request, on_progress)


if __name__ == "__main__":
    session.LocalExecutor = lambda _: Dying() if "GE_TEST_DIES" in os.environ else AnyExecutor()
    raise SystemExit(main(sys.argv[1:]))
