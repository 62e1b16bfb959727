"""What is done for the form in the background: measuring, fetching data, fetching a model. Each can be stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from textual.screen import Screen
from textual.worker import Worker

from ge_tui.errors import NotReadyError, UserError
from ge_tui.tui.new_run.cost import time_words
from ge_tui.tui.new_run.look import Look
from ge_tui.tui.new_run.preparing import bytes_line, make_ready
from ge_tui.tui.new_run.probe import LIMIT_S, Measured, Question, measure, question_of
from ge_tui.tui.new_run.server import fetch_model, progress_words


class Errand:
    """Something that takes a while; one at a time of each kind."""

    def __init__(self, screen: Screen[Any], changed: Callable[[], None]) -> None:
        """`changed` is called whenever there is something else to say of it."""
        self._screen = screen
        self._changed = changed
        self._worker: Worker[None] | None = None
        self.words = ""
        """How it is going, or how it ended."""
        self.problem = ""

    @property
    def runs(self) -> bool:
        """Whether it is under way."""
        return self._worker is not None

    def stop(self) -> None:
        """What came is kept."""
        if self._worker is not None:
            self._worker.cancel()

    def _begin(self, work: Coroutine[Any, Any, None], words: str) -> None:
        self._say(words)
        self._worker = self._screen.run_worker(self._guarded(work), exit_on_error=True)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            self._worker = None
            self._say("stopped; what came is kept")
            raise
        except UserError as error:
            self._worker = None
            self._say(problem=str(error))
        else:
            self._worker = None
            self._say(self.words)

    def _say(self, words: str = "", problem: str = "") -> None:
        self.words, self.problem = words, problem
        if self._screen.is_running:
            self._changed()


class Probe(Errand):
    """Measures how long the seed trains."""

    def __init__(self, screen: Screen[Any], changed: Callable[[], None]) -> None:
        super().__init__(screen, changed)
        self._began = 0.0
        self._found: tuple[Question, Measured] | None = None

    def begin(self, question: Question) -> None:
        """Begin to measure."""
        self._began = time.monotonic()
        self._begin(self._measure(question), "")

    async def _measure(self, question: Question) -> None:
        self._found = (question, await measure(question))

    def time_of(self, now: Look) -> str:
        """How long the run will take, as far as is known."""
        if self.runs:
            spent = time.monotonic() - self._began
            return f"the seed is being trained, {spent:.0f} s of about {LIMIT_S:.0f} (^t stops it)"
        question = question_of(now.settings, now.task, now.data) if now.task else None
        if self._found is not None and self._found[0] == question:
            return time_words(now.settings, now.steps, self._found[1])
        return self.problem or "probe (^t) measures it: the seed is trained for a minute at most"


class DataFetch(Errand):
    """Makes a data set ready."""

    name = ""

    def begin(self, name: str, done: Callable[[], None]) -> None:
        """`done` is called when it is ready, or not."""
        self.name = name
        self._begin(self._fetch(name, done), "begins ...")

    async def _fetch(self, name: str, done: Callable[[], None]) -> None:
        try:
            await make_ready(name, self.on_bytes)
        except NotReadyError as error:
            raise NotReadyError(f"{name} is not ready: {error}") from None
        finally:
            if self._screen.is_running:
                done()

    def on_bytes(self, done: int, total: int | None) -> None:
        self._say(f"fetching: {bytes_line(done, total)}")


class ModelFetch(Errand):
    """Has the server fetch a model."""

    def begin(self, name: str, done: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        """`done` is told the name of a model that is there now."""
        self._begin(self._fetch(name, done), "asking for it ...")

    async def _fetch(self, name: str, done: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        await fetch_model(name, lambda report: self._say(progress_words(report)))
        self._say(f"{name} is there")
        await done(name)
