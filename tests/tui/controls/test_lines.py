"""What the list says of a run."""

from __future__ import annotations

from pathlib import Path

from ge_tui.llm.temperatures import RANGES
from ge_tui.run.store import ControlRow
from ge_tui.tui.controls.lines import Look, Scene, build
from ge_tui.tui.controls.wanted import Wanted
from ge_tui.tui.watch import RunModel, Update
from tests.tui.rig import RunDirectory, Steering, Watching, llm_run


def wanted(tmp_path: Path, **changed: object) -> Wanted:
    model = RunModel()
    rows = [ControlRow(n, 0.0, "launch", key, None, value, None) for n, (key, value) in enumerate(changed.items(), 1)]
    model.apply(Update(controls=tuple(rows)))
    return Wanted(model, Steering(RunDirectory(tmp_path)))


async def test_the_ranges_of_temperature_are_those_that_calls_were_made_with(tmp_path: Path) -> None:
    watching = Watching(await llm_run(tmp_path, "temperature=1.6", "temperature_spread=0.5", "population=8"))
    await watching.look()
    await watching.feed.close()
    lines = build(Scene(Wanted(watching.model, watching.steering), 0))
    ranges = {line.label: tuple(map(float, line.value.split("–"))) for line in lines if line.look is Look.RANGE}
    assert set(ranges) == set(RANGES)
    asked = [one for one in watching.model.individuals.values() if one.persona and one.operator in ("create", "mutate")]
    assert len(asked) > 10
    for one in asked:
        low, high = ranges[one.operator]
        assert low - 0.006 <= (one.temperature or 0) <= high + 0.006


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
