"""What the server of our own is told to do: its models, what they say, and how it goes wrong."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Say:
    """How one generate or chat call goes. As it stands: the text in small pieces, then a proper end."""

    text: str = "```python\nx = 1\n```\n"
    thinking: str = ""
    pieces: tuple[str, ...] = ()
    """The text cut as given, instead of evenly."""
    piece_chars: int = 4
    """A piece is a token."""
    first_s: float = 0.0
    """Before the first word, the model being in memory."""
    pace_s: float = 0.0
    """Between two pieces."""
    prompt_tokens: int | None = None
    """In place of a quarter of the prompt's characters; 0 leaves the counter out."""
    status: int = 200
    """Any other: no stream, but `body`."""
    body: Any = None
    """With a status, or a whole body that is not a stream: text as it is, anything else as JSON."""
    raw: bytes | None = None
    """The whole stream, byte by byte."""
    chunk_bytes: int = 0
    """Cut the stream into HTTP chunks of this size; 0: a chunk a line."""
    after: int = 0
    """How many pieces come before the fault below."""
    fault: Literal["", "hang", "hang-before", "drop", "drop-before", "reset", "no-done", "error", "garbage", "list",
                   "shape"] = ""  # fmt: skip
    error: Any = "an error was encountered while running the model: unexpected EOF"
    """For the fault `error`, in the middle of the stream."""


Speaker = Callable[[dict[str, Any]], "Say | str"]


@dataclass
class Rule:
    """Which calls get which answer; the first rule that matches and has times left is taken."""

    say: Say | Speaker
    match: str = ""
    """A regular expression, searched for in system and prompt; empty: any."""
    model: str = ""
    times: int = -1
    """How often it is taken; -1: no limit."""

    def takes(self, model: str, words: str) -> bool:
        fits = self.model in {"", model} and re.search(self.match, words, re.S) is not None
        return fits and self.times != 0

    def reply(self, request: dict[str, Any]) -> Say:
        self.times -= self.times > 0
        said = self.say if isinstance(self.say, Say) else self.say(request)
        return Say(text=said) if isinstance(said, str) else said


@dataclass(frozen=True)
class Model:
    """An installed model."""

    name: str
    capabilities: tuple[str, ...] = ("completion",)
    context_length: int = 32768
    family: str = "qwen2"
    size: int = 4_700_000_000
    vram: int | None = None
    """Less than the size: it spilled to main memory."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    def details(self) -> dict[str, Any]:
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": "7.6B",
            "quantization_level": "Q4_K_M",
        }

    def info(self) -> dict[str, Any]:
        return {
            "general.architecture": self.family,
            f"{self.family}.context_length": self.context_length,
            f"{self.family}.block_count": 28,
            f"{self.family}.embedding_length": 3584,
            f"{self.family}.attention.head_count": 28,
            f"{self.family}.attention.head_count_kv": 4,
            "tokenizer.ggml.tokens": None,
        }


@dataclass
class Script:
    """A server: what it has and how it behaves."""

    models: list[Model] = field(default_factory=lambda: [Model("coder:7b"), THINKER])
    rules: list[Rule] = field(default_factory=lambda: [Rule(Say())])
    version: str = "0.33.0"
    load_s: float = 0.0
    unload_s: float = 0.0
    """How long a model is still listed after it was told to go."""
    parallel: int = 1
    """Calls to one model at once; others wait."""
    strict: bool = True
    """Whether it knows `truncate` and `shift`; an old server cuts prompts silently."""
    library: dict[str, int] = field(default_factory=lambda: {"new:1b": 1_000_000})
    """What can be pulled, and its bytes."""
    pull_fault: Literal["", "hang", "drop", "end"] = ""


THINKER = Model("thinker:8b", ("completion", "thinking"), family="qwen3")


def read_script(path: Path) -> Script:
    """A script from a JSON file: the fields of Script, Model, Rule and Say by name.

    A rule has `say` (a text, or the fields of Say) or `call`, `module:function`, a Speaker that gets the request.
    """
    given = json.loads(path.read_text(encoding="utf-8"))
    if "models" in given:
        given["models"] = [Model(**model) for model in given["models"]]
        for model in given["models"]:
            object.__setattr__(model, "capabilities", tuple(model.capabilities))
    if "rules" in given:
        given["rules"] = [_rule(dict(rule)) for rule in given["rules"]]
    return Script(**given)


def _rule(given: dict[str, Any]) -> Rule:
    if "call" in given:
        module, _, name = given.pop("call").partition(":")
        return Rule(getattr(importlib.import_module(module), name), **given)
    said = given.pop("say")
    return Rule(Say(text=said) if isinstance(said, str) else Say(**said), **given)
