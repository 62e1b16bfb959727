"""Where everything begins: the runs there are, a new one, and what was found on this machine."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ge_tui.errors import UserError
from ge_tui.run.directory import RunDirectory, all_runs, delete_run
from ge_tui.run.overview import RunOverview, overview
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.keys.app_actions import APP_ACTIONS
from ge_tui.tui.keys.help_text import help_text
from ge_tui.tui.keys.key_line import KeyLine
from ge_tui.tui.keys.keymap import keymap_of
from ge_tui.tui.processes.ours import our_process
from ge_tui.tui.remembered import recall
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.host import host_of
from ge_tui.tui.screens.run_list import doctor_lines, order, run_line, what_enter_does
from ge_tui.tui.screens.welcome_actions import ACTIONS, HELP
from ge_tui.tui.terminal.abilities import speaks_unicode

_LOOK_S = 2.0

_DEMO = ("data=digits", "llm=offline", "population=6", "generations=8")


class WelcomeScreen(Screen[None]):
    """The list of runs."""

    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(tuple(replace(a, keys="") if a.keys == "enter" else a for a in ACTIONS))  # Enter is the list's own
    ]
    DEFAULT_CSS = """
    WelcomeScreen { layout: vertical; }
    WelcomeScreen > #title { height: auto; padding: 0 2; background: $panel; }
    WelcomeScreen > OptionList { height: auto; max-height: 60%; border: none; background: $surface; margin: 0 1; }
    WelcomeScreen > OptionList:focus { border: none; background-tint: $surface 0%; }
    WelcomeScreen > OptionList:focus > .option-list--option-highlighted { background: $panel; color: $foreground;
                                                                          text-style: bold; }
    WelcomeScreen #doctor { text-wrap: nowrap; text-overflow: ellipsis; }
    WelcomeScreen > #hint { height: 1; padding: 0 2; color: $accent; text-wrap: nowrap; text-overflow: ellipsis; }
    WelcomeScreen > .heading { height: 1; padding: 0 2; margin-top: 1; color: $primary; text-style: bold; }
    WelcomeScreen > VerticalScroll { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    """

    def __init__(self, runs: Path) -> None:
        super().__init__()
        self._runs = runs
        self._found: dict[str, RunOverview] = {}
        self._shown: list[RunOverview] = []
        self._looked = False
        self._findings: list[dict[str, Any]] | None = None

    def compose(self) -> ComposeResult:
        yield Static(_title(), id="title")
        yield Static("Runs", classes="heading")
        yield OptionList(markup=False)
        yield Static(id="hint", markup=False)
        yield Static("This machine", classes="heading")
        with VerticalScroll(can_focus=False):
            yield Static(id="doctor", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(KeyLine).show(ACTIONS)
        self.query_one(OptionList).focus()
        self._show_findings()
        self.watch_runs()
        self.examine()

    # -- what there is -----------------------------------------------------------------------------------

    @work(group="runs", exit_on_error=True)
    async def watch_runs(self) -> None:
        """Read the runs, and those that may have changed again and again."""
        while True:
            found = await asyncio.to_thread(self._read)
            if found != self._shown or not self._looked:
                self._show(found)
            await asyncio.sleep(_LOOK_S)

    def _read(self) -> list[RunOverview]:
        """Blocking. A run that ended is read once: nothing changes in it."""
        directories = all_runs(self._runs)
        gone = set(self._found) - {directory.name for directory in directories}
        self._found = {name: run for name, run in self._found.items() if name not in gone}
        for directory in directories:
            known = self._found.get(directory.name)
            if known is None or known.status in ("running", "new", "crashed", "stopped", ""):
                self._found[directory.name] = overview(directory)
        return order(self._found.values())

    def _show(self, found: Sequence[RunOverview]) -> None:
        listing = self.query_one(OptionList)
        at = self._name_under_cursor() or recall().get("last_run")
        self._shown, self._looked = list(found), True
        width = max(40, self.size.width - 6)
        listing.clear_options()
        for run in found:
            listing.add_option(Option(run_line(run, width, unicode=speaks_unicode()), id=run.name))
        names = [run.name for run in found]
        if not names:
            listing.add_option(Option("none yet", id=""))
        listing.highlighted = names.index(at) if at in names else 0
        self._show_hint()

    @on(OptionList.OptionHighlighted)
    def _show_hint(self) -> None:
        run = self._found.get(self._name_under_cursor())
        words = what_enter_does(run, any_runs=bool(self._shown))
        self.query_one("#hint", Static).update(words)

    def on_resize(self) -> None:
        if self._shown:
            self._show(self._shown)
        self._show_findings()

    def _name_under_cursor(self) -> str:
        listing = self.query_one(OptionList)
        if listing.highlighted is None or not listing.option_count:
            return ""
        return listing.get_option_at_index(listing.highlighted).id or ""

    @work(group="doctor", exit_on_error=True)
    async def examine(self) -> None:
        """What `ge-tui doctor` finds; in a process of its own, for it looks at torch."""
        async with our_process("ge_tui", "doctor", "--json", "--runs", str(self._runs)) as process:
            said, _ = await process.communicate()
        try:
            self._findings = json.loads(said)
        except ValueError:
            self._findings = [{"name": "doctor", "grade": "missing", "detail": "ended without a word", "advice": ""}]
        self._show_findings()

    def _show_findings(self) -> None:
        self.query_one("#doctor", Static).update(doctor_lines(self._findings, max(40, self.size.width - 5)))

    # -- actions -----------------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    async def action_open(self) -> None:
        name = self._name_under_cursor()
        if name:
            self._open(name, start=False)
        else:
            self.action_demo()

    def action_resume(self) -> None:
        run = next((run for run in self._shown if run.name == self._name_under_cursor()), None)
        if run is None:
            return
        if run.status in ("running", "finished"):
            self.notify(f"{run.name} is {run.status}; Enter watches it.", markup=False)
        else:
            self._open(run.name, start=True)

    def _open(self, name: str, *, start: bool) -> None:
        run = self._found[name]
        if run.problem:
            self.notify(run.problem, title=f"{name} cannot be opened", severity="error", markup=False)
        else:
            host_of(self.app).open_run(RunDirectory(self._runs / name), start=start)

    @work(exclusive=True, group="begin", exit_on_error=True)
    async def action_demo(self) -> None:
        """Begin the offline demo on digits."""
        self.notify("preparing a small run on digits ...")
        try:
            directory = await asyncio.to_thread(_begin_demo, self._runs)
        except UserError as error:
            self.notify(str(error), title="The demo cannot begin", severity="error", markup=False)
            return
        host_of(self.app).open_run(directory, start=True)

    @work(exclusive=True, group="begin", exit_on_error=True)
    async def action_new_run(self) -> None:
        """Open the form; what it needs takes a moment to load."""
        self.query_one("#hint", Static).update("the form is being opened ...")
        module = await asyncio.to_thread(importlib.import_module, "ge_tui.tui.screens.new_run")
        self.app.push_screen(module.NewRunScreen(self._runs))

    @work(exclusive=True, group="ask", exit_on_error=True)
    async def action_delete(self) -> None:
        """Delete a run that no engine has open."""
        name = self._name_under_cursor()
        run = self._found.get(name)
        if run is None:
            return
        if run.status == "running":
            self.notify(f"{name} is running; end it before you delete it.", severity="warning", markup=False)
            return
        answers = [("", "keep it"), ("delete", "delete it for good")]
        detail = f"{run.evaluated} evaluations, {run.status or 'unreadable'}; in {run.path}"
        if not await self.app.push_screen_wait(Choice(f"Delete the run {name}?", answers, detail=detail)):
            return
        try:
            await asyncio.to_thread(delete_run, RunDirectory(self._runs / name))
        except UserError as error:
            self.notify(str(error), title=f"{name} is not deleted", severity="error", markup=False)
            return
        self._show(await asyncio.to_thread(self._read))
        self.notify(f"{name} is deleted", markup=False)

    @on(KeyLine.Clicked)
    async def _on_key_clicked(self, message: KeyLine.Clicked) -> None:
        await self.run_action(message.action.method)

    def on_screen_resume(self) -> None:
        self.query_one(OptionList).focus()
        self._show_hint()

    def action_help(self) -> None:
        from ge_tui.tui.screens.help import HelpScreen  # noqa: PLC0415  (Markdown takes a while to load)

        self.app.push_screen(
            HelpScreen(help_text("Runs", HELP, [("Keys", (*ACTIONS, *APP_ACTIONS))], keymap_of(self.app)))
        )

    def action_quit(self) -> None:
        self.app.exit()


def _begin_demo(runs: Path) -> RunDirectory:
    from ge_tui.run.new_run import create_run, prepare_run  # noqa: PLC0415  (half a second, only where it is needed)
    from ge_tui.settings import read_settings  # noqa: PLC0415

    return create_run(prepare_run(read_settings((), _DEMO), runs), runs)


def _title() -> Text:
    return Text.assemble(("ge-tui", "bold"), "  evolve PyTorch networks with a language model")
