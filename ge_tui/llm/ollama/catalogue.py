"""Models as the server describes them, turned into our values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ollama

from ge_tui.llm.ollama.values import LoadedModel, ModelInfo, PullProgress

_F16_BYTES = 2


def model_info(listed: ollama.ListResponse.Model, shown: ollama.ShowResponse | None) -> ModelInfo:
    """One installed model; `shown` is None where the server could not describe it."""
    details = (shown.details if shown else None) or listed.details
    facts = (shown.modelinfo if shown else None) or {}
    return ModelInfo(
        name=listed.model or "",
        digest=listed.digest or "",
        size_bytes=int(listed.size or 0),
        family=(details.family if details else None) or "",
        parameter_size=(details.parameter_size if details else None) or "",
        quantisation=(details.quantization_level if details else None) or "",
        context_length=_whole(facts, "context_length"),
        capabilities=frozenset((shown.capabilities if shown else None) or ()),
        kv_bytes_per_token=kv_bytes_per_token(facts),
    )


def loaded_model(listed: ollama.ProcessResponse.Model) -> LoadedModel:
    """One model in memory."""
    return LoadedModel(
        name=listed.model or listed.name or "",
        digest=listed.digest or "",
        size_bytes=int(listed.size or 0),
        vram_bytes=int(listed.size_vram or 0),
        context_length=listed.context_length,
    )


def kv_bytes_per_token(facts: Mapping[str, Any]) -> int | None:
    """Memory of keys and values for one token of the window at f16: every layer, every head, in bytes.

    None where `facts` (a model's model_info) lacks the sizes. Layers of other kinds (state space, sliding window) need
    less than this.
    """
    layers, heads = _whole(facts, "block_count"), _whole(facts, "attention.head_count")
    width = _whole(facts, "embedding_length")
    key = _whole(facts, "attention.key_length") or (width // heads if width and heads else None)
    value = _whole(facts, "attention.value_length") or key
    kv_heads = _named(facts, "attention.head_count_kv") or heads
    if not (layers and key and value and kv_heads):
        return None
    in_all = sum(kv_heads) if isinstance(kv_heads, Sequence) else layers * int(kv_heads)
    return in_all * (key + value) * _F16_BYTES


def _named(facts: Mapping[str, Any], name: str) -> Any:
    """A fact of the model's architecture: its name begins with the architecture's."""
    return facts.get(f"{facts.get('general.architecture', '')}.{name}")


def _whole(facts: Mapping[str, Any], name: str) -> int | None:
    found = _named(facts, name)
    return found if isinstance(found, int) and found > 0 else None


class PullLedger:
    """Adds up the reports of a download.

    Each layer has its own reports; `completed` is absent at 0, and the last one is short of the total. So layers are
    summed, and all of them are complete once the server goes on to verify them.
    """

    def __init__(self) -> None:
        self._totals: dict[str, int] = {}
        self._completed: dict[str, int] = {}
        self.succeeded = False
        """Whether the server said that the model is there."""

    def take(self, report: ollama.ProgressResponse) -> PullProgress:
        """The progress after one more report."""
        status = report.status or ""
        if report.digest:
            total = max(0, report.total or 0)
            self._totals[report.digest] = total
            self._completed[report.digest] = min(total, max(0, report.completed or 0))
        elif status.startswith(("verifying", "writing", "removing", "success")):
            self._completed = dict(self._totals)
        self.succeeded = self.succeeded or status == "success"
        return PullProgress(status, sum(self._completed.values()), sum(self._totals.values()))
