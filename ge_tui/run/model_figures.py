"""How well each model of a run does: how many of its answers can be used, and how fast it writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ge_tui.run.store.call_list import CallInShort


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """The calls to one model."""

    calls: int
    read: int
    """Answers that became a child's source."""
    failed: int
    """Calls that brought no answer."""
    success: float
    """The part of calls whose answer became a child's source."""
    tokens_per_s: float | None
    """While it writes, from its first word to its last; None where nothing was written for long enough."""


def model_figures(calls: Iterable[CallInShort]) -> dict[str, ModelFigures]:
    """The figures of each model, in the order of its first call."""
    by_model: dict[str, list[CallInShort]] = {}
    for call in calls:
        by_model.setdefault(call.model, []).append(call)
    return {name: _figures(own) for name, own in by_model.items()}


def _figures(calls: list[CallInShort]) -> ModelFigures:
    read = sum(call.was_read for call in calls)
    written = [call for call in calls if call.completion_tokens > 1 and call.total_s > call.first_token_s]
    seconds = sum(call.total_s - call.first_token_s for call in written)
    tokens = sum(call.completion_tokens - 1 for call in written)
    return ModelFigures(
        calls=len(calls),
        read=read,
        failed=sum(call.failure is not None for call in calls),
        success=read / len(calls),
        tokens_per_s=tokens / seconds if seconds > 0 else None,
    )
