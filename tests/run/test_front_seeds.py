"""A front that holds: its members are trained with further seeds, and ranked by their means."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import mean, stdev

import pytest

from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run.objectives import objectives_from
from ge_tui.run.pool import Pool
from ge_tui.run.summary import run_as_json, standings, value_in_words
from ge_tui.tui.watch.look import Look
from ge_tui.tui.watch.run_model import RunModel

from .fakes import FakeExecutor, FastStore, Rig, chance, family, metrics_of, populations, settings_of
from .test_crash import DyingStore, _DeadError

SEEDS = ("evaluation.front_seeds=3", "population=6", "generations=3")


class NoisyExecutor(FakeExecutor):
    """The same network is a little better or worse with each seed."""

    def __init__(self, **options: object) -> None:
        super().__init__(failing=0.0, **options)  # type: ignore[arg-type]
        self.with_seeds: list[tuple[str, int]] = []

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        await super().train(request, on_progress)
        self.with_seeds.append((request.source, request.seed))
        metrics = metrics_of(request.source)
        metrics["accuracy"] += 0.2 * chance(request.source, f"seed {request.seed}") - 0.1
        return TrainReport(Outcome.OK, "", metrics, (), 1.0, 1.0, 50.0)


def a_run(base: Path, name: str = "run", *assignments: str, executor: FakeExecutor | None = None) -> Rig:
    rig = Rig(base, settings_of(*SEEDS, *assignments), name=name).create()
    rig.run(executor or NoisyExecutor())
    return rig


def test_every_member_of_the_front_is_trained_with_every_seed(tmp_path: Path) -> None:
    executor = NoisyExecutor()
    rig = a_run(tmp_path, executor=executor)
    assert max(Counter(executor.with_seeds).values()) == 1
    with rig.reader() as reader:
        pool = Pool(reader, objectives_from(reader.run().objectives))
        where = standings(reader)
        for member in pool.front:
            rows = reader.evaluations(member.number)
            assert [row.seed for row in rows] == [1, 2, 3]
            source = reader.source(member.number) or ""
            seen = [metrics_of(source)["accuracy"] + 0.2 * chance(source, f"seed {s}") - 0.1 for s in (1, 2, 3)]
            assert member.metrics["accuracy"] == pytest.approx(mean(seen)), "ranked by the mean"
            spread = where[member.number].spread
            assert spread is not None
            assert spread.trainings == 3
            assert spread.sd["accuracy"] == pytest.approx(stdev(seen))
            assert " ±0.0" in value_in_words(where[member.number], "accuracy")
            assert value_in_words(where[member.number], "params").isascii(), "it does not depend on the seed"
        counts = Counter(row.individual for row in reader.evaluations())
        assert set(counts.values()) == {1, 3}, "those that never were on the front were trained once"
        assert {member.number for member in pool.front} == {n for n, s in where.items() if s.front}
        shown = {row["number"]: row for row in run_as_json(rig.directory, reader)["individuals"]}
        front = next(iter(pool.front)).number
        assert (shown[front]["trainings"], shown[front]["sd"].keys()) == (3, where[front].spread.sd.keys())
        assert {row["trainings"] for row in shown.values() if row["status"] == "evaluated"} == {1, 3}
        assert reader.is_whole()


def test_a_run_without_it_trains_everyone_once(tmp_path: Path) -> None:
    executor = NoisyExecutor()
    a_run(tmp_path, "run", "evaluation.front_seeds=1", executor=executor)
    assert {seed for _, seed in executor.with_seeds} == {1}


@pytest.mark.parametrize("shuffle", range(4))
def test_the_same_ones_are_trained_again_in_whatever_order_trainings_end(tmp_path: Path, shuffle: int) -> None:
    one, other = NoisyExecutor(slots=1), NoisyExecutor(slots=3, shuffle=shuffle)
    runs = a_run(tmp_path, "one", executor=one), a_run(tmp_path, "other", executor=other)
    assert sorted(one.with_seeds) == sorted(other.with_seeds)
    assert family(runs[0]) == family(runs[1])
    assert populations(runs[0]) == populations(runs[1])


def test_they_count_against_the_budget_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    whole = a_run(tmp_path, "whole")
    rig = Rig(tmp_path, settings_of(*SEEDS, "budget.evaluations=9"), name="run").create()
    executor = NoisyExecutor(slots=1)
    assert "the budget of 9 evaluations" in rig.run(executor).reason
    assert len(executor.trained) == 9
    for budget in (12, 14, 0):
        rig.settings = settings_of(*SEEDS, f"budget.evaluations={budget}")
        rig.run(NoisyExecutor(slots=2))
    assert family(rig) == family(whole)
    assert populations(rig) == populations(whole)


def test_death_after_any_commit_changes_nothing(tmp_path: Path) -> None:
    settings = settings_of("evaluation.front_seeds=3", "population=4", "generations=1")
    whole = Rig(tmp_path, settings, name="whole").create()
    whole.run(NoisyExecutor())
    wanted = family(whole), populations(whole)
    with whole.reader() as reader:
        commits = len(reader.events())
    for deadly in range(1, commits, 2):
        rig = Rig(tmp_path, settings, name=f"run-{deadly}").create()

        def dying(file: Path, after: int = deadly) -> DyingStore:
            store = DyingStore(file)
            store.left = after
            return store

        rig.store_type = dying
        with suppress(_DeadError):
            rig.run(NoisyExecutor())
        rig.store_type = FastStore
        assert rig.run(NoisyExecutor()).status == "finished"
        assert (family(rig), populations(rig)) == wanted, f"after {deadly} commits"
        with rig.reader() as reader:
            ok = Counter((row.individual, row.seed) for row in reader.evaluations() if row.status == "ok")
            assert max(ok.values()) == 1, "nothing was trained twice"
            assert not reader.individuals("status = 'evaluating'")


def test_a_training_that_fails_with_another_seed_leaves_the_others(tmp_path: Path) -> None:
    class Fragile(NoisyExecutor):
        async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
            report = await super().train(request, on_progress)
            return TrainReport(Outcome.DIVERGED, "the loss is NaN") if request.seed == 2 else report

    rig = a_run(tmp_path, executor=Fragile())
    with rig.reader() as reader:
        front = [number for number, standing in standings(reader).items() if standing.front]
        assert front
        for number in front:
            assert [row.status for row in reader.evaluations(number)] == ["ok", "failed", "ok"]
            assert standings(reader)[number].spread.trainings == 2
        assert not reader.individuals("status = 'failed'")


async def test_the_screen_follows_a_front_that_changes(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of(*SEEDS)).create()
    model = RunModel()
    with rig.reader() as reader:
        look = Look(reader)
        running = asyncio.create_task(rig.work(NoisyExecutor()))
        while not running.done():
            model.apply(look.again())
            await asyncio.sleep(0)
        await running
        model.apply(look.again())
        pool = Pool(reader, objectives_from(reader.run().objectives))
        assert model.front == {member.number for member in pool.front}
        assert not any(one.progress for one in model.individuals.values())
