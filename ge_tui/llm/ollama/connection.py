"""The one connection pool to a server, and the one place where its exceptions become failures."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from typing import TypeVar

import httpx
import ollama

from ge_tui.llm.ollama.classify import classify
from ge_tui.llm.ollama.failure import FailureKind, LlmFailure
from ge_tui.llm.ollama.host import proxy_for, server_url
from ge_tui.llm.ollama.patience import Patience
from ge_tui.llm.ollama.wire import OllamaTransport

T = TypeVar("T")


class Connection:
    """An `ollama` client on our transport. Belongs to the event loop that first uses it."""

    def __init__(self, host: str | None, patience: Patience) -> None:
        self.url = server_url(host)
        transport = OllamaTransport(self.url, proxy_for(self.url))
        # Reading has no limit here: `within` has one for each wait, and httpx knows none for a call as a whole.
        limits = httpx.Timeout(None, connect=patience.connect_s, write=60.0)
        # Compressed lines would come in bursts, and could not be mended on the way.
        headers = {"Accept-Encoding": "identity"}
        self.api = ollama.AsyncClient(self.url, transport=transport, timeout=limits, headers=headers)
        key = os.environ.get("OLLAMA_API_KEY")
        plain_headers = headers | ({"Authorization": f"Bearer {key}"} if key else {})
        self._plain = httpx.AsyncClient(
            base_url=self.url, transport=transport, timeout=limits, headers=plain_headers, follow_redirects=True
        )

    async def version(self) -> str:
        """What the server calls its version; the `ollama` client has no method for it."""
        response = await self._plain.get("/api/version")
        if response.is_error:
            raise ollama.ResponseError(response.text, response.status_code)
        version = response.json()["version"]
        if not isinstance(version, str):
            raise TypeError(f"the version is a text, not {version!r}")
        return version

    async def within(self, limit: float, awaited: Awaitable[T], model: str = "") -> T | LlmFailure:
        """The result, or why there is none; a wait beyond `limit` (in the loop's time) is a TIMEOUT.

        Cancellation goes through: it closes the connection, and the server stops at once.
        """
        try:
            async with asyncio.timeout_at(limit) as timer:
                return await awaited
        # The client and its libraries raise ten types without a common base, and the next release may add one; a run
        # of days must not die of an exception that nobody listed. `classify` names every one.
        except Exception as error:  # noqa: BLE001
            if isinstance(error, TimeoutError) and timer.expired():
                return LlmFailure(FailureKind.TIMEOUT, f"{self.url} gave no answer in time")
            return classify(error, self.url, model)

    async def close(self) -> None:
        """Close every connection: both clients have theirs in the one transport."""
        await self._plain.aclose()
