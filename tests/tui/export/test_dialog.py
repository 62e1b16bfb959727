"""The dialog of an export: what it asks for, and what it shows of the command at work."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Static

from ge_tui.run.directory import RunDirectory
from ge_tui.tui.export import job as job_module
from ge_tui.tui.export.dialog import ExportDialog
from ge_tui.tui.export.job import Asked, ExportJob
from ge_tui.tui.export.tick import Tick
from tests.tui.screens.test_run_screen import finished_run, screen, until, watching

DONE = {"event": "exported", "folder": "/x/best", "individual": 3, "agrees": True, "verdict": "verified: [bold]\x1b[2J",
        "forms": {"model.onnx": "no", "model.py": "ok"}}  # fmt: skip
STEPS = ({"event": "said", "words": "trained #3"}, {"event": "progress", "done": 0.25, "words": "training #3"})


def fake_command(monkeypatch: pytest.MonkeyPatch, *events: dict[str, Any], then: str = "") -> list[tuple[str, ...]]:
    """In the command's place a process that prints these; what it was called with."""
    called: list[tuple[str, ...]] = []
    script = "".join(f"print({json.dumps(event)!r}, flush=True)\n" for event in events) + then

    @asynccontextmanager
    async def our_process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        called.append(arguments)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    monkeypatch.setattr(job_module, "our_process", our_process)
    return called


async def test_it_is_filled_in_and_shows_the_command_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = fake_command(monkeypatch, *STEPS, DONE)
    directory = await finished_run(tmp_path)
    async with watching(directory, (80, 24)) as pilot:
        await pilot.press("Z")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
        dialog = pilot.app.screen
        assert isinstance(dialog, ExportDialog)
        number = dialog._number
        dialog.query_one("#export-to", Input).value = "/x/best"
        dialog.query_one("#export-verify", Tick).focus()
        await pilot.press("space", "down", "down", "enter")
        assert dialog.asked() == Asked(str(number), "/x/best", "3", ("--verify", "--onnx"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: dialog._job is not None and dialog._job.ended)
        words = "\n".join(str(dialog.query_one(name, Static).content) for name in ("#export-doing", "#export-lines"))
        for part in ("#3 is in /x/best", "[bold]", "model.onnx was left out", "trained #3"):
            assert part in words
        assert "\x1b" not in words
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not dialog)
    ((_, *arguments),) = called
    assert arguments == ["export", directory.name, str(number), "--to=/x/best", "--seeds=3", "--verify", "--onnx",
                         f"--runs={directory.path.parent}", "--json"]  # fmt: skip


async def test_closed_it_goes_on_and_is_found_again_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_command(monkeypatch, *STEPS, then="import time; time.sleep(600)")
    async with watching(await finished_run(tmp_path), (80, 24)) as pilot:
        await pilot.press("Z")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
        await pilot.press("ctrl+s")
        run_screen = pilot.app.screen_stack[1]
        await until(pilot, lambda: run_screen._export.done == 0.25)  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is run_screen)
        job = screen(pilot)._export
        assert job is not None
        assert not job.ended
        await pilot.press("Z")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportDialog))
        assert "25%" in str(pilot.app.screen.query_one("#export-doing", Static).content)
        await pilot.press("ctrl+x")
        await until(pilot, lambda: job.ended)
        assert "stopped" in job.problem


async def test_the_real_command_says_what_is_wrong(tmp_path: Path) -> None:
    directory = await finished_run(tmp_path)
    job = ExportJob(RunDirectory(directory.path), Asked("7000", str(tmp_path / "x")))
    await job.run()
    assert job.ended
    assert "7000" in job.problem or "data" in job.problem
    assert job.exported == []
