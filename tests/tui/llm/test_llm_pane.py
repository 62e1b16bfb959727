"""The LLM pane on a run that is over: every key of it."""

from __future__ import annotations

import pytest

from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader
from ge_tui.run.store.call_list import call_list
from ge_tui.run.store.calls import find_call
from ge_tui.run.store.insights import insights_of
from ge_tui.tui.llm.actions import ACTIONS
from tests.tui.llm.app import opened, settled


def first_code_line(answer: str) -> str:
    return next(line for line in answer.splitlines() if line.startswith(("class ", "def ")))


async def test_calls_are_browsed_and_each_is_read_where_the_cursor_rests(finished: RunDirectory) -> None:
    with RunReader(finished.database) as reader:
        calls = call_list(reader.connection)
        last, before = (find_call(reader.connection, *call.key) for call in (calls[-1], calls[-2]))
    assert last is not None
    assert before is not None
    async with opened(finished, (120, 50)) as (app, pilot):
        assert "No call to a language model is under way" in app.text()
        assert f"{len(calls)} calls" in app.text()
        await pilot.press("c")
        await settled(app, pilot)
        assert app.list.row_count == len(calls)
        assert f"calls {len(calls)}" in app.row("bar")
        assert "operator" in app.row("heading")
        assert app.row("head").startswith(f" #{last.call.individual} ")
        assert str(last.call.options["temperature"]) in app.row("figures")
        await pilot.press("k")
        await settled(app, pilot)
        assert app.row("head").startswith(f" #{before.call.individual} {before.call.operator} of ")
        assert "what became of it" in app.text()
        await pilot.press("right")
        await settled(app, pilot)
        assert app.row("head").startswith(f" #{last.call.individual} ")
        await pilot.press("left")
        await settled(app, pilot)
        await pilot.press("y")
        assert app.copied == before.call.answer


async def test_an_answer_and_its_prompt(finished: RunDirectory) -> None:
    async with opened(finished, (120, 50)) as (app, pilot):
        await pilot.press("c")
        await settled(app, pilot)
        await pilot.press("P")
        assert "prompt" in app.row("head")
        assert app.text().startswith("▾ system")
        await pilot.press("y")
        assert "source code of a PyTorch image classifier" in app.copied
        await pilot.press("P")
        assert app.text().startswith("▾ what became of it")


async def test_a_low_pane_shows_the_list_or_the_text(finished: RunDirectory) -> None:
    async with opened(finished, (80, 12)) as (app, pilot):
        await pilot.press("c")
        await settled(app, pilot)
        assert not app.reads
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.reads
        assert not any(one.display for one in app.query("ColumnList"))
        assert app.view.has_focus
        await pilot.press("escape")
        assert not app.reads
        assert app.list.has_focus
        await pilot.press("slash")
        await settled(app, pilot)
        assert app.reads


async def test_only_the_calls_for_the_selected_individual(finished: RunDirectory) -> None:
    with RunReader(finished.database) as reader:
        calls = call_list(reader.connection)
    numbers = sorted({call.individual for call in calls})
    async with opened(finished, (120, 50)) as (app, pilot):
        await pilot.press("s")
        assert app.pane.query_one("#llm-calls").display is False
        app.pane.select(numbers[2])
        await pilot.press("s")
        await settled(app, pilot)
        assert app.list.row_count == sum(call.individual == numbers[2] for call in calls)
        assert f"for #{numbers[2]}" in app.row("bar")
        app.pane.select(numbers[0])
        await settled(app, pilot)
        assert app.list.row_count == sum(call.individual == numbers[0] for call in calls)
        app.pane.select(0)
        await settled(app, pilot)
        assert app.list.row_count == 0
        assert "No call was made for #0" in app.text()
        await pilot.press("s")
        assert app.list.row_count == len(calls)


async def test_the_shared_selection_moves_the_list_that_nobody_is_in(finished: RunDirectory) -> None:
    async with opened(finished, (120, 50)) as (app, pilot):
        await pilot.press("c", "enter")
        await settled(app, pilot)
        app.pane.select(3)
        await settled(app, pilot)
        assert app.row("head").startswith(" #3 ")
        await pilot.press("o")
        await pilot.pause()
        assert [getattr(message, "number", None) for message in app.posted] == [3]


async def test_insights_with_what_speaks_for_them(finished: RunDirectory) -> None:
    with RunReader(finished.database) as reader:
        insights = insights_of(reader.connection)
    async with opened(finished, (120, 50)) as (app, pilot):
        await pilot.press("i")
        await settled(app, pilot)
        assert app.list.row_count == len(insights)
        assert insights[-1].text in app.text()
        assert "the elite against the seed" in app.text()
        assert f"said in the making of #{insights[-1].individual}" in app.text()
        await pilot.press("G")
        await settled(app, pilot)
        assert f"said in the making of #{insights[0].individual}" in app.text()
        await pilot.press("y")
        assert app.copied == insights[0].text


async def test_a_text_is_searched(finished: RunDirectory) -> None:
    async with opened(finished, (120, 50)) as (app, pilot):
        await pilot.press("c")
        await settled(app, pilot)
        await pilot.press("P", "slash", *"network", "enter")
        await settled(app, pilot)
        assert app.row("head").split()[-4:-2] == ["1", "of"]
        count = int(app.row("head").split()[-2])
        await pilot.press("n")
        assert f"2 of {count}" in app.row("head")
        await pilot.press("N", "N")
        assert f"{count} of {count}" in app.row("head")
        await pilot.press("escape")
        assert " of " not in app.row("head").split("prompt")[-1]
        await pilot.press("slash", *"zzz", "enter")
        assert "not found" in app.row("head")
        await pilot.press("n", "escape")
        assert "not found" not in app.row("head")


async def test_a_run_without_a_model_says_what_the_operators_did(offline: RunDirectory) -> None:
    async with opened(offline) as (app, pilot):
        assert "There is no language model in this run" in app.text()
        assert "improved" in app.text()
        assert len([line for line in app.text().splitlines() if line and line[-1].isdigit()]) > 1
        await pilot.press("c")
        await settled(app, pilot)
        assert "There is no language model in this run" in app.text()
        await pilot.press("i", "P", "t", "n", "o", "y", "left", "right", "escape", "l")
        await settled(app, pilot)
        assert "There is no language model in this run" in app.text()


@pytest.mark.parametrize("size", [(40, 8), (60, 20), (250, 70)])
async def test_any_size(finished: RunDirectory, size: tuple[int, int]) -> None:
    async with opened(finished, size) as (app, pilot):
        for key in ("c", "enter", "P", "escape", "i", "enter", "escape", "l"):
            await pilot.press(key)
            await settled(app, pilot)
            for row in ("bar", "head", "figures", "heading"):
                assert len(app.row(row)) <= size[0]
        await pilot.resize_terminal(size[1] + 30, size[0])
        await settled(app, pilot)
        assert app.reads


async def test_a_store_that_is_gone_is_a_sentence(finished: RunDirectory) -> None:
    async with opened(finished, (120, 50)) as (app, pilot):
        hidden = finished.database.with_suffix(".hidden")
        finished.database.rename(hidden)
        try:
            await pilot.press("c")
            await settled(app, pilot)
            assert "gone" in app.row("bar")
        finally:
            hidden.rename(finished.database)


def test_every_action_has_a_method_and_its_scope_is_the_pane() -> None:
    from ge_tui.tui.llm.pane import LlmPane

    assert all(callable(getattr(LlmPane, f"action_{action.method}")) for action in ACTIONS)
    assert {action.scope for action in ACTIONS} == {LlmPane.NAME}
