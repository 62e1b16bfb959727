"""Calls that go well, in every form."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ge_tui.llm.ollama import Answer, FailureKind, LlmFailure, Options, TokenRate

from .rig import CALL, OPTIONS, QUICK, Ear, call, rig
from .script import Model, Rule, Say, Script

CODE = "```python\nimport torch\n\nname = 'ümläut → 漢字 🙂'\n```\n"


async def test_the_words_come_as_they_are_written_and_the_answer_has_them_all():
    async with rig(Say(CODE, pace_s=0.01)) as (client, _):
        ear = Ear()
        answer = await client.generate(CALL, ear)
    assert isinstance(answer, Answer)
    assert answer.text == CODE == ear.all("text")
    assert len(ear.heard) > 5
    assert (answer.done_reason, answer.finished, answer.thinking) == ("stop", True, "")
    assert 0 < answer.first_token_s < answer.total_s
    assert answer.completion_tokens == -(-len(CODE) // 4)
    assert answer.tokens_per_s > 0


async def test_everything_asked_for_is_sent_and_the_window_always():
    options = Options(
        num_ctx=8192, num_predict=300, seed=11, temperature=0.7, top_p=0.9, top_k=20, min_p=0.05, repeat_penalty=1.05,
        num_gpu=0,
    )  # fmt: skip
    async with rig() as (client, server):
        await client.generate(replace(CALL, options=options, keep_alive="600", think=False), Ear())
        await client.generate(CALL, Ear())
        first, second = server.asked()
    assert first["options"] == options.sent()
    assert len(first["options"]) == 9
    assert (first["system"], first["prompt"]) == (CALL.system, CALL.prompt)
    assert first["keep_alive"] == 600
    assert first["think"] is False
    assert first["truncate"] is False
    assert first["shift"] is False
    assert first["stream"] is True
    assert second["options"] == {"num_ctx": 4096, "num_predict": 512, "seed": 7, "temperature": 0.8}
    assert "think" not in second


async def test_weights_and_server_are_on_record_with_every_answer():
    async with rig() as (client, server):
        first = await client.generate(CALL, Ear())
        second = await client.generate(CALL, Ear())
        listings = sum(exchange.path == "/api/tags" for exchange in server.exchanges)
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.digest == second.digest == Model("coder:7b").digest
    assert first.server_version == "0.33.0"
    assert listings == 1


async def test_one_window_means_one_load_whose_time_is_told():
    async with rig(script=Script(load_s=0.1)) as (client, server):
        loads = [await client.generate(call(seed=seed), Ear()) for seed in range(3)]
        assert server.memory.loads == 1
        await client.generate(call(num_ctx=8192), Ear())
        assert server.memory.loads == 2
    assert all(isinstance(answer, Answer) for answer in loads)
    assert loads[0].load_s >= 0.1
    assert loads[1].load_s < 0.05


async def test_thoughts_are_told_apart():
    say = Say("x = 1\n", thinking="Let me see. Wider?")
    async with rig(say) as (client, _):
        ear = Ear()
        answer = await client.generate(call(model="thinker:8b", think=True), ear)
    assert isinstance(answer, Answer)
    assert (answer.text, answer.thinking) == ("x = 1\n", "Let me see. Wider?")
    assert ear.all("thinking") == answer.thinking
    assert ear.all("text") == answer.text


async def test_thoughts_written_into_the_answer_are_told_apart_too():
    say = Say("<think>\nwider?\n</think>\n\nx = 1\n", piece_chars=3)
    async with rig(say) as (client, _):
        ear = Ear()
        answer = await client.generate(CALL, ear)
    assert isinstance(answer, Answer)
    assert (answer.text, answer.thinking) == ("x = 1\n", "wider?")
    assert ear.all("thinking").strip() == "wider?"
    assert ear.all("text").strip() == "x = 1"


async def test_an_answer_cut_off_by_its_limit_says_so():
    async with rig(Say("x" * 400)) as (client, _):
        answer = await client.generate(call(num_predict=10), Ear())
    assert isinstance(answer, Answer)
    assert (answer.finished, answer.done_reason, answer.text) == (False, "length", "x" * 40)


async def test_counters_that_are_left_out_are_zero():
    async with rig(Say("x", prompt_tokens=0)) as (client, _):
        answer = await client.generate(CALL, Ear())
    assert isinstance(answer, Answer)
    assert answer.prompt_tokens == 0
    assert answer.load_s < 0.1


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029", "\x0c", "\x1c"])
async def test_characters_that_end_a_line_for_python_break_nothing(separator):
    text = f"a{separator}b\r\nc{separator}"
    async with rig(Say(text, piece_chars=2, chunk_bytes=1)) as (client, _):
        answer = await client.generate(CALL, Ear())
    assert isinstance(answer, Answer)
    assert answer.text == text


async def test_half_characters_become_whole_or_are_replaced():
    line = b'{"response":"\\ud83d","done":false}\n{"response":"\\ude42 \\ud83d","done":false}\n'
    async with rig(Say(raw=line + b'{"response":"","done":true,"done_reason":"stop"}\n')) as (client, _):
        ear = Ear()
        answer = await client.generate(call("half \ud83d"), ear)
    assert isinstance(answer, Answer)
    assert answer.text == "🙂 �"
    assert all(text.encode() for _, text in ear.heard)


async def test_many_calls_at_once_each_get_their_own_answer():
    rules = [Rule(Say(f"answer {n}", pace_s=0.002), match=f"question {n}$") for n in range(12)]
    async with rig(script=Script(rules=rules, parallel=4)) as (client, _):
        asked = [client.generate(call(f"question {n}", seed=n), Ear()) for n in range(12)]
        answers = await asyncio.gather(*asked)
    assert [answer.text for answer in answers if isinstance(answer, Answer)] == [f"answer {n}" for n in range(12)]


async def test_a_real_call_calibrates_the_tokens_of_its_model():
    async with rig(Say(prompt_tokens=600)) as (client, _):
        assert client.rate("coder:7b") == TokenRate()
        await client.generate(call("x" * 2380), Ear())
        assert client.rate("coder:7b") == TokenRate(4.0, calibrated=True, most_chars_per_token=4.0)
        refused = await client.generate(call("x" * 20_000), Ear())
    assert isinstance(refused, LlmFailure)
    assert refused.kind is FailureKind.PROMPT_TOO_LONG


async def test_a_wish_in_another_script_does_not_make_later_prompts_look_cut():
    wide = Options(num_ctx=16_384, num_predict=100, seed=1)
    async with rig(Say(prompt_tokens=3_500), Say(prompt_tokens=3_000)) as (client, _):
        first = await client.generate(replace(CALL, prompt="変" * 4_000, options=wide), Ear())
        later = await client.generate(replace(CALL, prompt="x = 1\n" * 2_000, options=wide), Ear())
    assert isinstance(first, Answer)
    assert isinstance(later, Answer)


async def test_a_prompt_that_cannot_fit_is_not_even_sent():
    async with rig() as (client, server):
        refused = await client.generate(call("x" * 40_000), Ear())
        assert server.exchanges == []
    assert isinstance(refused, LlmFailure)
    assert refused.kind is FailureKind.PROMPT_TOO_LONG
    assert "window of 4096" in refused.detail
    assert "num_ctx" in refused.detail


@pytest.mark.parametrize("wrong", [{"num_predict": 0}, {"num_predict": -1}, {"num_ctx": 0}, {"seed": -1},
                                   {"seed": 1 << 31}, {"temperature": float("nan")}])  # fmt: skip
def test_options_that_the_server_would_misread_are_refused(wrong):
    with pytest.raises(ValueError):
        replace(OPTIONS, **wrong)


async def test_no_proxy_of_the_environment_stands_before_a_local_server(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with rig() as (client, _):
        assert isinstance(await client.generate(CALL, Ear()), Answer)
        assert await client.version() == "0.33.0"
    assert QUICK.tries == 2
