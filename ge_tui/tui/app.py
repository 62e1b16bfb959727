"""The app: themes, screens, signals, the palette."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ge_tui.run.directory import RunDirectory
from ge_tui.tui.actions import Action
from ge_tui.tui.arrangement import SMALLEST
from ge_tui.tui.hands.actions import HANDS
from ge_tui.tui.panes import PANES
from ge_tui.tui.remembered import recall, remember
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.run import RunScreen
from ge_tui.tui.screens.too_small import TooSmall
from ge_tui.tui.themes import DEFAULT, find_themes

EXIT_ON_SIGNAL = 128


class GeTui(App[int]):
    """Watch runs and steer them."""

    TITLE = "ge-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit_or_ask", "Quit", show=False, priority=True),
    ]

    def __init__(self, runs: Path, attach: RunDirectory | None = None) -> None:
        """`runs` is where runs are kept; `attach` is the one to begin with, instead of the list of them."""
        super().__init__()
        self._runs = runs
        self._to_attach = attach
        self.animation_level = "none"
        self.broken_themes: list[str] = []
        self._register_themes()

    def _register_themes(self) -> None:
        """Ours instead of Textual's; broken ones are told of once the screen stands."""
        for name in list(self.available_themes):
            self.unregister_theme(name)
        for file in find_themes():
            if file.theme is not None:
                self.register_theme(file.theme)
            if file.problem:
                self.broken_themes.append(file.problem)
        wanted = recall().get("theme")
        self.theme = wanted if isinstance(wanted, str) and wanted in self.available_themes else DEFAULT

    def on_mount(self) -> None:
        self._handle_signals()
        for problem in self.broken_themes:
            self.notify(problem, title="A theme cannot be used", severity="warning", markup=False)
        if self._to_attach is not None:
            self.push_screen(RunScreen(self._to_attach))
        else:
            self.switch_to_welcome()
        self.theme_changed_signal.subscribe(self, lambda theme: remember({"theme": theme.name}))

    def switch_to_welcome(self) -> None:
        from ge_tui.tui.screens.welcome import WelcomeScreen  # noqa: PLC0415  (attaching does without it)

        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(WelcomeScreen(self._runs))

    def open_run(self, directory: RunDirectory, *, start: bool = False) -> None:
        """Go to a run's screen; `start` begins or resumes it."""
        self.push_screen(RunScreen(directory, start=start))

    # -- signals and size --------------------------------------------------------------------------------

    def _handle_signals(self) -> None:
        """End as on quitting, so that the terminal is given back as it was; the run goes on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: int) -> None:
        if isinstance(self.screen, RunScreen):
            self.screen.keep_layout()
        self.exit(EXIT_ON_SIGNAL + number, return_code=EXIT_ON_SIGNAL + number)

    def on_resize(self, event: events.Resize) -> None:
        """The app's own size is still the old one."""
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        if small and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall(SMALLEST))
        elif not small and isinstance(self.screen, TooSmall):
            self.pop_screen()

    async def action_quit_or_ask(self) -> None:
        """Ctrl-C: copy what is selected with the mouse; else quit as `q` does, at once where a question is open."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        elif isinstance(self.screen, RunScreen):
            await self.screen.run_action("quit")
        else:
            self.exit()

    # -- palette -----------------------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Everything that has a name."""
        actions: list[Action] = list(getattr(screen, "ACTIONS", ()))
        if isinstance(screen, RunScreen):
            for entry in PANES:
                yield SystemCommand(f"Go to {entry.title}", f"pane {entry.name}", self._bringer(screen, entry.name))
                actions += entry.load().ACTIONS
            actions += HANDS
        for action in actions:
            title = f"{action.scope.capitalize()}: {action.label}"
            yield SystemCommand(title, action.help, self._runner(screen, action))
        yield SystemCommand("Theme", "choose the colours", self.action_choose_theme)
        yield SystemCommand("Screenshot", "save a picture of the screen as SVG", self.deliver_screenshot)
        yield SystemCommand("Quit", "close the screen", self.action_quit_or_ask)

    def _runner(self, screen: Screen[Any], action: Action) -> Any:
        async def run() -> None:
            if isinstance(screen, RunScreen):
                await screen.run_named(action)
            else:
                await screen.run_action(action.method)

        return run

    @staticmethod
    def _bringer(screen: RunScreen, name: str) -> Any:
        return lambda: screen.grid.bring(name)

    def action_choose_theme(self) -> None:
        """A list of the themes there are."""
        themes = [(f.name, f"{f.name}: {f.description}") for f in find_themes() if f.theme is not None]
        themes.sort(key=lambda theme: theme[0] != self.theme)

        def use(name: str | None) -> None:
            if name:
                self.theme = name

        self.push_screen(Choice("Theme", themes), use)
