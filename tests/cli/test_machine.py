"""What is found on a machine, and what each lack is worth."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ge_tui.cli import machine
from ge_tui.cli.machine import Finding, Grade, examine
from ge_tui.errors import UsageError
from ge_tui.evaluation.box.report import BoxReport, Layer, Need, Proof, State

BOX = BoxReport(
    layers=tuple(State(layer=layer, in_force=True, detail="holds") for layer in Layer),
    proofs=tuple(Proof(attempt=f"try {need}", stopped=True, detail="refused", need=need) for need in Need),
)
PROBE = {"torch": "2.13.0+cpu", "torchvision": "matching: 0.28", "devices": ["A card (80 GiB)"]}


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(machine, "_probe_torch", lambda: PROBE)
    monkeypatch.setattr(machine, "_examine_box", lambda: BOX)


def found(runs: Path) -> dict[str, Finding]:
    findings = examine(runs)
    assert len({finding.name for finding in findings}) == len(findings)
    assert all(finding.advice for finding in findings if finding.grade is not Grade.GOOD)
    return {finding.name: finding for finding in findings}


def test_everything_a_run_needs_is_looked_at(tmp_path: Path) -> None:
    findings = found(tmp_path / "runs" / "not" / "yet")
    assert findings.keys() >= {
        "python", "torch", "torchvision", "gpu", "ollama", "memory", "disk (runs)", "disk (cache)", "data",
        "box", "terminal",
    }  # fmt: skip
    assert findings["gpu"].detail == "A card (80 GiB)"
    assert "digits" in findings["data"].detail
    assert not (tmp_path / "runs").exists(), "looking makes nothing"
    assert "torch" not in sys.modules


@pytest.mark.parametrize(
    ("probe", "name", "grade"),
    [
        ("No module named 'torch'", "torch", Grade.MISSING),
        ({**PROBE, "torchvision": "does not match"}, "torchvision", Grade.WARNING),
        ({**PROBE, "devices": []}, "gpu", Grade.WARNING),
    ],
)
def test_what_torch_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, probe: Any, name: str, grade: Grade) -> None:
    monkeypatch.setattr(machine, "_probe_torch", lambda: probe)
    assert found(tmp_path)[name].grade is grade


@pytest.mark.parametrize(
    ("out", "err", "words"),
    [("", "Traceback\nModuleNotFoundError: no torch\n", "no torch"), ("", "", "without a word"), ("{", "bad", "bad")],
)
def test_a_probe_that_fails_is_put_into_words(monkeypatch: pytest.MonkeyPatch, out: str, err: str, words: str) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, out, err))
    assert words in str(machine._probe_torch())


def test_a_probe_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired([], 1)

    monkeypatch.setattr(subprocess, "run", hang)
    assert "did not load" in str(machine._probe_torch())


def serve(monkeypatch: pytest.MonkeyPatch, status: int, body: bytes) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OLLAMA_HOST", f"http://127.0.0.1:{server.server_port}")
    return server


@pytest.mark.parametrize(
    ("status", "body", "grades", "words"),
    [
        (200, b'{"models": [{"model": "qwen:7b"}]}', (Grade.GOOD, Grade.GOOD), "qwen:7b"),
        (200, b'{"models": []}', (Grade.GOOD, Grade.WARNING), "none installed"),
        (500, b"broken", (Grade.WARNING, None), "127.0.0.1"),
        (200, b"no json", (Grade.WARNING, None), "not Ollama's"),
    ],
)
def test_ollama(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, body: bytes, grades: tuple[Any, Any], words: str
) -> None:
    server = serve(monkeypatch, status, body)
    try:
        findings = found(tmp_path)
    finally:
        server.shutdown()
        server.server_close()
    models = findings.get("models")
    assert (findings["ollama"].grade, models.grade if models else None) == grades
    assert words in findings["ollama"].detail + (models.detail if models else "")


def test_without_ollama_a_run_can_still_be_had(tmp_path: Path) -> None:
    finding = found(tmp_path)["ollama"]
    assert finding.grade is Grade.WARNING
    assert "--llm offline" in finding.advice


@pytest.mark.parametrize("host", ["nonsense://", "127.0.0.1:notaport", "http://[", ""])
def test_an_ollama_address_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    assert found(tmp_path)["ollama"].grade in (Grade.WARNING, Grade.GOOD)


def test_disks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "_LOW_DISK", 1 << 60)
    assert found(tmp_path)["disk (runs)"].grade is Grade.WARNING
    monkeypatch.setattr(machine, "refuse_network_file_system", _on_a_network)
    assert found(tmp_path)["disk (runs)"].grade is Grade.MISSING
    assert found(tmp_path)["disk (cache)"].grade is Grade.WARNING
    monkeypatch.setattr(machine.os, "access", lambda *_: False)
    assert "cannot be written" in found(tmp_path)["disk (runs)"].detail


def test_a_place_below_a_file_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert found(tmp_path / "file" / "runs")["disk (runs)"].grade is Grade.MISSING


def test_a_relative_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert found(Path("runs"))["disk (runs)"].grade is Grade.GOOD


def _on_a_network(path: Path) -> None:
    raise UsageError(f"{path} lies on a network file system (nfs)")


def test_a_box_that_holds(tmp_path: Path) -> None:
    findings = found(tmp_path)
    assert findings["box"].grade is Grade.GOOD
    assert "3 of 3 attempts" in findings["box"].detail
    assert findings["box: landlock"].grade is Grade.GOOD


def test_a_box_with_a_hole_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hole = Proof(attempt="send by UDP", stopped=False, detail="it worked", need=Need.NETWORK)
    layers = tuple(state.model_copy(update={"in_force": False}) for state in BOX.layers)
    monkeypatch.setattr(machine, "_examine_box", lambda: BoxReport(layers=layers, proofs=(*BOX.proofs, hole)))
    findings = found(tmp_path)
    assert findings["box"].grade is Grade.MISSING
    assert "no network" in findings["box"].detail
    assert "not stopped: send by UDP" in findings["box"].detail
    assert "--i-trust-this-code" in findings["box"].advice
    assert all(findings[f"box: {layer}"].grade is Grade.WARNING for layer in Layer)


def test_an_open_end_that_harms_nobody_is_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    more = Proof(attempt="fill the disk", stopped=False, detail="it worked")
    monkeypatch.setattr(machine, "_examine_box", lambda: BoxReport(layers=BOX.layers, proofs=(*BOX.proofs, more)))
    assert found(tmp_path)["box"].grade is Grade.WARNING


def test_a_test_of_the_box_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(machine, "examine_here", lambda: (_ for _ in ()).throw(OSError("no room")))
    assert "no room" in str(machine._examine_box())


def test_the_box_of_this_machine_is_tested_by_trying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    report = machine._examine_box()
    assert isinstance(report, BoxReport)
    if not report.safe:
        pytest.skip(f"no box here: {report.complaint()}")
    assert {"connect by TCP", "read a secret file", "make a file at home"} <= {p.attempt for p in report.proofs}
