"""Noticing that a part of a model went into main memory: it is ten times slower until it is loaded again."""

from __future__ import annotations

from ge_tui.llm.llm_proposer import Model
from ge_tui.llm.ollama import Answer, Call, LlmFailure, OllamaClient, OnWait, OnWords, canonical
from ge_tui.run.residency.freeing import Tell

_LOADED_S = 0.2
"""A call that spent longer on loading found the model not in memory."""


class SpillWatch(Model):
    """The server as it is, with a look at where the model went whenever a call had to load it."""

    def __init__(self, client: OllamaClient, tell: Tell) -> None:
        self._client = client
        self._tell = tell

    async def generate(self, call: Call, on_words: OnWords) -> Answer | LlmFailure:
        answer = await self._client.generate(call, on_words)
        if isinstance(answer, Answer) and answer.load_s > _LOADED_S:
            await self._look(call.model)
        return answer

    async def wait_until_back(self, on_wait: OnWait) -> None:
        await self._client.wait_until_back(on_wait)

    async def close(self) -> None:
        await self._client.close()

    async def _look(self, model: str) -> None:
        """None of it on a GPU is no news: there is no GPU, or it was asked to stay off."""
        running = await self._client.running()
        if isinstance(running, LlmFailure):
            return
        for one in running:
            if one.name == canonical(model) and one.spilled and one.vram_bytes:
                self._tell("llm_spilled", model=model, gpu_mb=one.vram_bytes >> 20, mb=one.size_bytes >> 20)
