"""Taking the language model out of the GPU's memory, and seeing that the memory is really free."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from ge_tui.llm.ollama import LlmFailure, LoadedModel, OllamaClient, canonical
from ge_tui.run.residency.cards import Cards

_BACK = 0.75
"""The part of a model's memory that must be seen free: other programs move as well."""
_LOOK_S = 0.25

Tell = Callable[..., None]


class Freeing:
    """Unloads the models of a run. What goes wrong is an event: the trainings go on, and may run out of memory."""

    def __init__(
        self, client: OllamaClient, models: Iterable[str], cards: Cards, tell: Tell, *, driver_s: float = 10.0
    ) -> None:
        """`driver_s`: how long the driver may take to give memory back once the server lists the models no more."""
        self._client = client
        self._models = {canonical(name) for name in models}
        self._cards = cards
        self._tell = tell
        self._driver_s = driver_s

    async def __call__(self) -> None:
        """Return when the memory is free, or is not going to be; nothing happens where no model is loaded."""
        clock = asyncio.get_running_loop().time
        began = clock()
        running = await self._client.running()
        if isinstance(running, LlmFailure):
            self._tell("llm_unload_failed", reason=running.detail)
            return
        ours = [one for one in running if one.name in self._models]
        if not ours:
            return
        free_before = await self._free_mb()
        problems = [why.detail for one in ours if (why := await self._client.unload(one.name)) is not None]
        if problems:
            self._tell("llm_unload_failed", reason="; ".join(problems))
            return
        held_mb = sum(one.vram_bytes for one in ours) >> 20
        freed_mb = await self._wait_for_the_driver(free_before, held_mb)
        self._tell(
            "llm_unloaded", models=_names(ours), held_mb=held_mb, freed_mb=freed_mb, seconds=round(clock() - began, 2)
        )

    async def _wait_for_the_driver(self, before: int | None, held_mb: int) -> int | None:
        """What came back, in MB; None where nothing tells, after the time a driver takes."""
        if not held_mb:
            return 0
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._driver_s
        freed = None
        while clock() < deadline:
            now = None if before is None else await self._free_mb()
            freed = None if before is None or now is None else now - before
            if freed is not None and freed >= _BACK * held_mb:
                break
            await asyncio.sleep(min(_LOOK_S, max(0.0, deadline - clock())))
        return freed

    async def _free_mb(self) -> int | None:
        """On all cards together, for the server chose which one it took; None where nothing tells."""
        cards = await self._cards()
        return sum(card.free_mb for card in cards) if cards else None


def _names(models: Iterable[LoadedModel]) -> list[str]:
    return sorted(model.name for model in models)
