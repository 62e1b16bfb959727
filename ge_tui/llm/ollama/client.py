"""Conversations with one Ollama server: questions to models, and the care of the models themselves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from ge_tui.llm.ollama.asking import ask
from ge_tui.llm.ollama.classify import failure, model_missing
from ge_tui.llm.ollama.connection import Connection
from ge_tui.llm.ollama.failure import FailureKind, LlmFailure, Policy
from ge_tui.llm.ollama.patience import Patience
from ge_tui.llm.ollama.reading import OnWords
from ge_tui.llm.ollama.shelf import OnProgress, Shelf
from ge_tui.llm.ollama.values import Answer, Call, LoadedModel, ModelInfo, canonical
from ge_tui.llm.ollama.window import TokenRate

_SLOWEST = 15
"""How much slower than at first a server that is away is looked for in the end."""
_KNOWN_S = 60.0
"""How long version and digests are believed; a model can be pulled anew, and the server updated, during a run."""

OnWait = Callable[[float, LlmFailure], None]


class OllamaClient:
    """One server, for one event loop; any number of calls at once. Failures are values, never exceptions.

    UsageError where `host` (or OLLAMA_HOST, where it is None) is no address.
    """

    def __init__(self, host: str | None = None, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._connection = Connection(host, self._patience)
        self._shelf = Shelf(self._connection, self._patience)
        self._rates: dict[str, TokenRate] = {}
        self._digests: dict[str, str] = {}
        self._version = ""
        self._known_until = 0.0

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._connection.url

    def rate(self, model: str) -> TokenRate:
        """Characters per token, as calibrated by the calls to this model so far."""
        return self._rates.get(canonical(model), TokenRate())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection; nothing can be asked afterwards."""
        await self._connection.close()

    async def generate(self, call: Call, on_words: OnWords) -> Answer | LlmFailure:
        """Ask, and tell the words as they come. A failure that is likely gone the next time is tried again here.

        A cancelled task closes the connection, which frees the server at once.
        """
        rate = self.rate(call.model)
        if rate.cannot_fit(call):
            return _too_long(call, rate)
        for tried in range(1, self._patience.tries + 1):
            outcome = await self._identify(call.model) or await self._ask(call, on_words)
            if isinstance(outcome, Answer) or outcome.policy is not Policy.RETRY or tried == self._patience.tries:
                break
            on_words("again", outcome.detail)
            await asyncio.sleep(self._patience.backoff_s * 2 ** (tried - 1) * random.uniform(1.0, 1.5))
        return outcome if isinstance(outcome, Answer) else await self._explained(outcome, call.model)

    async def _ask(self, call: Call, on_words: OnWords) -> Answer | LlmFailure:
        """One try, and what it teaches of the model's tokens."""
        name = canonical(call.model)
        outcome = await ask(self._connection, self._patience, call, on_words, self.rate(name))
        if isinstance(outcome, LlmFailure):
            return outcome
        self._rates[name] = self.rate(name).after(call.chars, outcome.prompt_tokens)
        return replace(outcome, digest=self._digests.get(name, ""), server_version=self._version)

    async def _identify(self, model: str) -> LlmFailure | None:
        """See which server and weights will answer, for the record; a failure where no server does."""
        if canonical(model) in self._digests and asyncio.get_running_loop().time() < self._known_until:
            return None
        version = await self.version()
        if isinstance(version, LlmFailure):
            return version
        digests = await self._shelf.digests()
        # A server that cannot list its models may still answer; then the digest is not on record.
        self._digests = {} if isinstance(digests, LlmFailure) else digests
        self._known_until = asyncio.get_running_loop().time() + _KNOWN_S
        return None

    async def _explained(self, why: LlmFailure, model: str) -> LlmFailure:
        """The failure in the light of what the server says of itself now."""
        self._known_until = 0.0
        if why.kind is FailureKind.MODEL_MISSING:
            installed = await self._shelf.digests()
            return why if isinstance(installed, LlmFailure) else model_missing(model, tuple(installed))
        if why.kind in {FailureKind.NO_FIRST_WORD, FailureKind.TIMEOUT, FailureKind.STALLED}:
            version = await self.version()
            if isinstance(version, LlmFailure):
                return replace(version, partial=why.partial)
        return why

    async def version(self) -> str | LlmFailure:
        """The server's version. A server that does not say it in time is away: nothing is easier to answer."""
        limit = asyncio.get_running_loop().time() + self._patience.question_s
        found = await self._connection.within(limit, self._connection.version())
        if isinstance(found, str):
            self._version = found
            return found
        if found.kind is FailureKind.TIMEOUT:
            said = f"the server at {self.url} takes calls, but has not answered in {self._patience.question_s:g} s"
            return LlmFailure(FailureKind.SERVER_AWAY, f"{said}; restart it if that goes on")
        return found

    async def wait_until_back(self, on_wait: OnWait) -> None:
        """Return when the server answers; `on_wait` is told the seconds so far and the failure, at every look."""
        clock = asyncio.get_running_loop().time
        began, pause = clock(), self._patience.poll_s
        while isinstance(found := await self.version(), LlmFailure):
            on_wait(clock() - began, found)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, self._patience.poll_s * _SLOWEST)

    async def models(self) -> list[ModelInfo] | LlmFailure:
        """The installed models, newest first; what the server cannot describe of one is left empty."""
        return await self._shelf.models()

    async def running(self) -> list[LoadedModel] | LlmFailure:
        """The models in the server's memory; one that is being loaded is not among them."""
        return await self._shelf.running()

    async def unload(self, model: str) -> LlmFailure | None:
        """Free the memory a model takes. None once the server no longer lists it; calls to it are finished first.

        The driver may give the memory back only seconds later: whoever needs it looks at what is free.
        """
        why = await self._shelf.unload(model)
        return None if why is None else await self._explained(why, model)

    async def pull(self, model: str, on_progress: OnProgress) -> LlmFailure | None:
        """Download a model; None when it is there. A cancelled or failed download goes on where it stopped."""
        self._known_until = 0.0
        return await self._shelf.pull(model, on_progress)


def _too_long(call: Call, rate: TokenRate) -> LlmFailure:
    options = call.options
    return failure(
        FailureKind.PROMPT_TOO_LONG,
        f"a prompt of about {rate.tokens(call.chars)} tokens and an answer of up to {options.num_predict} "
        f"do not fit into a window of {options.num_ctx}",
    )
