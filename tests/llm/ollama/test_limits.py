"""Every wait has an end, and a cancelled call frees the server at once."""

from __future__ import annotations

import asyncio
import gc
import os
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from ge_tui.llm.ollama import Answer, FailureKind, LlmFailure, OllamaClient, Patience, Policy

from .http_server import Exchange, HttpServer
from .rig import CALL, QUICK, Ear, ask, call, rig
from .script import Rule, Say, Script

ONCE = replace(QUICK, tries=1)


async def test_hanging_before_the_first_word():
    outcome = await ask(Say(fault="hang-before"), patience=replace(ONCE, first_word_s=0.1))
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.NO_FIRST_WORD
    assert outcome.policy is Policy.GIVE_UP_CHILD
    assert "0.1 s" in outcome.detail


async def test_hanging_in_the_middle_is_tried_again():
    patience = replace(QUICK, stall_s=0.3)
    async with rig(Say("abcdefgh", fault="hang", after=1), Say("fine"), patience=patience) as (client, server):
        outcome = await client.generate(CALL, Ear())
        assert isinstance(outcome, Answer)
        assert len(server.asked()) == 2


async def test_hanging_in_the_middle_twice():
    outcome = await ask(Say("abcdefgh", fault="hang", after=1), patience=replace(QUICK, stall_s=0.1))
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.STALLED
    assert outcome.partial == "abcd"


async def test_a_slow_drip_that_never_stalls_ends_at_the_deadline():
    patience = replace(QUICK, stall_s=1.0, deadline_s=0.4)
    async with rig(Say("x" * 4000, pace_s=0.02), patience=patience) as (client, server):
        outcome = await client.generate(CALL, Ear())
        assert len(server.asked()) == 1
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.TIMEOUT
    assert "0.4 s" in outcome.detail
    assert outcome.partial


async def test_a_line_that_never_ends_is_a_stall():
    say = Say(raw=b'{"response":"' + b"x" * 3000, chunk_bytes=1)
    outcome = await ask(say, patience=replace(ONCE, first_word_s=0.3, stall_s=0.3))
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind in {FailureKind.NO_FIRST_WORD, FailureKind.BAD_STREAM}


async def test_a_load_longer_than_the_stall_timer_is_waited_for():
    patience = replace(ONCE, stall_s=0.3)
    async with rig(script=Script(load_s=0.6), patience=patience) as (client, server):
        outcome = await client.generate(CALL, Ear())
        assert isinstance(outcome, Answer)
        assert outcome.load_s >= 0.6
        assert server.memory.loads == 1


async def test_waiting_in_the_servers_queue_is_no_stall():
    patience = replace(ONCE, stall_s=0.5)
    async with rig(Say("x" * 80, pace_s=0.02), patience=patience) as (client, _):
        outcomes = await asyncio.gather(*(client.generate(call(seed=n), Ear()) for n in range(3)))
    assert all(isinstance(outcome, Answer) for outcome in outcomes)


async def _dead_server() -> HttpServer:
    async def never(exchange: Exchange) -> None:
        await asyncio.sleep(3600)

    server = HttpServer(never)
    await server.listen()
    return server


async def test_a_server_that_takes_calls_and_never_answers_is_away():
    server = await _dead_server()
    async with OllamaClient(f"http://127.0.0.1:{server.port}", replace(QUICK, question_s=0.1)) as client:
        for outcome in (await client.generate(CALL, Ear()), await client.version()):
            assert isinstance(outcome, LlmFailure)
            assert outcome.kind is FailureKind.SERVER_AWAY
            assert "takes calls" in outcome.detail
        for other in (await client.models(), await client.running(), await client.unload("coder:7b")):
            assert isinstance(other, LlmFailure)
    await server.close()


async def test_a_server_that_froze_during_a_call_is_away():
    """Without a first word it may be slow or dead; a question that any live server answers tells."""
    patience = replace(QUICK, first_word_s=0.3, question_s=0.1)
    async with rig(Say(fault="hang-before"), patience=patience) as (client, server):
        asked = asyncio.ensure_future(client.generate(CALL, Ear()))
        while not server.asked():
            await asyncio.sleep(0.005)
        server._routes[("GET", "/api/version")] = lambda exchange: asyncio.sleep(3600)
        outcome = await asked
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.SERVER_AWAY


@pytest.mark.parametrize(
    "say",
    [Say(fault="hang-before"), Say("abcdefgh", fault="hang", after=1), Say("x" * 4000, pace_s=0.01), Say(first_s=60)],
    ids=["before the headers", "in the middle", "while it writes", "while it reads the prompt"],
)
async def test_the_server_notices_a_cancelled_call_at_once(say):
    async with rig(say) as (client, server):
        task = asyncio.ensure_future(client.generate(CALL, Ear()))
        while not server.asked():
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        cancelled = asyncio.get_running_loop().time()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        exchange = server.exchanges[-1]
        while exchange.disconnected is None:
            await asyncio.sleep(0.001)
            assert asyncio.get_running_loop().time() < cancelled + 2
        assert exchange.disconnected - cancelled < 0.2
        # The slot is free, and the client is as good as before.
        server.script.rules = [Rule(Say("fine"))]
        assert isinstance(await client.generate(CALL, Ear()), Answer)


async def test_a_call_that_is_too_late_frees_the_server_too():
    patience = replace(ONCE, stall_s=0.1)
    async with rig(Say("abcdefgh", fault="hang", after=1), patience=patience) as (client, server):
        await client.generate(CALL, Ear())
        exchange = next(e for e in server.exchanges if e.path == "/api/generate")
        await asyncio.sleep(0.05)
        assert exchange.disconnected is not None


async def test_an_exception_in_the_callers_own_code_is_the_callers():
    def clumsy(kind: str, text: str) -> None:
        raise LookupError("mine")

    async with rig() as (client, _):
        with pytest.raises(LookupError, match="mine"):
            await client.generate(CALL, clumsy)
        assert isinstance(await client.generate(CALL, Ear()), Answer)


def _sockets() -> int:
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("only Linux lists its own sockets")
    links = [os.readlink(entry) for entry in folder.iterdir() if entry.is_symlink()]
    return sum(link.startswith("socket:") for link in links)


async def test_nothing_is_left_behind():
    before, tasks = _sockets(), asyncio.all_tasks()
    says = [Say(), Say("abcdefgh", fault="drop", after=1), Say(fault="list"), Say(body="<p>", status=500),
            Say("abcdefgh", fault="hang", after=1), Say(fault="hang-before"), Say("x" * 4000, pace_s=0.02)]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for say in says:
            await ask(say, patience=replace(ONCE, stall_s=0.1, first_word_s=0.15, deadline_s=0.3))
        gc.collect()
        await asyncio.sleep(0)
        gc.collect()
    assert asyncio.all_tasks() == tasks
    assert _sockets() == before


async def test_calls_one_after_the_other_share_a_connection():
    async with rig() as (client, server):
        for seed in range(5):
            await client.generate(call(seed=seed), Ear())
        writers = {id(exchange.writer) for exchange in server.exchanges}
    assert len(writers) == 1


def test_nothing_has_no_limit():
    patience = Patience()
    limits = [getattr(patience, name) for name in patience.__slots__]
    assert all(0 < limit < 1e6 for limit in limits)
    assert patience.first_word_s > patience.stall_s
