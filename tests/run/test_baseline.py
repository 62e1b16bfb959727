"""The baseline: as many slots as asked for, knowing nothing of the run, and shown beside evolution."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.cli import main
from ge_tui.run import inbox
from ge_tui.run.comparison import Comparison, Course, Reached, compare
from ge_tui.run.engine.selection import Maker, baseline_maker
from ge_tui.run.pool import Pool
from ge_tui.run.session import work
from ge_tui.run.store import Arm, EventRow, RunReader
from ge_tui.run.store.call_list import calls_by_individual
from ge_tui.run.store.calls import calls_of
from ge_tui.run.store.insights import insights_of
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.trials import TrialLog, all_trials
from ge_tui.search import Archive, Candidate, hypervolume
from tests.run.asking import Asking, family, individuals, use
from tests.run.fakes import FakeExecutor, FakeProposer, Rig, settings_of
from tests.run.fakes import family as family_of_rig


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    return use(Asking(tmp_path), monkeypatch)


@given(st.floats(0, 1), st.integers(1, 400), st.booleans())
def test_the_baseline_gets_its_share_of_the_slots_spread_evenly(share: float, slots: int, asks: bool) -> None:
    makers = [baseline_maker(share, before, asks=asks) for before in range(slots)]
    for length in range(1, slots + 1):
        baseline = sum(maker is not Maker.EVOLUTION for maker in makers[:length])
        assert baseline == math.floor(length * share + 1e-9)
    offline, own = makers.count(Maker.OFFLINE_BASELINE), makers.count(Maker.BASELINE)
    assert (own - offline in (0, 1)) if asks else offline == 0


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
async def test_half_asks_the_model_and_half_is_offline_and_none_knows_the_run(asking: Asking, share: float) -> None:
    directory = asking.create(f"baseline_share={share}", "generations=4", "eot_probability=0.5")
    await work(directory)
    rows = individuals(directory)
    baseline = {row.number: row for row in rows if row.arm is Arm.BASELINE}
    made = [row for row in baseline.values() if row.operator == "create"]
    assert len(made) == 40 * share
    assert Counter(row.proposer == "offline" for row in made) == {True: len(made) // 2, False: len(made) // 2}
    assert {row.parents for row in made} == {(0,)}
    with RunReader(directory.database) as reader:
        for row in baseline.values():
            if row.operator == "repair":  # of its own kind only
                assert baseline[row.parents[0]].proposer != "offline"
            prompts = [kept.call.prompt for kept in calls_of(reader.connection, row.number)]
            assert bool(prompts) == (row.proposer != "offline")
            for prompt in prompts:
                assert "best trade-offs" not in prompt.lower()
                assert "Tried before and no better" not in prompt
                assert "What was learned" not in prompt
        assert not {insight.individual for insight in insights_of(reader.connection)} & baseline.keys()
        assert not {insight.elite for insight in insights_of(reader.connection)} & baseline.keys()


async def test_evolution_neither_breeds_from_the_baseline_nor_is_told_of_it(asking: Asking) -> None:
    directory = asking.create("baseline_share=0.5", "generations=5", "eot_probability=0.5", "population=10")
    await work(directory)
    rows = {row.number: row for row in individuals(directory)}
    baseline = {number for number, row in rows.items() if row.arm is Arm.BASELINE}
    with RunReader(directory.database) as reader:
        for row in rows.values():
            if row.arm is Arm.EVOLUTION:
                assert not set(row.parents) & baseline
                assert row.duplicate_of not in baseline
            else:
                assert row.duplicate_of is None or row.duplicate_of in {0, *baseline}
        for generation in reader.generations():
            assert not {member.individual for member in reader.members(generation.number)} & baseline
        told = {number: metrics["accuracy"] for number, metrics in reader.metrics().items() if number in baseline}
        ours = {metrics["accuracy"] for number, metrics in reader.metrics().items() if number not in baseline}
        texts = [kept.call.prompt for number, row in rows.items() if row.arm is Arm.EVOLUTION
                 for kept in calls_of(reader.connection, number)]  # fmt: skip
    only_theirs = {f"{value:.3f}" for value in told.values() if value not in ours}
    assert only_theirs
    assert texts
    for text in texts:
        assert not any(value in text for value in only_theirs)
    assert any(f"{value:.3f}" in text for text in texts for value in ours)


async def test_a_baseline_does_not_change_under_what_evolution_learns(asking: Asking) -> None:
    """Its own share apart, nothing that steers evolution reaches it."""
    first = asking.create("baseline_share=0.5", "generations=3", "ollama.repairs=0")
    second = asking.create(
        "baseline_share=0.5", "generations=3", "ollama.repairs=0", "persona_mode=auto", "category_mode=auto",
        "model_mode=auto", "temperature_mode=auto", "llm_operator_mode=auto", "crossover_probability=0.9",
        "eot_probability=0.9", name="second",
    )  # fmt: skip
    for directory in (first, second):
        await work(directory)
    sources = []
    for directory in (first, second):
        with RunReader(directory.database) as reader:
            rows = [row for row in reader.individuals() if row.arm is Arm.BASELINE]
            sources.append([(row.generation, row.slot, row.persona, row.temperature, row.status,
                             reader.source(row.number)) for row in rows])  # fmt: skip
    assert sources[0] == sources[1]
    assert len(sources[0]) == 16


async def test_what_becomes_of_the_baseline_teaches_no_shares(asking: Asking) -> None:
    directory = asking.create("baseline_share=0.5", "generations=3")
    await work(directory)
    with RunReader(directory.database) as reader:
        objectives = objectives_from(reader.run().objectives)
        pool = Pool(reader, objectives)
        asked = {call.individual for call in calls_by_individual(reader.connection)}
        arms = {row.number: row.arm for row in reader.individuals()}
        for trials in (TrialLog(reader, pool, objectives).before(99), all_trials(reader, pool, objectives)):
            assert {trial.number for trial in trials} == {n for n in asked if arms[n] is Arm.EVOLUTION}
    assert any(arms[number] is Arm.BASELINE for number in asked)


async def test_a_run_with_a_baseline_replays(asking: Asking) -> None:
    directory = asking.create("baseline_share=0.4")
    await work(directory)
    again = asking.create("baseline_share=0.4", name="again", llm="replay:run")
    await work(again)
    assert family(again) == family(directory)


async def test_a_share_that_is_steered_counts_from_the_next_slot(asking: Asking) -> None:
    directory = asking.create("generations=3")
    newest = 0

    def steer(event: EventRow) -> None:
        nonlocal newest
        if event.kind == "generation_closed" and event.payload["generation"] == 1:
            newest = max(row.number for row in individuals(directory))
            inbox.send(directory.inbox, "baseline_share", 1)

    await work(directory, on_event=steer)
    rows = [row for row in individuals(directory) if row.operator != "repair"]
    assert {row.arm for row in rows if row.number > newest} == {Arm.BASELINE}
    assert {row.arm for row in rows if row.number <= newest} == {Arm.EVOLUTION}


def test_an_offline_run_has_a_baseline_of_its_own_operators(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=6", "generations=4", "controls.baseline_share=0.5")).create()
    proposer = FakeProposer(values=60)
    rig.run(proposer=proposer)
    with rig.reader() as reader:
        rows = reader.individuals()
    baseline = [row for row in rows if row.arm is Arm.BASELINE]
    assert len(baseline) == 15
    assert {(row.operator, row.proposer, row.parents) for row in baseline} == {("create", "fake", (0,))}
    assert {row.operator for row in rows if row.generation and row.arm is Arm.EVOLUTION} >= {"mutate", "crossover"}


def test_a_crash_changes_nothing_in_a_run_with_a_baseline(tmp_path: Path) -> None:
    settings = settings_of("population=6", "controls.baseline_share=0.4")
    whole = Rig(tmp_path, settings, "whole").create()
    whole.run()
    broken, seen = Rig(tmp_path, settings, "broken").create(), 0

    def die(event: EventRow) -> None:
        nonlocal seen
        seen += 1
        if seen % 13 == 0:
            raise MemoryError("died")

    for _ in range(100):
        try:
            broken.run(on_event=die)
            break
        except MemoryError:
            continue
    # A training that was cut off leaves another evaluation behind, which is no part of the family.
    assert family_of_rig(broken) == family_of_rig(whole)


def test_with_nothing_but_a_baseline_the_seed_lives_on(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("controls.baseline_share=1")).create()
    assert rig.run().status == "finished"
    with rig.reader() as reader:
        assert {member.individual for g in reader.generations() for member in reader.members(g.number)} == {0}
        assert rig.kinds()["all_failed"] == 0


def test_the_champion_and_the_front_are_of_everything_measured(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("controls.baseline_share=0.5", "population=8")).create()
    rig.run(FakeExecutor(failing=0), FakeProposer(values=60))
    with rig.reader() as reader:
        objectives = objectives_from(reader.run().objectives)
        pool = Pool(reader, objectives)
        everything, evolved = Archive(objectives), Archive(objectives)
        for row in reader.individuals():
            candidate = pool.candidate(row.number)
            if candidate is not None:
                everything.add(candidate)
                if row.arm is Arm.EVOLUTION:
                    evolved.add(candidate)
        assert pool.front == list(everything.members)
        assert pool.evolved_front == list(evolved.members)
        assert pool.front != pool.evolved_front
        assert reader.generations()[-1].hypervolume == hypervolume(everything.members, objectives)


def test_both_courses_are_those_of_each_arm_alone(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("controls.baseline_share=0.5", "population=8")).create()
    rig.run()
    with rig.reader() as reader:
        objectives = objectives_from(reader.run().objectives)
        pool = Pool(reader, objectives)
        comparison = compare(reader, pool, objectives)
        rows = reader.individuals()
        trained = {row.individual for row in reader.evaluations()}
    assert comparison is not None
    for arm, course in ((Arm.EVOLUTION, comparison.evolution), (Arm.BASELINE, comparison.baseline)):
        own = [row for row in rows if row.arm is arm and row.parents]
        measured = [row for row in own if row.number in trained]
        assert (course.children, course.evaluations) == (len(own), len(measured))
        for count in range(1, len(measured) + 1):
            seen = [c for row in measured[:count] if (c := pool.candidate(row.number))]
            reached = course.after(count)
            assert reached.hypervolume == pytest.approx(hypervolume(seen, objectives))
            assert reached.best == max((c.metrics["accuracy"] for c in seen), default=None)


def course_of(*volumes: float) -> Course:
    return Course(len(volumes), tuple(Reached(volume, 1, volume) for volume in volumes))


@pytest.mark.parametrize(
    ("evolution", "baseline", "verdict"),
    [
        ((0.1,) * 4, (0.2,) * 9, "too early to say whether evolution pays"),
        ((0.1, 0.2, 0.3, 0.4, 0.5, 0.6), (0.1, 0.1, 0.2, 0.3, 0.4), "evolution pays: after 5 evaluations each"),
        ((0.1, 0.2, 0.3, 0.4, 0.4, 0.9), (0.1, 0.1, 0.2, 0.3, 0.5), "evolution does not pay so far"),
        ((0.3,) * 8, (0.301,) * 8, "so far evolution makes no difference"),
        ((0.0,) * 8, (0.0,) * 8, "so far evolution makes no difference"),
    ],
)
def test_the_verdict_is_by_equal_numbers_of_evaluations(
    evolution: tuple[float, ...], baseline: tuple[float, ...], verdict: str
) -> None:
    assert Comparison(course_of(*evolution), course_of(*baseline), {}).verdict().startswith(verdict)


async def test_the_comparison_is_shown(asking: Asking, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = asking.create("baseline_share=0.5", "generations=2")
    await work(directory)
    assert main(["show", "run", "--runs", str(tmp_path), "--credit", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    comparison = shown["comparison"]
    assert len(comparison["baseline_by"]) == 2
    assert "offline" in comparison["baseline_by"]
    equal = comparison["evaluations"]
    for arm in ("evolution", "baseline"):
        part = comparison[arm]
        assert len(part["course"]) == part["evaluations"] >= equal >= 5
        assert part["at_equal_evaluations"] == part["course"][equal - 1]
        assert part["now"] == part["course"][-1]
    rows = [row for row in individuals(directory) if row.persona and row.arm is Arm.EVOLUTION]
    assert sum(arm["tried"] for arm in shown["persona"].values()) >= len(rows)
    assert main(["show", "run", "--runs", str(tmp_path), "--credit"]) == 0
    printed = capsys.readouterr().out
    assert comparison["verdict"] in printed.replace("\n", " ") or comparison["verdict"][:40] in printed
    assert main(["show", "run", "--runs", str(tmp_path)]) == 0
    assert "baseline: create #0" in capsys.readouterr().out


def test_an_offline_run_shows_the_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Rig(tmp_path, settings_of("controls.baseline_share=0.5", "population=8")).create().run()
    assert main(["show", "run", "--runs", str(tmp_path), "--credit"]) == 0
    printed = capsys.readouterr().out
    assert "nothing to credit" in printed
    assert "after" in printed
    assert "evolution" in printed


def test_a_candidate_is_of_evolution_unless_said_otherwise(rig: Rig) -> None:
    rig.run()
    with rig.reader() as reader:
        objectives = objectives_from(reader.run().objectives)
        pool = Pool(reader, objectives)
        best = Candidate(999, {"accuracy": 1.0, "loss": 0.0, "params": 1.0})
        pool.add(best, Arm.BASELINE)
        assert pool.front == [best]
        assert best not in pool.evolved_front
        pool.add(best)
        assert pool.evolved_front == [best]
