"""The header: how far a run is, by whatever ends it first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ge_tui.run.store import GenerationRow, RunReader, RunRow
from ge_tui.run.store.records import EventRow
from ge_tui.settings import Settings
from ge_tui.tui.header.facts import lines
from ge_tui.tui.watch import RunModel, Update
from ge_tui.tui.watch.spending import Spending, spending
from tests.run.fakes import FakeProposer, Rig, run_row, settings_of
from tests.run.test_pruning import LONGER, CurveExecutor
from tests.run.test_rungs import RungExecutor
from tests.tui.rig import Watching, llm_run


def model_of(*assignments: str, seconds: float = 600.0, spent: Spending | None = None, closed: int = 1) -> RunModel:
    """A run of 10 generations of 4 that has closed some of them."""
    settings: Settings = settings_of("population=4", "generations=9", *assignments)
    row: RunRow = replace(run_row("a", settings), status="running", seconds=seconds)
    generations = tuple(GenerationRow(n, 0.0, 1.0, 0.1, 1, 4, 4, 0, 0) for n in range(closed))
    opened = tuple(
        EventRow(n + 1, 0.0, "generation_opened", None, {"generation": n, "slots": 4}) for n in range(closed)
    )
    model = RunModel()
    model.apply(Update(run=row, alive=True, generations=generations, events=opened, spent=spent))
    model.controls |= {"population": 4, "stop": "no"}
    return model


def said(model: RunModel) -> str:
    return "\n".join("  ".join(fact.text for fact in line) for line in lines(model, (), 400))


@pytest.mark.parametrize(
    ("assignments", "spent", "left", "words"),
    [
        ((), Spending(), "about 1 h 30 min left", "generation 0/9"),
        (("budget.tokens=1000000",), Spending(tokens=500_000), "about 10 min left", "500k of 1.00M tokens"),
        (("budget.tokens=1000000",), Spending(tokens=20_000), "about 1 h 30 min left", "20.0k of 1.00M tokens"),
        (("budget.hours=0.5",), Spending(), "about 20 min left", "10 min of 30 min"),
        (("budget.hours=9",), Spending(), "about 1 h 30 min left", "10 min of 9 h 00 min"),
        (("budget.evaluations=40",), Spending(evaluations=10.5), "about 28 min left", "10.5 of 40 evaluations"),
        (("budget.evaluations=40", "budget.hours=0.5"), Spending(10.5), "about 20 min left", "10.5 of 40 evaluations"),
    ],
)
def test_what_ends_first_says_how_long_it_takes(
    assignments: tuple[str, ...], spent: Spending, left: str, words: str
) -> None:
    text = said(model_of(*assignments, spent=spent))
    assert left in text
    assert words in text


def test_an_engine_that_was_begun_is_said_to_start() -> None:
    """Until it takes up the run, which may take a while; the run is still what it was at its last end."""
    model = model_of()
    model.run = replace(model.run, status="finished") if model.run else None
    (first, _) = lines(model, (), 400, starting=True)
    assert [fact.text for fact in first][1] == "○ starting"
    (first, _) = lines(model, (), 400)
    assert [fact.text for fact in first][1] == "✓ finished"


def test_generations_that_are_larger_from_now_on_take_longer() -> None:
    model = model_of(closed=5)
    assert "about 10 min left" in said(model)
    model.controls["population"] = 8
    assert "about 20 min left" in said(model)


def test_parts_of_trainings_are_counted_as_the_engine_does(tmp_path: Path) -> None:
    settings = settings_of("population=8", "generations=9", "prune_median=true", "prune_after=0.5",
                           "budget.evaluations=20")  # fmt: skip
    rig = Rig(tmp_path, settings, task=LONGER).create()
    assert "20 evaluations is used up" in rig.run(CurveExecutor(), FakeProposer(values=40)).reason
    with rig.reader() as reader:
        pruned = [row for row in reader.evaluations() if row.outcome == "pruned"]
        assert pruned
        assert spending(reader, reader.run().settings).evaluations == pytest.approx(20, abs=1.5)


def test_without_a_budget_nothing_is_counted(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("evaluation.first_rung=look", "population=2", "generations=0")).create()
    rig.run(RungExecutor())
    with rig.reader() as reader:
        assert spending(reader, reader.run().settings) == Spending()


async def test_tokens_are_followed(tmp_path: Path) -> None:
    directory = await llm_run(tmp_path, "budget.tokens=1000000000", "population=2", "generations=0")
    watching = Watching(directory)
    await watching.look()
    with RunReader(directory.database) as reader:
        assert watching.model.spent.tokens == reader.count_tokens() > 0
    await watching.feed.close()
