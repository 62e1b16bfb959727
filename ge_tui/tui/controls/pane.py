"""The controls pane: sliders and switches of a running run, made from the schema."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from ge_tui.errors import UserError
from ge_tui.tui.controls import checks, detail, history, mix, moves, preset_files
from ge_tui.tui.controls.actions import ACTIONS, HELP
from ge_tui.tui.controls.below import Detail, History
from ge_tui.tui.controls.catalogue import Section, control_of, default_of, section_of, sections
from ge_tui.tui.controls.changes import Changes
from ge_tui.tui.controls.control_list import ControlList
from ge_tui.tui.controls.earned import Earned, earned
from ge_tui.tui.controls.entry import Entry
from ge_tui.tui.controls.lines import SETTINGS, Line, Look, Scene, build, number
from ge_tui.tui.controls.navigation import Navigable
from ge_tui.tui.controls.preset_files import Preset
from ge_tui.tui.controls.preset_screen import PresetScreen
from ge_tui.tui.controls.surroundings import flat_settings, unused, why_not
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.keys.help_text import with_keys
from ge_tui.tui.keys.keymap import keymap_of
from ge_tui.tui.panes.pane import Watched
from ge_tui.tui.screens.run_actions import ACTIONS as RUN_ACTIONS
from ge_tui.tui.watch import Change, Part

REST_S = 0.3
"""A slider that did not move for so long is sent."""
_SAY_S = 6.0
_SMALL = 14
"""In a pane of fewer lines only one is spent on the selected control."""


class ControlsPane(Navigable):
    """Shows the controls in force and what is wanted of them, and sends what the user changes."""

    NAME = "controls"
    TITLE = "Controls"
    HELP = HELP
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    DEFAULT_CSS = """
    ControlsPane { layout: vertical; }
    """

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._changes = Changes(watched.model, watched.steering)
        self._wanted = self._changes.wanted
        self._folded: set[str] | None = None
        self._earned: Earned = {}
        self._credited = 0
        """So many generations were closed when credit was counted last."""
        self._message = ""
        self._waiting: dict[str, Timer] = {}

    def compose(self) -> ComposeResult:
        yield ControlList()
        yield History()
        yield Entry()
        yield Detail()

    async def on_unmount(self) -> None:
        """A slider that still moved when the screen closed was meant."""
        if not why_not(self.model):
            await self._trying(self._changes.flush())

    def on_resize(self) -> None:
        self.query_one(Detail).set_class(self.size.height < _SMALL, "small")

    def refresh_from(self, change: Change) -> None:
        if change.touches(Part.CONTROLS, Part.EVENTS, Part.RUN):
            self._show()
        if change.touches(Part.GENERATIONS):
            closed = sum(row.closed_at is not None for row in self.model.generations)
            if closed != self._credited:
                self._credited = closed
                self._count_credit()
            self._show_history()

    # -- changing --------------------------------------------------------------------------------------

    def action_less(self) -> None:
        self._nudge(-1, coarse=False)

    def action_more(self) -> None:
        self._nudge(1, coarse=False)

    def action_much_less(self) -> None:
        self._nudge(-1, coarse=True)

    def action_much_more(self) -> None:
        self._nudge(1, coarse=True)

    def action_cycle(self) -> None:
        line = self.controls.line
        if line is None:
            return
        if line.look is Look.HEADING:
            self._fold(line, folded=not line.is_folded)
        elif line.look is Look.SWITCH:
            self._draft(lambda: moves.choose(self._changes, line, (line.chosen + 1) % len(line.choices)))

    async def action_type(self) -> None:
        line = self.controls.line
        if line is None:
            return
        if line.look is Look.SWITCH and line.id in self._wanted.drafts:
            await self._flush(deliberate=True)
        elif line.look in (Look.SWITCH, Look.HEADING):
            self.action_cycle()
        elif line.look not in (Look.FIXED, Look.BAR) and self._may_change():
            self._ask_for_value(line)

    def action_launch(self) -> None:
        self._reset(self._wanted.launched_with)

    def action_default(self) -> None:
        self._reset(default_of)

    async def action_mode(self) -> None:
        section = self._section()
        if section is None or section.mode is None:
            self._say("here is nothing that could be left to the program")
            return
        choices, now = section.mode.choices, self._wanted.value(section.mode.key)
        await self._send({section.mode.key: choices[(choices.index(now) + 1) % len(choices)]})

    def action_lock(self) -> None:
        line = self.controls.line
        if line is None or line.look is not Look.SHARE:
            self._say("only a share of a mix can be locked")
            return
        self._changes.locked ^= {line.id}
        self._show()

    async def action_only(self) -> None:
        line, section = self.controls.line, self._section()
        if line is None or line.look not in (Look.SHARE, Look.BAR) or section is None or not section.locked:
            self._say("only one of a mix can be used alone")
            return
        await self._send({section.locked: "" if line.is_only else line.label})

    async def action_pause(self) -> None:
        await self._send({"pause": not self._wanted.value("pause")})

    async def action_step(self) -> None:
        if self._wanted.value("pause"):
            await self._send({"steps": int(self._wanted.value("steps")) + 1}, undoable=False)
        else:
            await self._send({"steps": 1, "pause": True}, undoable=False)

    async def action_undo(self) -> None:
        if self._changes.forget():
            self._say("dropped what was not sent yet")
        elif self._may_change():
            await self._trying(self._take_back(again=False))

    async def action_redo(self) -> None:
        if self._may_change():
            await self._trying(self._take_back(again=True))

    def action_forget(self) -> None:
        self._changes.forget()
        self._say("")

    @on(ControlList.Levelled)
    def _slide(self, event: ControlList.Levelled) -> None:
        self._draft(lambda: moves.slide(self._changes, event.line, event.level))

    @on(ControlList.Chosen)
    def _choose(self, event: ControlList.Chosen) -> None:
        self._draft(lambda: moves.choose(self._changes, event.line, event.choice))

    @on(ControlList.Toggled)
    def _toggle(self) -> None:
        self.action_cycle()

    def _nudge(self, direction: int, *, coarse: bool) -> None:
        line = self.controls.line
        if line is None:
            return
        if line.look is Look.HEADING:
            self._fold(line, folded=direction < 0)
        else:
            self._draft(lambda: moves.nudge(self._changes, line, direction, coarse=coarse))

    def _reset(self, value_of: moves.ValueOf) -> None:
        line, section = self.controls.line, self._section()
        if line is not None and section is not None and line.look is not Look.BAR:
            self._draft(lambda: moves.reset(self._changes, line, section, value_of))

    def _draft(self, drafting: Callable[[], None]) -> None:
        """Show what is wanted, and send it when nothing has moved for a moment."""
        if not self._may_change():
            return
        try:
            drafting()
        except mix.MixError as error:
            self._say(str(error))
            return
        self._later("rest", REST_S, self._flush)
        self._message = ""
        self._show()

    # -- sending ---------------------------------------------------------------------------------------

    async def _flush(self, *, deliberate: bool = False) -> None:
        await self._trying(self._changes.flush(deliberate=deliberate))
        self._show()

    async def _send(self, values: Mapping[str, Any], *, undoable: bool = True) -> None:
        if self._may_change():
            await self._trying(self._changes.flush())
            await self._trying(self._changes.send(values, undoable=undoable))
            self._show()

    async def _take_back(self, *, again: bool) -> None:
        keys = await (self._changes.redo() if again else self._changes.undo())
        done, nothing = ("made again", "nothing to make again") if again else ("taken back", "nothing to undo")
        self._say(f"{done}: {', '.join(keys)}" if keys else nothing)

    async def _trying(self, sending: Awaitable[Any]) -> None:
        try:
            await sending
        except OSError as error:
            self._say(f"the request could not be written: {error.strerror or error}")

    def _may_change(self) -> bool:
        reason = why_not(self.model)
        if reason:
            self._say(with_keys(reason, RUN_ACTIONS, keymap_of(self.app), quoted=False))
        return not reason

    # -- typing ----------------------------------------------------------------------------------------

    def _ask_for_value(self, line: Line) -> None:
        key, entry = line.id, self.query_one(Entry)
        if line.look is Look.SHARE:
            limit = self._changes.most(key)

            async def move(text: str) -> None:
                self._draft(lambda: self._changes.draft_share(key, checks.parse_percent(text, limit)))

            entry.ask(f"{key}, %", lambda text: f"{checks.parse_percent(text, limit):.0%}", move)
            return

        def parse(text: str) -> Any:
            return checks.parse_value(self.model.controls, key, text)

        def judge(text: str) -> str:
            value, control = parse(text), control_of(key)
            return number(control, value) if control is not None else str(value)

        async def send(text: str) -> None:
            await self._send({key: parse(text)})

        entry.ask(key, judge, send)

    # -- presets ---------------------------------------------------------------------------------------

    def action_presets(self) -> None:
        self.app.push_screen(PresetScreen(), self._load)

    async def _load(self, preset: Preset | None) -> None:
        if preset is None or not self._may_change():
            return
        known = {key: value for key, value in preset.values.items() if section_of(key) is not None}
        await self._send(known)
        self._say(f"preset {preset.name}: {preset.description or 'loaded'}")

    def action_save(self) -> None:
        existing = {preset.name: preset for preset in preset_files.presets()}

        def judge(name: str) -> str:
            preset_files.check_name(name.strip())
            return "replaces the preset of that name" if name.strip() in existing else "a new preset"

        async def save(name: str) -> None:
            try:
                self._say(f"saved as {preset_files.save(name, self._changes.to_keep())}")
            except OSError as error:
                self._say(f"the preset could not be written: {error.strerror or error}")

        self.query_one(Entry).ask("save as", judge, save)

    # -- showing ---------------------------------------------------------------------------------------

    def action_history(self) -> None:
        shown = self.query_one(History)
        shown.display = not shown.display
        self._show_history()

    def _show(self) -> None:
        """Everything, as it is now."""
        if not self.is_mounted or not self.query(Detail):
            return
        now = time.monotonic()
        self._changes.catch_up(now)
        settings = flat_settings(self.model)
        useless = unused(self.model)
        if self._folded is None and settings:
            self._folded = {*useless, SETTINGS}
        folded = self._folded or set()
        scene = Scene(self._wanted, now, folded, self._changes.locked, self._earned, settings, useless)
        self.controls.show(build(scene))
        self._tell()
        self._show_history()
        expiry = self._wanted.next_expiry(now)
        if expiry is not None:
            self._later("news", expiry + 0.01, self._show)

    @on(ControlList.Highlighted)
    def _tell(self) -> None:
        line = self.controls.line
        if line is None:
            self.query_one(Detail).show(self.model.trouble or "no run yet", "", self._message)
            return
        name = self.model.run.name if self.model.run else "RUN"
        about = detail.about(line, self._wanted, flat_settings(self.model), name)
        self.query_one(Detail).show(detail.head(line, self._wanted), about, self._message)

    def _show_history(self) -> None:
        shown = self.query_one(History)
        if shown.display:
            shown.show(history.entries(self.model.control_rows, self.model.generations))

    def _say(self, message: str) -> None:
        """In place of the selected control's name, for a while."""
        self._message = message
        self._show()
        if message:
            self._later("silence", _SAY_S, lambda: self._say(""))

    def _fold(self, line: Line, *, folded: bool) -> None:
        name = line.id.removeprefix("§")
        self._folded = ((self._folded or set()) | {name}) - (set() if folded else {name})
        self._show()

    def _section(self) -> Section | None:
        """The one that the cursor is in."""
        line = self.controls.line
        if line is None:
            return None
        if line.look is Look.HEADING:
            return next((one for one in sections() if f"§{one.name}" == line.id), None)
        return section_of(line.id)

    def _later(self, name: str, seconds: float, what: Callable[[], Any]) -> None:
        """Once, after the last time it was asked for."""
        if name in self._waiting:
            self._waiting[name].stop()
        if self.is_running:
            self._waiting[name] = self.set_timer(seconds, what)

    @work(exclusive=True, group="credit", exit_on_error=False)
    async def _count_credit(self) -> None:
        """From the run's record, at the close of each generation."""
        objectives = self.model.objectives
        try:
            self._earned = await self.watched.feed.ask(lambda reader: earned(reader, objectives))
        except (UserError, sqlite3.Error) as error:
            self._say(f"no credit can be counted: {error}")
            return
        self._show()
