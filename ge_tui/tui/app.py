"""The app: themes, keys, screens, signals, the palette."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome
from textual.filter import NoColor as TextualNoColor
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer

from ge_tui.crash import note_for_people, wants_traceback, write_report
from ge_tui.paths import pictures
from ge_tui.run.directory import RunDirectory
from ge_tui.tui.acts.actions import ACTS
from ge_tui.tui.keys.actions import Action, bindings
from ge_tui.tui.keys.app_actions import APP_ACTIONS
from ge_tui.tui.keys.key_line import help_with_keys
from ge_tui.tui.keys.keymap import Keymap, check_keymap, read_keymap
from ge_tui.tui.panes.arrangement import SMALLEST
from ge_tui.tui.panes.entries import PANES
from ge_tui.tui.remembered import broken_memory, recall, remember
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.run import RunScreen
from ge_tui.tui.screens.too_small import TooSmall
from ge_tui.tui.terminal.abilities import THEME, ascii_reason, colour_choice, mouse_wanted, speaks_unicode
from ge_tui.tui.terminal.alerting import Alerting
from ge_tui.tui.terminal.clipboard import sendable, through_tmux
from ge_tui.tui.terminal.escapes import send
from ge_tui.tui.terminal.filters import AsciiOnly, NoColour
from ge_tui.tui.terminal.mouse import set_mouse
from ge_tui.tui.terminal.themes import choose_theme, find_themes

EXIT_ON_SIGNAL = 128
_LONG_S = 15.0
"""How long a message stands that somebody should act on."""
_MOST_TOLD = 4

_SETTLED_S = 0.15
"""After the last change of the terminal's size."""


class GeTui(App[int]):
    """Watch runs and steer them."""

    TITLE = "ge-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+c", "quit_or_ask", "Quit"),
        *bindings(APP_ACTIONS, priority=True),
    ]

    def __init__(self, runs: Path, attach: RunDirectory | None = None) -> None:
        """`runs` is where runs are kept; `attach` is the one to begin with, instead of the list of them."""
        self._ascii = AsciiOnly(enabled=not speaks_unicode())
        self._no_colour = NoColour(enabled=False)
        super().__init__()
        self._runs = runs
        self._to_attach = attach
        self.animation_level = "none"
        self.keymap = Keymap()
        self.last_words = ""
        """What to say once the terminal is given back, where the app broke."""
        self.broken_themes: list[str] = []
        wanted = mouse_wanted()
        self.mouse = recall().get("mouse") is not False if wanted is None else wanted
        self.alerting = Alerting(self)
        self._settling: Timer | None = None
        self._colourless: set[str] = set()
        self._register_themes()
        self._use_keymap(read_keymap())

    # -- what the terminal is sent -----------------------------------------------------------------------

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, but for its NO_COLOR, which draws in greys; then ours."""
        theirs = [one for one in super().get_line_filters() if not isinstance(one, Monochrome | TextualNoColor)]
        return [*theirs, *(one for one in (self._no_colour, self._ascii) if one.enabled)]

    def _register_themes(self) -> None:
        """Ours instead of Textual's; broken ones are told of once the screen stands."""
        for name in list(self.available_themes):
            self.unregister_theme(name)
        found = find_themes()
        for file in found:
            if file.theme is not None:
                self.register_theme(file.theme)
            if file.problem:
                self.broken_themes.append(file.problem)
        self._colourless = {file.name for file in found if not file.colour}
        remembered = recall().get("theme")
        wanted = os.environ.get(THEME) or (remembered if isinstance(remembered, str) else "")
        self.theme = choose_theme(found, wanted, colour_choice(), None)
        if os.environ.get(THEME) and wanted not in self.available_themes:
            self.broken_themes.append(f"there is no theme '{wanted}'; `ge-tui themes` lists them")

    def suit_terminal(self) -> None:
        """Before the app runs on a terminal: a theme for as many colours as it has."""
        self.theme = choose_theme(find_themes(), self.theme, colour_choice(), self.console.color_system)

    def watch_theme(self, name: str) -> None:
        self._no_colour.enabled = name in self._colourless or colour_choice() == "never"

    # -- beginning and end -------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._handle_signals()
        if self._to_attach is not None:
            self.push_screen(RunScreen(self._to_attach))
        else:
            self.switch_to_welcome()
        self.theme_changed_signal.subscribe(self, lambda theme: remember({"theme": theme.name}))
        self._tell_problems("A theme cannot be used", self.broken_themes)
        self._tell_problems("Layout and choices are as at the first time", [p for p in (broken_memory(),) if p])
        self._tell_problems("Drawn in ASCII", [reason for reason in (ascii_reason(),) if reason], "information")
        self.check_keys()

    def _tell_problems(self, title: str, problems: Sequence[str], severity: Any = "warning") -> None:
        for problem in problems[:_MOST_TOLD]:
            self.notify(problem, title=title, severity=severity, timeout=_LONG_S, markup=False)
        if len(problems) > _MOST_TOLD:
            self.notify(f"... and {len(problems) - _MOST_TOLD} more", title=title, severity=severity, markup=False)

    def switch_to_welcome(self) -> None:
        """Go to the list of runs, whatever stands in front."""
        from ge_tui.tui.screens.welcome import WelcomeScreen  # noqa: PLC0415  (attaching does without it)

        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(WelcomeScreen(self._runs))

    def open_run(self, directory: RunDirectory, *, start: bool = False) -> None:
        """Go to a run's screen; `start` begins or resumes it."""
        self.push_screen(RunScreen(directory, start=start))

    def _handle_signals(self) -> None:
        """End as on quitting, so that the terminal is given back as it was; the run goes on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: int) -> None:
        if isinstance(self.screen, RunScreen):
            self.screen.keep_layout()
        self.exit(EXIT_ON_SIGNAL + number, return_code=EXIT_ON_SIGNAL + number)

    def _fatal_error(self) -> None:
        """A report and a few friendly lines instead of a traceback. Called where an exception is handled."""
        error = self._exception
        if error is None or wants_traceback():
            super()._fatal_error()
            return
        if self.last_words:  # what follows from the first is no news
            return
        self.bell()
        self.last_words = note_for_people(error, write_report(error, "the app"), self._what_next())
        self._close_messages_no_wait()

    def _what_next(self) -> str:
        run = next((screen for screen in self.screen_stack if isinstance(screen, RunScreen)), None)
        if run is not None and run.works:
            return f"the run goes on; see it again with: ge-tui attach {run.directory.path}"
        return "nothing that was finished is lost; `ge-tui` begins again where you were"

    def on_resize(self, event: events.Resize) -> None:
        """The app's own size is still the old one."""
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        if small and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall(SMALLEST))
        elif not small and isinstance(self.screen, TooSmall):
            self.pop_screen()
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED_S, self._check_size)

    def _check_size(self) -> None:
        """In a storm of sizes one signal interrupts the other, and the size that is told last may be an older one."""
        tells_itself = self.supports_smooth_scrolling  # then the system may be the one that is late
        if not tells_itself and (size := self._terminal_size()) != self.size:
            self.post_message(events.Resize(size, size))

    def _terminal_size(self) -> Size:
        return self.size if self.is_headless else Size(*shutil.get_terminal_size())

    async def action_quit_or_ask(self) -> None:
        """Ctrl-C: copy what is selected with the mouse; else quit as `q` does, at once where a question is open."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        elif isinstance(self.screen, RunScreen):
            await self.screen.run_action("quit")
        else:
            self.exit()

    def copy_to_clipboard(self, text: str) -> None:
        """As Textual does, and through a tmux in between."""
        text = sendable(text)
        super().copy_to_clipboard(text)
        send(self, through_tmux(text, os.environ))

    # -- keys --------------------------------------------------------------------------------------------

    def _use_keymap(self, keymap: Keymap) -> None:
        self.keymap = keymap
        self.set_keymap(keymap.bindings())

    @work(group="keys", exclusive=True, exit_on_error=True)
    async def check_keys(self) -> None:
        """Compare the user's keys with the actions there are, once something is to be seen: it takes a while."""
        if not self.keymap.keys and not self.keymap.problems:
            return
        from ge_tui.tui.keys.registry import all_actions  # noqa: PLC0415

        read = self.keymap
        self._use_keymap(await asyncio.to_thread(lambda: check_keymap(read, all_actions())))
        self._tell_problems("keys.toml", self.keymap.problems)

    def action_reload_keys(self) -> None:
        self._use_keymap(read_keymap())
        self.notify("keys.toml is read again.")
        self.check_keys()

    @work(group="keys-screen", exclusive=True, exit_on_error=True)
    async def action_keys(self) -> None:
        from ge_tui.tui.keys.registry import all_actions  # noqa: PLC0415  (everything is imported for it)
        from ge_tui.tui.screens.keys import KeysScreen  # noqa: PLC0415

        self.push_screen(KeysScreen(self.keymap, await asyncio.to_thread(all_actions)))

    # -- the mouse, pictures, alerts ---------------------------------------------------------------------

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        self.mouse = not self.mouse
        remember({"mouse": self.mouse})
        set_mouse(self, on=self.mouse)
        self.notify("The mouse works here." if self.mouse else "The terminal has the mouse: select text as elsewhere.")

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save the screen as SVG and say where."""
        folder = Path(path) if path else pictures()
        file = folder / (filename or f"ge-tui-{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.svg")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(self.export_screenshot(), encoding="utf-8")
        except OSError as error:
            self.notify(f"{file}: {error.strerror}", title="No picture", severity="error", markup=False)
            return
        self.notify(str(file), title="Saved", markup=False)

    def action_alerts(self) -> None:
        self.alerting.ask()

    # -- palette -----------------------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Everything that has a name, with its keys."""
        actions: list[Action] = list(getattr(screen, "ACTIONS", ()))
        if isinstance(screen, RunScreen):
            for entry in PANES:
                yield SystemCommand(f"Go to {entry.title}", f"pane {entry.name}", self._bringer(screen, entry.name))
                actions += entry.load().ACTIONS
            actions += ACTS
        for action in self.keymap.shown(actions):
            title = f"{action.scope.capitalize()}: {action.label}"
            yield SystemCommand(title, help_with_keys(action), self._runner(screen, action))
        for action in self.keymap.shown(APP_ACTIONS[1:]):
            yield SystemCommand(action.label.capitalize(), help_with_keys(action), self._app_runner(action))
        yield SystemCommand("Quit", "close the screen", self.action_quit_or_ask)

    def _runner(self, screen: Screen[Any], action: Action) -> Any:
        async def run() -> None:
            if isinstance(screen, RunScreen):
                await screen.run_named(action)
            else:
                await screen.run_action(action.method)

        return run

    def _app_runner(self, action: Action) -> Any:
        async def run() -> None:
            await self.run_action(action.method)

        return run

    @staticmethod
    def _bringer(screen: RunScreen, name: str) -> Any:
        return lambda: screen.grid.bring(name)

    def action_theme(self) -> None:
        """A list of the themes there are."""
        themes = [(f.name, f"{f.name}: {f.description}") for f in find_themes() if f.theme is not None]
        themes.sort(key=lambda theme: theme[0] != self.theme)

        def use(name: str | None) -> None:
            if name:
                self.theme = name

        self.push_screen(Choice("Theme", themes), use)
