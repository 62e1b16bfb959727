"""llama.cpp's own server, from the `xllamacpp` wheel, as what speaks behind our Ollama server.

Run as a program with a model's path and a window it serves llama.cpp's API on a free port until its stdin ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from .generation import EngineError, Piece
from .script_model import GO

_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repeat_penalty", "seed")
_MARK = "SERVING "


class Llama:
    """An engine for FakeOllama. A new window is a new process, as behind Ollama."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._process: asyncio.subprocess.Process | None = None
        self._http: httpx.AsyncClient | None = None

    async def load(self, num_ctx: int) -> None:
        await self.close()
        command = [sys.executable, str(Path(__file__).with_name("llama_server.py")), str(self._model), str(num_ctx)]
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if line.decode().startswith(_MARK):
                address = line.decode().removeprefix(_MARK).strip()
                self._http = httpx.AsyncClient(base_url=address, timeout=60, trust_env=False)
                return
        raise RuntimeError("llama.cpp's server did not start")

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            await self._process.communicate()
        self._http = self._process = None

    async def speak(self, body: dict[str, Any]) -> AsyncIterator[Piece]:
        """Pass a call on, and its words back."""
        assert self._http is not None
        options = body.get("options") or {}
        prompt = f"{body.get('system', '')}\n{body['prompt']}\n{GO}"
        request = {name: options[name] for name in _SAMPLING if name in options}
        request |= {"prompt": prompt, "n_predict": options.get("num_predict", -1), "stream": True, "cache_prompt": True}
        async with self._http.stream("POST", "/completion", json=request) as response:
            if response.is_error:
                raise EngineError((await response.aread()).decode())
            held = b""
            async for chunk in response.aiter_raw():
                *events, held = (held + chunk).split(b"\n\n")
                for event in events:
                    for piece in _pieces(event):
                        yield piece


def _pieces(event: bytes) -> list[Piece]:
    if not event.startswith(b"data: {"):
        return []
    said = json.loads(event.removeprefix(b"data: "))
    words = [Piece(said["content"])] if said["content"] else []
    if not said["stop"]:
        return words
    reason = "length" if said["stop_type"] == "limit" else "stop"
    counts = {"reason": reason, "prompt": said["tokens_evaluated"], "written": said["tokens_predicted"]}
    return [*words, Piece("", counts)]
