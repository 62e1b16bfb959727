"""The report of a run: one page that stands alone, whatever others wrote into the run."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.made_run import make_run
from ge_tui.cli import main
from ge_tui.report.gather import gather
from ge_tui.report.published import PUBLISHED
from ge_tui.report.run_page import run_page
from ge_tui.report.values import Report
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader
from tests.report.pages import parse
from tests.report.runs import HOSTILE, hostile_run
from tests.run.fakes import FailingExecutor, FakeExecutor, Rig


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    return hostile_run(tmp_path_factory.mktemp("runs"))


def report_of(directory: RunDirectory) -> Report:
    with RunReader(directory.database) as reader:
        return gather(directory, reader)


@pytest.fixture(scope="module")
def told(hostile: RunDirectory) -> Report:
    return report_of(hostile)


@pytest.fixture(scope="module")
def page(told: Report) -> str:
    return run_page(told)


def test_nothing_that_others_wrote_becomes_markup(page: str) -> None:
    seen = parse(page)
    assert seen.elements["script"] == 1
    assert "img" not in seen.elements
    assert seen.loads == []
    assert seen.handlers == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", page)
    # And it is all there to be read, in the story, the tables and the pictures.
    assert "".join(seen.text).count("<script>alert('x')</script></td>") > 10


def test_the_policy_names_the_only_style_and_script(page: str) -> None:
    for element in ("script", "style"):
        (inside,) = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(" not in page


def test_the_page_tells_what_is_asked_of_it(told: Report, page: str) -> None:
    text = " ".join(parse(page).text)
    for one in PUBLISHED:
        assert one.name in text
    assert told.best == told.best_small == told.story[-1].row.number
    assert told.story[0].row.number == 0
    assert "and dropout helps" in text
    assert "temperature 0.3" in text
    assert "aim_instruction" in text
    assert "no usable answer" in text
    for kind in ("persona", "category", "operator", "model", "temperature"):
        assert f"By {kind}" in text
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_the_story_leads_from_the_seed_to_the_best(told: Report) -> None:
    for before, after in zip(told.story, told.story[1:], strict=False):
        assert after.row.parents[0] == before.row.number

    assert "and dropout helps" in told.story[-1].insight
    assert HOSTILE.split("\x00")[0] in told.story[-1].diff
    gained = {reached.individual: reached.hypervolume for reached in told.course}
    assert told.story[-1].gain == pytest.approx(gained[told.best] - told.course[-2].hypervolume)


def test_the_course_only_rises_and_ends_at_the_front(told: Report) -> None:
    volumes = [reached.hypervolume for reached in told.course]
    assert volumes == sorted(volumes)
    best = [reached.best for reached in told.course]
    assert best == sorted(best)
    assert told.course[-1].evaluations == told.trainings
    assert all((one.best_small or 0) <= (one.best or 0) for one in told.course)


def test_five_hundred_children_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path, 501, "large", status="finished")
    file = tmp_path / "large.html"
    assert main(["report", "large", "--runs", str(tmp_path), "--to", str(file)]) == 0
    assert "large.html" in capsys.readouterr().out
    assert file.stat().st_size < 1 << 20
    assert parse(file.read_text(encoding="utf-8")).elements["tr"] > 500


def test_pictures_and_tables_for_papers(hostile: RunDirectory, tmp_path: Path) -> None:
    where = ["--png", str(tmp_path / "png"), "--svg", str(tmp_path / "svg"), "--csv", str(tmp_path / "csv")]
    assert main(["report", str(hostile.path), *where]) == 0
    for name in ("front", "hypervolume", "best", "credit-persona"):
        picture = Image.open(tmp_path / "png" / f"{name}.png").convert("L")
        assert picture.width == 2700
        darkest, _ = picture.getextrema()
        assert darkest < 80
        parse((tmp_path / "svg" / f"{name}.svg").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "csv" / "individuals.csv").read_text(encoding="utf-8"))))
    assert [row["#"] for row in rows] == [str(number) for number in range(len(rows))]
    assert float(rows[-2]["accuracy"]) == 0.99
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "@")]


@pytest.mark.parametrize("begun", [False, True])
def test_a_run_with_nothing_to_tell_yet(tmp_path: Path, begun: bool) -> None:
    rig = Rig(tmp_path).create()
    if begun:
        rig.run(FailingExecutor(at="check"))
    parse(run_page(report_of(rig.directory)))


def test_a_run_without_a_language_model(tmp_path: Path) -> None:
    rig = Rig(tmp_path).create()
    rig.run(FakeExecutor())
    report = report_of(rig.directory)
    page = run_page(report)
    text = " ".join(parse(page).text)
    assert "no language model" in text
    assert "do not compare with figures on fake" in text
    assert "GE-Evolved-L (published)" not in page  # in the table of published ones alone


def test_a_run_of_the_first_version(tmp_path: Path) -> None:
    old = RunDirectory(tmp_path / "old")
    old.path.mkdir()
    shutil.copy(Path(__file__).parents[1] / "run" / "assets" / "run_v1.sqlite", old.database)
    assert report_of(old).trainings > 0
    parse(run_page(report_of(old)))


def test_what_cannot_be_written_is_said(
    hostile: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["report", str(hostile.path), "--to", str(tmp_path / "file" / "x.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert main(["report", str(hostile.path)]) == 2
    assert "--to" in capsys.readouterr().err
    assert main(["report", "none", "--runs", str(tmp_path), "--to", "x.html"]) == 2


def test_torch_is_not_loaded(hostile: RunDirectory, tmp_path: Path) -> None:
    script = (
        "import sys; from ge_tui.cli import main; code = main(sys.argv[1:]); "
        "print(sorted({'torch', 'textual'} & set(sys.modules)), code)"
    )
    command = [sys.executable, "-c", script, "report", str(hostile.path), "--to", str(tmp_path / "x.html")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_hostile_words_are_as_bad_as_they_should_be() -> None:
    assert parse(f"<p>{HOSTILE.replace('</td>', '')}</p>").elements.get("img") == 1
