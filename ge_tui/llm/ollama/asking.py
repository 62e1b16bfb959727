"""One try at one question: send, read within the limits, close."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import ollama

from ge_tui.llm.ollama.classify import failure
from ge_tui.llm.ollama.connection import Connection
from ge_tui.llm.ollama.failure import FailureKind, LlmFailure
from ge_tui.llm.ollama.patience import Patience
from ge_tui.llm.ollama.reading import OnWords, Reading
from ge_tui.llm.ollama.values import Answer, Call
from ge_tui.llm.ollama.window import TokenRate

_LINGER_S = 1.0
"""For the end of a stream after its last line: it leaves the connection in order for the next call."""

Parts = AsyncGenerator[ollama.GenerateResponse, None]


async def ask(
    connection: Connection, patience: Patience, call: Call, on_words: OnWords, rate: TokenRate
) -> Answer | LlmFailure:
    """The answer, with digest and version left empty. Cancellation closes the connection on its way out."""
    clock = asyncio.get_running_loop().time
    began = clock()
    reading = Reading(call, on_words, rate)
    # Nothing is sent before the first part is asked for: what fails here is the library's own check of the call.
    parts = await connection.within(began + patience.connect_s, _stream(connection.api, call), call.model)
    if isinstance(parts, LlmFailure):
        said = f"the `ollama` library does not send a call to {call.model!r} with think={call.think!r}"
        return failure(FailureKind.BAD_REQUEST, said)
    async with aclosing(parts):
        problem = await _read(connection, patience, parts, reading, began)
    if problem is not None and not reading.done:
        return reading.failed(problem)
    return reading.finish(clock() - began)


async def _stream(api: ollama.AsyncClient, call: Call) -> Parts:
    parts = await api.generate(
        model=call.model,
        system=_sendable(call.system),
        prompt=_sendable(call.prompt),
        options=call.options.sent(),
        think=call.think,
        keep_alive=_duration(call.keep_alive),
        stream=True,
    )
    return cast(Parts, parts)  # declared as an iterator, but it can and must be closed


async def _read(
    connection: Connection, patience: Patience, parts: Parts, reading: Reading, began: float
) -> LlmFailure | None:
    """Read to the end; why not, where a part did not come."""
    clock = asyncio.get_running_loop().time
    deadline = began + patience.deadline_s
    while True:
        allowed = _LINGER_S if reading.done else patience.stall_s if reading.begun else patience.first_word_s
        limit = min(deadline, clock() + allowed)
        part = await connection.within(limit, anext(parts, None), reading.model)
        if isinstance(part, LlmFailure):
            late = part.kind is FailureKind.TIMEOUT
            return _late(patience, begun=reading.begun, by_deadline=limit == deadline) if late else part
        if part is None:
            return None
        reading.take(part, clock() - began)


def _late(patience: Patience, *, begun: bool, by_deadline: bool) -> LlmFailure:
    if by_deadline:
        said = f"the answer was not complete after {patience.deadline_s:g} s; lower num_predict"
        return failure(FailureKind.TIMEOUT, f"{said}, or take a faster model")
    if begun:
        return failure(FailureKind.STALLED, f"the words began, then none came for {patience.stall_s:g} s")
    said = f"no word in {patience.first_word_s:g} s, while the model loads or other calls go first"
    return failure(FailureKind.NO_FIRST_WORD, said)


def _sendable(text: str) -> str:
    """The text without lone surrogates, which JSON in UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _duration(keep_alive: str | int) -> str | int:
    """A number of seconds as a number: the server takes a text with a unit only."""
    if isinstance(keep_alive, str) and keep_alive.strip().lstrip("+-").isdigit():
        return int(keep_alive)
    return keep_alive
