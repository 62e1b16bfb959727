"""Unloading against the server of our own, with cards that give memory back late, or never."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from ge_tui.llm.ollama import Answer
from ge_tui.run.residency import Card, Freeing
from tests.llm.ollama.rig import Ear, call, rig
from tests.llm.ollama.script import Script
from tests.llm.ollama.server import FakeOllama


class Told(list[tuple[str, dict[str, Any]]]):
    """Every event."""

    def __call__(self, kind: str, *_: object, **payload: Any) -> None:
        self.append((kind, payload))


def gpu(server: FakeOllama, lag_s: float) -> Callable[[], Any]:
    """A card of 24 GB that has a model's memory back so many seconds after the server lists it no more."""
    gone_at = time.monotonic()

    async def cards() -> tuple[Card, ...]:
        nonlocal gone_at
        held = sum(one["size_vram"] for one in server.memory.listed()) >> 20
        if held:
            gone_at = time.monotonic() + lag_s
        return (Card("GPU", 24_000, 23_000 - (4_482 if held or time.monotonic() < gone_at else 0)),)

    return cards


async def nothing() -> tuple[Card, ...]:
    return ()


async def test_it_returns_when_the_memory_is_back() -> None:
    script = Script(unload_s=0.05)
    async with rig(script=script) as (client, server):
        assert isinstance(await client.generate(call(), Ear()), Answer)
        told = Told()
        began = time.monotonic()
        await Freeing(client, ["coder:7b"], gpu(server, 0.5), told)()
        assert time.monotonic() - began > 0.5
        assert server.memory.listed() == []
    ((kind, said),) = told
    assert (kind, said["models"], said["held_mb"], said["freed_mb"]) == ("llm_unloaded", ["coder:7b"], 4_482, 4_482)


async def test_every_model_of_the_run_goes_and_no_other() -> None:
    async with rig() as (client, server):
        script = server.script
        script.models.append(type(script.models[0])("another:1b"))
        for name in ("coder:7b", "thinker:8b", "another:1b"):
            assert isinstance(await client.generate(call(model=name), Ear()), Answer)
        told = Told()
        await Freeing(client, ["coder:7b", "thinker:8b"], gpu(server, 0), told, driver_s=0.2)()
        assert [one["name"] for one in server.memory.listed()] == ["another:1b"]
    assert told[0][1]["models"] == ["coder:7b", "thinker:8b"]


async def test_where_nothing_is_loaded_nothing_happens() -> None:
    async with rig() as (client, server):
        told = Told()
        await Freeing(client, ["coder:7b"], nothing, told)()
        assert server.asked() == []
    assert told == []


@pytest.mark.parametrize("lag_s", [1000.0, None])
async def test_it_does_not_wait_for_ever(lag_s: float | None) -> None:
    async with rig() as (client, server):
        assert isinstance(await client.generate(call(), Ear()), Answer)
        told = Told()
        cards = nothing if lag_s is None else gpu(server, lag_s)
        async with asyncio.timeout(10):
            await Freeing(client, ["coder"], cards, Told(), driver_s=0.3)()  # another model: stays
            await Freeing(client, ["coder:7b"], cards, told, driver_s=0.3)()
    ((kind, said),) = told
    assert kind == "llm_unloaded"
    assert said["freed_mb"] == (None if lag_s is None else 0)
    assert said["seconds"] >= 0.3


async def test_a_model_that_does_not_go_is_an_event() -> None:
    script = Script(unload_s=1000)
    async with rig(script=script) as (client, _server):
        assert isinstance(await client.generate(call(), Ear()), Answer)
        told = Told()
        async with asyncio.timeout(20):
            await Freeing(client, ["coder:7b"], nothing, told)()
    ((kind, said),) = told
    assert kind == "llm_unload_failed"
    assert "still in memory" in said["reason"]


async def test_a_server_that_is_away_is_an_event() -> None:
    async with rig() as (client, server):
        assert isinstance(await client.generate(call(), Ear()), Answer)
        await server.close()
        told = Told()
        await Freeing(client, ["coder:7b"], nothing, told)()
    assert [kind for kind, _ in told] == ["llm_unload_failed"]
