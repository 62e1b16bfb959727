"""The one command for all benchmarks, and what it draws; nothing here measures time."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as every
from benchmarks import scale


def test_every_part_is_a_benchmark_that_writes_its_figures() -> None:
    for part in every.PARTS.values():
        found = importlib.util.find_spec(f"benchmarks.{part.module}")
        assert found is not None
        assert found.origin is not None
        text = Path(found.origin).read_text(encoding="utf-8")
        for argument in ("--json", *part.arguments, *part.quick):
            assert not argument.startswith("--") or f'"{argument}"' in text, (part.module, argument)
    assert every.PARTS.keys() >= every.LONG


def test_figures_of_all_are_gathered_and_a_failure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(part: every.Part, file: Path, *, quick: bool) -> int:
        if part.module == "paper":
            return 1
        file.write_text(json.dumps({"quick": quick}), encoding="utf-8")
        return 0

    monkeypatch.setattr(every, "run", run)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "spawn", "paper", "--quick", "--json", str(tmp_path / "all.json")])
    assert every.main() == 1
    figures = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert (figures["spawn"], figures["paper"]) == ({"quick": True}, None)
    assert figures["machine"]["cores"] >= 1
    assert "== spawn: " in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["benchmarks", "nothing"])
    with pytest.raises(SystemExit, match="2"):
        every.main()


def test_the_plots_show_every_mark() -> None:
    rows = [{"individuals": 10 * 10**n, "engine_ms": float(n + 1)} for n in range(4)]
    bars = scale.plot(rows, width=40)
    assert [bar.count("#") for bar in bars] == [10, 20, 30, 40]
    words = "".join(ElementTree.fromstring(scale.svg(rows)).itertext())
    assert all(f"{row['individuals']:,}" in words and f"{row['engine_ms']:.1f}" in words for row in rows)
