"""`ge-tui apply`: the child on stdout, or the reason on stderr and exit code 1."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from ge_tui.cli import main

PLAIN = """import math


def area(radius):
    return math.pi * radius**2


def report(radius):
    return area(radius)
"""
SEED = Path(__file__).parents[2] / "sota" / "ExquisiteNetV2" / "network.py"
ME = """class ME(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.mix = nn.Conv2d(cin, cout, 2, stride=2, bias=False)

    def forward(self, x):
        return F.silu(self.mix(x))
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    file = tmp_path / "shapes.py"
    file.write_text(PLAIN)
    return file


def _answer(folder: Path, text: str) -> str:
    file = folder / "answer.md"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_segment_of_the_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = _answer(tmp_path, f"Here:\n```python\n{ME}```\n")
    assert main(["apply", "--parent", str(SEED), "--segment", "ME", answer]) == 0
    printed = capsys.readouterr().out
    assert ME in printed
    assert printed.count("# --OPTION--") == SEED.read_text().count("# --OPTION--")


def test_a_file_that_is_no_network(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = PLAIN.replace("radius**2", "radius * radius")
    assert main(["apply", "--parent", str(plain), _answer(tmp_path, f"```\n{new}```")]) == 0
    assert capsys.readouterr().out == new


def test_edits_from_standard_input(
    plain: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = (
        b"<<<<<<< SEARCH\r\n    return area(radius)\r\n=======\r\n    return 2 * area(radius)\r\n>>>>>>> REPLACE\r\n"
    )
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(answer)))
    assert main(["apply", "--parent", str(plain), "--edits", "-"]) == 0
    assert capsys.readouterr().out == PLAIN.replace("return area", "return 2 * area")


def test_a_parent_with_other_line_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parent = tmp_path / "dos.py"
    parent.write_bytes(("\ufeff" + PLAIN.replace("\n", "\r\n")).encode())
    new = PLAIN.replace("radius**2", "radius * radius")
    assert main(["apply", "--parent", str(parent), _answer(tmp_path, f"```\n{new}```")]) == 0
    assert capsys.readouterr().out == new


def test_a_refusal(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", "--parent", str(plain), _answer(tmp_path, "I would not change it.")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "no_code: the answer holds no code\n"


def test_an_unknown_segment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", "--parent", str(SEED), "--segment", "MEE", _answer(tmp_path, ME)]) == 2
    error = capsys.readouterr().err
    assert "no segment 'MEE'" in error
    assert "SE_LN" in error


@pytest.mark.parametrize("which", ["parent", "answer"])
def test_a_file_that_cannot_be_read(
    which: str, plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"parent": str(plain), "answer": _answer(tmp_path, ME)} | {which: str(tmp_path / "none")}
    assert main(["apply", "--parent", files["parent"], files["answer"]]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_an_unknown_task(plain: Path, tmp_path: Path) -> None:
    assert main(["apply", "--parent", str(plain), "--task", "none", _answer(tmp_path, ME)]) == 2
