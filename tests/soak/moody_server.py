"""A language model's server that misbehaves at random: `python -m tests.soak.moody_server SEED PART`.

PART of its answers go wrong, in all the ways that are known, but for those after which a user has to do something.
The first line it prints is its address.
"""

from __future__ import annotations

import asyncio
import random
import sys
from typing import Any

from ge_tui.llm.ollama import Policy
from ge_tui.llm.ollama.failure import POLICIES
from tests.llm import coder
from tests.llm.ollama.script import Rule, Say, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.test_llm_faults import ALL
from tests.run.test_rewording import rephrase

FAULTS = [say for say, kind, _ in ALL.values() if POLICIES[kind] is not Policy.STOP_RUN]


async def serve(seed: int, part: float) -> None:
    rng = random.Random(seed)

    def moody(request: dict[str, Any]) -> Say | str:
        if rng.random() < part:
            return rng.choice(FAULTS)
        text = rephrase(request) if "<request>" in request["prompt"] else coder.answer(request)
        return Say(text, piece_chars=400, pace_s=rng.choice((0.0, 0.0, 0.002)))

    async with FakeOllama(Script(rules=[Rule(moody)], parallel=4)) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
