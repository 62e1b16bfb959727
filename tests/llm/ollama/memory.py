"""What the server of our own has in memory: loading, reloading, slots, keep-alive."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from .generation import Engine
from .script import Model, Script

_RELOADING = ("num_ctx", "num_gpu", "num_batch", "main_gpu", "num_thread", "use_mmap")
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(keep_alive: object) -> float:
    """A keep_alive as Go reads it: a number of seconds, or a text with units; ValueError in Go's words."""
    if isinstance(keep_alive, int | float):
        return float(keep_alive)
    text = str(keep_alive)
    parts = re.findall(r"([\d.]+)(ns|us|ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.lstrip("+-"):
        raise ValueError(f'time: missing unit in duration "{text}"')
    total = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return -total if text.startswith("-") else total


@dataclass
class Loaded:
    """A model in memory and what it was loaded with."""

    model: Model
    settings: tuple[Any, ...]
    num_ctx: int


class Memory:
    """The scheduler: one load at a time, a number of slots for each model."""

    def __init__(self, script: Script, engine: Engine | None) -> None:
        self._script = script
        self._engine = engine
        self._loaded: dict[str, Loaded] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._loading = asyncio.Lock()
        self._going: set[asyncio.Task[None]] = set()
        self.loads = 0
        """How often a model was loaded; a change of num_ctx loads it again."""

    def slot(self, model: Model) -> asyncio.Semaphore:
        """The place in which a call runs; others wait without limit."""
        return self._slots.setdefault(model.name, asyncio.Semaphore(self._script.parallel))

    async def load(self, model: Model, body: dict[str, Any]) -> float:
        """Bring a model into memory as the call wants it; the seconds that took."""
        options = body.get("options") or {}
        settings = (*(options.get(name) for name in _RELOADING), body.get("shift", True))
        clock = asyncio.get_running_loop().time
        began = clock()
        async with self._loading:
            found = self._loaded.get(model.name)
            if found is None or found.settings != settings:
                self._loaded.pop(model.name, None)
                await asyncio.sleep(self._script.load_s)  # a client that hangs up now throws the load away
                if self._engine is not None:
                    await self._engine.load(options.get("num_ctx", 4096))
                self.loads += 1
                self._loaded[model.name] = Loaded(model, settings, options.get("num_ctx", 4096))
        return clock() - began

    def used(self, model: Model, body: dict[str, Any]) -> None:
        """A call has ended: with keep_alive 0 the model goes."""
        if seconds(body.get("keep_alive", "5m")) == 0:
            self.let_go(model)

    def let_go(self, model: Model) -> None:
        """Unload, which takes a while, and after the calls that still run."""

        async def later() -> None:
            async with self.slot(model):
                await asyncio.sleep(self._script.unload_s)
                self._loaded.pop(model.name, None)

        if model.name in self._loaded:
            task = asyncio.ensure_future(later())
            self._going.add(task)
            task.add_done_callback(self._going.discard)

    def forget(self) -> None:
        """The server's process ended."""
        for task in self._going:
            task.cancel()
        self._loaded.clear()

    def listed(self) -> list[dict[str, Any]]:
        """As in /api/ps."""
        return [
            {
                "name": one.model.name,
                "model": one.model.name,
                "size": one.model.size,
                "digest": one.model.digest,
                "details": one.model.details(),
                "expires_at": "2318-11-22T06:29:18.191277873Z",
                "size_vram": one.model.size if one.model.vram is None else one.model.vram,
                "context_length": one.num_ctx,
            }
            for one in self._loaded.values()
        ]
