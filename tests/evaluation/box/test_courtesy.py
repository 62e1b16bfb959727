"""What is told to a model before anything runs."""

from __future__ import annotations

import pytest

from ge_tui.evaluation.courtesy import find_hopeless
from ge_tui.evaluation.task import find_task


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import socket", "line 1: import socket: the box has no network"),
        ("x = 1\nfrom urllib.request import urlopen", "line 2: import urllib.request: the box has no network"),
        ("def f():\n    import subprocess as s", "line 2: import subprocess: a genome may not start other programs"),
        ("import os\nos.system('ls')", "line 2: os.system: a genome may not"),
        ("torch.hub.load('a', 'b')", "torch.hub.load: the box has no network"),
    ],
)
def test_what_could_only_fail_is_named_with_its_line(source: str, words: str) -> None:
    assert words in find_hopeless(source)


@pytest.mark.parametrize(
    "source",
    ["", "import os, sys, math, torch", "from .socket import x", "self.system('x')", "socket = 1", "import sockets"],
)
def test_what_may_work_is_left_alone(source: str) -> None:
    assert find_hopeless(source) == ""


def test_the_seed_is_left_alone() -> None:
    assert find_hopeless(find_task("ExquisiteNetV2").seed_source) == ""
