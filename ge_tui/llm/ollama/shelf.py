"""The models on a server: which there are, which are in memory, fetching one, freeing the memory of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import cast

import ollama

from ge_tui.llm.ollama.catalogue import PullLedger, loaded_model, model_info
from ge_tui.llm.ollama.classify import failure
from ge_tui.llm.ollama.connection import Connection
from ge_tui.llm.ollama.failure import FailureKind, LlmFailure
from ge_tui.llm.ollama.patience import Patience
from ge_tui.llm.ollama.values import LoadedModel, ModelInfo, PullProgress, canonical

_SHOWN_AT_ONCE = 4

OnProgress = Callable[[PullProgress], None]
Reports = AsyncGenerator[ollama.ProgressResponse, None]


class Shelf:
    """What one server has."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self._connection = connection
        self._patience = patience

    def _soon(self, seconds: float) -> float:
        return asyncio.get_running_loop().time() + seconds

    async def _listed(self) -> list[ollama.ListResponse.Model] | LlmFailure:
        limit = self._soon(self._patience.question_s)
        found = await self._connection.within(limit, self._connection.api.list())
        return found if isinstance(found, LlmFailure) else list(found.models)

    async def digests(self) -> dict[str, str] | LlmFailure:
        """The digest of every installed model, by its name with the tag."""
        listed = await self._listed()
        if isinstance(listed, LlmFailure):
            return listed
        return {found.model: found.digest or "" for found in listed if found.model}

    async def models(self) -> list[ModelInfo] | LlmFailure:
        """Every installed model, newest first."""
        listed = await self._listed()
        if isinstance(listed, LlmFailure):
            return listed
        lanes = asyncio.Semaphore(_SHOWN_AT_ONCE)

        async def described(found: ollama.ListResponse.Model) -> ModelInfo:
            async with lanes:
                limit = self._soon(self._patience.question_s)
                shown = await self._connection.within(limit, self._connection.api.show(found.model or ""))
            return model_info(found, None if isinstance(shown, LlmFailure) else shown)

        return list(await asyncio.gather(*(described(found) for found in listed)))

    async def running(self) -> list[LoadedModel] | LlmFailure:
        """Every model in memory."""
        limit = self._soon(self._patience.question_s)
        listed = await self._connection.within(limit, self._connection.api.ps())
        return listed if isinstance(listed, LlmFailure) else [loaded_model(found) for found in listed.models]

    async def unload(self, model: str) -> LlmFailure | None:
        """Ask the server to let go of a model, and look until it has."""
        limit = self._soon(self._patience.unload_s)
        soon = min(limit, self._soon(self._patience.question_s))
        asked = await self._connection.within(soon, self._connection.api.generate(model=model, keep_alive=0), model)
        if isinstance(asked, LlmFailure):
            return asked
        pause = self._patience.poll_s / 10
        while True:
            listed = await self.running()
            if isinstance(listed, LlmFailure):
                return listed
            if canonical(model) not in {found.name for found in listed}:
                return None
            if self._soon(pause) > limit:
                said = f"{model!r} is still in memory after {self._patience.unload_s:g} s"
                return failure(FailureKind.TIMEOUT, f"{said}; another program may be using it")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, self._patience.poll_s)

    async def pull(self, model: str, on_progress: OnProgress) -> LlmFailure | None:
        """Fetch a model."""
        deadline = self._soon(self._patience.pull_s)
        ledger = PullLedger()
        asked = self._connection.api.pull(model, stream=True)
        found = await self._connection.within(self._soon(self._patience.connect_s), asked, model)
        if isinstance(found, LlmFailure):
            return found
        async with aclosing(cast(Reports, found)) as reports:
            while True:
                limit = min(deadline, self._soon(self._patience.pull_stall_s))
                report = await self._connection.within(limit, anext(reports, None), model)
                if isinstance(report, LlmFailure):
                    return _pull_failed(report, model)
                if report is None:
                    break
                on_progress(ledger.take(report))
        if ledger.succeeded:
            return None
        return LlmFailure(FailureKind.NO_DONE, f"the download of {model!r} ended early; pull it again, it goes on")


def _pull_failed(why: LlmFailure, model: str) -> LlmFailure:
    if why.kind is FailureKind.MODEL_MISSING:
        said = f"Ollama's library has no model {model!r}; look for its name at https://ollama.com/library"
        return LlmFailure(FailureKind.MODEL_MISSING, said)
    if why.kind is FailureKind.TIMEOUT:
        said = f"the download of {model!r} stands still; pull it again, it goes on where it stopped"
        return LlmFailure(FailureKind.STALLED, said)
    return why
