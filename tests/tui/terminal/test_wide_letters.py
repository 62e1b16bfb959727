"""Wide letters, letters with many marks and emoji, in every name there is: no pane's lines become longer or shorter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from benchmarks.made_run import make_run
from ge_tui.run.directory import RunDirectory
from ge_tui.tui.app import GeTui
from ge_tui.tui.panes.entries import PANES
from ge_tui.tui.screens.run import RunScreen
from ge_tui.tui.watch import Change, Part
from tests.tui.rig import environment

ODD = "専門家🎉e\u0301\u0301é\u200d👩‍💻\x1b[31m[b]"
NAME = "進化 e\u0301 🎉 " + "長" * 12


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_lines_are_as_wide_as_the_screen_whatever_is_in_them(tmp_path: Path, size: tuple[int, int]) -> None:
    make_run(tmp_path, 25, "made")
    (tmp_path / "made").rename(tmp_path / NAME)
    with environment(tmp_path):
        app = GeTui(tmp_path, RunDirectory(tmp_path / NAME))
        async with app.run_test(size=size) as pilot:
            for _ in range(200):
                await pilot.pause(0.02)
                if isinstance(app.screen, RunScreen) and app.screen.selected is not None:
                    break
            screen = app.screen
            assert isinstance(screen, RunScreen)
            model = screen.model
            for number, one in model.individuals.items():
                model.individuals[number] = replace(one, persona=ODD, category=ODD, segment=ODD, reason=ODD * 9)
            assert model.run is not None
            model.run = replace(model.run, name=NAME, status_reason=ODD)
            for entry in PANES:
                screen.grid.bring(entry.name)
                screen.grid.tell(Change(frozenset(Part), frozenset(model.individuals)))
                await pilot.pause(0.1)
                _check(pilot, size, entry.name)


def _check(pilot: Pilot[int], size: tuple[int, int], pane: str) -> None:
    strips = pilot.app.screen._compositor.render_strips()
    assert len(strips) == size[1]
    for y, strip in enumerate(strips):
        assert sum(cell_len(segment.text) for segment in strip) == size[0], (pane, y, strip.text)
        assert "\x1b" not in strip.text, (pane, y)
