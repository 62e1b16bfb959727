"""What the tests of the client share: short limits, a call, an ear for the words."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from ge_tui.llm.ollama import Answer, Call, LlmFailure, OllamaClient, Options, Patience

from .script import Rule, Say, Script
from .server import FakeOllama

QUICK = Patience(
    connect_s=2.0, first_word_s=5.0, stall_s=5.0, deadline_s=10.0, question_s=2.0, unload_s=3.0, pull_s=5.0,
    pull_stall_s=2.0, backoff_s=0.01, poll_s=0.05,
)  # fmt: skip
"""Long enough for a busy machine, short enough for a test; the tests of a limit make that one tiny."""

OPTIONS = Options(num_ctx=4096, num_predict=512, seed=7, temperature=0.8)
CALL = Call("coder:7b", "You change networks.", "Rewrite this.", OPTIONS)


def call(prompt: str = CALL.prompt, **changes: Any) -> Call:
    """The usual call with some options or fields changed."""
    fields = {name: changes.pop(name) for name in ("model", "think", "keep_alive", "system") if name in changes}
    return replace(CALL, prompt=prompt, options=replace(OPTIONS, **changes), **fields)


class Ear:
    """Hears the words as they come."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def __call__(self, kind: str, text: str) -> None:
        self.heard.append((kind, text))

    def all(self, kind: str) -> str:
        return "".join(text for heard, text in self.heard if heard == kind)


@contextlib.asynccontextmanager
async def rig(
    *says: Say | Rule, patience: Patience = QUICK, script: Script | None = None
) -> AsyncIterator[tuple[OllamaClient, FakeOllama]]:
    """A client and a server that says one thing after the other, the last one for ever."""
    script = script or Script()
    if says:
        *first, last = says
        rules = [say if isinstance(say, Rule) else Rule(say, times=1) for say in first]
        script.rules = [*rules, last if isinstance(last, Rule) else Rule(last)]
    async with FakeOllama(script) as server, OllamaClient(server.url, patience) as client:
        yield client, server


async def ask(*says: Say | Rule, patience: Patience = QUICK, asked: Call = CALL) -> Answer | LlmFailure:
    """The outcome of one call to such a server."""
    async with rig(*says, patience=patience) as (client, _):
        return await client.generate(asked, Ear())
