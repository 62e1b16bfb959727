"""Trainings that cannot reach the front are ended early, and why is on record."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.run.store import Status
from ge_tui.run.summary import standings

from .fakes import TASK, FakeExecutor, FakeProposer, Rig, family, metrics_of, populations, settings_of

STEPS = 40
_RECIPE = TASK.file.recipes["fast"].model_copy(update={"on": {"any": {"rungs": {"look": 10, "short": 40, "full": 80}}}})
LONGER = replace(TASK, file=TASK.file.model_copy(update={"recipes": {"fast": _RECIPE}}))


class CurveExecutor(FakeExecutor):
    """Each curve rises evenly to the accuracy it ends with, but for those that `stalls` names."""

    def __init__(self, stalls: Callable[[str], bool] = lambda _: False, **options: object) -> None:
        super().__init__(failing=0.0, **options)  # type: ignore[arg-type]
        self._stalls = stalls
        self.steps: dict[str, int] = {}
        self.ended: set[str] = set()

    async def check(self, request: CheckRequest) -> CheckReport:
        """Counts as many parameters as the training does."""
        return replace(await super().check(request), params=int(metrics_of(request.source)["params"]))

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        metrics, steps = metrics_of(request.source), request.plan.steps
        try:
            for step in range(4, steps + 1, 4):
                await self._dawdle()
                self.steps[request.source] = step
                part = 0.1 if self._stalls(request.source) and step < steps else step / steps
                on_progress(CurvePoint(step, step / 10, 1.0, metrics["accuracy"] * part, 2.0 - part))
                on_progress(CurvePoint(step + 2, step / 10, 1.0))
        except asyncio.CancelledError:
            self.ended.add(request.source)
            raise
        return TrainReport(Outcome.OK, "", metrics, (), 1.0, 1.0, 50.0)


def a_run(base: Path, name: str, *assignments: str, executor: CurveExecutor | None = None) -> Rig:
    settings = settings_of("population=8", "generations=4", *assignments)
    rig = Rig(base, settings, name=name, task=LONGER).create()
    rig.run(executor or CurveExecutor(), FakeProposer(values=40))
    return rig


def test_hopeless_trainings_are_ended_and_their_genomes_have_not_failed(tmp_path: Path) -> None:
    executor = CurveExecutor()
    rig = a_run(tmp_path, "run", "prune_median=true", "prune_after=0.5", executor=executor)
    with rig.reader() as reader:
        rows = [row for row in reader.individuals() if row.outcome is Outcome.PRUNED]
        assert len(rows) >= 3
        assert {row.status for row in rows} == {Status.EVALUATED}
        assert all(row.generation > 0 for row in rows), "nobody to be compared with before"
        assert executor.ended == {reader.source(row.number) for row in rows}
        assert min(executor.steps[source] for source in executor.ended) >= STEPS / 2
        assert max(executor.steps[source] for source in executor.ended) < STEPS
        where = standings(reader)
        members = {member.individual for generation in range(5) for member in reader.members(generation)}
        for row in rows:
            assert (where[row.number].metrics, where[row.number].rank) == ({}, None)
            assert row.number not in members
        assert sum(row.failed or 0 for row in reader.generations()) == 0
        assert reader.is_whole()


def test_the_reason_is_on_record_with_both_curves(tmp_path: Path) -> None:
    rig = a_run(tmp_path, "run", "prune_median=true")
    event = next(event for event in rig.events if event.kind == "pruned")
    with rig.reader() as reader:
        row = reader.individual(event.individual)
        rivals = event.payload["rivals"]
        living = {member.individual for member in reader.members(row.generation - 1)}
        assert set(rivals) <= living
        assert all(reader.metrics([n])[n]["params"] <= row.params for n in rivals)
        assert event.payload["rival"] in rivals
        own, rival = event.payload["curves"]["own"], event.payload["curves"]["rival"]
        assert own == [[p.step, p.accuracy] for p in reader.curve(reader.evaluations(row.number)[0].id) if p.accuracy]
        assert [step for step, _ in own] == [step for step, _ in rival]
    assert event.payload["value"] < event.payload["against"]
    assert row.reason.startswith("median: accuracy 0.")
    assert f"the median of the {len(rivals)} living that are no larger had" in row.reason


def test_nobody_smaller_than_all_is_ended_however_bad(tmp_path: Path) -> None:
    rig = a_run(tmp_path, "run", "prune_median=true", "prune_after=0")
    with rig.reader() as reader:
        for row in reader.individuals("outcome = 'pruned'"):
            before = [member.individual for member in reader.members(row.generation - 1)]
            smaller = [n for n in before if reader.individual(n).params <= row.params]
            assert len(smaller) >= 4


def test_patience_ends_what_stalls_below_the_best(tmp_path: Path) -> None:
    def stalls(source: str) -> bool:
        return source != LONGER.seed_source and len(source) % 2 == 0

    executor = CurveExecutor(stalls)
    rig = a_run(tmp_path, "run", "prune_patience=3", "prune_after=0.2", executor=executor)
    with rig.reader() as reader:
        rows = reader.individuals("outcome = 'pruned'")
        assert rows
        assert all(row.reason.startswith("patience: ") for row in rows)
        assert all("not better for 3 validations" in row.reason for row in rows)
        assert {len(reader.source(row.number)) % 2 for row in rows} == {0}


def test_it_is_off_unless_asked_for_and_impossible_where_an_objective_is_measured_last(tmp_path: Path) -> None:
    plain = a_run(tmp_path, "plain")
    late = a_run(tmp_path, "late", "prune_median=true", "objectives=accuracy:max,peak_mb:min")
    for rig in (plain, late):
        assert rig.kinds()["pruned"] == 0


@pytest.mark.parametrize("shuffle", range(4))
def test_what_is_ended_does_not_depend_on_the_order_in_which_trainings_end(tmp_path: Path, shuffle: int) -> None:
    arguments = "prune_median=true", "evaluation.first_rung=look", "promoted_part=0.6", "baseline_share=0.1"
    one = a_run(tmp_path, "one", *arguments, executor=CurveExecutor(slots=1))
    other = a_run(tmp_path, "other", *arguments, executor=CurveExecutor(slots=3, shuffle=shuffle))
    assert one.kinds()["pruned"] > 0
    assert family(one) == family(other)
    assert populations(one) == populations(other)


def test_what_was_not_used_is_given_back_to_the_budget(tmp_path: Path) -> None:
    executor = CurveExecutor(slots=1)
    rig = a_run(tmp_path, "run", "prune_median=true", "budget.evaluations=20", executor=executor)
    with rig.reader() as reader:
        ended = [row for row in reader.evaluations() if row.status in ("ok", "failed")]
        assert any(row.outcome is Outcome.PRUNED for row in ended)
        assert len(ended) > 20
        used = sum(executor.steps[reader.source(row.individual)] / STEPS for row in ended)
        assert 20 <= used < 21
        assert "the budget of 20 evaluations" in reader.run().status_reason
    again = CurveExecutor()
    rig.run(again, FakeProposer(values=40))
    assert again.steps == {}


async def test_a_run_that_is_stopped_while_a_training_is_ended_can_be_resumed(tmp_path: Path) -> None:
    """Cancelling the run is not taken for the end of one training."""

    class Slow(CurveExecutor):
        async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
            try:
                return await super().train(request, on_progress)
            except asyncio.CancelledError:
                started.set()
                await asyncio.sleep(0.05)
                raise

    started = asyncio.Event()
    settings = settings_of("population=8", "generations=4", "prune_median=true")
    rig = Rig(tmp_path, settings, name="cut", task=LONGER).create()
    running = asyncio.create_task(rig.work(Slow(slots=1), FakeProposer(values=40)))
    async with asyncio.timeout(30):
        await started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    with rig.reader() as reader:
        assert reader.run().status == "stopped"
        assert not reader.individuals("status = 'evaluating'")
    await rig.work(CurveExecutor(), FakeProposer(values=40))
    whole = Rig(tmp_path, settings, name="whole", task=LONGER).create()
    await whole.work(CurveExecutor(), FakeProposer(values=40))
    assert family(rig) == family(whole)
