"""Against a real engine: llama.cpp's server behind the Ollama API, with a model that says a script."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ge_tui.llm.ollama import Answer, FailureKind, LlmFailure, OllamaClient

from .llama import Llama
from .rig import QUICK, Ear, call
from .script import Model, Script
from .script_model import write_model
from .server import FakeOllama

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("xllamacpp") is None,
        reason="llama.cpp's server is not installed: pip install xllamacpp (a 34 MB wheel)",
    ),
]

SCRIPT = (
    "Wider, for the task is small.\n\n```python\nimport torch\n\n\n# Größe: 漢字 🙂\n",
    ("learning_rate = 0.1\n", "step_width = 0.01\n", "eta = 0.001  # slow\n", "rate_of_change = 1e-4\n"),
    "\n\ndef get_optimizer(model):\n    return torch.optim.SGD(model.parameters(), lr=0.05)\n```\n",
)
MODEL = Model("scripted:latest")


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("model") / "scripted.gguf"
    write_model(path, SCRIPT)
    return path


@pytest_asyncio.fixture
async def pair(weights) -> AsyncIterator[tuple[OllamaClient, FakeOllama]]:
    engine = Llama(weights)
    async with FakeOllama(Script(models=[MODEL]), engine) as server, OllamaClient(server.url, QUICK) as client:
        yield client, server
    await engine.close()


def asked(prompt="Rewrite this.", **changes):
    return call(prompt, model="scripted", **changes)


async def test_the_script_comes_through_the_engine_word_for_word(pair):
    client, _ = pair
    ear = Ear()
    answer = await client.generate(asked(temperature=1.0), ear)
    assert isinstance(answer, Answer)
    assert answer.text.startswith(SCRIPT[0])
    assert answer.text.endswith(SCRIPT[2])
    assert ear.all("text") == answer.text
    ast.parse(answer.text.split("```python")[1].split("```")[0])
    assert answer.finished
    assert answer.prompt_tokens > 30
    assert answer.completion_tokens > 20
    assert answer.load_s > 0
    assert answer.digest == MODEL.digest


async def test_the_seed_decides_and_the_same_seed_says_the_same(pair):
    client, server = pair
    texts = []
    for seed in [*range(12), *range(12)]:
        answer = await client.generate(asked(temperature=1.0, seed=seed), Ear())
        assert isinstance(answer, Answer)
        texts.append(answer.text)
    assert texts[:12] == texts[12:]
    assert len(set(texts)) > 1
    assert server.memory.loads == 1
    cold = {(await client.generate(asked(temperature=0.0, seed=seed), Ear())).text for seed in range(3)}
    assert len(cold) == 1


async def test_num_predict_cuts_it_off(pair):
    client, _ = pair
    answer = await client.generate(asked(num_predict=6), Ear())
    assert isinstance(answer, Answer)
    assert (answer.finished, answer.done_reason, answer.completion_tokens) == (False, "length", 6)


async def test_the_engine_itself_refuses_a_prompt_beyond_the_window(pair):
    client, _ = pair
    outcome = await client.generate(asked("x = 1\n" * 600, num_ctx=1024, num_predict=50), Ear())
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.PROMPT_TOO_LONG
    assert "1024" in outcome.detail


async def test_a_full_window_ends_the_answer_and_not_the_prompt(pair):
    """Once calibrated, the client refuses such a call itself; the first one is ended by the engine."""
    client, _ = pair
    answer = await client.generate(asked("a" * 980, num_ctx=1024, num_predict=400, seed=1), Ear())
    assert isinstance(answer, Answer)
    assert not answer.finished
    assert answer.prompt_tokens + answer.completion_tokens <= 1024


async def test_another_window_loads_again(pair):
    client, server = pair
    for num_ctx in (1024, 1024, 2048):
        assert isinstance(await client.generate(asked(num_ctx=num_ctx, num_predict=100), Ear()), Answer)
    assert server.memory.loads == 2


async def test_cancelling_frees_the_engine(pair):
    client, _ = pair
    await client.generate(asked(), Ear())
    heard = asyncio.Event()
    task = asyncio.ensure_future(client.generate(asked(seed=2), lambda kind, text: heard.set()))
    await asyncio.wait_for(heard.wait(), 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    answer = await asyncio.wait_for(client.generate(asked(seed=3), Ear()), 5)
    assert isinstance(answer, Answer)
    assert answer.finished
