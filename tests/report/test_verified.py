"""What an export measured on the test part stands in the report: of this run alone, and labelled as what it is."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made_run import make_run
from ge_tui.cli import main
from ge_tui.report.gather import gather
from ge_tui.report.run_page import run_page
from ge_tui.report.tables import every_table
from ge_tui.report.values import Report
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader, Store
from tests.report.pages import parse

AT = 1_700_000_000.0


@dataclass(frozen=True)
class Made:
    """A run, and how its exports are written."""

    directory: RunDirectory

    def genome(self, number: int = 3, *, accuracy: float = 0.9, at: float = AT, **changes: Any) -> dict[str, Any]:
        with RunReader(self.directory.database) as reader:
            run, source = reader.run(), reader.source(number) or ""
        measured = {
            "test_accuracy": {"values": [accuracy, accuracy + 0.02]},
            "val_accuracy": {"values": [0.95, 0.97]},
            "params": 1234.0,
        }
        return {
            "run": {"name": run.name, "created_at": run.created_at},
            "individual": {"number": number, "without": [], "sha256": hashlib.sha256(source.encode()).hexdigest()},
            "verification": {
                "seeds": [1, 2], "plan": {"recipe": "fast", "rung": "full", "steps": 2000}, "winner": measured,
                "seed": {**measured, "params": 9876.0}, "verified": True, "verdict": "verified: it is so",
                "difference": {"mean": 0.01, "low": 0.005, "high": 0.015, "pairs": 2},
                "opened_at": at, "opened_before": 0,
            },
            "of a later version": True, **changes,
        }  # fmt: skip

    def report(self, *exports: Path) -> Report:
        with RunReader(self.directory.database) as reader:
            return gather(self.directory, reader, exports)


def put(folder: Path, genome: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "genome.json").write_text(json.dumps(genome), encoding="utf-8")
    return folder


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(make_run(tmp_path, 8, "made"))


def test_without_one_the_page_says_how_it_is_done(made: Made) -> None:
    report = made.report()
    assert report.verified == ()
    assert "No network of this run was measured on the test part yet" in run_page(report)
    assert "verified" not in every_table(report)


def test_an_export_that_was_named_is_told_with_its_label(made: Made, tmp_path: Path) -> None:
    report = made.report(put(tmp_path / "shipped", made.genome()))
    assert [one.label for one in report.verified] == ["#3"]
    text = " ".join(parse(run_page(report)).text)
    assert "0.9100" in text
    assert "#3: verified: it is so. Recipe fast, rung full, 2,000 steps, seeds 1, 2" in text
    assert "The run's own record does not know of it" in text
    assert "but for those under Verified" in text
    assert [row[0].text for row in every_table(report)["verified"].rows] == ["#3", "seed, beside #3"]


def test_what_the_record_names_or_the_run_holds_is_found(made: Made, tmp_path: Path) -> None:
    """The newest of each network; the record says that the test part was opened for it."""
    old, new = made.genome(4, accuracy=0.5), made.genome(4, accuracy=0.8, at=AT + 100)
    put(made.directory.path / "exports" / "front" / "4", old)
    put(tmp_path / "shipped" / "4", new)
    with closing(Store(made.directory.database)) as store:
        store.note("exported", 4, to=str(tmp_path / "shipped"))
        store.note("exported", 5, to=str(tmp_path / "gone"))
    (one,) = made.report().verified
    assert one.found.winner.test_accuracy.mean == pytest.approx(0.81)
    assert not one.on_record
    with RunReader(made.directory.database) as reader:
        now = reader.events()[-1].at
    with closing(Store(made.directory.database)) as store:
        store.note("test_opened", 4, individuals=[4], seeds=[1, 2], times_before=0)
    put(tmp_path / "shipped" / "4", made.genome(4, at=now))
    (one,) = made.report().verified
    assert one.on_record
    assert "does not know of it" not in run_page(made.report())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"run": {"name": "made", "created_at": 5.0}}, "an export of another run"),
        ({"individual": {"number": 3, "sha256": "another text"}}, "an export of another run"),
        ({"individual": {"number": 999, "sha256": ""}}, "an export of another run"),
        ({"verification": None}, "was not verified"),
        ({"verification": {"seeds": "many"}}, "no export that can be read"),
    ],
)
def test_anything_else_is_told_nowhere(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], said: str
) -> None:
    folder = put(tmp_path / "shipped", made.genome(**changes))
    put(made.directory.path / "beside", made.genome(**changes))
    assert made.report().verified == ()
    page = tmp_path / "page.html"
    code = main(["report", "made", "--runs", str(tmp_path), "--to", str(page), "--export", str(folder)])
    assert code == 2
    assert said in capsys.readouterr().err
    assert not page.exists()


def test_a_reduced_network_says_what_was_taken_out(made: Made) -> None:
    reduced = {"number": 3, "without": [1, 2], "sha256": "not that of the individual"}
    put(made.directory.path / "e" / "minimal", made.genome(individual=reduced))
    assert [one.label for one in made.report().verified] == ["#3 without #1, #2"]
