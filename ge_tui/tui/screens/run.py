"""The run screen: the panes of one run, told a few times a second what is new."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import time
from collections.abc import Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import Reactive
from textual.widget import Widget

from ge_tui.errors import ExitCode
from ge_tui.paths import default_runs
from ge_tui.run.directory import RunDirectory
from ge_tui.tui.actions import Action, bindings
from ge_tui.tui.app_actions import APP_ACTIONS
from ge_tui.tui.engine_process import last_words, start_engine
from ge_tui.tui.export.job import Asked, ExportJob
from ge_tui.tui.going_on import how_by_hand, ways_on
from ge_tui.tui.hands.acting import Acting
from ge_tui.tui.hands.actions import HANDS
from ge_tui.tui.hands.sending import Sending
from ge_tui.tui.header.header import Header
from ge_tui.tui.header.machine_meter import Load, Meter
from ge_tui.tui.key_line import KeyLine
from ge_tui.tui.news import News
from ge_tui.tui.pane import Pane
from ge_tui.tui.pane_grid import PaneGrid
from ge_tui.tui.panes import GO_ACTIONS, PANES, PaneEntry, go_bindings
from ge_tui.tui.registry import help_text, keymap_of, with_keys
from ge_tui.tui.remembered import recall, recalled_selection, remember, with_selection
from ge_tui.tui.run_actions import ACTIONS
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.steering import Steering
from ge_tui.tui.watch import Feed, Part, RunModel

LOOK_S = 0.2
"""How long the screen rests between two looks at the run."""
_LOADS_S = 2.0
_HEADER_S = 1.0
"""How often the header may change, so that clocks in it cost little."""
_OF_ONE_RUN = "filter"
"""Of a pane's settings the one that says nothing for another run."""
_PROBLEMS = (ExitCode.FAILED, ExitCode.USAGE, ExitCode.NOT_READY, ExitCode.RESUMABLE)
"""What an engine ends with that has something to say: it may not even have begun."""
_ENDED = ("finished", "stopped", "failed", "crashed", "new")

HELP = """
A run is a population of networks that a language model, or the built-in operators, rewrite. The header says how far it
is and how it does; the panes show the population, what was changed, the controls, the model's words, and what happened.
A selection made in one pane is followed by the others. The run goes on when this screen is closed.
"""


class RunScreen(Acting):
    """One run: watched, steered, started and stopped."""

    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(ACTIONS),
        *go_bindings(),
    ]
    DEFAULT_CSS = """
    RunScreen { layout: vertical; }
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As in every screen, but who gains or loses it paints itself, not the whole screen."""

    def __init__(self, directory: RunDirectory, *, start: bool = False) -> None:
        """`start`: begin or resume the run, too."""
        super().__init__()
        self.directory = directory
        self.model = RunModel()
        self.feed = Feed(directory)
        self.steering = Steering(directory)
        self.sending = Sending(directory)
        self._start = start
        self._engine: subprocess.Popen[bytes] | None = None
        self._said_ended = False
        self._lived = False
        """Whether it was seen at work since it last ended."""
        self._starting = False
        """Whether an engine was begun here that has not said a word yet."""
        self._news = News()
        self._meter = Meter()
        self.selected: int | None = None
        self._export: ExportJob | None = None

    # -- layout ------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield Header(self.model)
        yield PaneGrid(PANES, self._make_pane)
        yield KeyLine()

    @property
    def grid(self) -> PaneGrid:
        return self.query_one(PaneGrid)

    def _make_pane(self, entry: PaneEntry) -> Pane:
        pane = entry.load()(self)
        known = recall()
        settings = known.get("panes", {})
        if isinstance(settings, dict) and isinstance(settings.get(entry.name), dict):
            is_same = known.get("panes_of") == str(self.directory.path.absolute())
            pane.restore({key: value for key, value in settings[entry.name].items() if is_same or key != _OF_ONE_RUN})
        return pane

    def on_mount(self) -> None:
        recent = recall().get("recent")
        if isinstance(recent, list):
            self.grid.restore([name for name in recent if isinstance(name, str)])
        self.grid.zoomed = recall().get("zoomed") is True
        remember({"last_run": self.directory.name})
        self.set_interval(_HEADER_S, self._update_header)
        self.watch_run()
        self.watch_machine()
        if self._start:
            self.start_engine()

    @on(PaneGrid.Rearranged)
    def _focus_at_first(self) -> None:
        if self.focused is None:
            self.grid.bring(self.grid.current)
        self._show_keys()

    def on_descendant_focus(self) -> None:
        """A click into a pane, or a key that moved on, makes it the current one."""
        pane = self._pane_in_focus()
        if pane is not None and self.grid.current != pane.NAME:
            self.grid.bring(pane.NAME, focus=False)
        self._show_keys()

    def _pane_in_focus(self) -> Pane | None:
        focused = self.focused
        return next((w for w in focused.ancestors_with_self if isinstance(w, Pane)), None) if focused else None

    def _show_keys(self) -> None:
        pane = self._pane_in_focus()
        of_pane = [action for action in pane.ACTIONS if action.footer] if pane else []
        self.query_one(KeyLine).show([*of_pane, *(action for action in ACTIONS if action.footer)])

    # -- watching ----------------------------------------------------------------------------------------

    @work(group="watch", exit_on_error=True)
    async def watch_run(self) -> None:
        """Look at the run again and again, and tell the panes what changed."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """One look at the run."""
        update = await self.feed.poll()
        change = self.model.apply(update)
        if not change or self.is_going:
            return
        for pending, reason in self.steering.settle(update.controls, update.events):
            self._tell(reason, f"{pending.key} was refused")
        if change.touches(Part.ACTS):
            self.tell_of_acts(self.model.acts)
        if change.touches(Part.RUN):
            self._on_news_of_the_run()
        self._tell_news()
        with self.app.batch_update():
            self.grid.tell(change)
        if self.selected is None and self.model.individuals:
            best = self.model.best.number if self.model.best else 0
            before = recalled_selection(self.directory.path)
            self._select(before if before in self.model.individuals else best)
        self._update_header()

    @property
    def is_going(self) -> bool:
        """Whether the screen is taken apart: its parts go first, and its workers last."""
        return not self.display

    def _update_header(self) -> None:
        if self.is_going:
            return
        header, engine = self.query_one(Header), self._engine
        self._starting = self._starting and engine is not None and engine.poll() is None
        header.starting = self._starting
        header.update()

    def _on_news_of_the_run(self) -> None:
        status = self.model.status
        if status not in _ENDED:
            self._said_ended = self._starting = False
            self._lived = True
        elif not self._said_ended and (self._lived or (self._engine is not None and self._engine.poll() is not None)):
            self._said_ended, self._lived = True, False
            reason = self.model.run.status_reason if self.model.run else ""
            if status in ("crashed", "failed", "new") or (
                self._engine is not None and self._engine.returncode in _PROBLEMS
            ):
                words = last_words(self.directory) or reason
                self._tell(
                    words or "it was killed, or ended without a word; what it had done is on record",
                    "The engine ended",
                    timeout=20,
                )
            else:
                self.notify(reason, title=f"The run is {status}", markup=False)
            self._call(f"{self.directory.name} is {status}", reason)

    def _tell_news(self) -> None:
        for item in self._news.look(self.model, time.monotonic()):
            self.notify(item.words, title=item.title, severity=item.severity, markup=False)
            if item.calls:
                self._call(self.directory.name, item.words)

    def _call(self, title: str, words: str) -> None:
        alerting = getattr(self.app, "alerting", None)
        if alerting is not None:
            alerting.call(title, words)

    @work(group="machine", exit_on_error=True)
    async def watch_machine(self) -> None:
        """Ask now and then how busy the machine is, while an engine works: a still screen sends nothing."""
        while True:
            loads: tuple[Load, ...] = await asyncio.to_thread(self._meter.read) if self.model.alive else ()
            if self.is_going:
                return
            self.query_one(Header).show_loads(loads)
            await asyncio.sleep(_LOADS_S)

    # -- the engine --------------------------------------------------------------------------------------

    @property
    def marked(self) -> int | None:
        return self.grid.marked

    @property
    def acted_on(self) -> int | None:
        """The one under the cursor, which others follow only once it stands still."""
        pane = self._pane_in_focus()
        at = pane.at_cursor if pane is not None else None
        return self.selected if at is None else at

    def start_engine(self, *changes: str) -> None:
        """Begin or resume the run in a process of its own, which outlives this screen."""
        try:
            self._engine = start_engine(self.directory, changes)
        except OSError as error:
            self._tell(str(error), "The engine cannot be started")
            return
        self._said_ended, self._starting = False, True
        self.watch_engine(self._engine)

    @work(group="engine", exclusive=True, exit_on_error=True)
    async def watch_engine(self, engine: subprocess.Popen[bytes]) -> None:
        """Wait for the end of an engine that this screen started, so that nothing is left of it, and say so."""
        while engine.poll() is None:
            await asyncio.sleep(LOOK_S)
        self._on_news_of_the_run()

    @property
    def works(self) -> bool:
        """Whether an engine works on the run, or is about to."""
        return self.model.alive or (self._engine is not None and self._engine.poll() is None)

    async def _steer(self, key: str, value: Any) -> None:
        try:
            await self.steering.send(key, value)
        except OSError as error:
            self._tell(str(error), "The run cannot be steered")

    def _tell(self, words: str, title: str, *, timeout: float = 8) -> None:
        self.notify(words, title=title, severity="error", timeout=timeout, markup=False)

    # -- actions -----------------------------------------------------------------------------------------

    def action_pane(self, number: int) -> None:
        if number <= len(PANES):
            self.grid.bring(PANES[number - 1].name)

    def action_next_pane(self) -> None:
        self.grid.next(1)

    def action_previous_pane(self) -> None:
        self.grid.next(-1)

    def action_zoom(self) -> None:
        self.grid.zoom()

    async def action_pause(self) -> None:
        if not self.works:
            self.notify(self._with_keys("No engine works on this run; {run.engine} resumes it."))
            return
        await self._steer("pause", not self.model.controls.get("pause", False))

    @work
    async def action_engine(self) -> None:
        """Ask what to do with the engine, and do it."""
        if self.works:
            answers = [("pause", "go on" if self.model.controls.get("pause") else "pause"),
                       ("generation", "end it after this generation"), ("now", "end it now; what is finished is kept"),
                       ("", "nothing")]  # fmt: skip
        else:
            await self._ask_to_go_on()
            return
        answer = await self.app.push_screen_wait(Choice(f"The run is {self.model.status}.", answers))
        if answer == "pause":
            await self.action_pause()
        elif answer in ("generation", "now"):
            await self._steer("stop", answer)

    async def _ask_to_go_on(self) -> None:
        ways = ways_on(self.model)
        answers = [*((str(place), way.words) for place, way in enumerate(ways)), ("", "nothing")]
        question, detail = f"The run is {self.model.status}.", how_by_hand(self.model)
        answer = await self.app.push_screen_wait(Choice(question, answers, detail=detail))
        if answer:
            self.start_engine(*ways[int(answer)].options)

    def _with_keys(self, words: str) -> str:
        return with_keys(words, ACTIONS, keymap_of(self.app), quoted=False)

    def action_help(self) -> None:
        from ge_tui.tui.screens.help import HelpScreen  # noqa: PLC0415  (Markdown takes a while to load)

        pane = self._pane_in_focus()
        groups: list[tuple[str, Sequence[Action]]] = [("Everywhere", (*ACTIONS, *GO_ACTIONS, *APP_ACTIONS))]
        title, words = "A run", HELP
        if pane is not None:
            title, words = pane.TITLE, pane.HELP
            groups.insert(0, ("Keys", pane.ACTIONS))
            groups.insert(1, ("On individuals (population, lineage, front; menu {run.act})", HANDS))
        self.app.push_screen(HelpScreen(help_text(title, words, groups, keymap_of(self.app))))

    @work
    async def action_quit(self) -> None:
        """Close the screen; a run that goes on is asked about."""
        answer: str | None = None
        if self.works:
            answers = [("leave", "leave it running; `ge-tui` finds it again"),
                       ("generation", "end it after this generation"), ("now", "end it now; what is finished is kept"),
                       ("", "stay here")]  # fmt: skip
            answer = await self.app.push_screen_wait(Choice("The run is still going.", answers))
            if not answer:
                return
            if answer != "leave":
                await self._steer("stop", answer)
        self.keep_layout()
        self.app.exit(message=Text(self._parting_words()) if answer == "leave" else None)

    def _parting_words(self) -> str:
        """For the shell, where the run goes on without a screen."""
        usual = self.directory.path.parent == default_runs()
        run = self.directory.name if usual else str(self.directory.path)
        return f"{self.directory.name} goes on; see it again with: ge-tui attach {shlex.quote(run)}"

    def action_welcome(self) -> None:
        self.keep_layout()
        self.app.switch_to_welcome()  # type: ignore[attr-defined]

    def action_select_best(self) -> None:
        if self.model.best is not None:
            self._select(self.model.best.number)

    def action_select_parent(self) -> None:
        one = self.model.individuals.get(self.selected if self.selected is not None else -1)
        if one is not None and one.parents:
            self._select(one.parents[0])

    def action_select_newest(self) -> None:
        if self.model.individuals:
            self._select(max(self.model.individuals))

    # -- export ------------------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Ask how the selected individual is to be exported, or show the export that is under way."""
        if self.selected is None:
            self.notify("Nothing is selected to be exported.")
            return
        self.export(self.selected)

    def export(self, number: int) -> None:
        from ge_tui.tui.export.dialog import ExportDialog  # noqa: PLC0415  (few sessions export)

        under_way = self._export if self._export is not None and not self._export.ended else None
        self.app.push_screen(ExportDialog(self.directory, number, under_way, self._begin_export, self._stop_export))

    def _begin_export(self, asked: Asked) -> ExportJob:
        self._export = ExportJob(self.directory, asked)
        self._run_export(self._export)
        return self._export

    def _stop_export(self) -> None:
        self.workers.cancel_group(self, "export")

    @work(group="export", exclusive=True, exit_on_error=True)
    async def _run_export(self, job: ExportJob) -> None:
        await job.run()
        if self.is_current:  # its dialog was closed
            if job.problem:
                self._tell(job.problem, "The export failed", timeout=20)
            else:
                self.notify(job.result, title="Exported", timeout=20, markup=False)

    def _select(self, number: int, source: Pane | None = None) -> None:
        self.selected = number
        self.grid.select(number, source=source)

    # -- what panes post ---------------------------------------------------------------------------------

    @on(Pane.Selected)
    def _on_selected(self, message: Pane.Selected) -> None:
        self._select(message.number, message.pane)

    @on(Pane.Marked)
    def _on_marked(self, message: Pane.Marked) -> None:
        self.grid.mark(message.number)

    @on(Pane.Wanted)
    def _on_wanted(self, message: Pane.Wanted) -> None:
        self.grid.bring(message.pane)

    @on(KeyLine.Clicked)
    async def _on_key_clicked(self, message: KeyLine.Clicked) -> None:
        await self.run_named(message.action)

    async def run_named(self, action: Action) -> None:
        """Run an action wherever it lives: this screen, or one of its panes, which is then brought to the front."""
        if action.scope == "run":
            await self.run_action(action.method)
            return
        if action.scope == "individual":
            self.action_hand(action.method)
            return
        self.grid.bring(action.scope)
        await self.grid.mounted[action.scope].run_action(action.method)

    def keep_layout(self) -> None:
        """Remember for the next time what stands in front, and how the panes are set."""
        panes = {name: pane.remembered() for name, pane in self.grid.mounted.items()}
        before = recall().get("panes", {})
        remember(
            {
                "recent": self.grid.recent,
                "zoomed": self.grid.zoomed,
                "panes_of": str(self.directory.path.absolute()),
                "panes": {**(before if isinstance(before, dict) else {}), **panes},
                "selected": with_selection(self.directory.path, self.selected),
            }
        )

    async def on_unmount(self) -> None:
        await self.feed.close()
