"""`ge-tui models` against the server of our own, on a loop beside the command's."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from cli.conftest import Call
from ge_tui.run.event_lines import line_of
from ge_tui.run.store import EventRow
from tests.llm import coder
from tests.llm.ollama.beside import serving
from tests.llm.ollama.script import Model, Rule, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor

ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[[Script], FakeOllama]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    with ExitStack() as servers:

        def start(script: Script) -> FakeOllama:
            server = servers.enter_context(serving(script))
            monkeypatch.setenv("OLLAMA_HOST", server.url)
            return server

        yield start


def test_installed_models_are_listed_with_where_they_are(call: Call, serve: Serve) -> None:
    spilled = Model("big:30b", ("completion", "thinking"), size=10_000_000_000, vram=4_000_000_000)
    on_cpu = Model("little:1b", vram=0, size=1_000_000_000)
    server = serve(Script(models=[spilled, on_cpu, Model("coder:7b")]))
    for model in (spilled, on_cpu):
        asyncio.run(server.memory.load(model, {"options": {"num_ctx": 8192}}))
    said = call("models")
    assert said.code == 0
    rows = {line.split()[0]: " ".join(line.split()) for line in said.out.splitlines() if "GB" in line}
    assert rows["big:30b"] == "big:30b 10.0 GB 7.6B Q4_K_M 32,768 completion, thinking 10.0 GB, 40% on the GPU"
    assert rows["little:1b"].endswith("1.0 GB, on the CPU")
    assert rows["coder:7b"].endswith("completion no")
    by_name = {row["name"]: row for row in call("models", "--json").json}
    assert by_name["big:30b"]["loaded"] == {
        "size_bytes": 10_000_000_000, "gpu_bytes": 4_000_000_000, "context_length": 8192
    }  # fmt: skip
    assert by_name["coder:7b"]["loaded"] is None
    assert (by_name["coder:7b"]["parameters"], by_name["coder:7b"]["context_length"]) == ("7.6B", 32768)


def test_without_models_it_says_how_to_get_one(call: Call, serve: Serve) -> None:
    server = serve(Script(models=[]))
    said = call("models")
    assert (said.code, said.out) == (
        0, f"no models at {server.url}; get one with: ge-tui models pull qwen2.5-coder:7b\n"
    )  # fmt: skip
    assert call("models", "--json").json == []


@pytest.mark.parametrize("words", [("models",), ("models", "--json"), ("models", "pull", "new:1b")])
def test_without_a_server_the_machine_is_not_ready(call: Call, words: tuple[str, ...]) -> None:
    said = call(*words)
    assert said.code == 3
    assert "127.0.0.1:9" in said.err
    assert "ollama serve" in said.err


def test_a_model_is_fetched_in_plain_lines(call: Call, serve: Serve) -> None:
    serve(Script())
    said = call("models", "pull", "new:1b")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "pulling manifest"
    assert any(line.startswith("pulling 229ddd652b33: ") for line in lines)
    assert lines[-2:] == ["success: 1 of 1 MB (100%)", "new:1b is there; use it with: ge-tui run --llm ollama:new:1b"]
    assert "new:1b" in call("models").out


def test_a_model_is_fetched_in_objects(call: Call, serve: Serve) -> None:
    serve(Script())
    said = call("models", "pull", "new:1b", "--json")
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert rows[-1] == {"status": "success", "completed_bytes": 1_000_000, "total_bytes": 1_000_000}
    assert all(row["completed_bytes"] <= row["total_bytes"] for row in rows)


@pytest.mark.parametrize(
    ("words", "script", "code", "message"),
    [
        (("pull", "nothing:1b"), Script(), 1, "Ollama's library has no model 'nothing:1b'"),
        (("pull", "new:1b"), Script(pull_fault="end"), 1, "ended early; pull it again"),
        (("pull",), Script(), 2, "name the model"),
        (("push", "new:1b"), Script(), 2, "is none of pull"),
    ],
)
def test_what_cannot_be_fetched_is_said(
    call: Call, serve: Serve, words: tuple[str, ...], script: Script, code: int, message: str
) -> None:
    serve(script)
    said = call("models", *words)
    assert said.code == code
    assert message in said.err


def test_ctrl_c_ends_a_download_and_says_how_it_goes_on(serve: Serve) -> None:
    server = serve(Script(pull_fault="hang"))
    command = [sys.executable, "-m", "ge_tui", "models", "pull", "new:1b"]
    pipe = subprocess.PIPE
    environment = {**os.environ, "OLLAMA_HOST": server.url, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        while "229ddd" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "go on with: ge-tui models pull new:1b" in err
    assert "Traceback" not in err
    assert server.exchanges[-1].disconnected is not None


def test_on_a_terminal_there_is_a_bar(serve: Serve) -> None:
    server = serve(Script())
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ge_tui", "models", "pull", "new:1b"]
    environment = {**os.environ, "OLLAMA_HOST": server.url, "TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = bytearray()
        with suppress(OSError):  # the other end is closed
            while part := os.read(ours, 4096):
                seen += part
    os.close(ours)
    assert process.returncode == 0
    assert "1.0/1.0 MB" in seen.decode()
    assert "new:1b is there" in seen.decode()


def test_a_run_says_at_its_start_where_the_model_lives(call: Call, serve: Serve, instant: list[AnyExecutor]) -> None:
    serve(Script(models=[Model("coder:7b")], rules=[Rule(coder.answer)]))
    small = ("--data", "fake", "--population", "2", "--generations", "0", "--name", "small")
    said = call("run", "--llm", "ollama:coder:7b", *small)
    assert said.code == 0, said.err
    lines = [line.split("  ", 1)[-1] for line in said.out.splitlines()]
    place = "language model resident: networks are trained on the CPU"
    assert lines.index(place) < lines.index(next(line for line in lines if line.startswith("#0 evaluated")))
    assert place in call("show", "small").out


def test_a_run_names_the_command_that_gets_a_missing_model(
    call: Call, serve: Serve, instant: list[AnyExecutor]
) -> None:
    serve(Script())
    said = call("run", "--llm", "ollama:new:1b", "--data", "fake", "--name", "early")
    assert said.code == 3
    assert "get it with: ge-tui models pull new:1b. Nothing was begun, and no run is left" in said.err
    assert call("models", "pull", "new:1b").code == 0
    again = ("run", "--llm", "ollama:new:1b", "--data", "fake", "--name", "early", "--generations", "0")
    assert call(*again).code == 0


@pytest.mark.parametrize(
    ("kind", "payload", "line"),
    [
        ("llm_unloaded", {"models": ["a", "b"], "held_mb": 9000, "freed_mb": 8800, "seconds": 2.31},
         "unloaded a, b: 8,800 MB came back (2.3 s)"),
        ("llm_unloaded", {"models": ["a"], "held_mb": 9000, "freed_mb": 100, "seconds": 10.0},
         "unloaded a: 100 of its 9,000 MB came back (10.0 s)"),
        ("llm_unloaded", {"models": ["a"], "held_mb": 9000, "freed_mb": None, "seconds": 10.0},
         "unloaded a (10.0 s)"),
        ("llm_unload_failed", {"reason": "it stays"}, "the model could not be unloaded: it stays"),
        ("llm_spilled", {"model": "a", "gpu_mb": 3000, "mb": 9000}, "only 33% of a is on the GPU, so it writes slowly; "
         "free GPU memory, or choose a smaller model or ollama.residency=phased"),
        ("prompt_cut", {"model": "a", "chars": 9000, "next_chars": 6750},
         "#7: a prompt of 9,000 characters did not fit a; the next have at most 6,750"),
    ],
)  # fmt: skip
def test_what_happens_to_models_is_told_in_a_line(kind: str, payload: dict[str, object], line: str) -> None:
    assert line_of(EventRow(1, 0.0, kind, 7, payload)) == line
