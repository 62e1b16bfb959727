"""Reading a text: moving in it, following its end, and that no more is painted than changed."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region

from ge_tui.tui.text_document import Document, Part, part_of
from ge_tui.tui.text_rows import pieces
from ge_tui.tui.text_view import TextView


class Watched(TextView):
    def __init__(self) -> None:
        super().__init__()
        self.painted: list[Region] = []
        self.whole = 0

    def refresh(self, *regions: Region, **how: bool) -> Watched:  # type: ignore[override]
        self.painted += regions
        self.whole += not regions
        super().refresh(*regions, **how)
        return self


class ViewApp(App[None]):
    def __init__(self, document: Document, *, follow: bool = False) -> None:
        super().__init__()
        self.view = Watched()
        self.document = document
        self.follow = follow

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.show(self.document, follow=self.follow)

    def lines(self) -> list[str]:
        return [self.view.render_line(y).text.rstrip() for y in range(self.view.size.height)]


def numbered(count: int) -> Document:
    return Document(part_of("\n".join(f"line {number}" for number in range(count))))


async def test_the_scroll_bar_hides_no_letter() -> None:
    """What grows as what stands."""
    line = "abcdefghijklmnopqrstuvwxyz"
    app = ViewApp(Document(part_of("\n".join([line] * 20))))
    async with app.run_test(size=(20, 10)) as pilot:
        app.view.grew(app.document.append(0, f"\n{line}"))
        await pilot.press("end")
        await pilot.pause()
        seen = [strip.crop(0, 19).text.rstrip() for strip in app.screen._compositor.render_strips(app.size)]
        assert app.view.show_vertical_scrollbar
        assert "".join(seen).endswith(line)


@pytest.mark.parametrize(
    ("keys", "first"),
    [("j j k", 1), ("down", 1), ("k", 0), ("pagedown", 9), ("space pageup", 0), ("G", 40), ("G g", 0), ("end k", 39)],
)
async def test_keys_scroll(keys: str, first: int) -> None:
    app = ViewApp(numbered(50))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.press(*keys.split())
        await pilot.pause()
        assert app.lines()[0] == f"line {first}"


async def test_the_end_is_followed_until_the_user_scrolls() -> None:
    app = ViewApp(Document(Part()), follow=True)
    async with app.run_test(size=(20, 9)) as pilot:
        await pilot.pause()
        for number in range(40):
            app.view.grew(app.document.append(0, f"line {number}\n"))
            assert f"line {number}" in app.lines()
        await pilot.press("k")
        before = app.lines()
        app.view.grew(app.document.append(0, "more\n" * 5))
        await pilot.pause()
        assert app.lines() == before
        await pilot.press("G")
        app.view.grew(app.document.append(0, "the last"))
        assert "the last" in app.lines()
        app.view.post_message(events.MouseScrollUp(app.view, 1, 1, 0, -1, 0, False, False, False))
        await pilot.pause()
        assert not app.view.following


async def test_words_that_come_repaint_their_rows_and_seldom_the_rest() -> None:
    app = ViewApp(Document(Part("answer")), follow=True)
    async with app.run_test(size=(40, 30)) as pilot:
        app.view.grew(app.document.append(0, "first "))
        await pilot.pause()
        app.view.painted.clear()
        app.view.whole = 0
        for _ in range(20):
            app.view.grew(app.document.append(0, "word "))
        assert app.view.whole == 0
        assert max(region.height for region in app.view.painted) <= 2
        app.view.painted.clear()
        for _ in range(100):
            app.view.grew(app.document.append(0, "a line\n"))
        scrolled = [region for region in app.view.painted if region.height == 30]
        assert 5 <= len(scrolled) <= 12


async def test_another_width_wraps_anew_and_stays_where_one_reads() -> None:
    text = " ".join(f"word{number}" for number in range(400))
    app = ViewApp(Document(part_of(text)))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("pagedown", "pagedown")
        word = app.lines()[0].split()[0]
        await pilot.resize_terminal(33, 10)
        await pilot.pause()
        assert word in app.lines()[0]
        assert all(len(line) <= 33 for line in app.lines())


async def test_marks_are_brought_into_view() -> None:
    app = ViewApp(numbered(100))
    async with app.run_test(size=(20, 10)) as pilot:
        hits = app.document.find("line 77")
        app.view.mark(hits, hits[0])
        await pilot.pause()
        row = app.lines().index("line 77")
        styles = {segment.text: segment.style for segment in app.view.render_line(row)}
        assert styles["line 77"] == app.view.get_component_rich_style("text-view--match-here")


async def test_a_folded_part_is_only_its_title() -> None:
    app = ViewApp(Document(part_of("hm\nhm", "thoughts"), part_of("yes", "answer")))
    async with app.run_test(size=(20, 6)) as pilot:
        assert app.lines()[:5] == ["▾ thoughts", "hm", "hm", "▾ answer", "yes"]
        app.document.fold(0, folded=True)
        app.view.redraw()
        await pilot.pause()
        assert app.lines()[:4] == ["▸ thoughts", "▾ answer", "yes", ""]


def test_colours_cut_a_row_and_marks_lie_above_them() -> None:
    assert pieces(0, 10, [(0, 3, "keyword"), (5, 20, "string")], [(2, 6, "match")]) == [
        (0, 2, "keyword"), (2, 3, "match"), (3, 5, "match"), (5, 6, "match"), (6, 10, "string"),
    ]  # fmt: skip
    assert pieces(5, 8, [(0, 4, "keyword"), (9, 12, "string")]) == [(5, 8, "")]
    assert pieces(3, 3, [(0, 9, "keyword")]) == []
