"""Talking to an Ollama server: calls that stream, their failures as values, the care of models and windows."""

from ge_tui.llm.ollama.client import OllamaClient, OnWait
from ge_tui.llm.ollama.failure import FailureKind, LlmFailure, Policy
from ge_tui.llm.ollama.host import is_local, server_url
from ge_tui.llm.ollama.patience import Patience
from ge_tui.llm.ollama.reading import OnWords
from ge_tui.llm.ollama.room import PromptRoom
from ge_tui.llm.ollama.shelf import OnProgress
from ge_tui.llm.ollama.thoughts import split_thoughts
from ge_tui.llm.ollama.values import (
    SEED_LIMIT,
    Answer,
    Call,
    LoadedModel,
    ModelInfo,
    Options,
    PullProgress,
    canonical,
    think_option,
)
from ge_tui.llm.ollama.window import TokenRate, context_window, was_truncated, window_in_memory

__all__ = [
    "SEED_LIMIT",
    "Answer",
    "Call",
    "FailureKind",
    "LlmFailure",
    "LoadedModel",
    "ModelInfo",
    "OllamaClient",
    "OnProgress",
    "OnWait",
    "OnWords",
    "Options",
    "Patience",
    "Policy",
    "PromptRoom",
    "PullProgress",
    "TokenRate",
    "canonical",
    "context_window",
    "is_local",
    "server_url",
    "split_thoughts",
    "think_option",
    "was_truncated",
    "window_in_memory",
]
