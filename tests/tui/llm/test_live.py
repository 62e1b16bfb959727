"""The LLM pane beside a model that talks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from unittest import mock

from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.store.call_list import call_list
from ge_tui.run.store.live_calls import LiveCall, Words
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import Rule, Say, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor
from tests.tui.llm.app import opened, settled, until
from tests.tui.rig import environment

NASTY = "Hi \x1b[31mred\x1b[0m \u202e[bold]x[/]\tTAB\r\n```python\nreturn 漢\n" + "y" * 300


@asynccontextmanager
async def at_work(base: Path, *rules: Rule, **settings: object) -> AsyncIterator[RunDirectory]:
    """A run under way with a model that does as it is told."""
    script = Script(rules=[*rules, Rule(coder.answer)], parallel=4)
    async with FakeOllama(script) as server:
        with (
            environment(base, OLLAMA_HOST=server.url),
            mock.patch("ge_tui.run.session.LocalExecutor", return_value=AnyExecutor()),
        ):
            given = {"data": "fake", "population": 2, "generations": 0, "llm": "ollama:coder:7b", **settings}
            assignments = [f"{key}={value}" for key, value in given.items()]
            directory = create_run(prepare_run(read_settings((), assignments), base), base, "run")
            running = asyncio.create_task(work(directory))
            try:
                yield directory
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running


def hanging(text: str, thinking: str = "") -> Rule:
    return Rule(Say(text=text, thinking=thinking, after=len(text) // 4 + len(thinking) // 4, fault="hang"), times=1)


async def test_the_words_of_a_call_under_way(tmp_path: Path) -> None:
    async with at_work(tmp_path, hanging(NASTY)) as directory, opened(directory, (60, 20)) as (app, pilot):
        await until(lambda: "yyyy" in app.text(), app, pilot)
        await until(lambda: "letters" in app.row("figures"), app, pilot)
        lines = app.text().splitlines()
        assert lines[0] == "▾ answer"
        assert lines[1] == "Hi ␛[31mred␛[0m \ufffd[bold]x[/]    TAB"
        assert lines[3] == "return 漢"
        assert not any(letter in app.text() for letter in "\x1b\u202e\r\t")
        assert app.row("head").startswith(" #1 create of ")
        assert "coder:7b at 0." in app.row("figures")
        assert "live 1" in app.row("bar")
        await pilot.press("P")
        assert "# The task" in app.text()
        await pilot.press("P", "y")
        assert NASTY.startswith(app.copied)
        assert len(app.copied) > 40


async def test_several_lanes(tmp_path: Path) -> None:
    rules = hanging("the first " * 20), hanging("the second " * 20)
    settings = {"population": 4, "ollama.lanes": 2}
    async with at_work(tmp_path, *rules, **settings) as directory, opened(directory, (80, 20)) as (app, pilot):
        await until(lambda: "1 of 2" in app.row("head") and "the " in app.text(), app, pilot)
        first, head = app.text(), app.row("head")
        await pilot.press("right")
        await until(lambda: "the " in app.text(), app, pilot)
        assert "2 of 2" in app.row("head")
        assert app.text() != first
        await pilot.press("left")
        assert app.row("head") == head
        number = int(head.split("#")[1].split()[0])
        app.pane.select(number)
        assert app.row("head") == head


async def test_calls_come_and_go_until_the_run_is_over(tmp_path: Path) -> None:
    async with at_work(tmp_path, population=4, generations=1) as directory, opened(directory) as (app, pilot):
        await until(lambda: app.watching.model.status == "finished" and not app.watching.model.calls, app, pilot)
        await settled(app, pilot)
        await until(lambda: "what became of it" in app.text() or "is under way" in app.text(), app, pilot)
        with RunReader(directory.database) as reader:
            assert f"calls {len(call_list(reader.connection))}" in app.row("bar")
        assert "✗" not in app.row("bar")


def live(individual: int, at: float = 1.0) -> LiveCall:
    return LiveCall(individual, 0, 0, at, "mutate", "t", "expert", "params", "SE", "coder:7b", 0.2, "sys", "asked")


async def test_thoughts_are_apart_and_can_be_folded(finished: RunDirectory) -> None:
    async with opened(finished, (60, 20)) as (app, pilot):
        key = live(1).key
        app.news(alive=True, calls=(live(1),), words=(Words(1, key, "thinking", "let me see"),))
        await pilot.pause()
        assert app.text().splitlines()[:2] == ["▾ thoughts", "let me see"]
        assert "thinking" in app.row("figures")
        app.news(words=(Words(2, key, "text", "Yes."), Words(3, key, "thinking", "\nhm")))
        await pilot.pause()
        assert app.text().splitlines()[:5] == ["▾ thoughts", "let me see", "hm", "▾ answer", "Yes."]
        await pilot.press("t")
        assert app.text().splitlines()[:3] == ["▸ thoughts", "▾ answer", "Yes."]
        app.news(words=(Words(4, key, "thinking", " more"), Words(5, key, "text", " No.")))
        await pilot.pause()
        assert app.text().splitlines()[:3] == ["▸ thoughts", "▾ answer", "Yes. No."]


async def test_who_reads_is_not_pulled_away_when_the_call_ends(finished: RunDirectory) -> None:
    async with opened(finished, (60, 20)) as (app, pilot):
        app.news(calls=(live(90),), words=(Words(1, live(90).key, "text", "line\n" * 100),))
        await pilot.press("k")
        before = app.text()
        app.news(calls=(live(91),), words=(Words(2, live(91).key, "text", "other"),))
        await settled(app, pilot)
        assert app.text() == before
        assert "- of 1" in app.row("head")
        await pilot.press("right")
        assert "other" in app.text()
        app.news(calls=(live(92),), words=(Words(3, live(92).key, "text", "the next"),))
        await settled(app, pilot)
        assert "the next" in app.text()


async def test_who_waits_and_a_server_that_is_away(finished: RunDirectory) -> None:
    async with opened(finished, (120, 20)) as (app, pilot):
        last = app.watching.model.events[-1].seq
        app.news(
            alive=True, events=(EventRow(last + 1, 1.0, "llm_away", 3, {"reason": "nothing listens at \x1bhost"}),)
        )
        await settled(app, pilot)
        assert "! the server is away: nothing listens at ␛host" in app.row("bar")
        app.news(events=(EventRow(last + 2, 1.0, "llm_back", 3, {}),))
        await settled(app, pilot)
        assert "away" not in app.row("bar")


async def test_a_long_answer_costs_little_while_it_comes(finished: RunDirectory) -> None:
    async with opened(finished, (100, 30)) as (app, pilot):
        key = live(1).key
        app.news(calls=(live(1),), words=(Words(1, key, "text", "x" * 100_000 + "\n"),))
        await pilot.pause()
        heights: list[int] = []
        refresh = app.view.refresh

        def watched(*regions: object, **how: bool) -> object:
            heights.extend(getattr(region, "height", 99) for region in regions or (None,))
            return refresh(*regions, **how)  # type: ignore[arg-type]

        app.view.refresh = watched  # type: ignore[assignment,method-assign]
        for seq in range(2, 42):
            app.news(words=(Words(seq, key, "text", "words of a line\n" if seq % 4 == 0 else "words "),))
        assert sum(heights) < 40 * 2 + 3 * 30
