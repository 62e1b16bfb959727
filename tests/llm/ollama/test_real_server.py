"""Against a real Ollama, where GE_TUI_TEST_OLLAMA=1 asks for it.

OLLAMA_HOST says where; GE_TUI_TEST_OLLAMA_MODEL which model, otherwise the smallest installed one that can complete.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from ge_tui.llm.ollama import Answer, FailureKind, LlmFailure, OllamaClient, Options, think_option

from .rig import CALL, Ear

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("GE_TUI_TEST_OLLAMA") != "1", reason="asks a real Ollama only with GE_TUI_TEST_OLLAMA=1"
    ),
]


async def test_a_real_conversation():
    async with OllamaClient() as client:
        version = await client.version()
        assert isinstance(version, str), version
        models = await client.models()
        assert isinstance(models, list), models
        wanted = os.environ.get("GE_TUI_TEST_OLLAMA_MODEL")
        able = [m for m in models if "completion" in m.capabilities and not m.cloud and wanted in {None, m.name}]
        assert able, "no model that can complete is installed"
        model = min(able, key=lambda one: one.size_bytes)
        options = Options(num_ctx=4096, num_predict=64, seed=1, temperature=0.0)
        call = replace(CALL, model=model.name, prompt="Say hello.", options=options, think=think_option("off", model))
        ear = Ear()
        answer = await client.generate(call, ear)
        assert isinstance(answer, Answer), answer
        assert answer.text == ear.all("text").lstrip() or answer.thinking
        assert (answer.digest, answer.server_version) == (model.digest, version)
        assert answer.prompt_tokens > 0
        running = await client.running()
        assert isinstance(running, list)
        assert model.name in {one.name for one in running}

        long = replace(call, prompt="x = 1\n" * 3000, options=replace(options, num_ctx=2048, num_predict=16))
        refused = await client.generate(long, Ear())
        assert isinstance(refused, LlmFailure)
        assert refused.kind in {FailureKind.PROMPT_TOO_LONG, FailureKind.TRUNCATED_PROMPT}

        endless = asyncio.ensure_future(
            client.generate(replace(call, prompt="Count.", options=replace(options, num_predict=3000)), Ear())
        )
        await asyncio.sleep(2)
        endless.cancel()
        await asyncio.gather(endless, return_exceptions=True)
        assert isinstance(await client.generate(call, Ear()), Answer)
        assert await client.unload(model.name) is None
