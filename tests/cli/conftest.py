"""Commands are called in this process where nothing speaks against it, on runs made with fakes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from run.fakes import AnyExecutor, FakeExecutor, Rig, settings_of

from ge_tui.cli import main
from ge_tui.run import session
from ge_tui.run.engine import going_on


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the runs; nothing of the user's own is seen or touched."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("GE_TUI_RUNS", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(going_on, "LOOK_S", 0.01)
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: str) -> Said:
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(int(code), said.out, said.err)

    return call


@pytest.fixture
def rig(runs: Path) -> Rig:
    """A finished run of a few fakes, called `alpha`."""
    runs.mkdir()
    rig = Rig(runs, settings_of(), name="alpha").create()
    rig.run(FakeExecutor())
    return rig


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> list[AnyExecutor]:
    """Trainings of the real task take no time; the executors that were made."""
    made: list[AnyExecutor] = []

    def make(_settings: object) -> AnyExecutor:
        made.append(AnyExecutor())
        return made[-1]

    monkeypatch.setattr(session, "LocalExecutor", make)
    return made
