"""The loop on fakes: what it decides, in what order, and how it ends."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from ge_tui.errors import NotReadyError, UserError
from ge_tui.llm.proposer import Brief, Proposal, Refusal
from ge_tui.run.store import IndividualRow, Status
from ge_tui.run.store.records import FINAL

from .fakes import (
    SEED_SOURCE,
    BrokenExecutor,
    FailingExecutor,
    FakeExecutor,
    FakeProposer,
    GatedExecutor,
    Rig,
    family,
    numbers_in,
    populations,
    settings_of,
)


def individuals(rig: Rig) -> list[IndividualRow]:
    with rig.reader() as reader:
        return reader.individuals()


def a_run(base: Path, name: str, *assignments: str, **options: object) -> Rig:
    rig = Rig(base, settings_of(*assignments), name=name).create()
    rig.run(FakeExecutor(**options))
    return rig


# -- what a run is made of ---------------------------------------------------------------------------------


def test_the_seed_is_evaluated_before_anything_is_proposed(rig: Rig) -> None:
    rig.run()
    kinds = [event.kind for event in rig.events if event.individual is not None]
    assert kinds[:5] == ["proposing", "accepted", "checked", "training", "progress"]
    first = [event.individual for event in rig.events if event.kind in ("proposing", "evaluated")]
    assert first[:3] == [0, 0, 1]
    with rig.reader() as reader:
        assert reader.source(0) == SEED_SOURCE
        assert reader.individual(0).operator == "seed"


def test_a_run_ends_with_every_slot_filled_and_every_generation_closed(rig: Rig) -> None:
    ending = rig.run()
    assert (ending.status, ending.reason) == ("finished", "all 3 generations are done")
    rows = individuals(rig)
    assert {row.status for row in rows} <= FINAL
    with rig.reader() as reader:
        assert [row.number for row in reader.generations() if row.closed_at] == [0, 1, 2, 3]
        for generation in range(4):
            slots = [row.slot for row in rows if row.generation == generation and row.slot >= 0]
            assert sorted([*slots, *reader.carried(generation)]) == [0, 1, 2, 3]
        assert reader.run().status == "finished"
        assert reader.is_whole()
    assert all(
        row.operator == "create" and row.parents == (0,) for row in rows if row.generation == 0 and row.slot >= 0
    )
    assert all(parent < row.number for row in rows for parent in row.parents)


def test_generations_have_sizes_of_their_own(tmp_path: Path) -> None:
    rig = a_run(tmp_path, "sizes", "initial_population=7", "elites=2", "population=3")
    with rig.reader() as reader:
        assert len(reader.individuals("generation = 0 AND slot >= 0")) == 7
        assert len(reader.individuals("generation = 1")) + len(reader.carried(1)) == 3
        assert [sum(m.elite for m in reader.members(g)) for g in range(1, 4)] == [2, 2, 2]


def test_a_run_without_generations_is_its_initial_population(tmp_path: Path) -> None:
    rig = a_run(tmp_path, "none", "generations=0", "population=1")
    assert [row.generation for row in individuals(rig)] == [0, 0]


# -- the same choices, whatever the order ------------------------------------------------------------------


@pytest.mark.parametrize("slots", [1, 2, 5])
@pytest.mark.parametrize("shuffle", range(8))
def test_the_same_seed_makes_the_same_individuals_in_whatever_order_trainings_end(
    tmp_path: Path, shuffle: int, slots: int
) -> None:
    """Of so few values that twins are made in one generation, whose checks end in any order too."""
    runs = []
    for name, executor in (("a", FakeExecutor(slots=1)), ("b", FakeExecutor(slots=slots, shuffle=shuffle))):
        runs.append(Rig(tmp_path, settings_of("generations=4", "population=8", "attempts=2"), name=name).create())
        runs[-1].run(executor, FakeProposer(values=5))
    assert runs[0].kinds()["duplicate"] > 5
    assert family(runs[1]) == family(runs[0])
    assert populations(runs[1]) == populations(runs[0])


def test_another_seed_makes_others(rig: Rig, tmp_path: Path) -> None:
    rig.run()
    other = a_run(tmp_path, "other", "seed=2")
    assert [row.syntax_hash for row in individuals(other)][1:] != [row.syntax_hash for row in individuals(rig)][1:]


# -- duplicates --------------------------------------------------------------------------------------------


def test_equal_children_are_linked_and_trained_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=10", "generations=4", "search.attempts=1")).create()
    executor = FakeExecutor(shuffle=1, failing=0)
    rig.run(executor, FakeProposer(values=3))
    rows = individuals(rig)
    duplicates = [row for row in rows if row.status is Status.DUPLICATE]
    by = Counter(row.reason.split(" as ")[0] for row in duplicates)
    assert by["the same syntax"] > 0
    assert by["the same fingerprint"] > 0
    assert max(Counter(executor.trained).values()) == 1
    effective = [(net, head // 4, optimizer) for net, head, optimizer in map(numbers_in, executor.trained)]
    assert max(Counter(effective).values()) == 1, "no two trainings of what behaves alike"
    with rig.reader() as reader:
        assert all(row.duplicate_of < row.number for row in duplicates)
        assert all(reader.evaluations(row.number) == [] for row in duplicates)
        assert all(reader.source(row.number) for row in duplicates)
        members = {m.individual for g in range(5) for m in reader.members(g)}
    assert not members & {row.number for row in duplicates}


def test_a_slot_tries_again_before_it_takes_a_duplicate(tmp_path: Path) -> None:
    once = Rig(tmp_path, settings_of("search.attempts=1", "population=10"), name="once").create()
    often = Rig(tmp_path, settings_of("search.attempts=20", "population=10"), name="often").create()
    for rig in (once, often):
        rig.run(FakeExecutor(twins=False), FakeProposer(values=3))
    assert once.kinds()["duplicate"] > often.kinds()["duplicate"]
    assert any(row.arguments.get("attempt", 0) > 0 for row in individuals(often))


def test_a_proposer_that_refuses_everything_leaves_the_reasons(rig: Rig) -> None:
    ending = rig.run(proposer=FakeProposer(refuse=lambda _: True))
    assert ending.status == "finished"
    rejected = [row for row in individuals(rig) if row.status is Status.REJECTED]
    assert len(rejected) >= 8
    assert {row.reason for row in rejected} == {"it did not want to"}
    assert {row.source_blob for row in rejected} == {None}


def test_the_last_attempt_is_the_slots_end(tmp_path: Path) -> None:
    class Undecided(FakeProposer):
        """First the parent itself, then nothing."""

        async def propose(self, brief: Brief) -> Proposal | Refusal:
            self.briefs.append(brief)
            if len(self.briefs) % 2:
                return Proposal(brief.parents[0].genome.source, (), "Net")
            return Refusal("unwilling", "it did not want to")

    rig = Rig(tmp_path, settings_of("search.attempts=2", "generations=0")).create()
    rig.run(proposer=Undecided())
    ends = {(row.status, row.reason, row.source_blob) for row in individuals(rig) if row.slot >= 0}
    assert ends == {(Status.REJECTED, "it did not want to", None)}


# -- failures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["check", "train"])
def test_a_run_in_which_everything_fails_says_so_and_goes_on_from_the_seed(rig: Rig, at: str) -> None:
    ending = rig.run(FailingExecutor(at=at))
    assert ending.status == "finished"
    assert rig.kinds()["all_failed"] == 4
    with rig.reader() as reader:
        assert [[m.individual for m in reader.members(g)] for g in range(4)] == [[0]] * 4
        assert {row.parents for row in reader.individuals("slot >= 0")} == {(0,)}
        assert [row.front_size for row in reader.generations()] == [1] * 4


@pytest.mark.parametrize("at", ["check", "train"])
def test_a_seed_that_fails_ends_the_run_in_a_clear_error(rig: Rig, at: str) -> None:
    for _ in range(2):
        with pytest.raises(UserError, match="the seed itself could not be evaluated"):
            rig.run(FailingExecutor(at=at, seed_too=True))
        with rig.reader() as reader:
            assert reader.run().status == "failed"
            assert "seed" in reader.run().status_reason
            assert reader.generations() == []
    assert rig.run(FakeExecutor()).status == "finished", "the machine was to blame, and is mended"


def test_an_executor_that_cannot_work_ends_the_run_resumably(rig: Rig, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="out of workers"):
        rig.run(BrokenExecutor(3))
    with rig.reader() as reader:
        assert reader.run().status == "failed"
        assert "out of workers" in reader.run().status_reason
        assert {row.status for row in reader.individuals()} & {Status.EVALUATING} == set()
        assert {row.lost for row in reader.individuals()} == {0}
        assert [row.status for row in reader.evaluations()].count("running") == 0
    assert rig.run().status == "finished"
    assert family(rig) == family(a_run(tmp_path, "whole"))


# -- selection ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_the_hypervolume_never_falls_and_populations_hold_only_the_evaluated(tmp_path: Path, seed: int) -> None:
    rig = a_run(tmp_path, "run", "generations=8", "population=6", f"seed={seed}")
    with rig.reader() as reader:
        volumes = [row.hypervolume for row in reader.generations()]
        assert volumes == sorted(volumes)
        assert volumes[-1] > 0
        able = {row.number for row in reader.individuals() if row.status is Status.EVALUATED}
        references = [objective["reference"] for objective in reader.run().objectives]
        for generation in range(9):
            members = reader.members(generation)
            assert {member.individual for member in members} <= able
            if generation:
                before = {member.individual for member in reader.members(generation - 1)}
                elites = {member.individual for member in members if member.elite}
                assert elites <= before
                assert len(elites) == min(6, len(before))
    assert None not in references
    assert rig.kinds()["references_frozen"] == 1


def test_three_objectives_are_really_optimised(tmp_path: Path) -> None:
    rig = a_run(tmp_path, "three", "objectives=accuracy:max,params:min,flops:min", "generations=6", "population=8")
    two = a_run(tmp_path, "two", "generations=6", "population=8")
    with rig.reader() as reader:
        names = [(row["name"], row["direction"]) for row in reader.run().objectives]
        assert names == [("accuracy", "max"), ("params", "min"), ("flops", "min")]
        assert reader.generations()[-1].hypervolume > 0
        members = {m.individual for m in reader.members(6)}
        metrics = reader.metrics()
        front = [
            n for n in metrics
            if not any(
                all(s * metrics[o][k] <= s * metrics[n][k] for k, s in (("accuracy", -1), ("params", 1), ("flops", 1)))
                and any(metrics[o][k] != metrics[n][k] for k in ("accuracy", "params", "flops"))
                for o in metrics
            )
        ]  # fmt: skip
        assert reader.generations()[-1].front_size == len(front)
        assert members
    assert [f[5] for f in family(rig)] != [f[5] for f in family(two)], "other parents than with two"


# -- overlap -----------------------------------------------------------------------------------------------


async def test_proposals_are_made_while_others_train(rig: Rig) -> None:
    executor, proposer = GatedExecutor(slots=1), FakeProposer()
    running = asyncio.create_task(rig.work(executor, proposer))
    async with asyncio.timeout(20):
        await executor.begun.wait()
        while len(rig.events) and rig.kinds()["checked"] < 5:
            await asyncio.sleep(0.001)
        assert rig.kinds()["accepted"] == 5, "all of the generation, while the first child trains"
        assert rig.kinds()["evaluated"] == 1, "the seed"
        assert rig.kinds()["training"] == 2
        executor.gate.set()
        assert (await running).status == "finished"


async def test_as_many_train_at_once_as_there_are_slots(rig: Rig) -> None:
    executor = GatedExecutor(slots=3)
    running = asyncio.create_task(rig.work(executor))
    async with asyncio.timeout(20):
        while rig.kinds()["checked"] < 5:
            await asyncio.sleep(0.001)
        with rig.reader() as reader:
            assert len(reader.individuals("status = 'evaluating'")) == 3
        executor.gate.set()
        await running


async def test_cancelling_leaves_nothing_under_way(rig: Rig, tmp_path: Path) -> None:
    executor = GatedExecutor()
    running = asyncio.create_task(rig.work(executor))
    async with asyncio.timeout(20):
        await executor.begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    with rig.reader() as reader:
        assert reader.run().status == "stopped"
        assert reader.run().status_reason == "interrupted"
        assert reader.individuals("status = 'evaluating'") == []
        assert {row.status for row in reader.evaluations()} == {"ok", "lost"}
        assert {row.lost for row in reader.individuals()} == {0}
    executor.gate.set()
    await rig.work(executor)
    other = Rig(tmp_path, name="other").create()
    await other.work(FakeExecutor(failing=0, twins=False))
    assert family(rig) == family(other)


# -- budgets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 5, 9])
def test_a_budget_of_evaluations_ends_the_run_and_a_larger_one_goes_on(rig: Rig, tmp_path: Path, most: int) -> None:
    whole = a_run(tmp_path, "whole", "generations=4")
    rig.settings = settings_of("generations=4", f"budget.evaluations={most}")
    executor = FakeExecutor(shuffle=3, slots=3)
    ending = rig.run(executor)
    assert (ending.status, ending.reason) == ("finished", f"the budget of {most} evaluations is used up")
    assert len(executor.trained) == most
    with rig.reader() as reader:
        assert reader.run().status == "finished"
        assert reader.individuals("status = 'evaluating'") == []
    again = FakeExecutor()
    assert rig.run(again).status == "finished"
    assert again.trained == [], "nothing is begun where the budget is used up"
    rig.settings = settings_of("generations=4", f"budget.evaluations={most + 2}")
    assert rig.run().reason == f"the budget of {most + 2} evaluations is used up"
    rig.settings = settings_of("generations=4")
    assert rig.run().reason == "all 4 generations are done"
    assert family(rig) == family(whole)
    assert populations(rig) == populations(whole)


def test_a_budget_that_is_just_enough(tmp_path: Path) -> None:
    counter = FakeExecutor()
    Rig(tmp_path, name="count").create().run(counter)
    rig = a_run(tmp_path, "exact", f"budget.evaluations={len(counter.trained)}")
    with rig.reader() as reader:
        assert reader.run().status_reason == "all 3 generations are done"


class Clock:
    """Moves on when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_budget_of_hours_counts_all_sessions(rig: Rig) -> None:
    rig.settings = settings_of("budget.hours=2")
    clock = Clock()

    def an_hour_each(event: object) -> None:
        if getattr(event, "kind", "") == "evaluated":
            clock.seconds += 3601

    ending = rig.run(now=clock, on_event=an_hour_each)
    assert (ending.status, ending.reason) == ("finished", "the budget of 2 hours is used up")
    assert rig.kinds()["evaluated"] in (2, 3)
    with rig.reader() as reader:
        assert reader.run().seconds == clock.seconds
    assert rig.run(now=Clock()).reason == "the budget of 2 hours is used up"
    rig.settings = settings_of("budget.hours=100")
    assert rig.run(now=Clock()).reason == "all 3 generations are done"


async def test_pauses_are_no_working_time(rig: Rig) -> None:
    from ge_tui.run import inbox

    rig.settings = settings_of("budget.hours=1")
    clock = Clock()
    inbox.send(rig.directory.inbox, "pause", True)
    running = asyncio.create_task(rig.work(now=clock))
    async with asyncio.timeout(20):
        while rig.kinds()["control"] < 1:
            await asyncio.sleep(0.001)
        clock.seconds += 1e6
        await asyncio.sleep(0.02)
        inbox.send(rig.directory.inbox, "pause", False)
        ending = await running
    assert ending.reason == "all 3 generations are done"
    with rig.reader() as reader:
        assert reader.run().seconds < 1
