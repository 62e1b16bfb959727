"""Rungs of fidelity: every child gets a little training, the best go on, and figures of rungs are never mixed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ge_tui.errors import UsageError
from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run import inbox
from ge_tui.run.objectives import objectives_from
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader, Status
from ge_tui.run.summary import best, highest_below, standings, value_in_words
from ge_tui.tui.watch.look import Look

from .fakes import TASK, FakeExecutor, FakeProposer, FastStore, Rig, family, metrics_of, populations, settings_of
from .test_crash import DyingStore, _DeadError

RUNGS = ("evaluation.first_rung=look", "population=6", "generations=3")


class RungExecutor(FakeExecutor):
    """What is trained less is less accurate and ranked a little differently; remembers what was trained at what."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.at: list[tuple[str, str]] = []

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        self.at.append((request.plan.rung, request.source))
        report = await super().train(request, on_progress)
        if report.outcome is not Outcome.OK:
            return report
        metrics = metrics_of(request.source)
        metrics["accuracy"] *= {"look": 3.0, "short": 1.0, "full": 1.1}[request.plan.rung]  # a look says far too much
        return TrainReport(Outcome.OK, "", metrics, (), 1.0, 1.0, 50.0)


def a_run(base: Path, name: str, *assignments: str, **options: object) -> tuple[Rig, RungExecutor]:
    rig = Rig(base, settings_of(*RUNGS, *assignments), name=name).create()
    executor = RungExecutor(**options)
    rig.run(executor)
    return rig, executor


def at_rung(reader: RunReader, rung: str) -> set[int]:
    return {row.individual for row in reader.evaluations() if row.rung == rung and row.status == "ok"}


def test_all_begin_at_the_first_rung_and_some_are_promoted(tmp_path: Path) -> None:
    rig, executor = a_run(tmp_path, "run", failing=0.0)
    counts = Counter(rung for rung, _ in executor.at)
    assert counts["look"] > 10
    assert 1 < counts["short"] < counts["look"]
    assert max(Counter(executor.at).values()) == 1
    with rig.reader() as reader:
        assert at_rung(reader, "short") < at_rung(reader, "look")
        assert 0 in at_rung(reader, "short"), "the seed is measured at every rung"
        rows = {row.number: row for row in reader.individuals()}
        stayed = at_rung(reader, "look") - at_rung(reader, "short")
        assert {rows[number].status for number in stayed} == {Status.EVALUATED}
        assert all(rows[number].reason.startswith("not promoted from look: place ") for number in stayed)
        assert not any(rows[number].reason for number in at_rung(reader, "short"))


def test_figures_of_two_rungs_are_never_mixed(tmp_path: Path) -> None:
    """At the look everyone looks better than anyone does later: one mixed ranking would show it."""
    rig, _ = a_run(tmp_path, "run", failing=0.0)
    with rig.reader() as reader:
        full, looked = at_rung(reader, "short"), at_rung(reader, "look")
        assert reader.metrics().keys() == full
        assert reader.lower_metrics().keys() == {"look"}
        pool = Pool(reader, objectives_from(reader.run().objectives))
        assert {candidate.number for candidate in pool.front} <= full
        assert best(reader) in full
        assert reader.run().objectives[0]["reference"] < 1, "frozen from the seed's accuracy at the run's rung"
        where = standings(reader)
        assert {where[number].rung for number in full} == {"short"}
        assert {where[number].rung for number in looked - full} == {"look"}
        assert {n for n in looked | full if where[n].below} == looked - full
        stayed, climbed = min(looked - full), min(full)
        assert value_in_words(where[stayed], "accuracy") == f"~{where[stayed].metrics['accuracy']:.4f}"
        assert value_in_words(where[climbed], "accuracy") == f"{where[climbed].metrics['accuracy']:.4f}"
        assert not value_in_words(where[stayed], "params").startswith("~"), "a size is the same at any rung"
        assert max(where[number].rank for number in full) < min(where[number].rank for number in looked - full)
        assert not any(where[number].front for number in looked - full)
        for generation in range(4):
            members = reader.members(generation)
            above = [member.rank for member in members if member.individual in full]
            below = [member.rank for member in members if member.individual not in full]
            assert max(above) < min(below, default=10**6)
            assert {member.individual for member in members if member.elite} <= full
        parents = {row.parents[0] for row in reader.individuals("generation > 0")}
        assert parents <= full, "enough of them were promoted"


def test_the_screen_is_told_of_the_highest_rung_reached(tmp_path: Path) -> None:
    lower = {"look": {1: {"accuracy": 0.1}, 2: {"accuracy": 0.2}}, "short": {2: {"accuracy": 0.3}}}
    assert highest_below(lower) == {1: ("look", {"accuracy": 0.1}), 2: ("short", {"accuracy": 0.3})}
    rig, _ = a_run(tmp_path, "run", failing=0.0)
    with rig.reader() as reader:
        seen = {one.number: one for one in Look(reader).again().individuals}
        full, looked = at_rung(reader, "short"), at_rung(reader, "look")
        assert {n for n, one in seen.items() if one.below} == looked - full
        assert {n for n, one in seen.items() if one.metrics} == full
        some = sorted(looked)[:3]
        assert reader.lower_metrics(some)["look"].keys() == set(some)


def test_where_nobody_was_promoted_those_that_were_not_are_parents_too(tmp_path: Path) -> None:
    class OnlyTheSeedIsGood(RungExecutor):
        async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
            report = await super().train(request, on_progress)
            good = request.source == TASK.seed_source
            report.metrics["accuracy"], report.metrics["params"] = (0.9, 10.0) if good else (0.5, 100.0)
            return report

    rig = Rig(tmp_path, settings_of(*RUNGS, "promoted_part=0.1")).create()
    rig.run(OnlyTheSeedIsGood(failing=0.0))
    with rig.reader() as reader:
        assert at_rung(reader, "short") == {0}
        parents = {row.parents[0] for row in reader.individuals("generation = 1")}
        assert len(parents) > 1


def test_three_rungs_are_climbed_one_by_one(tmp_path: Path) -> None:
    rig, _ = a_run(tmp_path, "run", "evaluation.rung=full", "population=9", failing=0.0)
    with rig.reader() as reader:
        look, short, full = (at_rung(reader, rung) for rung in ("look", "short", "full"))
        assert {0} < full < short < look
        assert reader.metrics().keys() == full
        where = standings(reader)
        last = [[where[number].rank for number in some] for some in (full, short - full, look - short)]
        assert max(last[0]) < min(last[1])
        assert max(last[1]) < min(last[2])


@pytest.mark.parametrize("slots", [1, 4])
@pytest.mark.parametrize("shuffle", range(5))
def test_who_is_promoted_does_not_depend_on_the_order_in_which_trainings_end(
    tmp_path: Path, shuffle: int, slots: int
) -> None:
    arguments = "evaluation.rung=full", "population=8", "baseline_share=0.2"
    one, _ = a_run(tmp_path, "one", *arguments, slots=1)
    other, _ = a_run(tmp_path, "other", *arguments, slots=slots, shuffle=shuffle)
    assert family(other) == family(one)
    assert populations(other) == populations(one)


def test_children_are_promoted_while_others_of_their_generation_are_still_to_be_trained(tmp_path: Path) -> None:
    _, executor = a_run(tmp_path, "run", "population=12", "generations=0", slots=1, failing=0.0)
    order = [rung for rung, _ in executor.at[2:]]
    assert "look" in order[order.index("short") :]


def test_the_baseline_is_promoted_among_its_own(tmp_path: Path) -> None:
    """Evolution is the same whatever the baseline measures."""

    class Spoiled(RungExecutor):
        baseline: frozenset[str | None] = frozenset()

        async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
            report = await super().train(request, on_progress)
            if request.source in self.baseline and report.outcome is Outcome.OK:
                report.metrics["accuracy"], report.metrics["params"] = 2.9, 1.0
            return report

    runs = []
    for name, spoil in (("plain", False), ("spoiled", True)):
        rig = Rig(tmp_path, settings_of(*RUNGS, "population=8", "baseline_share=0.25"), name=name).create()
        executor = Spoiled(failing=0.0, twins=False, slots=1)
        if spoil:
            with runs[0].reader() as reader:
                own = {reader.source(row.number) for row in reader.individuals() if row.arm != "baseline"}
                executor.baseline = frozenset(map(reader.source, reader.baseline())) - own
        rig.run(executor, FakeProposer(values=200))
        runs.append(rig)

    def evolved(rig: Rig) -> list[object]:
        with rig.reader() as reader:
            baseline = reader.baseline()
            return [(row[0], row[7:]) for row in family(rig) if row[0] not in baseline]

    with runs[1].reader() as reader:
        assert reader.baseline() & at_rung(reader, "short")
    assert evolved(runs[0]) == evolved(runs[1])


def test_the_part_that_is_promoted_can_be_steered(tmp_path: Path) -> None:
    few, _ = a_run(tmp_path, "few", "promoted_part=0.1", failing=0.0)
    many = Rig(tmp_path, settings_of(*RUNGS, "promoted_part=0.1"), name="many").create()
    inbox.send(many.directory.inbox, "promoted_part", 1)
    many.run(RungExecutor(failing=0.0))
    with few.reader() as reader, many.reader() as other:
        assert len(at_rung(reader, "short")) < len(at_rung(other, "short"))
        assert at_rung(other, "short") == at_rung(other, "look")


def test_a_lower_rung_counts_as_a_part_of_an_evaluation(tmp_path: Path) -> None:
    """Of the fake task a look has half the steps of the run's rung."""
    whole, _ = a_run(tmp_path, "whole")
    rig = Rig(tmp_path, settings_of(*RUNGS, "budget.evaluations=5"), name="run").create()
    executor = RungExecutor(slots=1)
    assert rig.run(executor).reason == "the budget of 5 evaluations is used up"
    rungs = Counter(rung for rung, _ in executor.at)
    assert 5 <= rungs["short"] + rungs["look"] / 2 < 6
    again = RungExecutor()
    rig.run(again)
    assert again.at == []
    for budget in (8, 0):
        rig.settings = settings_of(*RUNGS, f"budget.evaluations={budget}")
        rig.run(RungExecutor(slots=3, shuffle=1))
    assert family(rig) == family(whole)
    assert populations(rig) == populations(whole)


def test_death_after_any_commit_changes_nothing(tmp_path: Path) -> None:
    """Also between two rungs."""
    settings = settings_of("evaluation.first_rung=look", "evaluation.rung=full", "population=4", "generations=1")
    whole = Rig(tmp_path, settings, name="whole").create()
    whole.run(RungExecutor(failing=0.0))
    wanted = family(whole), populations(whole)
    with whole.reader() as reader:
        commits = len(reader.events())
        trained = {(row.individual, row.rung) for row in reader.evaluations()}
    for deadly in range(0, commits, 2):
        rig = Rig(tmp_path, settings, name=f"run-{deadly}").create()

        def dying(file: Path, after: int = deadly) -> DyingStore:
            store = DyingStore(file)
            store.left = after
            return store

        rig.store_type = dying
        with suppress(_DeadError):
            rig.run(RungExecutor(failing=0.0))
        rig.store_type = FastStore
        assert rig.run(RungExecutor(failing=0.0)).status == "finished"
        assert (family(rig), populations(rig)) == wanted, f"after {deadly} commits"
        with rig.reader() as reader:
            ok = Counter((row.individual, row.rung) for row in reader.evaluations() if row.status == "ok")
        assert set(ok) == trained
        assert max(ok.values()) == 1, "nothing was trained twice"


async def test_a_child_that_fails_at_a_higher_rung_has_failed(tmp_path: Path) -> None:
    class FailsLater(RungExecutor):
        async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
            report = await super().train(request, on_progress)
            later = request.plan.rung == "short" and request.source != TASK.seed_source
            return TrainReport(Outcome.DIVERGED, "the loss is NaN") if later else report

    rig = Rig(tmp_path, settings_of(*RUNGS)).create()
    async with asyncio.timeout(30):
        assert (await rig.work(FailsLater(failing=0.0))).status == "finished"
    with rig.reader() as reader:
        failed = reader.individuals("status = 'failed'")
        assert failed
        assert {row.outcome for row in failed} == {Outcome.DIVERGED}
        members = {member.individual for generation in range(4) for member in reader.members(generation)}
        assert not members & {row.number for row in failed}


@pytest.mark.parametrize(("first", "last"), [("short", "short"), ("short", "look"), ("look", "look")])
def test_the_first_rung_must_lie_below_the_runs(first: str, last: str) -> None:
    with pytest.raises(UsageError, match="is not below"):
        TASK.ladder("fake", "", first, last)
