"""What the list says of a run."""

from __future__ import annotations

import random
from pathlib import Path

from ge_tui.genome import cut
from ge_tui.llm.asking import TEMPERATURES, Habits, draw_call
from ge_tui.llm.proposer import Brief, Parent, Story
from ge_tui.run.store import ControlRow
from ge_tui.tui.controls.lines import Look, Scene, build
from ge_tui.tui.controls.wanted import Wanted
from ge_tui.tui.watch import RunModel, Update
from tests.run.fakes import SEED_SOURCE, TASK
from tests.tui.rig import RunDirectory, Steering


def wanted(tmp_path: Path, **changed: object) -> Wanted:
    model = RunModel()
    rows = [ControlRow(n, 0.0, "launch", key, None, value, None) for n, (key, value) in enumerate(changed.items(), 1)]
    model.apply(Update(controls=tuple(rows)))
    return Wanted(model, Steering(RunDirectory(tmp_path)))


def test_the_ranges_of_temperature_are_those_that_calls_are_drawn_from(tmp_path: Path) -> None:
    heat, spread = 1.6, 0.5
    lines = {
        line.label: line for line in build(Scene(wanted(tmp_path, temperature=heat, temperature_spread=spread), 0))
    }
    genome = cut(SEED_SOURCE)
    parent = Parent(0, genome, {}, ())
    story = Story(1, 0, {"expert": 1.0}, {"params": 1.0}, parent, (), (), (), {}, spread)
    drawn = []
    for seed in range(300):
        brief = Brief(("create",), (parent,), TASK.contract, heat, {}, random.Random(seed), story)
        draws = draw_call("create", genome, brief, story, Habits())
        assert draws is not None
        drawn.append(draws.temperature)
    low, high = map(float, lines["create"].value.split("–"))
    assert low - 0.005 <= min(drawn) <= low + 0.02
    assert high - 0.02 <= max(drawn) <= high + 0.005
    assert {line.label for line in lines.values() if line.look is Look.RANGE} == set(TEMPERATURES)


def test_a_run_of_an_older_version_shows_defaults_for_what_it_does_not_know(tmp_path: Path) -> None:
    lines = {line.id: line for line in build(Scene(wanted(tmp_path), 0))}
    assert lines["temperature"].value == "1.00"
    assert lines["persona.expert"].value == "25 %"


def test_shares_of_the_programs_that_stand_alone_and_an_unknown_control_do_no_harm(tmp_path: Path) -> None:
    values = {"persona_mode": "auto", "persona_share.expert": 0.75, "persona_share.magoo": 0.25, "from_the_future": 1}
    lines = {line.id: line for line in build(Scene(wanted(tmp_path, **values), 0))}
    assert (lines["persona.expert"].program, lines["persona.engineer"].program) == (0.75, None)
    assert lines["§persona"].has_program
    assert "from_the_future" not in lines
