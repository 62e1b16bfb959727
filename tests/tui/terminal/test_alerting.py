"""What is worth a message, how often, and how the terminal is made to call somebody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.made_family import evolved
from benchmarks.made_run import make_run
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import EventRow
from ge_tui.tui.app import GeTui
from ge_tui.tui.diff.mode import restored
from ge_tui.tui.remembered import broken_memory, recall, recalled_selection, remember, with_selection
from ge_tui.tui.screens.run import RunScreen
from ge_tui.tui.terminal.alerting import OFF, sequence
from ge_tui.tui.watch import Feed, RunModel, Update
from ge_tui.tui.watch.news import CHAMPION_S, News
from tests.tui.rig import environment


@pytest.mark.parametrize(
    ("way", "signs"),
    [
        ("off", ""),
        ("bell", "\a"),
        ("osc9", "\x1b]9;a run: it is over, really\a"),
        ("osc777", "\x1b]777;notify;a run;it is over, really\a"),
    ],
)
def test_ways_to_call(way: str, signs: str) -> None:
    assert sequence(way, "a run", "it is over; really", {}) == signs


def test_words_cannot_steer_the_terminal_and_tmux_hands_them_on() -> None:
    signs = sequence("osc9", "x\x1b]0;y\a", "a\nb" * 500, {})
    assert signs.count("\x1b") == 1
    assert signs.count("\a") == 1
    assert "\n" not in signs
    assert len(signs) < 500
    assert sequence("osc9", "a", "b", {"TMUX": "/tmp/x"}) == "\x1bPtmux;\x1b\x1b]9;a: b\a\x1b\\"


async def the_run(base: Path) -> RunModel:
    model = RunModel()
    feed = Feed(make_run(base, 30, "made"))
    model.apply(await feed.poll())
    await feed.close()
    return model


async def test_what_was_there_before_is_no_news_and_what_comes_is_told_once(tmp_path: Path) -> None:
    model, news = await the_run(tmp_path), News()
    assert news.look(model, 0.0) == []
    newest = model.events[-1].seq
    away = EventRow(newest + 1, 0.0, "llm_away", None, {"reason": "gone \x1b[2J"})
    model.apply(Update(events=(away,)))
    (item,) = news.look(model, 1.0)
    assert item.calls
    assert item.severity == "warning"
    assert "waiting for the language model" in item.words
    assert "\x1b" not in item.words
    assert news.look(model, 2.0) == []
    model.apply(Update(events=tuple(EventRow(newest + 2 + n, 0.0, "llm_back", None, {}) for n in range(50))))
    assert len(news.look(model, 3.0)) == 1


async def test_a_new_best_is_told_but_not_too_often(tmp_path: Path) -> None:
    from dataclasses import replace

    model, news = await the_run(tmp_path), News()
    news.look(model, 0.0)
    assert model.best is not None
    first = model.best

    def better(by: float) -> None:
        number = max(model.individuals) + 1
        metrics = {**first.metrics, "accuracy": first.metrics["accuracy"] + by}
        model.apply(Update(individuals=(replace(first, number=number, metrics=metrics),)))

    better(0.01)
    (item,) = news.look(model, 30.0)
    assert item.title == "A new best"
    assert f"#{max(model.individuals)}" in item.words
    assert not item.calls
    better(0.02)
    assert news.look(model, 31.0) == []
    better(0.03)
    (item,) = news.look(model, 30.0 + CHAMPION_S)
    assert f"#{max(model.individuals)}" in item.words


def test_a_layout_that_cannot_be_read_is_named_and_put_aside(tmp_path: Path) -> None:
    with environment(tmp_path):
        assert broken_memory() == ""
        remember({"theme": "day"})
        assert broken_memory() == ""
        file = tmp_path / "state" / "ge-tui" / "screen.json"
        file.write_text('{\n "theme": day\n}')
        said = broken_memory()
        assert str(file) in said
        assert "line 2" in said
        assert file.with_suffix(".broken.json").read_text().startswith("{")
        assert broken_memory() == ""
        assert recall() == {}
        file.write_text("[]")
        assert "object" in broken_memory()


@pytest.mark.parametrize("odd", [{}, [], 3, None])
def test_an_odd_way_of_alerting_or_of_comparing_is_as_at_first(tmp_path: Path, odd: object) -> None:
    with environment(tmp_path):
        remember({"alerts": odd})
        assert GeTui(tmp_path, None).alerting.way == OFF
    assert restored({"against": odd, "what": odd, "split": odd, "context": odd}).remembered().keys()
    assert restored({"context": 3.0}).context == 3
    assert isinstance(restored({"context": 3.0}).context, int)


def test_selections_of_many_runs_are_kept_but_not_all(tmp_path: Path) -> None:
    with environment(tmp_path):
        for number in range(120):
            remember({"selected": with_selection(tmp_path / str(number), number)})
        assert recalled_selection(tmp_path / "119") == 119
        assert recalled_selection(tmp_path / "0") is None
        assert len(recall()["selected"]) < 60
        remember({"selected": {str(tmp_path / "x"): "seven"}})
        assert recalled_selection(tmp_path / "x") is None


@pytest.fixture
def broken_files(tmp_path: Path) -> Iterator[Path]:
    make_run(tmp_path, 20, "made")
    config, state = tmp_path / "config" / "ge-tui", tmp_path / "state" / "ge-tui"
    (config / "themes").mkdir(parents=True)
    state.mkdir(parents=True)
    (config / "themes" / "mine.toml").write_text("[colours]\nprimary = pink\n")
    (config / "keys.toml").write_text("[run\n")
    (state / "screen.json").write_text('{"theme":')
    with environment(tmp_path):
        yield tmp_path


async def test_a_broken_theme_keymap_and_layout_are_each_named_and_the_session_is_found_again(
    broken_files: Path,
) -> None:
    app = GeTui(broken_files, RunDirectory(broken_files / "made"))
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(200):
            await pilot.pause(0.02)
            if isinstance(app.screen, RunScreen) and app.screen.selected is not None and len(app._notifications) >= 3:
                break
        told = {note.title: note.message for note in app._notifications}
        assert "mine.toml" in told["A theme cannot be used"]
        assert "line 2" in told["A theme cannot be used"]
        assert "line 1" in told["keys.toml"]
        assert "screen.json" in told["Layout and choices are as at the first time"]
        screen = app.screen
        assert isinstance(screen, RunScreen)
        screen._select(7)
        await pilot.press("5", "z")
        app.theme = "lagoon"
        await pilot.pause()
        app.action_mouse()
        screen.keep_layout()
        await pilot.press("f12")
        (picture,) = (broken_files / "share").rglob("*.svg")
        assert "<svg" in picture.read_text(encoding="utf-8")
    app = GeTui(broken_files, RunDirectory(broken_files / "made"))
    assert not app.mouse
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(200):
            await pilot.pause(0.02)
            if isinstance(app.screen, RunScreen) and app.screen.selected is not None:
                break
        screen = app.screen
        assert isinstance(screen, RunScreen)
        assert (screen.selected, screen.grid.current, screen.grid.zoomed, app.theme) == (7, "log", True, "lagoon")


def test_a_family_without_a_run_has_no_news() -> None:
    assert News().look(evolved(20), 0.0) == []
