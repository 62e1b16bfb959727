"""One generate or chat call on the server of our own: the stream line by line, and its faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

from .http_server import Exchange
from .script import Model, Say

_TEMPLATE_TOKENS = 12
_STAMP = "2026-11-22T06:24:18.093825867Z"
_NANO = 1_000_000_000


@dataclass(frozen=True)
class Piece:
    """A token from an engine, or with `counts` the end."""

    text: str
    counts: dict[str, Any] | None = None


class EngineError(Exception):
    """The engine's own words for why it does not answer, a JSON text."""


class Engine(Protocol):
    """What may speak in place of a script."""

    async def load(self, num_ctx: int) -> None: ...

    def speak(self, body: dict[str, Any]) -> AsyncIterator[Piece]: ...


class Generation:
    """The reply to one call."""

    def __init__(self, exchange: Exchange, body: dict[str, Any], model: Model, words: str, *, chat: bool) -> None:
        self.exchange = exchange
        self.body = body
        self.model = model
        self._chat = chat
        self._words = words
        self._began = asyncio.get_running_loop().time()
        self._options: dict[str, Any] = body.get("options") or {}

    def line(self, text: str = "", thinking: str = "", **more: Any) -> bytes:
        """One line of the stream; Go writes <, > and & as escapes and leaves out what is empty."""
        said: dict[str, Any] = {"thinking": thinking} if thinking else {}
        message = {"message": {"role": "assistant", "content": text} | said}
        said = message if self._chat else {"response": text} | said
        value = {"model": self.body["model"], "created_at": _STAMP} | said | {"done": False} | more
        return _go_json(value) + b"\n"

    async def alone(self, reason: str) -> None:
        """The reply to a call without a prompt."""
        line = self.line(done=True, done_reason=reason)
        if self.body.get("stream", True):
            self.exchange.begin()
            await self.exchange.send(line)
        else:
            self.exchange.whole(200, line.strip(), "application/json; charset=utf-8")

    async def run(self, say: Say, load_s: float, *, strict: bool) -> None:
        """Say what the rule tells, and fail as it tells."""
        if say.body is not None:
            return self._whole(say)
        if say.fault == "hang-before":
            await asyncio.sleep(3600)
        if say.fault == "drop-before":
            return self.exchange.drop()
        prompt_tokens = self._prompt_tokens(say, strict=strict)
        if prompt_tokens < 0:
            return None
        await asyncio.sleep(say.first_s)
        self.exchange.begin()
        if say.raw is not None:
            return await self.exchange.send(say.raw, say.chunk_bytes)
        return await self._stream(say, prompt_tokens, load_s)

    def _whole(self, say: Say) -> None:
        if isinstance(say.body, str):
            self.exchange.text(say.status, say.body, "text/html")
        else:
            self.exchange.json(say.status, say.body)

    def _prompt_tokens(self, say: Say, *, strict: bool) -> int:
        """What the prompt counts; -1 where the call was refused for it."""
        window = self._options.get("num_ctx", 4096)
        needed = len(self._words) // 4 + _TEMPLATE_TOKENS
        if say.prompt_tokens is not None:
            return say.prompt_tokens
        if needed <= window - 1:
            return needed
        if strict and self.body.get("truncate") is False:
            said = f"request ({needed} tokens) exceeds the available context size ({window} tokens), try increasing it"
            error = {"code": 400, "message": said, "type": "exceed_context_size_error", "n_prompt_tokens": needed}
            self.exchange.json(400, {"error": json.dumps({"error": error | {"n_ctx": window}})})
            return -1
        return int(window) // 2 + 2

    async def _stream(self, say: Say, prompt_tokens: int, load_s: float) -> None:
        limit = self._options.get("num_predict", -1)
        size = say.piece_chars
        text = list(say.pieces) or [say.text[at : at + size] for at in range(0, len(say.text), size)]
        thoughts = [say.thinking[at : at + size] for at in range(0, len(say.thinking), size)]
        thoughts = [] if self.body.get("think") is False else thoughts
        pieces = [("", thought) for thought in thoughts] + [(piece, "") for piece in text]
        said = pieces if limit < 1 else pieces[:limit]
        for number, (piece, thought) in enumerate(said):
            if say.fault and number == say.after:
                return await self._fail(say)
            await self.exchange.send(self.line(piece, thought), say.chunk_bytes)
            if say.pace_s:
                await asyncio.sleep(say.pace_s)
        if say.fault:
            return await self._fail(say)
        reason = "stop" if len(said) == len(pieces) else "length"
        return await self._last(reason, prompt_tokens, len(said), load_s, say.chunk_bytes)

    async def _last(self, reason: str, prompt: int, written: int, load_s: float, chunk_bytes: int = 0) -> None:
        spent = asyncio.get_running_loop().time() - self._began
        counts = {
            "total_duration": int(spent * _NANO),
            "load_duration": int(load_s * _NANO),
            "prompt_eval_count": prompt,
            "prompt_eval_duration": 1_000_000,
            "eval_count": written,
            "eval_duration": int(max(1e-3, spent - load_s) * _NANO),
        }
        counts = {name: value for name, value in counts.items() if value}
        context = {} if self._chat else {"context": [151644, 872, 198]}
        await self.exchange.send(self.line(done=True, done_reason=reason, **context, **counts), chunk_bytes)

    async def _fail(self, say: Say) -> None:
        wrong = {
            "error": _go_json({"error": say.error}),
            "garbage": b'{"model":"coder:7b","resp',
            "list": b'["not", "an", "object"]',
            "shape": b'{"response": {"text": 5}, "done": false}',
        }.get(say.fault)
        if wrong is not None:
            await self.exchange.send(wrong + b"\n")
        elif say.fault == "hang":
            await asyncio.sleep(3600)
        elif say.fault in {"drop", "reset"}:
            await self.exchange.writer.drain()
            self.exchange.drop(reset=say.fault == "reset")

    async def run_engine(self, engine: Engine, load_s: float) -> None:
        """Pass on what a real engine says."""
        try:
            async for piece in engine.speak(self.body):
                if not self.exchange.streaming:
                    self.exchange.begin()
                if piece.counts is None:
                    await self.exchange.send(self.line(piece.text))
                else:
                    counts = piece.counts
                    await self._last(counts["reason"], counts["prompt"], counts["written"], load_s)
        except EngineError as refusal:
            self.exchange.json(400, {"error": str(refusal)})


def _go_json(value: object) -> bytes:
    """JSON as Go's encoder writes it: < > & and the line separators escaped, all else as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode()
