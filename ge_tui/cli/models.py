"""`ge-tui models`: the language models on the Ollama server, and fetching one."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from rich.table import Table

from ge_tui.cli.interrupts import run_until_interrupted
from ge_tui.cli.output import print_all_the_same, print_json, print_table, table_of
from ge_tui.cli.pulling import pull_display
from ge_tui.errors import ExitCode, NotReadyError, UsageError, UserError
from ge_tui.llm.ollama import FailureKind, LlmFailure, LoadedModel, ModelInfo, OllamaClient

T = TypeVar("T")

_NOT_READY = {FailureKind.SERVER_AWAY, FailureKind.NOT_OLLAMA, FailureKind.NOT_ALLOWED}


def models(options: argparse.Namespace) -> int:
    """The installed models, or one of them fetched."""
    if options.do is None:
        return asyncio.run(_list(as_json=options.json))
    if not options.name:
        raise UsageError("name the model to pull, as in: ge-tui models pull qwen2.5-coder:7b")
    code = run_until_interrupted(_pull(options.name, as_json=options.json))
    if code is None:
        print_all_the_same(f"\nstopped; what came is kept, go on with: ge-tui models pull {options.name}", sys.stderr)
        return ExitCode.INTERRUPTED
    return code


async def _list(*, as_json: bool) -> int:
    async with OllamaClient() as client:
        installed, running = _or_raise(await client.models()), _or_raise(await client.running())
        url = client.url
    loaded = {one.name: one for one in running}
    if as_json:
        print_json([_as_json(model, loaded.get(model.name)) for model in installed])
    elif not installed:
        print(f"no models at {url}; get one with: ge-tui models pull qwen2.5-coder:7b")
    else:
        print_table(_table(installed, loaded))
    return ExitCode.DONE


def _table(installed: list[ModelInfo], loaded: dict[str, LoadedModel]) -> Table:
    names = ("model", "size", "parameters", "quantisation", "context", "can", "in memory")
    rows = [
        (
            model.name,
            f"{model.size_bytes / 1e9:.1f} GB",
            model.parameter_size,
            model.quantisation,
            f"{model.context_length:,}" if model.context_length else "",
            ", ".join(sorted(model.capabilities)),
            _where(loaded.get(model.name)),
        )
        for model in installed
    ]
    return table_of(names, rows, right=("size", "parameters", "context"))


def _where(loaded: LoadedModel | None) -> str:
    """How much of a model is on the GPU: one that is not all there is slow."""
    if loaded is None:
        return "no"
    size = f"{loaded.size_bytes / 1e9:.1f} GB"
    if not loaded.vram_bytes:
        return f"{size}, on the CPU"
    return f"{size}, {'all' if not loaded.spilled else f'{loaded.vram_bytes / loaded.size_bytes:.0%}'} on the GPU"


def _as_json(model: ModelInfo, loaded: LoadedModel | None) -> dict[str, Any]:
    return {
        "name": model.name,
        "digest": model.digest,
        "size_bytes": model.size_bytes,
        "family": model.family,
        "parameters": model.parameter_size,
        "quantisation": model.quantisation,
        "context_length": model.context_length,
        "capabilities": sorted(model.capabilities),
        "kv_bytes_per_token": model.kv_bytes_per_token,
        "loaded": loaded
        and {
            "size_bytes": loaded.size_bytes,
            "gpu_bytes": loaded.vram_bytes,
            "context_length": loaded.context_length,
        },
    }


async def _pull(name: str, *, as_json: bool) -> int:
    """Fetch a model; a signal closes the connection, which stops the server's download too."""
    async with OllamaClient() as client:
        with pull_display(name, as_json=as_json) as display:
            failed = await client.pull(name, display)
        if failed is not None:
            raise _error(failed)
        if not as_json:
            print(f"{name} is there; use it with: ge-tui run --llm ollama:{name}")
    return ExitCode.DONE


def _or_raise(found: T | LlmFailure) -> T:
    if isinstance(found, LlmFailure):
        raise _error(found)
    return found


def _error(failed: LlmFailure) -> UserError:
    error: Callable[[str], UserError] = NotReadyError if failed.kind in _NOT_READY else UserError
    return error(failed.detail)
