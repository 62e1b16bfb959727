"""What stands for a language model and for trainings in a replay: each waits until the record says what came."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.report import CheckReport, CurvePoint, OnProgress, TrainReport
from ge_tui.llm.asking import Habits
from ge_tui.llm.calls import CallRecord
from ge_tui.llm.llm_proposer import LlmProposer, Sampling
from ge_tui.llm.ollama import Answer, Call, FailureKind, LlmFailure, OnWords
from ge_tui.llm.prompts.compose import Setting
from ge_tui.run.proposers import NoModel
from ge_tui.run.replay.compare import same
from ge_tui.run.replay.scratch import CutOffError
from ge_tui.run.store import RunReader, Store
from ge_tui.run.store.call_log import CallLog
from ge_tui.run.store.wordings import find_rephrasing

EVALUATION: ContextVar[int] = ContextVar("EVALUATION")
"""The evaluation on record that a training stands for."""


class Gates:
    """Where things under way wait for their answer."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, asyncio.Future[Any]] = {}

    async def wait(self, key: Hashable) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        try:
            return await future
        finally:
            self._waiting.pop(key, None)

    def is_waiting(self, key: Hashable) -> bool:
        return key in self._waiting

    def open(self, key: Hashable, answer: Any) -> None:
        future = self._waiting.pop(key)
        if not future.done():
            future.set_result(answer)


class ReplayLog(CallLog):
    """Keeps calls in the replay's own store, and knows which call each individual waits for."""

    def __init__(self, store: Store, recorded: RunReader) -> None:
        super().__init__(store)
        self._recorded = recorded
        self.asked: dict[int, CallRecord] = {}

    def begin(self, call: CallRecord) -> None:
        self.asked[call.individual] = call

    def rephrased(self, generation: int, ref: str) -> CallRecord | None:
        kept = find_rephrasing(self._recorded.connection, generation)
        if kept is None and not self._recorded.individuals("generation = ? AND slot >= 0", (generation,)):
            raise CutOffError  # the engine ended while it asked
        same(f"generation {generation}", "the wording to be put anew", kept and kept.of, ref)
        return kept.call if kept else None


class RecordedProposer(LlmProposer):
    """Asks nobody: a call waits at its gate, which the number of its individual is the key of."""

    def __init__(
        self, name: str, samplings: Mapping[str, Sampling], setting: Setting, habits: Habits, log: ReplayLog,
        gates: Gates,
    ) -> None:  # fmt: skip
        super().__init__(name, NoModel(name), samplings, setting, habits, log, lambda *_args, **_told: None)
        self.asked = log.asked
        """The call that each individual waits for."""
        self._gates = gates

    async def _generate(
        self,
        call: Call,  # noqa: ARG002
        number: int | None,
        on_words: OnWords,  # noqa: ARG002
    ) -> Answer | LlmFailure:
        answer: Answer | LlmFailure = await self._gates.wait(("call", number))
        return answer


def answer_of(call: CallRecord) -> Answer | LlmFailure:
    """What came of a call on record."""
    if call.failure is not None:
        return LlmFailure(FailureKind(call.failure), call.detail, call.answer)
    return Answer(
        call.answer, call.thinking, "stop" if call.finished else "length", call.finished, call.prompt_tokens,
        call.completion_tokens, call.load_s, call.total_s, call.first_token_s, 0.0, call.model, call.digest,
        call.server_version,
    )  # fmt: skip


@dataclass(slots=True)
class _Training:
    report: asyncio.Future[TrainReport]
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    on_progress: OnProgress | None = None
    cut_off: bool = False
    """Whether the engine's own rule ended it."""


class RecordedExecutor:
    """Trains nothing: a training brings the points and the report it is given."""

    slots = 1 << 30

    def __init__(self) -> None:
        self._trainings: dict[int, _Training] = {}

    async def resize(self, slots: int) -> int:  # noqa: ARG002
        """There is always room here."""
        return self.slots

    def is_under_way(self, evaluation: int) -> bool:
        return evaluation in self._trainings

    def is_cut_off(self, evaluation: int) -> bool:
        return self._trainings[evaluation].cut_off

    def point(self, evaluation: int, point: CurvePoint) -> None:
        see = self._trainings[evaluation].on_progress
        assert see is not None
        see(point)

    def end(self, evaluation: int, report: TrainReport | None) -> None:
        """A training came to its end; None: it was ended from this side, and is gone now."""
        training = self._trainings[evaluation]
        training.gone.set()
        if report is not None and not training.report.done():
            training.report.set_result(report)

    async def check(self, request: CheckRequest) -> CheckReport:
        raise NotImplementedError(f"a replay decides checks itself ({len(request.source)} characters)")

    async def train(self, request: TrainRequest, on_progress: OnProgress) -> TrainReport:  # noqa: ARG002
        evaluation = EVALUATION.get()
        training = _Training(asyncio.get_running_loop().create_future(), on_progress=on_progress)
        self._trainings[evaluation] = training
        try:
            return await training.report
        except asyncio.CancelledError:
            training.cut_off = True
            await training.gone.wait()  # as a worker that is being ended
            raise
        finally:
            self._trainings.pop(evaluation, None)

    async def close(self) -> None:
        return None
