"""The language models of a run: which the setting `llm` names, whether they are installed, how each is asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.task import Task
from ge_tui.genome import cut
from ge_tui.llm.llm_proposer import Model, Sampling
from ge_tui.llm.ollama import (
    LlmFailure,
    ModelInfo,
    OllamaClient,
    Options,
    canonical,
    context_window,
    think_option,
)
from ge_tui.settings import OllamaSettings, Settings

OLLAMA = "ollama:"

_CHARS_PER_TOKEN = 3.0
"""Low for Python text, so that estimates err on the safe side."""
_FRAME_CHARS = 5_000
"""What a prompt holds besides code."""
_CODES = 4
"""How often the code of a whole file may stand in one prompt, at most."""
_THINKING_TOKENS = 4096
_HEAVIEST = 1000.0


def models_named(llm: str) -> dict[str, float]:
    """The models of `ollama:A=2,B`, with their weights: 1 where none is given. Raises UsageError.

    None for another source of proposals.
    """
    if not llm.startswith(OLLAMA):
        return {}
    weights: dict[str, float] = {}
    for part in llm.removeprefix(OLLAMA).split(","):
        name, mark, weight = (word.strip() for word in part.partition("="))
        if not name:
            raise UsageError(f"--llm {llm}: name the model, as in --llm ollama:qwen2.5-coder:7b")
        if canonical(name) in map(canonical, weights):
            raise UsageError(f"--llm {llm}: {name} is named twice; weigh models like this: ollama:A=2,B=1")
        weights[name] = _weight(llm, name, weight) if mark else 1.0
    if not any(weights.values()):
        raise UsageError(f"--llm {llm}: every model has weight 0; leave at least one above it")
    return weights


def _weight(llm: str, name: str, text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= _HEAVIEST:
        raise UsageError(f"--llm {llm}: the weight of {name} is a number from 0 to {_HEAVIEST:g}, not '{text}'")
    return weight


@dataclass(frozen=True, slots=True)
class LanguageModels:
    """Models on their server, by the names they are asked for with."""

    client: OllamaClient
    model: Model
    """What calls go through: the client, or what watches over it."""
    installed: Mapping[str, ModelInfo]
    samplings: Mapping[str, Sampling]

    @property
    def windows(self) -> dict[str, tuple[ModelInfo, int]]:
        """Each model, and its window in tokens."""
        return {name: (info, self.samplings[name].options.num_ctx) for name, info in self.installed.items()}

    def on_cpu(self) -> Self:
        """The same models, asked to stay off the GPU with every call."""
        samplings = {
            name: replace(one, options=replace(one.options, num_gpu=0)) for name, one in self.samplings.items()
        }
        return replace(self, samplings=samplings)


async def find_models(settings: Settings, task: Task) -> LanguageModels:
    """The models a run asks for. Raises UsageError, and NotReadyError where the server or a model is missing."""
    client = OllamaClient()
    try:
        installed = await _installed(client, list(models_named(settings.llm)))
        samplings = {name: sampling_for(settings.ollama, name, info, task) for name, info in installed.items()}
    except BaseException:
        await client.close()
        raise
    return LanguageModels(client, client, installed, samplings)


async def _installed(client: OllamaClient, names: list[str]) -> dict[str, ModelInfo]:
    models = await client.models()
    if isinstance(models, LlmFailure):
        raise NotReadyError(models.detail)
    by_name = {model.name: model for model in models}
    missing = [name for name in names if canonical(name) not in by_name]
    if missing:
        there = ", ".join(sorted(by_name)) or "none"
        pull = " and ".join(f"ge-tui models pull {name}" for name in missing)
        named = f"model {missing[0]} is" if len(missing) == 1 else f"models {', '.join(missing)} are"
        raise NotReadyError(f"{named} not installed at {client.url} (there: {there}); get it with: {pull}")
    return {name: by_name[canonical(name)] for name in names}


def longest_prompt(task: Task) -> int:
    """Characters of the longest prompt that is made while the code is as long as the seed's."""
    return _CODES * len(cut(task.seed_source).source) + _FRAME_CHARS


def sampling_for(settings: OllamaSettings, name: str, info: ModelInfo, task: Task) -> Sampling:
    """Window and answer length once for the whole run: another window would reload the model. Raises UsageError."""
    think = think_option(settings.think, info)
    code = len(cut(task.seed_source).source)
    predict = settings.num_predict or int(1.5 * code / _CHARS_PER_TOKEN) + 512 + (_THINKING_TOKENS if think else 0)
    window = settings.num_ctx or context_window(longest_prompt(task), predict, info.context_length)
    room = prompt_room(window, predict)
    if room < code:
        raise UsageError(_no_room(settings, info, window, predict, code))

    def own(value: float) -> float | None:
        return None if value < 0 else value

    options = Options(
        num_ctx=window,
        num_predict=predict,
        seed=0,
        top_k=None if settings.top_k < 0 else settings.top_k,
        min_p=own(settings.min_p),
        repeat_penalty=own(settings.repeat_penalty),
    )
    return Sampling(name, options, think, settings.keep_alive, room)


def prompt_room(window: int, predict: int) -> int:
    """The longest prompt, in characters, that is tried before the first call has told how many tokens it makes."""
    return int((window - predict) * _CHARS_PER_TOKEN * 0.95)


def _no_room(settings: OllamaSettings, info: ModelInfo, window: int, predict: int, code: int) -> str:
    """Which of the sizes is the one to change."""
    whose = "ollama.num_ctx" if settings.num_ctx else "its limit" if window == info.context_length else "chosen"
    asked = "ollama.num_predict" if settings.num_predict else "from the size of the seed"
    said = (
        f"model {info.name}: a window of {window:,} tokens ({whose}) has no room for the seed's {code:,} characters "
        f"beside an answer of up to {predict:,} tokens ({asked})"
    )
    least = math.ceil((code / _CHARS_PER_TOKEN / 0.95 + predict) / 1024) * 1024
    if info.context_length and least > info.context_length:
        lower = "lower ollama.num_predict, or " if settings.num_predict else ""
        return f"{said}; {lower}choose a model with a longer context"
    return f"{said}; set ollama.num_ctx to at least {least:,}" + (
        ", or lower ollama.num_predict" if settings.num_predict else ""
    )
