"""The care of the server and its models: waiting, listing, loading, unloading, pulling."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from ge_tui.llm.ollama import FailureKind, LlmFailure, ModelInfo, OllamaClient, Policy, PullProgress, think_option

from .rig import CALL, QUICK, Ear, rig
from .script import THINKER, Model, Say, Script
from .server import FakeOllama


async def test_the_installed_models_with_all_that_is_known_of_them():
    async with rig() as (client, _):
        models = await client.models()
    assert isinstance(models, list)
    coder, thinker = models
    assert coder == ModelInfo(
        name="coder:7b", digest=Model("coder:7b").digest, size_bytes=4_700_000_000, family="qwen2",
        parameter_size="7.6B", quantisation="Q4_K_M", context_length=32768, capabilities=frozenset({"completion"}),
        kv_bytes_per_token=56 * 1024,
    )  # fmt: skip
    assert thinker.capabilities == {"completion", "thinking"}
    assert not coder.cloud
    assert replace(coder, name="gpt-oss:120b-cloud").cloud


async def test_a_model_that_cannot_be_described_is_still_listed():
    async with rig() as (client, server):
        server._routes[("POST", "/api/show")] = lambda exchange: exchange.json(500, {"error": "no"})
        models = await client.models()
    assert isinstance(models, list)
    assert [model.name for model in models] == ["coder:7b", "thinker:8b"]
    assert models[0].context_length is None
    assert models[0].quantisation == "Q4_K_M"
    assert models[0].kv_bytes_per_token is None


async def test_lists_of_another_shape_are_failures():
    async with rig() as (client, server):
        for path in ("/api/tags", "/api/ps"):
            server._routes[("GET", path)] = lambda exchange: exchange.json(200, {"models": [{"size": "big"}]})
        server._routes[("GET", "/api/version")] = lambda exchange: exchange.json(200, ["0.33"])
        for outcome in (await client.models(), await client.running(), await client.version()):
            assert isinstance(outcome, LlmFailure)
            assert outcome.kind is FailureKind.BAD_STREAM


async def test_a_server_that_is_back_is_noticed_and_until_then_the_wait_is_told():
    waits: list[tuple[float, LlmFailure]] = []
    async with rig() as (client, server):
        assert await client.version() == "0.33.0"
        await server.close()
        waiting = asyncio.ensure_future(client.wait_until_back(lambda waited, why: waits.append((waited, why))))
        while len(waits) < 3:
            await asyncio.sleep(0.01)
        server.script.version = "0.34.1"
        await server.listen()
        await asyncio.wait_for(waiting, 5)
        answer = await client.generate(CALL, Ear())
    assert all(why.policy is Policy.WAIT_FOR_SERVER for _, why in waits)
    assert [waited for waited, _ in waits] == sorted(waited for waited, _ in waits)
    assert not isinstance(answer, LlmFailure)
    assert answer.server_version == "0.34.1"


async def test_waiting_can_be_cancelled():
    server = FakeOllama()
    await server.listen()
    await server.close()
    async with OllamaClient(server.url, QUICK) as client:
        waiting = asyncio.ensure_future(client.wait_until_back(lambda waited, why: None))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_what_is_in_memory_and_whether_it_spilled():
    models = [Model("coder:7b"), Model("wide:70b", size=40, vram=24)]
    async with rig(script=Script(models=models)) as (client, _):
        assert await client.running() == []
        await client.generate(CALL, Ear())
        await client.generate(replace(CALL, model="wide:70b"), Ear())
        running = await client.running()
    assert isinstance(running, list)
    assert [(one.name, one.spilled, one.context_length) for one in running] == [
        ("coder:7b", False, 4096),
        ("wide:70b", True, 4096),
    ]
    assert running[1].vram_bytes == 24


async def test_unloading_waits_until_the_model_is_gone():
    async with rig(script=Script(models=[Model("coder:latest")], unload_s=0.3)) as (client, server):
        await client.generate(replace(CALL, model="coder"), Ear())
        assert server.memory.listed()
        began = time.monotonic()
        assert await client.unload("coder") is None
        assert time.monotonic() - began >= 0.3
        assert not server.memory.listed()
        assert server.asked()[-1]["keep_alive"] == 0


async def test_unloading_lets_a_running_call_finish():
    async with rig(Say("x" * 40, pace_s=0.02)) as (client, server):
        asked = asyncio.ensure_future(client.generate(CALL, Ear()))
        while not server.memory.listed():
            await asyncio.sleep(0.005)
        assert await client.unload("coder:7b") is None
        answer = await asked
    assert not isinstance(answer, LlmFailure)
    assert answer.text == "x" * 40


async def test_unloading_what_does_not_go_ends_with_a_sentence():
    patience = replace(QUICK, unload_s=0.2)
    async with rig(script=Script(unload_s=60), patience=patience) as (client, _):
        await client.generate(CALL, Ear())
        outcome = await client.unload("coder:7b")
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.TIMEOUT
    assert "still in memory" in outcome.detail


async def test_unloading_what_is_not_installed_or_not_loaded():
    async with rig() as (client, _):
        assert await client.unload("coder:7b") is None
        outcome = await client.unload("codr:7b")
    assert isinstance(outcome, LlmFailure)
    assert "did you mean 'coder:7b'" in outcome.detail


async def test_a_download_with_its_progress():
    progress: list[PullProgress] = []
    async with rig() as (client, _):
        assert await client.pull("new:1b", progress.append) is None
        models = await client.models()
    assert isinstance(models, list)
    assert models[0].name == "new:1b"
    fractions = [report.fraction for report in progress]
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert all(0.0 <= fraction <= 1.0 for fraction in fractions)
    assert progress[-1] == PullProgress("success", 1_000_000, 1_000_000)
    verifying = next(report for report in progress if report.status.startswith("verifying"))
    assert verifying.fraction == 1.0


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("hang", FailureKind.STALLED, "stands still"),
        ("drop", FailureKind.DISCONNECTED, "broke"),
        ("end", FailureKind.NO_DONE, "ended early"),
    ],
)
async def test_a_download_that_goes_wrong(fault, kind, words):
    patience = replace(QUICK, pull_stall_s=0.1)
    async with rig(script=Script(pull_fault=fault), patience=patience) as (client, _):
        outcome = await client.pull("new:1b", lambda report: None)
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is kind
    assert words in outcome.detail


async def test_a_download_of_what_there_is_not():
    async with rig() as (client, _):
        outcome = await client.pull("nonesuch", lambda report: None)
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.MODEL_MISSING
    assert "library has no model 'nonesuch'" in outcome.detail


async def test_a_download_can_be_cancelled():
    async with rig(script=Script(pull_fault="hang")) as (client, server):
        task = asyncio.ensure_future(client.pull("new:1b", lambda report: None))
        while not server.asked("/api/pull"):
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.05)
        assert server.exchanges[-1].disconnected is not None


def _info(family: str, *capabilities: str) -> ModelInfo:
    return ModelInfo(THINKER.name, "", 0, family, "", "", None, frozenset(capabilities), None)


@pytest.mark.parametrize(
    ("wanted", "info", "sent"),
    [
        ("auto", _info("qwen3", "thinking"), None),
        ("off", _info("qwen3", "thinking"), False),
        ("on", _info("qwen3", "thinking"), True),
        ("high", _info("qwen3", "thinking"), "high"),
        ("high", _info("qwen2"), None),
        ("off", _info("qwen2"), None),
        ("off", _info("gptoss", "thinking"), "low"),
        ("on", _info("gptoss", "thinking"), "medium"),
        ("high", _info("gptoss", "thinking"), "high"),
    ],
)
def test_what_a_wish_about_thinking_becomes(wanted, info, sent):
    assert think_option(wanted, info) is sent or think_option(wanted, info) == sent
