"""The pane in front of a real inbox: what a key does to the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ge_tui.run import inbox
from ge_tui.tui.controls.commands import ACTIONS
from ge_tui.tui.controls.pane import ControlsPane
from ge_tui.tui.controls.wanted import Stage as Step
from ge_tui.tui.watch import Change, Part
from tests.tui.controls.stage import stage
from tests.tui.rig import PaneApp, Watching, llm_run


async def test_a_slider_is_sent_once_when_it_rests_and_says_what_became_of_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("temperature")
        await s.press("left", "left", "H")
        assert (s.line("temperature").value, s.line("temperature").news.stage) == ("0.76", Step.DRAFT)
        assert s.waiting() == []
        await s.rest()
        assert s.waiting() == [("temperature", 0.76)]
        assert s.line("temperature").news.stage is Step.SENT
        assert "from the next call" in s.shown()
        await s.engine()
        assert s.in_force("temperature") == 0.76
        assert s.line("temperature").news.words == "in force from the next call"
        assert "✓" in s.shown()


async def test_a_slider_stays_within_its_range_and_what_ends_where_it_began_is_not_sent(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("crossover_probability")
        await s.press(*["L"] * 12)
        assert s.line("crossover_probability").value == "1.00"
        await s.press(*["shift+left"] * 12)
        assert s.line("crossover_probability").value == "0.00"
        await s.press("shift+right", "shift+right", "shift+right", *["right"] * 5)
        assert s.line("crossover_probability").value == "0.35"
        await s.rest()
        assert s.waiting() == []


async def test_moving_a_share_rescales_the_others_by_one_request(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("persona.expert")
        await s.press("L", "right", "right")
        assert s.values("persona") == {"expert": "37 %", "mad_scientist": "21 %", "magoo": "21 %", "engineer": "21 %"}
        await s.rest()
        assert s.waiting() == [("persona.expert", 1.762)]
        await s.engine()
        assert s.in_force("persona.expert") == 1.762
        assert s.line("persona.expert").value == "37 %"


async def test_a_locked_share_is_kept(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("persona.magoo")
        await s.press("l")
        assert s.line("persona.magoo").is_locked
        await s.go_to("persona.expert")
        await s.press("L", "L")
        await s.rest()
        await s.engine()
        assert s.values("persona") == {"expert": "45 %", "mad_scientist": "15 %", "magoo": "25 %", "engineer": "15 %"}
        for name in ("mad_scientist", "engineer"):
            await s.go_to(f"persona.{name}")
            await s.press("l")
        await s.go_to("persona.expert")
        await s.press("right")
        assert "every other share is locked" in s.shown()
        await s.go_to("temperature")
        await s.press("l")
        assert "only a share of a mix" in s.shown()


async def test_only_this_one_and_all_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("persona.magoo")
        await s.press("o")
        await s.engine()
        assert s.in_force("persona_locked") == "magoo"
        assert s.line("persona.magoo").is_only
        await s.go_to("persona.expert")
        await s.press("right")
        assert s.line("persona.expert").news.words == "→ once it is not only magoo"
        await s.go_to("persona.magoo")
        await s.press("o")
        await s.engine()
        assert s.in_force("persona_locked") == ""


async def test_mode_goes_round_from_anywhere_in_its_section(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("category.unusual")
        await s.press("m")
        await s.engine()
        assert s.in_force("category_mode") == "assist"
        assert s.line("category_mode").news.words == "in force from the next generation"
        await s.press("m", "m")
        await s.engine()
        assert s.in_force("category_mode") == "manual"
        await s.go_to("crossover_probability")
        await s.press("m")
        assert "nothing that could be left to the program" in s.shown()


async def test_switches_by_arrow_and_space(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("persona_mode")
        await s.press("right", "right", "right")
        await s.rest()
        assert s.waiting() == [("persona_mode", "auto")]
        await s.engine()
        await s.press("space")
        await s.rest()
        await s.engine()
        assert s.in_force("persona_mode") == "manual"


async def test_ending_the_run_takes_a_confirmation(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("stop")
        await s.press("right", "right")
        await s.rest()
        assert s.waiting() == []
        assert "Enter sends it" in s.shown()
        await s.press("escape")
        assert s.line("stop").chosen == 0
        await s.press("right", "enter")
        await s.engine()
        assert s.in_force("stop") == "generation"


async def test_typed_values_are_checked_while_they_are_typed(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("temperature")
        await s.press("equals_sign", "3")
        assert "✗ should be less than or equal to 2, not 3" in s.shown()
        await s.press("enter")
        assert s.waiting() == []
        await s.press("backspace", "1", ".", "5")
        assert "✓ 1.50" in s.shown()
        await s.press("enter")
        await s.pilot.pause()
        assert s.waiting() == [("temperature", 1.5)]
        await s.engine()
        await s.press("enter", "x", "escape")
        assert s.pane.controls.has_focus
        assert s.in_force("temperature") == 1.5


async def test_a_typed_share(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("persona.expert")
        await s.press("enter", "1", "0", "0")
        assert "0 to 99 %" in s.shown()
        await s.press("backspace", "backspace", "backspace", "4", "0", "enter")
        assert s.line("persona.expert").value == "40 %"
        await s.rest()
        await s.engine()
        assert s.in_force("persona.expert") == 2.0


async def test_back_to_launch_and_to_the_default(tmp_path: Path) -> None:
    async with stage(tmp_path, "temperature=0.6", "persona.expert=5") as s:
        await s.go_to("temperature")
        await s.press("d")
        await s.rest()
        await s.engine()
        assert s.in_force("temperature") == 1.0
        await s.press("backspace")
        await s.rest()
        await s.engine()
        assert s.in_force("temperature") == 0.6
        await s.go_to("persona.expert")
        await s.press("d")
        await s.rest()
        await s.engine()
        assert s.in_force("persona.expert") == 1.0
        await s.go_to("§persona")
        await s.press("delete")
        await s.rest()
        await s.engine()
        assert s.in_force("persona.expert") == 5.0


async def test_undo_and_redo_of_own_changes_and_of_those_of_others(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("temperature")
        await s.press("right")
        await s.rest()
        await s.engine()
        inbox.send(s.watching.feed.directory.inbox, "eot_probability", 0.9)
        s.board.set("auto", "persona_share.expert", 0.5)
        await s.engine()
        assert s.in_force("eot_probability") == 0.9
        await s.press("u")
        await s.engine()
        assert (s.in_force("eot_probability"), s.in_force("temperature")) == (0.25, 1.02)
        assert "taken back: eot_probability" in s.shown()
        await s.press("u")
        await s.engine()
        assert s.in_force("temperature") == 1.0
        await s.press("u")
        assert "nothing to undo" in s.shown()
        await s.press("U", "U")
        await s.engine()
        assert (s.in_force("eot_probability"), s.in_force("temperature")) == (0.9, 1.02)
        await s.press("U")
        assert "nothing to make again" in s.shown()


async def test_undo_drops_first_what_was_not_sent(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("temperature")
        await s.press("right", "u")
        await s.rest()
        assert s.waiting() == []
        assert s.line("temperature").value == "1.00"


async def test_a_refused_change_says_why_and_cannot_be_undone(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.watching.steering.send("temperature", 7)
        await s.engine()
        assert s.line("temperature").news.stage is Step.REFUSED
        assert s.line("temperature").value == "1.00"
        await s.go_to("temperature")
        assert "refused: should be less than or equal to 2, not 7" in s.shown()
        await s.press("u")
        assert "nothing to undo" in s.shown()


async def test_pause_and_a_step(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.press("full_stop")
        assert s.waiting() == [("steps", 1), ("pause", True)]
        await s.engine()
        s.board.set("auto", "steps", 0)
        await s.look()
        await s.press("full_stop")
        await s.engine()
        assert (s.in_force("pause"), s.in_force("steps")) == (True, 1)
        await s.pane.run_action("pause")
        await s.engine()
        assert s.in_force("pause") is False


async def test_without_an_engine_requests_wait(tmp_path: Path) -> None:
    async with stage(tmp_path, alive=False) as s:
        await s.go_to("temperature")
        await s.press("right")
        await s.rest()
        assert s.line("temperature").news.words == "→ when the run goes on"
        assert s.waiting() == [("temperature", 1.02)]
        assert s.line("temperature").value == "1.02"


async def test_a_slider_left_in_motion_is_sent_when_the_screen_closes(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("temperature")
        await s.press("right")
        assert s.waiting() == []
    assert s.waiting() == [("temperature", 1.02)]


async def test_an_inbox_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        folder = s.watching.feed.directory.inbox
        folder.rmdir()
        folder.write_text("no folder")
        await s.go_to("temperature")
        await s.press("right")
        await s.rest()
        assert "the request could not be written" in s.shown()


async def test_a_finished_run_cannot_be_steered(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        assert s.watching.model.run is not None
        s.watching.model.run = replace(s.watching.model.run, status="finished")
        for key in ("right", "u", "U", "o", "m", "d", "enter", "full_stop"):
            await s.go_to("persona.expert")
            await s.press(key)
            assert "the run is finished; S lets it go on" in s.shown()
        await s.rest()
        assert s.waiting() == []


async def test_the_mouse_moves_sliders_and_switches_and_folds(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        listed, place = s.pane.controls, s.pane.controls._columns
        at = {line.id: number for number, line in enumerate(listed.lines)}
        await s.pilot.click(listed, offset=(place.bar_at + place.bar - 1, at["eot_probability"]))
        assert s.line("eot_probability").value == "1.00"
        await s.pilot.mouse_down(listed, offset=(place.bar_at, at["temperature"]))
        await s.pilot.hover(listed, offset=(place.bar_at + place.bar // 2 + 1, at["temperature"]))
        await s.pilot.mouse_up(listed, offset=(place.bar_at + place.bar // 2 + 1, at["temperature"]))
        assert 1.0 < float(s.line("temperature").value) < 1.2
        await s.pilot.hover(listed, offset=(place.bar_at, at["temperature"]))
        assert 1.0 < float(s.line("temperature").value) < 1.2
        await s.pilot.click(listed, offset=(place.bar_at + 10, at["persona_mode"]))
        await s.rest()
        assert dict(s.waiting()).keys() == {"eot_probability", "temperature", "persona_mode"}
        assert dict(s.waiting())["persona_mode"] == "assist"
        await s.pilot.click(listed, offset=(2, at["§persona"]))
        assert "persona.expert" not in [line.id for line in listed.lines]


async def test_moving_about_and_folding(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(60, 14)) as s:
        listed = s.pane.controls
        await s.press("G")
        assert listed.line is not None
        assert listed.line.id == "§settings"
        assert listed.scroll_offset.y > 0
        await s.press("enter", "j")
        assert listed.line.id == "settings.task"
        assert "fixed for this run" in s.pane.query_one("Detail")._said[1]
        await s.go_to("settings.search.generations")
        assert "--resume run --set search.generations=…" in s.pane.query_one("Detail")._said[1]
        await s.press("home", "down", "k", "k", "pagedown", "pageup", "g")
        assert listed.line.id == "§run"
        await s.press("right_curly_bracket", "right_curly_bracket", "left_curly_bracket")
        assert listed.line.id == "§persona"
        await s.press("left")
        assert "expert 25 %" in s.line("§persona").note
        await s.press("space")
        assert not s.line("§persona").is_folded


async def test_the_history_tells_who_changed_what(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        s.board.set("auto", "temperature", 0.5)
        await s.engine()
        await s.press("h")
        assert "auto" in s.shown()
        assert "temperature  1 → 0.5" in s.shown()
        await s.press("h")
        assert "Changes, the newest first" not in s.shown()


async def test_presets_are_saved_loaded_undone_and_deleted(tmp_path: Path) -> None:
    async with stage(tmp_path, "temperature=0.7") as s:
        await s.press("W", "m", "y", "slash")
        assert "a name of up to 40 letters" in s.shown()
        await s.press("backspace", "enter")
        await s.pilot.pause()
        assert (tmp_path / "config" / "ge-tui" / "presets" / "my.toml").is_file()
        await s.press("P", "j", "enter")  # explore
        await s.pilot.pause()
        await s.engine()
        assert (s.in_force("temperature"), s.in_force("persona.mad_scientist")) == (1.7, 3.0)
        assert "preset explore" in s.shown()
        await s.press("u")
        await s.engine()
        assert (s.in_force("temperature"), s.in_force("persona.mad_scientist")) == (0.7, 1.0)
        await s.press("P", "d")
        assert "cannot be deleted" in s.shown()
        await s.press("j", "j", "d")
        assert "press d again" in s.shown()
        await s.press("d", "escape")
        assert not (tmp_path / "config" / "ge-tui" / "presets" / "my.toml").exists()
        assert s.pane.controls.has_focus


async def test_every_action_has_a_method_and_no_key_of_the_app(tmp_path: Path) -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",") if key]
    assert len(keys) == len(set(keys))
    assert not set(keys) & {*"0123456789", "z", "question_mark", "q", "p", "S", "tab", "ctrl+p"}
    assert all(hasattr(ControlsPane, f"action_{action.method}") and action.help for action in ACTIONS)


@pytest.mark.parametrize("size", [(40, 8), (80, 24), (250, 70)])
async def test_it_fits_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with stage(tmp_path, size=size) as s:
        await s.go_to("persona.expert")
        await s.press("right")
        assert "expert" in s.shown()
        assert "26 %" in s.shown()


async def test_credit_and_the_programs_shares_come_from_the_record(tmp_path: Path) -> None:
    watching = Watching(await llm_run(tmp_path, "persona_mode=auto"))
    await watching.look()
    pane = ControlsPane(watching)
    async with PaneApp(pane).run_test(size=(120, 40)) as pilot:
        await pilot.app.workers.wait_for_complete()
        pane.refresh_from(Change(frozenset({Part.CONTROLS})))
        lines = {line.id: line for line in pane.controls.lines}
        drawn = [lines[f"persona.{name}"] for name in ("expert", "mad_scientist", "magoo", "engineer")]
        assert sum(line.program or 0 for line in drawn) == pytest.approx(1)
        made = [one for one in watching.model.individuals.values() if one.persona]
        assert sum(line.earned.tried for line in drawn if line.earned) >= len(made) > 0
        assert sum(line.earned.valid for line in drawn if line.earned) <= len(made)
        asked: list[object] = []
        watching.feed.ask = asked.append  # type: ignore[method-assign,assignment]
        pane.refresh_from(Change(frozenset({Part.GENERATIONS, Part.CONTROLS})))
        await pilot.pause()
        assert asked == [], "no generation was closed since"
    await watching.feed.close()


async def test_an_offline_run_has_its_operators_in_front(tmp_path: Path) -> None:
    async with stage(tmp_path, "llm=offline") as s:
        assert s.line("§persona").is_folded
        assert "no language model" in s.line("§persona").note
        shares = s.values("operator")
        assert len(shares) > 5
        assert sum(int(value.split()[0]) for value in shares.values()) == 100
        key = next(line.id for line in s.pane.controls.lines if line.id.startswith("operator."))
        await s.go_to(key)
        await s.press("L")
        await s.rest()
        await s.engine()
        assert s.in_force(key) > 1
        await s.press("u")
        await s.engine()
        assert s.in_force(key) == 1


async def test_a_feed_that_begins_anew_is_no_change(tmp_path: Path) -> None:
    """When an engine starts, the store is opened again and every row comes again."""
    async with stage(tmp_path) as s:
        s.board.set("auto", "temperature", 0.5)
        await s.look()
        rows = list(s.watching.model.control_rows)
        s.watching.model.control_rows += rows
        s.pane.refresh_from(Change(frozenset({Part.CONTROLS})))
        await s.press("u")
        await s.engine()
        assert s.in_force("temperature") == 1.0
        await s.press("u")
        assert "nothing to undo" in s.shown()
