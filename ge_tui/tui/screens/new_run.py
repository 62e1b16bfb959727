"""A new run: the form, what the run will cost, and its beginning."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from ge_tui.errors import UsageError, UserError
from ge_tui.run.directory import NameTakenError, RunDirectory
from ge_tui.settings import Settings
from ge_tui.settings.write import to_toml
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.keys.help_text import help_text
from ge_tui.tui.keys.key_line import KeyLine
from ge_tui.tui.keys.keymap import keymap_of
from ge_tui.tui.new_run import lists, models, starting
from ge_tui.tui.new_run.actions import ACTIONS, HELP
from ge_tui.tui.new_run.beside import LIST_HINTS, cost_lines, notes_of, problems_of
from ge_tui.tui.new_run.cost import Line
from ge_tui.tui.new_run.draft import Draft, recalled
from ge_tui.tui.new_run.errands import Probe
from ge_tui.tui.new_run.fetching import Fetching
from ge_tui.tui.new_run.form import DATA, MODELS, TASKS, Form
from ge_tui.tui.new_run.launch import Launch
from ge_tui.tui.new_run.look import PLACE, Look, Offer, look, offer
from ge_tui.tui.new_run.models import OFFLINE, Shelf
from ge_tui.tui.new_run.open_config import OpenConfig
from ge_tui.tui.new_run.pick_list import PickList
from ge_tui.tui.new_run.preview import Preview
from ge_tui.tui.new_run.probe import question_of
from ge_tui.tui.remembered import recall, remember
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.help import HelpScreen
from ge_tui.tui.screens.host import host_of
from ge_tui.tui.terminal.abilities import speaks_unicode

_REST_S = 0.2
"""How long the form rests after a change before the machine is looked at."""
_BESIDE = 110
"""From this width on the preview stands beside the form."""
_HIGH = 16
"""With fewer lines than this the form has all of them for itself."""
MEMORY = "new_run"


class NewRunScreen(Fetching):
    """The form for a new run."""

    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(tuple(a for a in ACTIONS if a.keys.startswith("ctrl")), priority=True),
        *bindings(tuple(a for a in ACTIONS if not a.keys.startswith("ctrl"))),
    ]
    DEFAULT_CSS = """
    NewRunScreen { layout: vertical; }
    NewRunScreen > #title { height: 1; padding: 0 2; background: $panel; }
    NewRunScreen > #body { height: 1fr; layout: vertical; }
    NewRunScreen #beside { height: auto; max-height: 7; border-top: solid $panel; padding: 0 1; scrollbar-size: 0 0; }
    NewRunScreen > #hint { height: 2; padding: 0 2; color: $text-muted; background: $surface; }
    NewRunScreen > #hint.wrong { color: $error; }
    NewRunScreen.low #beside { display: none; }
    NewRunScreen.wide > #body { layout: horizontal; }
    NewRunScreen.wide #beside { width: 42%; height: 1fr; max-height: 100%; border-top: none;
                                border-left: solid $panel; padding: 0 1; }
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As in every screen, but a field that is gone to paints itself, not the whole screen."""

    def __init__(self, runs: Path) -> None:
        """`runs` is where the run will be kept."""
        super().__init__()
        self._runs = runs
        problem = ""
        try:
            base = starting.base_settings()
        except UsageError as error:
            problem, base = str(error), Draft().base
        self._problem_at_first = problem
        self.draft = recalled(base, recall().get(MEMORY))
        self._at_first = self.draft
        self.form = Form(self.draft, unicode=speaks_unicode())
        self._preview = Preview()
        self._hint = Static(id="hint", markup=False)
        self._offer = Offer()
        self._offer_wanted = True
        self._look: Look | None = None
        self._shelf = Shelf(looking=True)
        self._toml = ""
        self._preset = Path()
        self._probe = Probe(self, self._show_preview)
        self._starting: Worker[None] | None = None
        self._said_of_start = ""

    # -- what is shown -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield Static(f"New run  in {self._runs}", id="title", markup=False)
        with Container(id="body"):
            yield self.form
            with VerticalScroll(id="beside", can_focus=False):
                yield self._preview
        yield self._hint
        yield KeyLine()

    async def on_mount(self) -> None:
        self.query_one(KeyLine).show([action for action in ACTIONS if action.footer])
        if self._problem_at_first:
            self.tell(self._problem_at_first, "Your settings file was left out")
        self.show_lists()
        self._show_preview()
        await self.form.go_to("task")
        self.watch(self, "focused", lambda _: self.show_hint())
        self.set_interval(1.0, self._tick)
        self.look_again()
        self.look_for_models()

    def on_resize(self) -> None:
        wide = self.size.width >= _BESIDE
        self.set_class(wide, "wide")
        self.set_class(not wide and self.size.height < _HIGH, "low")
        self._preview.brief = not wide
        self._show_preview()

    def _tick(self) -> None:
        if self._probe.runs:
            self._show_preview()

    def _problems(self) -> dict[str, str]:
        return problems_of(self.draft, self._look, self._shelf)

    def show_lists(self) -> None:
        data, llm = self.draft.text("data"), self.draft.text("llm")
        meant = self._look.data if self._look else ""
        fetching = self._data.name if self._data.runs else ""
        self.form.show_list(TASKS, lists.task_picks(self._offer, self.draft.text("task")))
        self.form.show_list(DATA, lists.data_picks(self._offer, data, meant, fetching, self._data.words))
        self.form.show_list(MODELS, lists.model_picks(self._shelf, llm))

    def show_hint(self) -> None:
        row = self.form.row_in_focus()
        place = self._problems().get(PLACE, "")
        words, wrong = place, bool(place)
        if row is not None:
            words, wrong = row.full_note, bool(row.problem)
        elif isinstance(self.focused, PickList):
            words = LIST_HINTS[self.focused.id or ""]
        if self._starting is not None:
            words, wrong = f"{self._said_of_start} (esc stops it)", False
        self._hint.set_class(wrong, "wrong")
        self._hint.update(words, layout=False)  # a layout would paint the whole screen

    def _show_preview(self) -> None:
        now = self._look
        if now is None:
            self._preview.show([Line("", "looking ...")])
            return
        lines = [*cost_lines(now, self._shelf), Line("time", self._probe.time_of(now))]
        command = starting.command(self._preset, self._runs, self.draft.sound().name)
        title = "without the screen (^y writes the file and copies this)"
        lines.append(Line(title, command, apart=True, short_name="^y copies"))
        content = self._toml or "nothing differs from the defaults"
        self._preview.show(lines, f"{self._preset.name}\n{content}")

    def tell(self, words: str, title: str) -> None:
        self.notify(words, title=title, severity="error", timeout=12, markup=False)

    # -- changes -----------------------------------------------------------------------------------------

    @on(Form.Edited)
    def _on_edited(self, event: Form.Edited) -> None:
        text = self.form.text(event.key)  # and not what it was when this was posted: typing may be ahead of it
        self.change(self.draft.with_text(event.key, text))

    def change(self, draft: Draft) -> None:
        """Take another draft."""
        self.draft = draft
        self.form.show(draft)
        self._judge()
        self.show_lists()
        self.reconsider()

    def _judge(self) -> None:
        self.form.judge(self._problems(), notes_of(self.draft, self._look, self._shelf, self._offer))
        self.show_hint()

    @work(exclusive=True, group="look", exit_on_error=True)
    async def reconsider(self, *, offer_too: bool = False) -> None:
        """Look at the machine for what stands in the form now, once typing rests."""
        self._offer_wanted = self._offer_wanted or offer_too  # a change may come before it is there
        if self._offer_wanted:
            self._offer = await asyncio.to_thread(offer)
            self._offer_wanted = False
        else:
            await asyncio.sleep(_REST_S)
        await self._look_now()

    def look_again(self) -> None:
        """Look at the machine anew, for what there is to choose from too."""
        self.reconsider(offer_too=True)

    async def _look_now(self) -> None:
        draft = self.draft.sound()
        try:
            settings = draft.settings()
        except UsageError as error:  # each text is a value, but not all of them together
            self.tell(str(error), "These settings do not go together")
            return
        found, toml, preset = await asyncio.to_thread(_look, settings, draft, self._runs)
        if not self.is_running:
            return
        self._look, self._toml, self._preset = found, toml, preset
        self.show_found()

    def show_found(self) -> None:
        """Problems, lists and the preview, by what was found last."""
        self._judge()
        self.show_lists()
        self._show_preview()

    @on(PickList.Picked)
    async def _on_picked(self, event: PickList.Picked) -> None:
        event.stop()
        if isinstance(event, PickList.Weighed):
            if event.listing.id == MODELS and event.name != OFFLINE:
                llm = models.weighed(self.draft.text("llm"), event.name, event.direction)
                self.change(self.draft.with_text("llm", llm))
        elif event.listing.id == MODELS:
            llm = OFFLINE if event.name == OFFLINE else models.toggled(self.draft.text("llm"), event.name)
            self.change(self.draft.with_text("llm", llm))
        elif event.listing.id == TASKS:
            self.change(self.draft.with_text("task", event.name))
        else:
            await self.pick_data(event.name)

    # -- time --------------------------------------------------------------------------------------------

    def action_probe(self) -> None:
        """Measure, or stop measuring."""
        now = self._look
        if self._probe.runs:
            self._probe.stop()
        elif now is None or now.task is None or not now.steps or "data" in now.problems:
            self.notify("Task and data have to be right before the seed can be trained.", severity="warning")
        elif now.download_bytes:
            self.notify(f"{now.data} has to be fetched before the seed can be trained on it.", markup=False)
        else:
            self._probe.begin(question_of(now.settings, now.task, now.data))

    # -- files -------------------------------------------------------------------------------------------

    @work(exclusive=True, group="ask", exit_on_error=True)
    async def action_load(self) -> None:
        """Fill the form from a settings file."""
        file = await self.app.push_screen_wait(OpenConfig(await asyncio.to_thread(starting.presets)))
        if file is None:
            return
        try:
            settings = await asyncio.to_thread(starting.read_preset, file)
        except UserError as error:
            self.tell(str(error), "The form stays as it is")
            return
        self.change(self.draft.with_settings(settings))
        self.notify(f"filled in from {file}", markup=False)

    @work(exclusive=True, group="copy", exit_on_error=True)
    async def action_copy(self) -> None:
        """Write the settings, and copy the command that uses them."""
        await self._look_now()
        if self.draft.problems():
            await self._go_to_first_wrong()
            return
        try:
            await asyncio.to_thread(starting.put_aside, self._toml, self._preset)
        except UserError as error:
            self.tell(str(error), "The settings are not written")
            return
        command = starting.command(self._preset, self._runs, self.draft.name)
        self.app.copy_to_clipboard(command)
        self.notify(command, title="Written and copied", markup=False, timeout=10)

    # -- beginning ---------------------------------------------------------------------------------------

    @on(Form.StartAsked)
    def action_start(self) -> None:
        """Make the run and open it."""
        if self._starting is None:
            self._starting = self.start_run()
            self._say_of_start("looking at everything once more ...")

    @work(group="start", exit_on_error=True)
    async def start_run(self) -> None:
        """Look at everything once more, make the data ready, make the run, and open it."""
        try:
            directory = await self._begin()
        finally:
            self._starting = None
            if self.is_running:
                self.show_hint()
        if directory is not None:
            remember({MEMORY: dict(self.draft.texts)})
            app = self.app
            app.pop_screen()
            host_of(app).open_run(directory, start=True)
            app.notify(starting.command(directory.path / starting.FILE, self._runs), title="Again without the screen",
                       markup=False)  # fmt: skip

    async def _begin(self) -> RunDirectory | None:
        """The run; None where something is wrong, which then stands on the screen."""
        if models.chosen(self.draft.text("llm")):
            await self.look_at_shelf()
        await self._look_now()
        if self._problems() or self._look is None:
            await self._go_to_first_wrong()
            return None
        launch = Launch(self.app, self._look, self._runs, self._say_of_start)
        try:
            return await launch.begin(self.draft.base, self.draft.name, fetching=self._data.runs)
        except NameTakenError:
            await self._look_now()
            await self._go_to_first_wrong()
        except UserError as error:
            self.tell(str(error), "The run cannot begin")
        return None

    def _say_of_start(self, words: str) -> None:
        self._said_of_start = words
        self.show_hint()

    async def _go_to_first_wrong(self) -> None:
        problems = self._problems()
        if PLACE in problems:
            self.tell(problems[PLACE], "No run can be made there")
        wrong = next((key for key in self.form.keys if key in problems), None)
        if wrong is not None:
            await self.form.go_to(wrong)
            self.tell(problems[wrong], f"{wrong}")

    # -- other actions -----------------------------------------------------------------------------------

    async def action_find(self) -> None:
        await self.form.open_fold()
        self.form.search.focus()
        self.form.search.scroll_visible(top=True, animate=False)

    def action_again(self) -> None:
        self._shelf = Shelf(looking=True)
        self._judge()
        self.look_again()
        self.look_for_models()

    def action_reset(self) -> None:
        self.change(Draft(self.draft.base))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(help_text("A new run", HELP, [("Keys", ACTIONS)], keymap_of(self.app))))

    @work(exclusive=True, group="ask", exit_on_error=True)
    async def action_back(self) -> None:
        """Stop the start, or leave; what was filled in is asked about."""
        if self._starting is not None:
            self._starting.cancel()
            return
        if self.draft != self._at_first:
            answers = [("keep", "leave, and keep the form for the next time"),
                       ("drop", "leave, and forget the changes"), ("", "stay here")]  # fmt: skip
            answer = await self.app.push_screen_wait(Choice("The run was not started.", answers))
            if not answer:
                return
            if answer == "keep":
                remember({MEMORY: dict(self.draft.sound().texts)})
        self.app.pop_screen()

    @on(KeyLine.Clicked)
    async def _on_key_clicked(self, message: KeyLine.Clicked) -> None:
        await self.run_action(message.action.method)


def _look(settings: Settings, draft: Draft, runs: Path) -> tuple[Look, str, Path]:
    """Blocking: what the machine says to the form, and the settings file it makes."""
    found = look(settings, runs, draft.name)
    toml = to_toml(settings, draft.base)
    stem = draft.name or f"{Path(settings.task).name}-{found.data.partition(':')[0]}"
    return found, toml, starting.preset_file(toml, stem)
