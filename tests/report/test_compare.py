"""Runs beside each other: who belongs together, what compares, and what the figures are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ge_tui.cli import main
from ge_tui.errors import UsageError, UserError
from ge_tui.report.compared.gather import read_runs
from ge_tui.report.compared.groups import group_runs
from ge_tui.report.compared.values import Comparison, band, compare_groups, trainings
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader
from tests.report.pages import parse
from tests.run.fakes import FakeExecutor, Rig, settings_of

ARMS = {"full": (), "plain": ("crossover_probability=0", "mutation_probability=0.3")}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("runs")
    for arm, values in ARMS.items():
        for seed in (1, 2, 3):
            rig = Rig(base, settings_of(*values, f"seed={seed}"), name=f"{arm}{seed}").create()
            rig.run(FakeExecutor())
    return base


def directories(runs: Path) -> list[RunDirectory]:
    return [RunDirectory(runs / f"{arm}{seed}") for arm in ARMS for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def found(runs: Path) -> Comparison:
    read, objectives = read_runs(directories(runs))
    return compare_groups(group_runs(read), objectives)


def test_runs_of_the_same_settings_but_the_seed_are_a_group(found: Comparison) -> None:
    assert [[run.seed for run in group.runs] for group in found.groups] == [[1, 2, 3], [1, 2, 3]]
    assert "crossover_probability=0.35" in found.groups[0].name
    assert "mutation_probability=0.3" in found.groups[1].name


def test_slots_and_threads_do_not_part_runs(runs: Path, tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("seed=9", "slots=3", "evaluation.threads=2"), name="other").create()
    rig.run(FakeExecutor())
    read, _ = read_runs([RunDirectory(runs / "full1"), rig.directory])
    (group,) = group_runs(read)
    assert group.name == "all runs"


def test_figures_are_of_equal_cost(found: Comparison) -> None:
    runs = [run for group in found.groups for run in group.runs]
    assert found.equal == min(run.last.evaluations for run in runs)
    (first, *_) = found.samples.values()
    for group, sample in zip(found.groups, first, strict=True):
        for run, value in zip(group.runs, sample.values, strict=True):
            assert value == max(r.hypervolume for r in run.course if r.evaluations <= found.equal)
    for test in found.tests:
        assert test.verdict.p <= test.adjusted <= 1
        assert test.verdict.least >= 0.1 - 1e-9


def test_a_band_holds_all_runs_of_its_group(found: Comparison) -> None:
    for group in found.groups:
        shown = band(group.runs, trainings)
        assert shown.middle[-1][0] == min(run.last.evaluations for run in group.runs)
        for (x, low), (_, middle), (_, high) in zip(shown.low, shown.middle, shown.high, strict=True):
            values = [max(r.hypervolume for r in run.course if r.evaluations <= x) for run in group.runs]
            assert (low, high) == (min(values), max(values))
            assert low <= middle <= high


def test_the_reference_is_the_widest(found: Comparison, runs: Path) -> None:
    for place, objective in enumerate(found.objectives):
        every = []
        for directory in directories(runs):
            with RunReader(directory.database) as reader:
                every.append(reader.run().objectives[place]["reference"])
        assert objective.reference == (min(every) if objective.direction == "max" else max(every))


def test_what_does_not_compare_is_refused(runs: Path, tmp_path: Path) -> None:
    other = Rig(tmp_path, settings_of("rung=full"), name="deep").create()
    other.run(FakeExecutor())
    with pytest.raises(UsageError, match=r"full1 and deep do not compare: the rung"):
        read_runs([RunDirectory(runs / "full1"), other.directory])
    unborn = Rig(tmp_path, settings_of(), name="unborn").create()
    with pytest.raises(UserError, match="unborn has not measured its seed"):
        read_runs([RunDirectory(runs / "full1"), unborn.directory])


def test_the_command(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [directory.name for directory in directories(runs)]
    page = tmp_path / "out" / "c.html"
    assert main(["compare", *names, "--runs", str(runs), "--to", str(page)]) == 0
    said = capsys.readouterr().out
    assert "Mann and Whitney" in said
    assert re.search(r"too few runs to tell: with 3 and 3 runs no adjusted p can be below 0\.[1-9]", said)
    seen = parse(page.read_text(encoding="utf-8"))
    assert seen.loads == []
    assert seen.elements["svg"] >= 4
    figures = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert main(["compare", *names, "--runs", str(runs), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == figures
    assert [len(group["runs"]) for group in figures["groups"]] == [3, 3]


def test_words_that_make_no_comparison(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "full1", "full1", "--runs", str(runs)]) == 2
    assert "two runs or more" in capsys.readouterr().err
    assert main(["compare", "full1", "fill2", "--runs", str(runs)]) == 2
    assert "did you mean 'full2'" in capsys.readouterr().err
