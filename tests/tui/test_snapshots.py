"""The main screens at three sizes and in two themes, as they were when somebody last looked at them and agreed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.made_run import make_run
from ge_tui.tui.app import GeTui
from ge_tui.tui.remembered import remember
from ge_tui.tui.screens.run import RunScreen
from tests.tui.rig import environment
from tests.tui.snapshot import check, ticking

SIZES = [(80, 24), (120, 40), (200, 60)]
SCREENS = {"population": "1", "diff": "2", "controls": "3", "llm": "4", "log": "5"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("snapshots")
    (base / "runs").mkdir()
    clock = ticking()
    make_run(base / "runs", 120, "evening", status="finished", clock=lambda: next(clock))
    return base


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def look(base: Path, state: Path, size: tuple[int, int], theme: str, name: str, *keys: str) -> None:
    """Open the run, press some keys, wait until nothing moves, compare."""
    with environment(base, XDG_STATE_HOME=str(state)):
        remember({"theme": theme})
        from ge_tui.run.directory import RunDirectory

        app = GeTui(base / "runs", RunDirectory(base / "runs" / "evening"))
        async with app.run_test(size=size) as pilot:
            for _ in range(100):
                await pilot.pause(0.02)
                if isinstance(app.screen, RunScreen) and app.screen.selected is not None:
                    break
            for key in keys:
                await pilot.press(key)
            await pilot.pause(0.8)
            check(app, f"{name}-{size[0]}x{size[1]}-{theme}")  # type: ignore[arg-type]


@pytest.mark.parametrize("theme", ["night", "contrast-light"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_run_screen(base: Path, tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    await look(base, tmp_path, size, theme, "run")


@pytest.mark.parametrize("pane", SCREENS)
async def test_each_pane_alone(base: Path, tmp_path: Path, pane: str) -> None:
    await look(base, tmp_path, (80, 24), "night", pane, SCREENS[pane], "z")
