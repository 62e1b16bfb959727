"""The diff pane: what it shows of whom, and what each of its keys does."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest import mock

import pytest
from textual.app import SuspendNotSupported
from textual.pilot import Pilot

from ge_tui.run.store import Store
from ge_tui.tui.diff.actions import ACTIONS
from ge_tui.tui.diff.against import Against
from ge_tui.tui.diff.mode import What
from ge_tui.tui.diff.pane import DiffPane
from ge_tui.tui.panes.pane import Pane
from ge_tui.tui.watch import Change
from tests.tui.diff.runs import BROKEN, CHILD, SEED, every_state
from tests.tui.diff.test_pages import lines_of
from tests.tui.rig import EVERYTHING, PaneApp, Watching


class Screen:
    """The pane as a user sees it."""

    def __init__(self, pane: DiffPane, app: PaneApp, pilot: Pilot[None], watching: Watching) -> None:
        self.pane, self.app, self.pilot, self.watching = pane, app, pilot, watching

    async def settled(self) -> None:
        for _ in range(250):
            await self.pilot.pause(0.01)
            if self.pane.idle:
                break
        assert self.pane.idle
        await self.pilot.pause()

    async def go(self, number: int) -> None:
        self.pane.select(number)
        await self.settled()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    @property
    def title(self) -> str:
        return self.pane.heading.shown[0]

    @property
    def figures(self) -> str:
        return self.pane.heading.shown[1]

    @property
    def page(self) -> list[str]:
        return lines_of(self.pane.view.page)

    @property
    def text(self) -> str:
        return "\n".join(self.page)

    @property
    def seen(self) -> list[str]:
        """The lines in sight as they are drawn, without the mark of the current change."""
        view = self.pane.view
        return [view.render_line(y).text[1:].rstrip() for y in range(len(view.seen))]

    @property
    def said(self) -> str:
        return " / ".join(notification.message for notification in self.app._notifications)


@asynccontextmanager
async def opened(base: Path, number: int | None = 1, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screen]:
    watching = Watching(every_state(base))
    await watching.look()
    pane = DiffPane(watching)
    app = PaneApp(pane)
    try:
        async with app.run_test(size=size) as pilot:
            screen = Screen(pane, app, pilot, watching)
            if number is not None:
                await screen.go(number)
            yield screen
    finally:
        await watching.feed.close()


# -- what is shown -----------------------------------------------------------------------------------------


async def test_a_child_and_its_parent(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        assert screen.title.startswith("#1 mutate · expert · params · Gate against its parent, the seed")
        assert screen.title.endswith("change 1/2")
        assert "+3 −2 lines" in screen.figures
        assert "accuracy 0.8000 → 0.8200 (+0.0200 better)" in screen.figures
        assert "params 1,000 → 1,200 (+200 worse)" in screen.figures
        assert "rung short" in screen.figures
        assert screen.page[0] == "• mutate · params · Gate: a wider ratio for [bold] gates"
        assert " 9    -         self.ratio = 4" in screen.seen
        assert "    9 +         self.ratio = 8" in screen.seen


async def test_before_anything_is_selected_it_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, None) as screen:
        assert "Nothing is selected" in screen.text
        await screen.press("n", "v", "m", "y", "Y", "e", "enter", "u", "s", "M", "a", "P", "j", "G")
        assert "Nothing is selected" in screen.text
        assert "nothing to copy" in screen.said


async def test_the_seed_is_its_whole_source(tmp_path: Path) -> None:
    async with opened(tmp_path, 0) as screen:
        assert "nothing to be compared with" in screen.text
        body = [line[5:] for line in screen.page if line[:2].strip().isdigit()]
        assert body == SEED.split("\n")[:-1]
        await screen.press("P")
        assert "no parent" in screen.said


async def test_a_failed_one_says_why_and_what_it_printed(tmp_path: Path) -> None:
    async with opened(tmp_path, 4) as screen:
        assert "failed: crashed" in screen.figures
        assert "Failed: crashed" in screen.text
        assert "  AttributeError: no 'tail'\n    in forward, line 31" in screen.text
        assert screen.page[-3:][0].startswith("── what it printed last")
        assert screen.page[-2:] == ["step 1", "␛[31mRuntimeError␛[0m: [bold]boom[/bold]"]
        assert any("# [bold]␛[31m no tail" in line for line in screen.seen)
        assert "\x1b" not in screen.text


async def test_one_without_a_source_says_what_is_known(tmp_path: Path) -> None:
    async with opened(tmp_path, 6) as screen:
        assert "Its source is being made." in screen.text
        await screen.go(7)
        assert "Rejected" in screen.text
        assert "the answer holds no code" in screen.text
        assert "No source of it is on record." in screen.text
        await screen.press("y", "Y", "e")
        assert "nothing to copy / there is no source to copy / there is no source to open" in screen.said


async def test_a_duplicate_and_its_original(tmp_path: Path) -> None:
    async with opened(tmp_path, 5) as screen:
        assert "Duplicate: the same syntax as individual 3." in screen.text
        assert "against parent #1" in screen.title
        await screen.press("D")
        assert "against its original #3" in screen.title
        assert "no difference" in screen.figures
        assert "The two texts are the same, all 35 lines." in screen.text
        await screen.press("M")
        assert "#5 duplicates #3: these are the layers of that one." in screen.text


async def test_the_screen_follows_what_becomes_of_an_individual(tmp_path: Path) -> None:
    async with opened(tmp_path, 6) as screen:
        assert "It has no source yet." in screen.text
        directory = screen.watching.feed.directory
        store = Store(directory.database)
        store.accept(6, CHILD, "hash", segment="Gate", arguments={})
        store.close()
        screen.pane.refresh_from(await screen.watching.look())
        await screen.settled()
        assert "It waits for its check and its training." in screen.text
        assert "+3 −2 lines" in screen.figures


async def test_progress_of_a_training_does_not_read_it_again(tmp_path: Path) -> None:
    async with opened(tmp_path, 9) as screen:
        assert "in training" in screen.figures
        loaded = screen.pane.loaded
        screen.pane.refresh_from(Change(EVERYTHING, frozenset({9})))
        await screen.settled()
        assert screen.pane.loaded is loaded


async def test_a_run_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        database = screen.watching.feed.directory.database
        database.rename(tmp_path / "elsewhere")
        await screen.go(2)
        assert "the run's file is gone" in screen.text
        await screen.press("n", "y", "e", "M", "M")
        (tmp_path / "elsewhere").rename(database)
        screen.pane.refresh_from(Change(EVERYTHING))
        await screen.settled()
        assert "WIDTH = 16" in screen.text


async def test_nothing_is_read_while_nobody_can_see_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        screen.pane.display = False
        await screen.pilot.pause()
        screen.pane.select(2)
        await screen.pilot.pause(0.1)
        assert screen.title.startswith("#1 ")
        screen.pane.display = True
        await screen.pilot.pause()
        await screen.settled()
        assert screen.title.startswith("#2 ")


# -- against whom ------------------------------------------------------------------------------------------


async def test_cycling_through_what_there_is(tmp_path: Path) -> None:
    async with opened(tmp_path, 3) as screen:
        seen = []
        for key in ("v", "v", "v", "V", "V"):
            seen.append(screen.title.split("against ")[1].split("  ")[0])
            await screen.press(key)
        assert seen == ["parent #1", "other parent #2", "the seed", "parent #1", "the seed"]
        assert "other parent #2" in screen.title


@pytest.mark.parametrize(
    ("key", "words"), [("P", "parent #1"), ("X", "other parent #2"), ("R", "the seed"), ("apostrophe", "marked #8")]
)
async def test_each_has_a_key(tmp_path: Path, key: str, words: str) -> None:
    async with opened(tmp_path, 3) as screen:
        screen.pane.mark(8)
        await screen.press("R" if key != "R" else "X", key)
        assert f"against {words} " in screen.title


@pytest.mark.parametrize(("key", "why"), [("X", "only a crossover"), ("D", "no duplicate"), ("apostrophe", "with m")])
async def test_what_there_is_not_is_a_sentence(tmp_path: Path, key: str, why: str) -> None:
    async with opened(tmp_path) as screen:
        await screen.press(key)
        assert why in screen.said
        assert "against its parent, the seed" in screen.title


async def test_the_choice_stays_where_it_can(tmp_path: Path) -> None:
    async with opened(tmp_path, 3) as screen:
        await screen.press("X")
        await screen.go(1)
        assert "its parent, the seed" in screen.title, "it has no other parent"
        await screen.go(3)
        assert "other parent #2" in screen.title


async def test_marking(tmp_path: Path) -> None:
    async with opened(tmp_path, 2) as screen:
        await screen.press("m")
        assert "#2 is marked" in screen.said
        assert [m.number for m in screen.app.posted if isinstance(m, Pane.Marked)] == [2]  # other panes show it too
        await screen.go(1)
        await screen.press("apostrophe")
        assert "against marked #2" in screen.title
        assert "Head" in screen.text


async def test_going_up_to_the_parent(tmp_path: Path) -> None:
    async with opened(tmp_path, 3) as screen:
        await screen.press("u")
        (message,) = [m for m in screen.app.posted if isinstance(m, Pane.Selected)]
        assert message.number == 1


# -- how ---------------------------------------------------------------------------------------------------


async def test_side_by_side(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.press("s")
        (line,) = [line for line in screen.seen if "self.ratio = 8" in line]
        assert line.index("self.ratio = 4") < line.index("│") < line.index("self.ratio = 8")
        await screen.press("s")
        assert not any("│" in line for line in screen.seen)


async def test_side_by_side_needs_room(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(90, 30)) as screen:
        await screen.press("s")
        assert "side by side needs 100 columns" in screen.said
        assert not screen.pane.mode.split
        screen.pane.restore({"split": True})
        await screen.settled()
        assert not any("│" in line for line in screen.seen)
        await screen.pilot.resize_terminal(130, 30)
        await screen.settled()
        assert any("│" in line for line in screen.seen)


async def test_wrapping_and_moving_sideways(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(30, 30)) as screen:
        assert any(line.endswith("›") for line in screen.seen)
        cut = next(line for line in screen.seen if line.endswith("›"))
        await screen.press("l")
        assert cut not in screen.seen
        assert not any("›" in line and line.startswith("…") for line in screen.seen), "what has no gutter stays"
        await screen.press("0")
        assert cut in screen.seen
        await screen.press("l", "h")
        assert cut in screen.seen
        await screen.press("w")
        assert any("↪" in line for line in screen.seen)
        assert not any(line.endswith("›") for line in screen.seen)


async def test_context_and_folds(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        height = len(screen.page)
        await screen.press("plus")
        assert screen.pane.mode.context == 6
        more = len(screen.page)
        await screen.press("minus", "minus", "minus", "minus")
        assert screen.pane.mode.context == 0
        assert len(screen.page) < height < more
        await screen.press("enter")
        assert "    5       class Gate:" not in screen.text
        assert " 5  5   class Gate:" in screen.text, "the fold in front of the change"
        assert "16 16" in screen.text, "and the one behind it"
        assert "19 19" not in screen.text
        await screen.press("a")
        assert not any(line.startswith("…") for line in screen.page)
        assert sum(line[:2].strip().isdigit() for line in screen.page) == SEED.count("\n")
        await screen.press("a")
        assert any(line.startswith("…") for line in screen.page)


async def test_a_click_on_a_fold_unfolds_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        line = next(i for i, text in enumerate(screen.page) if "unchanged lines: Head" in text)
        await screen.pilot.click(screen.pane.view, offset=(5, line))
        await screen.settled()
        assert "19 19       WIDTH = 8" in screen.text


async def test_jumping_between_changes_and_segments(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(100, 12)) as screen:
        view = screen.pane.view
        await screen.press("a")
        assert view.current == 0
        for keys, current, words in (("n", 1, "return d"), ("n", 1, "return d"), ("N", 0, "ratio = 4")):
            await screen.press(keys)
            assert view.current == current
            assert any(words in line for line in screen.seen)
            assert f"change {current + 1}/2" in screen.title
        await screen.press("g", "right_curly_bracket")
        assert screen.seen[0].startswith("── Gate +1 −1")
        await screen.press("right_curly_bracket")
        assert any(line.startswith("── Net +2 −1") for line in screen.seen)
        assert view.current == 1
        await screen.press("left_curly_bracket")
        assert screen.seen[0].startswith("── Gate +1 −1")
        assert view.current == 0


async def test_moving(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(100, 14)) as screen:
        await screen.press("a", "g")
        tops = {}
        for key in ("j", "k", "down", "up", "pagedown", "pageup", "space", "ctrl+u", "ctrl+d", "G", "g", "end", "home"):
            await screen.press(key)
            tops[key] = screen.pane.view.top
        height = len(screen.pane.view.seen)
        bottom = screen.pane.view.max_scroll_y
        assert tops == {
            "j": 1, "k": 0, "down": 1, "up": 0, "pagedown": height - 1, "pageup": 0, "space": height - 1,
            "ctrl+u": height - 1 - height // 2, "ctrl+d": height - 1, "G": bottom, "g": 0, "end": bottom, "home": 0,
        }  # fmt: skip


async def test_a_page_laid_out_anew_keeps_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(120, 14)) as screen:
        await screen.press("a", "n")
        assert screen.pane.view.top > 0
        for key in ("s", "s", "w", "plus", "a"):
            await screen.press(key)
            assert any("return d" in line for line in screen.seen)
            assert screen.pane.view.current == 1


async def test_the_source_of_either_side(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        for key, text, words in (("o", CHILD, "source of #1"), ("O", SEED, "source of #0")):
            await screen.press(key)
            assert words in screen.title
            body = [line[5:] for line in screen.page if not line.startswith("──")]
            assert body == text.split("\n")[:-1]
        await screen.press("O")
        assert screen.pane.mode.what is What.DIFF


async def test_the_layers(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.press("M")
        assert "layers · change 1/1" in screen.title
        assert "2 → 3 layers" in screen.figures
        assert any(line.startswith("+   norm") for line in screen.seen)
        assert any("152 → 336 (+184)" in line for line in screen.seen)
        await screen.go(8)
        assert "Layers of #8 are not on record: the ge-tui that checked it did not keep them." in screen.text
        await screen.go(7)
        assert "did not get so far" in screen.text
        await screen.go(9)
        assert "are known when its check has passed" in screen.text
        screen.pane.mark(8)
        await screen.go(1)
        await screen.press("apostrophe")
        assert "Layers of #8 are not on record: these are all of #1." in screen.text
        await screen.press("M")
        assert "self.rate" in screen.text


# -- taking it elsewhere -----------------------------------------------------------------------------------


async def test_copying(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        await screen.press("y")
        diff = screen.app.clipboard
        assert diff.startswith("--- individual-0\n+++ individual-1\n@@ -6,7 +6,7 @@\n")
        assert "-        self.ratio = 4\n+        self.ratio = 8\n" in diff
        assert "copied the diff of #0 and #1" in screen.said
        await screen.press("Y")
        assert screen.app.clipboard == CHILD
        await screen.press("O", "Y")
        assert screen.app.clipboard == SEED
        await screen.press("O", "M", "y")
        assert "total     2 → 3 layers" in screen.app.clipboard


def editor(folder: Path, script: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    file = folder / "editor"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return {"VISUAL": str(file)}


async def test_the_editor_gets_a_copy(tmp_path: Path) -> None:
    async with opened(tmp_path, 4) as screen:
        seen = tmp_path / "seen"
        environ = editor(tmp_path / "bin", f'cp "$1" {seen}; echo "$1" > {seen}.name')
        with mock.patch.dict("os.environ", environ), mock.patch.object(screen.app, "suspend", mock.MagicMock()):
            await screen.press("e")
        assert seen.read_text(encoding="utf-8") == BROKEN
        name = Path(seen.with_suffix(".name").read_text(encoding="utf-8").strip())
        assert name.name == "run-4.py"
        assert not os.path.lexists(name.parent)


async def test_editors_that_fail_are_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as screen:
        with mock.patch.dict("os.environ", editor(tmp_path / "bin", "exit 3")):
            with mock.patch.object(screen.app, "suspend", mock.MagicMock()):
                await screen.press("e")
            with mock.patch.object(screen.app, "suspend", side_effect=SuspendNotSupported("no")):
                await screen.press("e")
        with mock.patch.dict("os.environ", {"VISUAL": "", "EDITOR": "", "PATH": str(tmp_path)}):
            await screen.press("e")
        assert "ended with status 3" in screen.said
        assert "cannot be given to an editor" in screen.said
        assert "no editor was found" in screen.said


# -- all together ------------------------------------------------------------------------------------------


async def test_holding_a_key_down_works_on_the_last_one_only(tmp_path: Path) -> None:
    async with opened(tmp_path, 0) as screen:
        asked = []
        ask = screen.watching.feed.ask

        async def counted(question):
            asked.append(question)
            return await ask(question)

        screen.watching.feed.ask = counted
        for _ in range(20):
            for number in range(1, 10):
                screen.pane.select(number)
                await screen.pilot.pause(0.001)
        await screen.settled()
        assert screen.title.startswith("#9 ")
        assert len(asked) <= 3


async def test_what_is_remembered_comes_back(tmp_path: Path) -> None:
    async with opened(tmp_path, 3) as screen:
        await screen.press("X", "s", "w", "plus")
        values = screen.pane.remembered()
    assert values == {
        "against": "other parent", "what": "diff", "split": True, "wrap": True, "context": 6, "all_lines": False,
    }  # fmt: skip
    async with opened(tmp_path / "again", None) as screen:
        screen.pane.restore(values)
        await screen.go(3)
        assert screen.pane.remembered() == values
        assert screen.pane.mode.against is Against.OTHER_PARENT
        assert "other parent #2" in screen.title
        assert any("│" in line for line in screen.seen)


@pytest.mark.parametrize("size", [(40, 8), (80, 24), (250, 70), (12, 3)])
async def test_every_key_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    """No key fails, and no line is wider than the pane."""
    moves = [key for action in ACTIONS for key in action.keys.split(",") if action.method not in ("edit",)]
    async with opened(tmp_path, None, size=size) as screen:
        for number in (3, 4, 5, 7, 0):
            await screen.go(number)
            await screen.pilot.press(*moves)
            await screen.settled()
            view = screen.pane.view
            assert {view.render_line(y).cell_length for y in range(size[1])} == {size[0] - 1}


@pytest.mark.parametrize("theme", ["textual-light", "textual-ansi", "nord"])
async def test_another_theme_has_other_colours(tmp_path: Path, theme: str) -> None:
    async with opened(tmp_path) as screen:
        before = screen.pane.view.render_line(9)
        screen.app.theme = theme if theme in screen.app.available_themes else "ansi-dark"
        await screen.settled()
        after = screen.pane.view.render_line(9)
        assert before.text == after.text
        assert list(before) != list(after)


def test_every_action_has_a_method_and_no_key_is_taken_twice_or_reserved() -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    reserved = {*"123456789", "tab", "shift+tab", "z", "question_mark", "q", "p", "S", "ctrl+p"}
    assert not reserved & set(keys)
    assert all(callable(getattr(DiffPane, f"action_{action.method}")) for action in ACTIONS)
    assert {action.scope for action in ACTIONS} == {DiffPane.NAME}
