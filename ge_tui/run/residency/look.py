"""Finding out what the decision needs to know."""

from __future__ import annotations

from collections.abc import Mapping

from ge_tui.llm.ollama import LlmFailure, LoadedModel, ModelInfo, OllamaClient, canonical, is_local
from ge_tui.run.residency.cards import Cards
from ge_tui.run.residency.decision import Housed, Situation

_WORKING_MB = 700
"""What an engine takes beside weights and window: CUDA itself, and buffers for a batch of tokens."""
_CUDA_MB = 600
"""What torch takes on a card before the first tensor."""
_WINDOW_PART = 0.2
"""Of the weights, for a window whose size cannot be told."""


async def look(
    client: OllamaClient,
    models: Mapping[str, tuple[ModelInfo, int]],
    cards: Cards,
    *,
    device: str,
    slots: int,
    memory_mb: int,
    lanes: int,
) -> Situation:
    """The situation at the start. `models`: by name, with the window each is asked with.

    A training is given its memory limit: what the seed needs says little of what its children will.
    """
    running = await client.running()
    loaded = {} if isinstance(running, LlmFailure) else {one.name: one for one in running}
    housed = tuple(_housed(info, window * lanes, loaded.get(canonical(info.name))) for info, window in models.values())
    elsewhere = ""
    if not is_local(client.url):
        elsewhere = f"the server at {client.url} is not on this machine"
    elif all(info.cloud for info, _ in models.values()):
        elsewhere = "the model does not run on this machine"
    return Situation(
        models=housed,
        device=device,
        slots=slots,
        training_mb=memory_mb + (_CUDA_MB if device == "cuda" else 0),
        cards=await cards(),
        elsewhere=elsewhere,
    )


def _housed(info: ModelInfo, tokens: int, loaded: LoadedModel | None) -> Housed:
    """What a model needs: the server's own figure where it is loaded as it will be used, otherwise an estimate."""
    on_gpu = loaded.vram_bytes >> 20 if loaded else 0
    if info.cloud:
        return Housed(info.name, 0)
    if loaded is not None and loaded.context_length is not None and loaded.context_length >= tokens:
        return Housed(info.name, loaded.size_bytes >> 20, on_gpu)
    per_token = info.kv_bytes_per_token
    window = tokens * per_token if per_token else int(info.size_bytes * _WINDOW_PART)
    return Housed(info.name, ((info.size_bytes + window) >> 20) + _WORKING_MB, on_gpu)
