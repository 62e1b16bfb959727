"""A fork begins where its original was at some moment, and goes its own way; the original stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ge_tui.errors import UsageError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.fork import Moment, fork, origin_of
from ge_tui.run.store import RunReader, Status

from .rough import EVERYTHING, asking, assert_agrees, live
from .test_replay import digests

LONGER = 2


def individuals(directory: RunDirectory) -> int:
    with RunReader(directory.database) as run:
        assert run.is_whole()
        return len(run.individuals())


async def test_trainings_in_idle_slots_are_cut_at_the_moment_too(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two of an individual that had begun, only the later one may have ended by then."""
    source = asking(base, monkeypatch, seed=0).create(*EVERYTHING, "evaluation.idle_seeds=5")
    monkeypatch.setattr("ge_tui.run.engine.going_on.LOOK_S", 0.0)
    assert await live(source)
    for at in ("7", "g1"):
        await assert_agrees(fork(source, base, Moment.parse(at), changes=["temperature=0.5"]))


@pytest.mark.parametrize(
    "at", ["9", "g1", *(pytest.param(at, marks=pytest.mark.slow) for at in ("0", "3", "6", "12", "15", "g0", "g2"))]
)
async def test_a_fork_goes_its_own_way(
    base: Path, whole: RunDirectory, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    asking(base, monkeypatch, seed=7)
    before = digests(whole.path)
    made = fork(
        whole, base, Moment.parse(at), changes=["temperature=0.5", f"generations={LONGER}", "persona_mode=manual"]
    )
    assert made.name == "run-fork-1"
    kept = individuals(made)
    if not at.startswith("g"):
        assert kept == int(at) + 1
    await assert_agrees(made)
    assert await live(made)
    await assert_agrees(made)
    assert digests(whole.path) == before
    with RunReader(whole.database) as old, RunReader(made.database) as new:
        origin = origin_of(new)
        assert origin is not None
        assert (origin.run, origin.last) == ("run", kept - 1)
        assert len(new.generations()) == LONGER + 1
        for number in range(kept):
            first, second = old.individual(number), new.individual(number)
            assert first is not None
            assert second is not None
            assert (first.generation, first.slot, first.parents, first.draw) == (
                second.generation, second.slot, second.parents, second.draw,
            )  # fmt: skip
        later = new.individuals("number >= ?", (kept,))
        assert {row.temperature for row in later if row.operator == "repair"} != {None} or later


async def test_what_was_measured_before_the_moment_is_not_measured_again(
    base: Path, whole: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asking(base, monkeypatch, seed=7)
    forked = fork(whole, base, Moment.parse("g1"), "mine")
    with RunReader(forked.database) as run:
        known = {run.source(row.number) for row in run.individuals("status = ?", (Status.EVALUATED,))}
        spent = run.count_evaluations()
    assert spent > len(known) / 2
    assert await live(forked)
    again = [source for source in made.executor.trained if source in known]
    assert len(again) <= 4  # a member of the front may be confirmed with a further seed


@pytest.mark.parametrize(
    ("at", "changes", "words"),
    [
        ("99", (), "it has"),
        ("g9", (), "generations 0 to 2 are closed"),
        ("3", ("initial_population=9",), "only change between generations"),
        ("g1", ("data=digits",), "cannot be another in a fork"),
        ("g1", ("temperature=hot",), "temperature"),
        ("g1", ("persona.nobody=2",), "nobody"),
        ("g1", ("aim_segment=Nowhere",), "no segment"),
    ],
)
def test_what_cannot_be_forked_leaves_nothing(
    base: Path, whole: RunDirectory, at: str, changes: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        fork(whole, base, Moment.parse(at), "mine", changes)
    assert list(base.iterdir()) == []


def test_a_moment_is_a_number_or_a_generation() -> None:
    assert Moment.parse("12") == Moment(children=12)
    assert Moment.parse("g3") == Moment(generation=3)
    for text in ("", "g", "-1", "3g", "x", "²"):
        with pytest.raises(UsageError, match="as in 30"):
            Moment.parse(text)


async def test_a_fork_may_have_another_population_from_a_generation_on(
    base: Path, whole: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(base, monkeypatch)
    made = fork(whole, base, Moment.parse("g1"), "mine", ["population=3", f"generations={LONGER}"])
    assert await live(made)
    await assert_agrees(made)
    with RunReader(made.database) as run:
        rows = run.individuals("generation = 2 AND operator <> 'repair'")
        assert len(rows) + len(run.carried(2)) == 3
