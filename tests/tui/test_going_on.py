"""What a run that stands still is offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ge_tui.tui.going_on import how_by_hand, ways_on
from ge_tui.tui.watch import RunModel
from tests.tui.population.sample import RUN


def model_of(status: str, reason: str = "") -> RunModel:
    model = RunModel()
    settings = {**RUN.settings, "search": {"generations": 4}}
    model.run = replace(RUN, status=status, status_reason=reason, settings=settings)
    return model


@pytest.mark.parametrize(("status", "words"), [("stopped", "resume it"), ("failed", "resume it"), ("new", "begin it")])
def test_a_run_that_was_cut_short_is_resumed(status: str, words: str) -> None:
    assert [(way.words, way.options) for way in ways_on(model_of(status))] == [(words, ())]


def test_a_finished_run_goes_on_with_more_generations() -> None:
    model = model_of("finished", "all 4 generations are done")
    first, *others = ways_on(model)
    assert (first.words, first.options) == ("go on with 1 more generation", ("--generations", "5"))
    assert all(way.words.endswith("generations") for way in others)
    assert how_by_hand(model) == ""


@pytest.mark.parametrize("budget", ["evaluations", "hours", "tokens"])
def test_a_budget_is_raised_by_the_user_alone(budget: str) -> None:
    model = model_of("finished", f"the budget of 10 {budget} is used up")
    assert ways_on(model) == []
    assert f"--set budget.{budget}=" in how_by_hand(model)
