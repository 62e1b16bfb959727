"""`ge-tui run` from end to end with a model that really runs: llama.cpp's server, and where asked for a real Ollama."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Call
from ge_tui.evaluation.task import find_task
from ge_tui.llm.ollama import OllamaClient
from tests.llm.ollama.beside import serving
from tests.llm.ollama.llama import Llama
from tests.llm.ollama.script import Model, Script
from tests.llm.ollama.script_model import write_model

HOST = os.environ.get("OLLAMA_HOST", "")
"""As it was before these tests put their own in its place."""
FINAL = {"evaluated", "failed", "duplicate", "rejected"}
SMALL = ("--task", "ExquisiteNetV2", "--data", "digits", "--population", "3", "--generations", "1", "--seed", "3")
QUICK = ("--set", "rung=look", "--set", "attempts=3", "--set", "crossover_probability=0")

pytestmark = pytest.mark.slow


def script() -> tuple[str | tuple[str, ...], ...]:
    """The seed's file as an answer, with a number that the sampler chooses."""
    before, momentum, after = find_task("ExquisiteNetV2").seed_source.partition("momentum=0.9")
    assert momentum
    choices = tuple(f"momentum=0.{digits}" for digits in ("81", "83", "85", "87", "88", "89", "91", "93"))
    return f"Calmer.\n\n```python\n{before}", choices, f"{after}\n```\n"


def children(said: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = said.json["individuals"]
    assert {row["status"] for row in rows} <= FINAL
    assert rows[0]["status"] == "evaluated"
    return rows[1:]


@pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None,
    reason="llama.cpp's server is not installed: pip install xllamacpp (a 34 MB wheel)",
)
def test_a_whole_run_on_llama_cpp(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "scripted.gguf"
    write_model(weights, script(), context=32_768)
    with serving(Script(models=[Model("scripted:latest", context_length=32_768)]), Llama(weights)) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        window = ("--set", "ollama.num_ctx=24576", "--set", "ollama.num_predict=8192", "--set", "ollama.whole_file=1")
        done = call("run", "--name", "real", "--llm", "ollama:scripted", *SMALL, *QUICK, *window)
        assert done.code == 0, done.err
        assert server.memory.loads == 1
    rows = children(call("show", "real", "--json"))
    made = [row for row in rows if row["status"] == "evaluated"]
    assert len(made) >= 2
    assert all(row["metrics"]["accuracy"] > 0 for row in made)
    assert {row["operator"] for row in made} & {"create", "mutate"}
    source = call("show", "real", str(made[0]["number"]), "--source").out
    assert "momentum=0.9," not in source
    assert "momentum=0." in source
    answer = call("show", "real", str(made[0]["number"]), "--answer").out
    assert "Calmer." in answer


@pytest.mark.skipif(
    os.environ.get("GE_TUI_TEST_OLLAMA") != "1", reason="asks a real Ollama only with GE_TUI_TEST_OLLAMA=1"
)
def test_a_whole_run_on_a_real_ollama(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """OLLAMA_HOST says where; GE_TUI_TEST_OLLAMA_MODEL which model, otherwise the smallest that can complete."""
    monkeypatch.setenv("OLLAMA_HOST", HOST)
    name = os.environ.get("GE_TUI_TEST_OLLAMA_MODEL") or asyncio.run(_smallest())
    done = call("run", "--name", "real", "--llm", f"ollama:{name}", *SMALL, *QUICK)
    assert done.code == 0, done.err
    rows = children(call("show", "real", "--json"))
    assert len(rows) >= 3
    assert call("show", "real", "1", "--prompt").out


async def _smallest() -> str:
    async with OllamaClient() as client:
        models = await client.models()
    assert isinstance(models, list), models
    able = [model for model in models if "completion" in model.capabilities and not model.cloud]
    assert able, "no model that can complete is installed"
    return min(able, key=lambda one: one.size_bytes).name
