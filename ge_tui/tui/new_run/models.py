"""The setting `llm` as a list of models to choose from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ge_tui.errors import UsageError
from ge_tui.llm.ollama import LoadedModel, ModelInfo, canonical
from ge_tui.run.language_models import OLLAMA, models_named

OFFLINE = "offline"
_STEPS = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""The weights that + and - go through."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the server has, or why nothing is known of it."""

    url: str = ""
    models: tuple[ModelInfo, ...] = ()
    loaded: Mapping[str, LoadedModel] | None = None
    problem: str = ""
    looking: bool = False

    def find(self, name: str) -> ModelInfo | None:
        """The installed model that a name of the setting means."""
        return next((model for model in self.models if model.name == canonical(name)), None)


def chosen(llm: str) -> dict[str, float]:
    """The models of the setting with their weights; none where it names none, or is half typed."""
    try:
        return models_named(llm)
    except UsageError:
        return {}


def toggled(llm: str, name: str) -> str:
    """The setting with a model taken in or out; without any it is `offline`."""
    models = chosen(llm)
    there = next((one for one in models if canonical(one) == canonical(name)), None)
    if there is None:
        return _said({**models, name: 1.0})
    return _said({one: weight for one, weight in models.items() if one != there})


def weighed(llm: str, name: str, direction: int) -> str:
    """The setting with a model's weight one step up or down; a model that was not chosen is."""
    models = chosen(llm)
    there = next((one for one in models if canonical(one) == canonical(name)), None)
    if there is None:
        return toggled(llm, name)
    weight = models[there]
    if direction > 0:
        new = next((step for step in _STEPS if step > weight), weight)
    else:
        new = next((step for step in reversed(_STEPS) if step < weight), weight)
    return _said({**models, there: new})


def _said(models: Mapping[str, float]) -> str:
    if not models:
        return OFFLINE
    plain = len(models) == 1 or set(models.values()) == {1.0}
    parts = [name if plain else f"{name}={weight:g}" for name, weight in models.items()]
    return OLLAMA + ",".join(parts)


def problem_of(llm: str, shelf: Shelf) -> str:
    """Why the models that the setting names cannot be asked; empty where they can, or nothing is known."""
    models = chosen(llm)
    if not models or shelf.looking:
        return ""
    if shelf.problem:
        return shelf.problem
    missing = [name for name in models if shelf.find(name) is None]
    if not missing:
        return ""
    are = "is" if len(missing) == 1 else "are"
    return f"{', '.join(missing)} {are} not installed at {shelf.url}; fetch it in the line below the models"


def facts_of(model: ModelInfo, loaded: LoadedModel | None) -> list[str]:
    """What a list says of a model, the most important first."""
    facts = [f"{model.size_bytes / 1e9:.1f} GB" if not model.cloud else "on ollama.com: code leaves this machine"]
    if model.context_length:
        facts.append(f"{_thousands(model.context_length)} context")
    if loaded is not None:
        facts.append("loaded" + (", partly in main memory" if loaded.spilled and loaded.vram_bytes else ""))
    if model.capabilities and "completion" not in model.capabilities:
        facts.append("cannot write text")
    if "thinking" in model.capabilities:
        facts.append("thinks")
    facts += [word for word in (model.parameter_size, model.quantisation) if word]
    return facts


def _thousands(tokens: int) -> str:
    return f"{tokens / 1024:.0f}k" if tokens >= 1024 else str(tokens)


def usable(models: Sequence[ModelInfo]) -> list[ModelInfo]:
    """Those that write text first, in the order of the server: the newest first."""
    return sorted(models, key=lambda model: bool(model.capabilities) and "completion" not in model.capabilities)
