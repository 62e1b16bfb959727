"""However a network cuts the stream into pieces, the text is the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise

import httpx
import ollama
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.llm.ollama import Answer
from ge_tui.llm.ollama.reading import Reading
from ge_tui.llm.ollama.window import TokenRate
from ge_tui.llm.ollama.wire import OllamaTransport

from .rig import CALL, Ear

# Half characters (surrogates) cannot be sent as UTF-8; test_generate has them as escapes.
pieces = st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), max_size=8)


class Canned(httpx.AsyncBaseTransport):
    """A network that sends given chunks."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async def sent() -> AsyncIterator[bytes]:
            for chunk in self._chunks:
                yield chunk

        kind = {"content-type": "application/x-ndjson"}
        return httpx.Response(200, headers=kind, content=sent())


def stream(said: list[str], end: bytes) -> bytes:
    lines = [json.dumps({"response": text, "done": False}, ensure_ascii=False).encode() for text in said]
    last = {"response": "", "done": True, "done_reason": "stop", "prompt_eval_count": 9, "context": [1, 2]}
    return b"".join(line + end for line in [*lines, json.dumps(last).encode()])


async def read(chunks: list[bytes]) -> Answer | object:
    transport = OllamaTransport("http://x", None)
    transport._inner = Canned(chunks)  # type: ignore[assignment]
    reading = Reading(CALL, Ear(), TokenRate())
    client = ollama.AsyncClient("http://x", transport=transport)
    async for part in await client.generate("m", "p", stream=True):
        reading.take(part, 0.0)
    await client.close()
    return reading.finish(1.0)


@settings(max_examples=150, deadline=None)
@given(pieces, st.lists(st.integers(0, 4000), max_size=20), st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
def test_any_cutting_gives_the_same_text(said, cuts, end):
    data = stream(["x", *said], end)
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    answer = asyncio.run(read([data[a:b] for a, b in pairwise(edges)]))
    assert isinstance(answer, Answer)
    assert answer.text == "x" + "".join(said)


def test_one_byte_at_a_time():
    data = stream(["ü\x85", "漢\u2028🙂"], b"\n")
    answer = asyncio.run(read([data[at : at + 1] for at in range(len(data))]))
    assert isinstance(answer, Answer)
    assert answer.text == "ü\x85漢\u2028🙂"
