"""`ge-tui` in a process of its own, its trainings faked: each takes a twentieth of a second and no torch."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from run.fakes import AnyExecutor

from ge_tui.cli import main
from ge_tui.run import session


class DelayedExecutor(AnyExecutor):
    async def train(self, request, on_progress):
        await asyncio.sleep(0.05)
        return await super().train(request, on_progress)


session.LocalExecutor = lambda _settings: DelayedExecutor()
raise SystemExit(main())
