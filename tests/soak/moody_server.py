"""A language model's server that misbehaves at random: `python -m tests.soak.moody_server SEED PART FATAL PORT`.

PART of its answers go wrong, in all the ways that are known, FATAL of them so that a user has to resume the run.
The first line it prints is its port; at PORT 0 it is any that is free.
"""

from __future__ import annotations

import asyncio
import random
import sys
from typing import Any

from tests.llm.ollama.script import Model, Rule, Say, Script
from tests.llm.ollama.server import FakeOllama

from .moods import mood

MODELS = ("coder:7b", "small:1b")


async def serve(seed: int, part: float, fatal: float, port: int) -> None:
    rng = random.Random(seed)

    def moody(request: dict[str, Any]) -> Say:
        # What they say is kept for tests that look at it.
        server.exchanges.clear()
        return mood(request, rng, part, fatal)

    script = Script([Model(name) for name in MODELS], [Rule(moody)], load_s=0.05, parallel=4, strict=rng.random() < 0.5)
    server = FakeOllama(script)
    await server.listen(port)
    print(server.url.rpartition(":")[2], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
