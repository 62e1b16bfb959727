"""The server of our own as a program, and what its script file can say."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from ge_tui.llm.ollama import Answer, LlmFailure, OllamaClient

from .rig import CALL, QUICK, Ear, call, rig
from .script import Say, read_script

ROOT = Path(__file__).parents[3]
HERE = __name__.rpartition(".")[0]


def shout(request: dict[str, object]) -> str:
    return str(request["prompt"]).upper()


@pytest.fixture
def script_file(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    rules = [
        {"match": "twice", "times": 2, "say": {"text": "abcdefgh", "fault": "drop", "after": 1}},
        {"match": "loud", "call": f"{HERE}.test_server:shout"},
        {"say": "as always"},
    ]
    models = [{"name": "demo:1b", "capabilities": ["completion", "thinking"]}]
    path.write_text(json.dumps({"version": "9.9", "models": models, "rules": rules}), encoding="utf-8")
    return path


async def test_a_script_file_says_all_that_a_script_can(script_file):
    async with rig(script=read_script(script_file)) as (client, _):
        answers = [await client.generate(call(p, model="demo:1b"), Ear()) for p in ("loud", "plain", "twice", "twice")]
        assert await client.version() == "9.9"
    assert [a.text for a in answers if isinstance(a, Answer)] == ["LOUD", "as always", "as always"]
    assert isinstance(answers[2], LlmFailure)


async def test_the_program_serves_until_it_is_told_to_end(script_file):
    script_file.write_text(script_file.read_text().replace(f"{HERE}.test_server", "tests.llm.ollama.test_server"))
    command = [sys.executable, "-m", "tests.llm.ollama.server", "--port", "0", "--script", str(script_file)]
    program = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert program.stdout is not None
    words = (await program.stdout.readline()).decode().split()
    url = next(word.rstrip(":") for word in words if word.startswith("http"))
    async with OllamaClient(url, QUICK) as client:
        answer = await client.generate(call("loud", model="demo:1b"), Ear())
    program.terminate()
    await program.communicate()
    assert isinstance(answer, Answer)
    assert answer.text == "LOUD"


async def test_a_call_to_the_chat_has_the_same_words():
    async with rig(Say("hello")) as (client, server):
        chat = client._connection.api.chat
        messages = [{"role": "user", "content": "hi"}]
        parts = [p.message.content async for p in await chat("coder:7b", messages, stream=True)]
        assert server.asked("/api/chat")[0]["messages"][0]["content"] == "hi"
    assert "".join(parts) == "hello"
    assert CALL.model == "coder:7b"
