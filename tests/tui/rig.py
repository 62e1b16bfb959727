"""Runs to look at, and an app around a single pane."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from textual.app import App, ComposeResult

from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.settings import read_settings
from ge_tui.tui.panes.pane import Pane
from ge_tui.tui.steering import Steering
from ge_tui.tui.watch import Change, Feed, Part, RunModel
from tests.llm import coder
from tests.llm.ollama.script import Rule, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor

EVERYTHING = frozenset(Part)


@contextmanager
def environment(base: Path, **variables: str) -> Iterator[None]:
    values = {
        "XDG_CONFIG_HOME": str(base / "config"), "XDG_STATE_HOME": str(base / "state"),
        "XDG_DATA_HOME": str(base / "share"), **variables,
    }  # fmt: skip
    with mock.patch.dict("os.environ", values):
        yield


async def llm_run(base: Path, *assignments: str, name: str = "run") -> RunDirectory:
    """A finished run on the real seed whose children come from the scripted model; nothing is trained."""
    async with FakeOllama(Script(rules=[Rule(coder.answer)])) as server:
        with (
            environment(base, OLLAMA_HOST=server.url),
            mock.patch("ge_tui.run.session.LocalExecutor", return_value=AnyExecutor()),
        ):
            settings = ["data=fake", "population=6", "generations=3", "seed=5", "llm=ollama:coder:7b", *assignments]
            directory = create_run(prepare_run(read_settings((), settings), base), base, name)
            await work(directory)
    return directory


class Watching:
    """A run as panes are given it. Its model is filled by `look`."""

    def __init__(self, directory: RunDirectory) -> None:
        self.model = RunModel()
        self.feed = Feed(directory)
        self.steering = Steering(directory)

    async def look(self) -> Change:
        return self.model.apply(await self.feed.poll())


class PaneApp(App[None]):
    """One pane, as large as the terminal."""

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane
        self.posted: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.refresh_from(Change(EVERYTHING, frozenset(self.pane.model.individuals)))

    def on_pane_selected(self, message: Pane.Selected) -> None:
        self.posted.append(message)

    def on_pane_marked(self, message: Pane.Marked) -> None:
        self.posted.append(message)

    def on_pane_wanted(self, message: Pane.Wanted) -> None:
        self.posted.append(message)
