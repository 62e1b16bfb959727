"""Whether a model will ever fit into memory, judged by the calls that failed for want of room."""

from __future__ import annotations

from ge_tui.llm.ollama import Answer, FailureKind, LlmFailure

_NEVER_FITTED = 3
"""Calls in a row without room, each tried twice, after which a model that never answered is not asked again."""
_FITTED_ONCE = 12
"""The same for one that did answer: a training may hold the memory for a while, and gives it back."""


class RoomWatch:
    """Counts, model by model, the calls in a row that found no room."""

    def __init__(self) -> None:
        self._in_a_row: dict[str, int] = {}
        self._fitted: set[str] = set()

    def tell(self, model: str, answer: Answer | LlmFailure) -> str:
        """Take in how a call ended; why the run has to stop, or nothing."""
        if isinstance(answer, Answer):
            self._fitted.add(model)
            self._in_a_row[model] = 0
        elif answer.kind is FailureKind.OUT_OF_MEMORY:
            self._in_a_row[model] = self._in_a_row.get(model, 0) + 1
            return self._judged(model, answer)
        return ""

    def _judged(self, model: str, failure: LlmFailure) -> str:
        calls, once = self._in_a_row[model], model in self._fitted
        if calls < (_FITTED_ONCE if once else _NEVER_FITTED):
            return ""
        since = "since its last answer" if once else "and not one was answered"
        return f"no room for the model {model}: {calls} calls in a row failed for it, {since}. {failure.detail}"
