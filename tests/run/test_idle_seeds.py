"""Slots that nothing waits for train the front with further seeds, and no child waits for them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.run.engine import going_on
from ge_tui.run.objectives import objectives_from
from ge_tui.run.pool import Pool
from ge_tui.run.summary import standings, value_in_words
from ge_tui.run.timeline import timeline, timeline_of

from .fakes import FakeExecutor, FastStore, Rig, settings_of
from .test_crash import DyingStore, _DeadError
from .test_front_seeds import NoisyExecutor
from .test_timeline import CHECK_S, TRAIN_S, SlowProposer, events
from .virtual_time import VirtualLoop, run_virtually


class SlowNoisyExecutor(NoisyExecutor):
    """Of a minute each; it knows how many trained at once."""

    most = 0
    now = 0

    async def check(self, request: object) -> CheckReport:
        await asyncio.sleep(CHECK_S)
        return await super().check(request)  # type: ignore[arg-type]

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(TRAIN_S)
            return await super().train(request, on_progress)
        finally:
            self.now -= 1


@pytest.fixture(autouse=True)
def _looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going_on, "LOOK_S", 1.0)


def work(rig: Rig, executor: FakeExecutor, loop: VirtualLoop) -> str:
    rig.store_type = lambda file: FastStore(file, clock=loop.time)
    return run_virtually(loop, rig.work(executor, SlowProposer(loop), now=loop.time)).reason


def a_run(base: Path, name: str, *assignments: str, slots: int) -> tuple[Rig, SlowNoisyExecutor]:
    rig = Rig(base, settings_of("population=6", "generations=3", *assignments), name=name).create()
    executor = SlowNoisyExecutor(slots=slots)
    work(rig, executor, VirtualLoop())
    return rig, executor


def waits(rig: Rig) -> list[float]:
    """How long each child waited for its slot."""
    with rig.reader() as reader:
        checked = {event.individual: event.at for event in reader.events() if event.kind == "checked"}
        begun: dict[int | None, float] = {}
        for event in reader.events():
            if event.kind == "training":
                begun.setdefault(event.individual, event.at)
    return [begun[number] - at for number, at in checked.items() if number in begun]


def test_idle_slots_train_the_front_and_no_child_waits_for_them(tmp_path: Path) -> None:
    without, _ = a_run(tmp_path, "without", slots=4)
    rig, executor = a_run(tmp_path, "with", "evaluation.idle_seeds=4", slots=4)
    assert executor.most <= 4
    assert max(waits(rig)) <= max(waits(without))
    with rig.reader() as reader, without.reader() as other:
        assert timeline_of(reader).slots.utilisation > timeline_of(other).slots.utilisation + 0.1
        assert timeline_of(reader).worked_s == pytest.approx(timeline_of(other).worked_s, rel=0.05)
        rows = [row for row in reader.evaluations() if row.status == "ok"]
        assert max(Counter((row.individual, row.seed) for row in rows).values()) == 1
        assert max(Counter(row.individual for row in rows).values()) == 4, "never more than asked for"
        where = standings(reader)
        member = next(n for n, standing in where.items() if standing.front and standing.spread is not None)
        retrained = [event for event in reader.events() if event.kind in ("evaluated", "retrained")]
        seen = [event.payload["metrics"]["accuracy"] for event in retrained if event.individual == member]
        assert where[member].metrics["accuracy"] == pytest.approx(sum(seen) / len(seen)), "ranked by the mean"
        assert "±" in value_in_words(where[member], "accuracy")
        gave_way = [event for event in reader.events() if event.payload.get("gave_way")]
        assert gave_way
        assert all(reader.individual(event.individual).status == "evaluated" for event in gave_way)
        assert reader.is_whole()


def test_with_one_slot_they_keep_it_busy_where_children_may_wait(tmp_path: Path) -> None:
    rig, executor = a_run(
        tmp_path, "run", "evaluation.idle_seeds=4", "evaluation.idle_gives_way=false", "population=3", slots=1
    )
    assert executor.most == 1
    assert max(waits(rig)) <= 3 * TRAIN_S
    with rig.reader() as reader:
        assert timeline_of(reader).slots.utilisation > 0.95
        assert not any(event.payload.get("gave_way") for event in reader.events()[:-3])


def test_nothing_is_lent_unless_asked_for(tmp_path: Path) -> None:
    _, executor = a_run(tmp_path, "run", slots=4)
    assert {seed for _, seed in executor.with_seeds} == {1}


def test_only_those_that_ended_count_against_the_budget(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=6", "evaluation.idle_seeds=5", "budget.evaluations=20"), name="run")
    executor = SlowNoisyExecutor(slots=4)
    assert "the budget of 20 evaluations" in work(rig.create(), executor, VirtualLoop())
    with rig.reader() as reader:
        ended = [row for row in reader.evaluations() if row.status in ("ok", "failed")]
        assert len(ended) == 20
        assert any(event.payload.get("gave_way") for event in reader.events())


def test_the_front_is_confirmed_besides_and_nothing_is_trained_twice(tmp_path: Path) -> None:
    rig, _ = a_run(tmp_path, "run", "evaluation.idle_seeds=4", "evaluation.front_seeds=3", slots=3)
    with rig.reader() as reader:
        ok = [row for row in reader.evaluations() if row.status == "ok"]
        assert max(Counter((row.individual, row.seed) for row in ok).values()) == 1
        by_number = Counter(row.individual for row in ok)
        pool = Pool(reader, objectives_from(reader.run().objectives))
        assert all(by_number[member.number] >= 3 for member in pool.front)


def test_a_run_that_dies_and_is_resumed_goes_on_with_the_seeds_that_are_missing(tmp_path: Path) -> None:
    settings = settings_of("population=4", "generations=2", "evaluation.idle_seeds=3")
    for deadly in (25, 60, 90):
        rig = Rig(tmp_path, settings, name=f"run-{deadly}").create()
        loop = VirtualLoop()

        def dying(file: Path, after: int = deadly, at: VirtualLoop = loop) -> DyingStore:
            store = DyingStore(file, clock=at.time)
            store.left = after
            return store

        rig.store_type = dying
        with suppress(_DeadError):
            run_virtually(loop, rig.work(SlowNoisyExecutor(slots=3), SlowProposer(loop), now=loop.time))
        work(rig, SlowNoisyExecutor(slots=3), VirtualLoop())
        with rig.reader() as reader:
            assert reader.run().status == "finished"
            ok = Counter((row.individual, row.seed) for row in reader.evaluations() if row.status == "ok")
            assert max(ok.values()) == 1
            assert {seed for _, seed in ok} <= {1, 2, 3}
            assert len({seed for _, seed in ok}) > 1
            assert not reader.individuals("status = 'evaluating'")


def test_a_further_seed_that_fails_is_not_tried_again(tmp_path: Path) -> None:
    class Fragile(SlowNoisyExecutor):
        async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
            report = await super().train(request, on_progress)
            return TrainReport(Outcome.DIVERGED, "the loss is NaN") if request.seed > 1 else report

    rig = Rig(tmp_path, settings_of("population=6", "evaluation.idle_seeds=3"), name="run").create()
    work(rig, Fragile(slots=4), VirtualLoop())
    with rig.reader() as reader:
        failed = Counter((row.individual, row.seed) for row in reader.evaluations() if row.status == "failed")
        assert failed
        assert max(failed.values()) == 1
        assert all(reader.individual(number).status == "evaluated" for number, _ in failed)


def test_the_time_of_those_that_gave_way_is_idle_and_each_of_two_at_once_counts() -> None:
    found = timeline(
        events(
            (0, "run_running", None),
            (0, "training", 1, {"evaluation": 5}), (10, "training", 1, {"evaluation": 6}),
            (40, "interrupted", 1, {"evaluation": 6, "gave_way": True}), (60, "retrained", 1, {"evaluation": 5}),
            (60, "training", 1, {"evaluation": 7}), (70, "training", 1, {"evaluation": 8}),
            (100, "retrained", 1, {"evaluation": 7}), (100, "retrained", 1, {"evaluation": 8}),
            (100, "run_finished", None),
        ), [], 2, 1,
    )  # fmt: skip
    assert found.slots.seconds == 60 + 40 + 30
