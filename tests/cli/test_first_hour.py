"""Every error that a user can make in the first hour: one message, what to do next, the right exit code.

In the order of docs/troubleshooting.md, which names them all.
"""

from __future__ import annotations

import ast
import sqlite3
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psutil
import pytest
from run.fakes import AnyExecutor, Rig

import ge_tui
from cli.conftest import Call, Said
from ge_tui.cli import machine
from ge_tui.errors import ExitCode
from ge_tui.evaluation import gpu_advice
from ge_tui.evaluation.box.report import BoxReport, Layer, Need, Proof, State
from ge_tui.evaluation.executors.server_process import ServerProcess
from ge_tui.llm.ollama import OllamaClient, Patience
from ge_tui.run.store import Store
from ge_tui.tui.app import GeTui
from ge_tui.tui.screens.too_small import TooSmall
from tests.llm import coder
from tests.llm.ollama.beside import serving
from tests.llm.ollama.script import Rule, Say, Script

DOCS = Path(__file__).resolve().parents[2] / "docs" / "troubleshooting.md"
BOX = BoxReport(
    layers=tuple(State(layer=layer, in_force=True, detail="holds") for layer in Layer),
    proofs=tuple(Proof(attempt=f"try {need}", stopped=True, detail="refused", need=need) for need in Need),
)
GREETING = {"event": "ready", "torch": "2.13.0+cpu", "cuda": None, "cuda_devices": 0, "mps": False,
            "gpu_problem": "", "box": BOX.model_dump(mode="json")}  # fmt: skip
SMALL = ("run", "--data", "fake", "--population", "2", "--generations", "1", "--name", "new")
WITH_LLM = (*SMALL, "--llm", "ollama:coder:7b")
ON_GPU = (*SMALL, "--set", "evaluation.device=cuda")
Workers = Callable[..., None]


@pytest.fixture
def ollama_with(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Script], None]]:
    with ExitStack() as servers:
        yield lambda script: monkeypatch.setenv("OLLAMA_HOST", servers.enter_context(serving(script)).url)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """Worker processes that say what they find and do nothing else."""

    def play(**found: object) -> None:
        monkeypatch.setattr(ServerProcess, "_start", lambda _self, theirs, *_: theirs.close())
        monkeypatch.setattr(ServerProcess, "next_event", lambda *_: {**GREETING, **found})
        monkeypatch.setattr(ServerProcess, "alive", True)
        monkeypatch.setattr(ServerProcess, "stop", lambda self: self._control.close())

    return play


def ends(said: Said, code: ExitCode, *words: str) -> None:
    """One message on standard error, with what is wrong and what to do."""
    assert said.code == code, said.err
    lines = said.err.strip().splitlines()
    assert lines[-1].startswith("ge-tui: "), said.err
    assert len([line for line in lines if line.startswith("ge-tui: ")]) == 1
    for word in words:
        assert word in lines[-1], lines[-1]


def test_no_ollama(instant: list[AnyExecutor], call: Call) -> None:
    ends(call(*WITH_LLM), ExitCode.NOT_READY, "127.0.0.1:9", "ollama serve", "no run is left")


def test_a_wrong_model_name(
    instant: list[AnyExecutor], call: Call, runs: Path, ollama_with: Callable[[Script], None]
) -> None:
    ollama_with(Script(rules=[Rule(coder.answer)]))
    said = call(*SMALL, "--llm", "ollama:codr:7b")
    ends(said, ExitCode.NOT_READY, "codr:7b is not installed", "there: coder:7b", "ge-tui models pull codr:7b")
    assert not list(runs.iterdir()), "the name is free for the right one"
    assert call(*WITH_LLM).code == 0


def test_a_model_without_room(
    instant: list[AnyExecutor], call: Call, ollama_with: Callable[[Script], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ge_tui.run.language_models.OllamaClient", partial(OllamaClient, patience=Patience(backoff_s=0))
    )
    full = {"error": "model requires more system memory (9.1 GiB) than is available (4.0 GiB)"}
    ollama_with(Script(rules=[Rule(Say(status=500, body=full))]))
    ends(call(*WITH_LLM), ExitCode.NOT_READY, "no room for the model coder:7b", "9.1 GiB", "smaller", "--resume new")
    assert call("show", "new", "--json").json["run"]["status"] == "failed"


def test_no_gpu(call: Call, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_advice, "_DRIVER", "/no/such/driver")
    workers()
    ends(call(*ON_GPU), ExitCode.USAGE, "torch finds none", "install the driver", "use auto or cpu")


def test_torch_without_cuda_beside_an_nvidia_gpu(
    call: Call, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = tmp_path / "version"
    driver.touch()
    monkeypatch.setattr(gpu_advice, "_DRIVER", str(driver))
    workers()
    ends(call(*ON_GPU), ExitCode.USAGE, "torch 2.13.0+cpu is built without CUDA", "pip install --force-reinstall torch")
    workers(cuda="13.0")
    ends(call(*ON_GPU, "--name", "b"), ExitCode.USAGE, "CUDA 13.0", "nvidia-smi")
    (found,) = machine._torch_findings({**GREETING, "torchvision": "matching: 0.28", "devices": []})[2:]
    assert "built without CUDA" in found.detail


@pytest.mark.parametrize(
    "problem",
    ["OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB", "Error: all devices are busy or unavailable"],
)  # fmt: skip
def test_a_gpu_that_is_busy(call: Call, workers: Workers, problem: str) -> None:
    workers(cuda="13.0", cuda_devices=1, gpu_problem=problem)
    ends(call(*ON_GPU), ExitCode.NOT_READY, "the GPU is busy", "nvidia-smi", "evaluation.device=cpu", "no run is left")


def test_a_gpu_that_the_box_keeps_out(call: Call, workers: Workers) -> None:
    workers(cuda="13.0", cuda_devices=1, gpu_problem="CUDA error 304; it works without seccomp")
    ends(call(*ON_GPU), ExitCode.NOT_READY, "works without seccomp", "evaluation.box.without=LAYER")


def test_no_box(call: Call, workers: Workers) -> None:
    workers(box=BoxReport().model_dump(mode="json"))
    ends(call(*SMALL), ExitCode.NOT_READY, "no network", "ge-tui doctor", "--i-trust-this-code")


def test_no_disk_at_the_start(instant: list[AnyExecutor], call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ge_tui.run.directory.Path.mkdir", full)
    ends(call(*SMALL), ExitCode.NOT_READY, "No space left on device")


def test_no_disk_in_the_middle(instant: list[AnyExecutor], call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "close_generation", full)
    ends(call(*SMALL), ExitCode.RESUMABLE, "disk is full", "Nothing that was finished is lost", "--resume new")


def test_a_wrong_data_folder(call: Call, tmp_path: Path) -> None:
    ends(call(*SMALL, "--data", "folder:/no/such/place"), ExitCode.USAGE, "/no/such/place")
    ends(call(*SMALL, "--data", f"folder:{tmp_path}"), ExitCode.USAGE, str(tmp_path), "one folder a class")
    ends(call(*SMALL, "--data", "cifar11"), ExitCode.USAGE, "cifar10")


def test_a_wrong_task_file(call: Call, tmp_path: Path) -> None:
    ends(call(*SMALL, "--task", "ExquisiteNet"), ExitCode.USAGE, "no task 'ExquisiteNet'", "ExquisiteNetV2")
    (tmp_path / "task.toml").write_text("description = 3\n[recipes")
    ends(call(*SMALL, "--task", str(tmp_path)), ExitCode.USAGE, "task.toml")


@pytest.mark.asyncio
async def test_a_terminal_that_is_too_small(runs: Path) -> None:
    async with GeTui(runs, None).run_test(size=(30, 8)) as pilot:
        await pilot.pause()
        assert isinstance(pilot.app.screen, TooSmall)
        assert "too small: 30x8" in str(pilot.app.screen.query_one("Static").render())  # type: ignore[attr-defined]


def test_no_terminal(call: Call) -> None:
    ends(call(), ExitCode.USAGE, "needs a terminal", "ge-tui run")


def test_a_run_name_that_is_taken(instant: list[AnyExecutor], rig: Rig, call: Call) -> None:
    ends(call(*SMALL, "--name", "alpha"), ExitCode.USAGE, "a run 'alpha'", "choose another --name")


def test_a_run_that_is_open_elsewhere(instant: list[AnyExecutor], rig: Rig, call: Call) -> None:
    with rig.directory.locked():
        said = call("run", "--resume", "alpha", "--generations", "9")
    ends(said, ExitCode.FAILED, "open in another process", "ge-tui steer alpha stop=now")


def test_a_run_file_of_another_version(instant: list[AnyExecutor], rig: Rig, runs: Path, call: Call) -> None:
    with sqlite3.connect(runs / "alpha" / "run.sqlite") as file:
        file.execute("PRAGMA user_version = 999")
    file.close()
    for command in (("show", "alpha"), ("run", "--resume", "alpha")):
        ends(call(*command), ExitCode.FAILED, "written by a newer version of ge-tui", "format 999")


def test_a_network_folder(instant: list[AnyExecutor], runs: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    partition = namedtuple("partition", "mountpoint fstype")
    mounts = [partition("/", "ext4"), partition(str(runs.parent), "nfs4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: mounts)
    ends(call(*SMALL), ExitCode.USAGE, "network file system (nfs4)", "choose a local folder with --runs")


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_a_python_that_is_too_old(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path(ge_tui.__file__).read_text()
    new_words = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.Starred, ast.FunctionDef)
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, new_words)], "an old one must parse it"
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    monkeypatch.setattr(sys, "version_info", (*version, 9, "final", 0))
    with pytest.raises(SystemExit) as end:
        exec(compile(text, ge_tui.__file__, "exec"), {"__name__": "ge_tui"})
    assert end.value.code == ExitCode.NOT_READY
    said = capsys.readouterr().err
    assert f"this is Python {version[0]}.{version[1]}" in said
    assert "needs 3.11 or newer" in said
    assert "python3.11 -m venv" in said
