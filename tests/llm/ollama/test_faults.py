"""Every way a call goes wrong: its kind, its policy, its sentence."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ge_tui.llm.ollama import Answer, FailureKind, LlmFailure, OllamaClient, Policy
from ge_tui.llm.ollama.failure import POLICIES

from .rig import CALL, QUICK, Ear, ask, call, rig
from .script import Rule, Say, Script
from .server import FakeOllama

DONE = b'{"response":"","done":true,"done_reason":"stop"}\n'
WORD = b'{"response":"x = 1","done":false}\n'
TOO_LONG = '{"error":{"code":400,"message":"request (15320 tokens) exceeds the available context size (512 tokens)","type":"exceed_context_size_error"}}'  # noqa: E501


def status(code: int, error: object) -> Say:
    return Say(status=code, body=error if isinstance(error, str) and error.startswith("<") else {"error": error})


OOM = "llama-server: ggml_backend_cuda_buffer_type_alloc_buffer: allocating 5000 MiB: cudaMalloc failed: out of memory"
K = FailureKind
FAULTS: dict[str, tuple[Say, FailureKind, str]] = {
    "no model": (status(404, "model 'coder:7b' not found"), K.MODEL_MISSING, "did you mean 'coder:7b'"),
    "wrong path": (Say(status=404, body="404 page not found"), K.NOT_OLLAMA, "check OLLAMA_HOST"),
    "wrong method": (Say(status=405, body="405 method not allowed"), K.NOT_OLLAMA, "OLLAMA_HOST"),
    "host header": (Say(status=403, body=""), K.NOT_ALLOWED, "without a word"),
    "signed out": (Say(status=401, body={"error": "unauthorized", "signin_url": "x"}), K.NOT_ALLOWED, "ollama signin"),
    "busy": (status(503, "server busy, please try again.  maximum pending requests exceeded"), K.BUSY, "QUEUE"),
    "throttled": (status(429, "too many requests"), K.BUSY, "at once"),
    "bad gateway": (status(502, "<html><body><h1>502 Bad Gateway</h1></body></html>"), K.SERVER_AWAY, "Bad Gateway"),
    "gateway gave up": (status(504, "<h1>Gateway Time-out</h1>"), K.SERVER_AWAY, "ollama serve"),
    "option type": (status(500, 'option "temperature" must be of type float32'), K.BAD_REQUEST, '"temperature"'),
    "no thinking": (status(400, '"coder:7b" does not support thinking'), K.BAD_REQUEST, "change that setting"),
    "bad level": (status(400, 'invalid think value: "y" (must be "high", ...)'), K.BAD_REQUEST, "think value"),
    "other 400": (status(400, "json: cannot unmarshal"), K.BAD_REQUEST, "unmarshal"),
    "oom": (status(500, OOM), K.OUT_OF_MEMORY, "smaller model"),
    "no main memory": (status(500, "model requires more system memory (9 GiB) than is available (4 GiB)"),
                       K.OUT_OF_MEMORY, "9 GiB"),
    "oom in the stream": (Say("abc", fault="error", error="CUDA error: out of memory"), K.OUT_OF_MEMORY, "CUDA"),
    "bad file": (status(500, "unable to load model: /blobs/sha256-1"), K.MODEL_BROKEN, "pull the model again"),
    "unknown kind": (status(500, "llama runner process has terminated: error loading model: unknown model "
                                 "architecture: 'xyz'"), K.MODEL_BROKEN, "update Ollama"),
    "slow load": (status(500, "timed out waiting for llama runner to start - progress 0.40"), K.NO_FIRST_WORD, "0.40"),
    "runner stopped": (status(500, "model runner has unexpectedly stopped, this may be due to resource limitations"),
                       K.RUNNER_DIED, "server's log"),
    "runner died": (Say("abcdefgh", fault="error", after=1), K.RUNNER_DIED, "unexpected EOF"),
    "runner killed": (status(500, "llama runner process has terminated: signal: killed"), K.RUNNER_DIED, "killed"),
    "error as an object": (Say(fault="error", error={"message": "odd", "code": 3}), K.BAD_STREAM, "dict"),
    "error as JSON": (Say(fault="error", error='{"error":{"message":"inner words"}}'), K.SERVER_ERROR, "inner words"),
    "loop, new server": (Say("ha" * 200, fault="error", error="prediction aborted, token repeat limit reached"),
                         K.LOOPED, "temperature"),
    "loop, old server": (Say("ha" * 70, fault="no-done", after=99), K.LOOPED, "haha"),
    "too long": (status(400, "the prompt is longer than the context length currently available to the model"),
                 K.PROMPT_TOO_LONG, "raise num_ctx"),
    "too long, nested": (status(400, TOO_LONG), K.PROMPT_TOO_LONG, "15320 tokens"),
    "no done": (Say("abcdefgh", fault="no-done", after=99), K.NO_DONE, "before the server said"),
    "nothing at all": (Say(raw=b""), K.NO_DONE, "ended"),
    "dropped before": (Say(fault="drop-before"), K.DISCONNECTED, "broke"),
    "dropped": (Say("abcdefgh", fault="drop", after=1), K.DISCONNECTED, "broke"),
    "reset": (Say("abcdefgh", fault="reset", after=1), K.DISCONNECTED, "broke"),
    "half a line": (Say("abcdefgh", fault="garbage", after=1), K.BAD_STREAM, "JSONDecodeError"),
    "a list": (Say(fault="list"), K.BAD_STREAM, "not Ollama's"),
    "another shape": (Say(fault="shape"), K.BAD_STREAM, "ValidationError"),
    "a page": (Say(body="<html><title>Welcome</title></html>"), K.BAD_STREAM, "JSONDecodeError"),
    "words of another API": (Say(raw=b'{"choices":[{"text":"x"}]}\n'), K.NO_DONE, "ended"),
    "empty": (Say(""), K.EMPTY, "'stop'"),
    "blank": (Say(" \n\n "), K.EMPTY, "empty"),
    "another 500": (status(500, "something else"), K.SERVER_ERROR, "something else"),
    "a JSON list as error": (Say(status=500, body=[1]), K.BAD_STREAM, "AttributeError"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_has_its_kind_policy_and_sentence(name):
    say, kind, words = FAULTS[name]
    outcome = await ask(say)
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is kind, outcome
    assert outcome.policy is POLICIES[kind]
    assert words in outcome.detail
    assert len(outcome.detail) < 500
    assert "<" not in outcome.detail
    assert "\n" not in outcome.detail


@pytest.mark.parametrize("name", FAULTS)
async def test_what_may_be_gone_the_next_time_is_asked_twice_and_the_rest_once(name):
    say, kind, _ = FAULTS[name]
    async with rig(say, Say("fine")) as (client, server):
        ear = Ear()
        outcome = await client.generate(CALL, ear)
        asked = len(server.asked())
    again = POLICIES[kind] is Policy.RETRY
    assert asked == 1 + again
    assert isinstance(outcome, Answer) == again
    assert (ear.all("again") != "") == again
    if isinstance(outcome, Answer):
        assert outcome.text == "fine"


def test_every_kind_has_a_policy():
    assert set(POLICIES) == set(FailureKind)


async def test_the_words_before_a_fault_are_kept_for_the_record():
    outcome = await ask(Say("<think>hm</think>abcdefgh", fault="drop", after=5))
    assert isinstance(outcome, LlmFailure)
    assert outcome.partial == "abc"


async def test_a_prompt_cut_silently_by_an_old_server_is_noticed():
    async with rig(script=Script(strict=False)) as (client, _):
        outcome = await client.generate(call("x = 1\n" * 2800, num_predict=300), Ear())
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.TRUNCATED_PROMPT
    assert outcome.policy is Policy.GIVE_UP_CHILD
    assert "2050 tokens" in outcome.detail
    assert outcome.partial


async def test_a_new_server_refuses_the_same_prompt():
    async with rig() as (client, _):
        outcome = await client.generate(call("x = 1\n" * 2800, num_predict=300), Ear())
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.PROMPT_TOO_LONG
    assert "4217 tokens" in outcome.detail


async def test_an_answer_that_ran_past_the_window_is_noticed():
    outcome = await ask(Say("x" * 400, prompt_tokens=450), asked=call(num_ctx=512, num_predict=200))
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.TRUNCATED_PROMPT
    assert "past its window" in outcome.detail


@pytest.mark.parametrize(("limit", "words"), [(5, "all its 5 tokens on thinking"), (500, "without an answer")])
async def test_thoughts_without_an_answer_are_no_answer(limit, words):
    say = Say("", thinking="I wonder what to do about this network.")
    outcome = await ask(say, asked=call(model="thinker:8b", think=True, num_predict=limit))
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.EMPTY
    assert words in outcome.detail
    assert "thinking" in outcome.detail


async def test_thoughts_that_never_end_are_no_answer():
    outcome = await ask(Say("<think>\nx = 1\nand so on"))
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.EMPTY


async def test_the_server_itself_refuses_what_a_model_cannot():
    async with rig() as (client, server):
        outcome = await client.generate(replace(CALL, think="high"), Ear())
        assert len(server.asked()) == 1
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.BAD_REQUEST
    assert outcome.policy is Policy.STOP_RUN


@pytest.mark.parametrize(
    ("model", "words"),
    [("codr:7b", "did you mean 'coder:7b'"), ("zzz", "installed are coder:7b, thinker:8b"), ("coder", "'coder:7b'")],
)
async def test_a_missing_model_is_named_with_the_nearest_installed_one(model, words):
    async with rig() as (client, _):
        outcome = await client.generate(replace(CALL, model=model), Ear())
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.MODEL_MISSING
    assert words in outcome.detail
    assert f"`ge-tui models pull {model}`" in outcome.detail


async def test_without_any_model_the_sentence_tells_how_to_get_one():
    async with rig(script=Script(models=[])) as (client, _):
        outcome = await client.generate(CALL, Ear())
    assert isinstance(outcome, LlmFailure)
    assert "get it with `ge-tui models pull coder:7b`" in outcome.detail


@pytest.mark.parametrize("model", ["", "a b", "../x"])
async def test_a_name_that_is_none_is_a_failure_not_an_exception(model):
    async with rig() as (client, _):
        outcome = await client.generate(replace(CALL, model=model), Ear())
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind in {FailureKind.MODEL_MISSING, FailureKind.BAD_REQUEST}


async def test_nobody_there_means_waiting():
    server = FakeOllama()
    await server.listen()
    await server.close()
    async with OllamaClient(server.url, QUICK) as client:
        outcome = await client.generate(CALL, Ear())
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.SERVER_AWAY
    assert outcome.policy is Policy.WAIT_FOR_SERVER
    assert "ollama serve" in outcome.detail


async def test_a_name_that_nobody_knows_means_waiting():
    async with OllamaClient("http://no-such-host.invalid:11434", QUICK) as client:
        outcome = await client.generate(CALL, Ear())
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind is FailureKind.SERVER_AWAY
    assert "no-such-host.invalid" in outcome.detail


async def test_a_server_that_does_not_speak_tls_is_named():
    async with FakeOllama() as server, OllamaClient(server.url.replace("http:", "https:"), QUICK) as client:
        outcome = await client.version()
    assert isinstance(outcome, LlmFailure)
    assert outcome.kind in {FailureKind.NOT_OLLAMA, FailureKind.DISCONNECTED}


async def test_a_server_that_dies_in_the_middle_is_waited_for():
    async with rig(Say("x" * 400, pace_s=0.05)) as (client, server):

        class Killer(Ear):
            def __call__(self, kind: str, text: str) -> None:
                super().__call__(kind, text)
                if len(self.heard) == 2:
                    tasks.append(asyncio.ensure_future(server.close()))

        tasks: list[asyncio.Future[None]] = []
        outcome = await client.generate(CALL, Killer())
        assert isinstance(outcome, LlmFailure)
        assert outcome.policy is Policy.WAIT_FOR_SERVER
        await asyncio.gather(*tasks)


async def test_the_answer_comes_after_a_fault_that_went_away():
    async with rig(Say("abcdefgh", fault="drop", after=1), Rule(Say("fine"))) as (client, _):
        ear = Ear()
        outcome = await client.generate(CALL, ear)
    assert isinstance(outcome, Answer)
    assert [kind for kind, _ in ear.heard] == ["text", "again", "text"]
