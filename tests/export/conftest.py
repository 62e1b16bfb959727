"""A real run of a tiny network on the digits, made once; every test works on a copy of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ge_tui.cli import main
from ge_tui.run.directory import RunDirectory

NETWORK = '''"""A tiny network, with a name that model.py would like to have too."""
from __future__ import annotations

import torch
from torch import nn

main = 8


# --OPTION--
class Net(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, main, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(main)
        self.second = nn.Conv2d(main, 16, 3, stride=2, padding=1)
        self.drop = nn.Dropout(0.1)
        self.last = nn.Linear(16, classes)

    def forward(self, x):
        x = torch.relu(self.norm(self.first(x)))
        x = torch.relu(self.second(x)).mean(dim=(2, 3))
        return self.last(self.drop(x))


# --OPTION--
def get_optimizer(model, lr, weight_decay=0.0, nesterov=True):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay, nesterov=nesterov)
'''
TASK = """
description = "a tiny network"
default_recipe = "fast"
[genome]
network = "Net"
[[objectives]]
name = "accuracy"
direction = "max"
reference = { offset = -0.05 }
tie_break = "loss"
[[objectives]]
name = "params"
direction = "min"
scale = "log10"
reference = { factor = 4.0 }
[data]
preferred = ["digits"]
[recipes.fast]
description = "short"
[recipes.fast.settings]
batch_size = 32
lr = 0.3
weight_decay = 5e-4
warmup_steps = 5
schedule = "linear"
[recipes.fast.on.any]
rungs = { look = 10, short = 150, full = 200 }
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def exported(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == "exported"]


Call = Callable[..., Said]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a finished run with a few children of built-in operators."""
    base = tmp_path_factory.mktemp("export")
    task = base / "tiny"
    task.mkdir()
    (task / "network.py").write_text(NETWORK)
    (task / "task.toml").write_text(TASK)
    environment = {"XDG_CACHE_HOME": str(base / "cache"), "XDG_CONFIG_HOME": str(base / "config")}
    with mock.patch.dict("os.environ", environment):
        code = main(["run", "--name=tiny", f"--task={task}", "--data=digits", "--llm=offline", "--population=3",
                     "--generations=1", "--seed=2", "--set=evaluation.slots=1",
                     f"--runs={base / 'runs'}", "--json"])  # fmt: skip
        assert code == 0
        yield base / "runs" / "tiny"


@pytest.fixture
def run(made: Path, tmp_path: Path) -> RunDirectory:
    (tmp_path / "runs").mkdir()
    shutil.copytree(made, tmp_path / "runs" / "tiny")
    return RunDirectory(tmp_path / "runs" / "tiny")


@pytest.fixture
def export(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> Call:
    """`ge-tui export` on the run, in this process."""

    def export(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(["export", run.name, *arguments, f"--runs={run.path.parent}", "--json"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(int(code), said.out, said.err)

    return export
