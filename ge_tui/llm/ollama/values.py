"""What is sent to an Ollama server and what comes back, as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

SEED_LIMIT = 1 << 31
"""Seeds are below this: what every engine behind Ollama takes without wrapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one call, under Ollama's own names (it ignores names it does not know).

    None leaves the choice to the model's own Modelfile, which is where its maker's advice is.
    num_ctx and num_gpu are the same for all calls of a run: another value reloads the model.
    """

    num_ctx: int
    """The window in tokens; always sent, since the server's default is as small as 4096."""
    num_predict: int
    """The longest answer in tokens, thoughts included; always sent, since the default is ten windows."""
    seed: int
    """Fresh for every call: at temperature 0, or with the same seed, every answer to a prompt is the same."""
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    num_gpu: int | None = None
    """Layers on the GPU; 0 keeps the model on the CPU, None lets the server choose."""

    def __post_init__(self) -> None:
        """Refuse what the server would misread: 0 and -1 mean "no limit" there."""
        if self.num_ctx < 1 or self.num_predict < 1:
            raise ValueError(f"num_ctx ({self.num_ctx}) and num_predict ({self.num_predict}) are at least 1")
        if not 0 <= self.seed < SEED_LIMIT:
            raise ValueError(f"a seed is from 0 to {SEED_LIMIT - 1}, not {self.seed}")
        for name, value in self.sent().items():
            if not math.isfinite(value):
                raise ValueError(f"{name} is a finite number, not {value}")

    def sent(self) -> dict[str, int | float]:
        """As sent to the server, and as kept on record with the call."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if value is not None}


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a model."""

    model: str
    system: str
    prompt: str
    options: Options
    think: bool | str | None = None
    """A level, on, off, or None: whatever the server does by itself (see `think_option`)."""
    keep_alive: str | int = "30m"
    """How long the model stays in memory afterwards: seconds, or a text with a unit; -1: for ever."""

    @property
    def chars(self) -> int:
        """The length of all text that the model reads, the chat template apart."""
        return len(self.system) + len(self.prompt)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, complete or cut off at a limit."""

    text: str
    """The answer without the thoughts, wherever the model wrote them."""
    thinking: str
    done_reason: str
    """`stop`: the model ended by itself; `length`: num_predict or the window ended it."""
    finished: bool
    """False: cut off in the middle by num_predict or the window."""
    prompt_tokens: int
    """0 where the server did not say."""
    completion_tokens: int
    """Thoughts included; 0 where the server did not say."""
    load_s: float
    """Scheduling and loading the model; near 0 where it was in memory."""
    total_s: float
    """From sending to the last line, by our own clock."""
    first_token_s: float
    """From sending to the first word, thoughts included, by our own clock."""
    tokens_per_s: float
    """While writing; 0 where the server did not say."""
    model: str
    digest: str = ""
    """Which weights exactly; empty where the server did not say."""
    server_version: str = ""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """An installed model."""

    name: str
    """With its tag."""
    digest: str
    size_bytes: int
    family: str
    parameter_size: str
    """As the server words it: `7.6B`."""
    quantisation: str
    """As the server words it: `Q4_K_M`."""
    context_length: int | None
    """The longest window it was trained for, in tokens."""
    capabilities: frozenset[str]
    """`completion`, `thinking`, `insert`, `vision`, ...; empty where the server did not say."""
    kv_bytes_per_token: int | None
    """Memory of the window with the server's default cache type, f16; None where it cannot be told."""

    @property
    def cloud(self) -> bool:
        """Whether it runs on ollama.com: code would leave the machine."""
        return self.name.endswith((":cloud", "-cloud"))


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in the server's memory."""

    name: str
    digest: str
    size_bytes: int
    vram_bytes: int
    context_length: int | None

    @property
    def spilled(self) -> bool:
        """Whether a part of it is in main memory, which makes it 10 to 50 times slower."""
        return self.vram_bytes < self.size_bytes


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a download is."""

    status: str
    """As the server words it: `pulling manifest`, `verifying sha256 digest`, `success`."""
    completed_bytes: int
    total_bytes: int
    """Of the layers the server has spoken of so far."""

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return self.completed_bytes / self.total_bytes if self.total_bytes else float(self.status == "success")


def canonical(name: str) -> str:
    """A model's name as the server lists it: with its tag."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def think_option(wanted: str, info: ModelInfo) -> bool | str | None:
    """What to send as `think` for a wish: `auto`, `off`, `on` or a level (`low`, `medium`, `high`, `max`).

    None where the model cannot think (it would refuse a level) and for `auto`.
    gpt-oss cannot leave it off: it gets the lowest level.
    """
    if wanted == "auto" or "thinking" not in info.capabilities:
        return None
    if info.family in {"gptoss", "gpt-oss"} and wanted in {"off", "on"}:
        return "low" if wanted == "off" else "medium"
    simple: Mapping[str, bool] = {"off": False, "on": True}
    return simple.get(wanted, wanted)
