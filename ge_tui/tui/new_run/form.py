"""The form itself: sections of fields, the lists to choose from, and the fold with everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from ge_tui.tui.new_run.draft import Draft
from ge_tui.tui.new_run.field_row import FieldRow
from ge_tui.tui.new_run.fields import PERSONAS, Field, Section, advanced_sections, first_sections
from ge_tui.tui.new_run.models import OFFLINE
from ge_tui.tui.new_run.pick_list import Pick, PickList
from ge_tui.tui.widgets.plain_input import PlainInput
from ge_tui.tui.widgets.press_line import PressLine

TASKS, DATA, MODELS = "tasks", "data", "models"
PULL = "pull"
_LISTS = {"task": TASKS, "data": DATA, "llm": MODELS}
"""The list below a field."""
_MOST_ABOVE = 4
"""Fields above the fold that a search names."""
_PULL = Field(PULL, "fetch a model", "by its name in Ollama's library; enter fetches it", "text", "", is_text=True)


class Form(Vertical):
    """What can be said of a new run. The first wrong field can be gone to, the advanced ones are made when wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "go(-1)", "previous", show=False),
        Binding("down", "go(1)", "next", show=False),
        Binding("pageup", "turn(-1)", "page up", show=False),
        Binding("pagedown", "turn(1)", "page down", show=False),
    ]
    DEFAULT_CSS = """
    Form { overflow-y: auto; width: 1fr; height: 1fr; padding: 0 1;
           scrollbar-size-vertical: 1; }
    Form .heading { color: $primary; text-style: bold; margin-top: 1; height: 1; }
    Form .heading.first { margin-top: 0; }
    Form .section { height: auto; }
    Form PickList { margin: 0 0 0 16; }
    Form #advanced { height: auto; display: none; }
    Form #search { margin: 0 0 0 16; width: 44; background: $panel; }
    Form #nothing { color: $text-muted; margin-left: 16; display: none; }
    Form #start { margin: 1 0 1 16; width: 20; background: $panel; }
    Form #start:focus { background: $block-cursor-background; }
    """

    class Edited(Message):
        """A field was changed."""

        def __init__(self, key: str, text: str) -> None:
            super().__init__()
            self.key = key
            self.text = text

    class PullAsked(Message):
        """A model is to be fetched, or its fetching to be stopped."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class StartAsked(Message):
        """The run is to begin."""

    def __init__(self, draft: Draft, *, unicode: bool = True) -> None:
        super().__init__()
        self._draft = draft
        self._unicode = unicode
        self._first = first_sections()
        self._advanced = advanced_sections()
        self._rows: dict[str, FieldRow] = {}
        self._problems: Mapping[str, str] = {}
        self._notes: Mapping[str, str] = {}
        self._open = False
        # Held rather than looked for: what was found out late may come while the form is being taken down.
        self._fold = PressLine(id="fold")
        self._inside = Vertical(id="advanced")
        self._personas: Widget | None = None
        self._lists = {
            name: PickList(several=name == MODELS, unicode=unicode, id=name) for name in (TASKS, DATA, MODELS)
        }
        self.search = PlainInput(placeholder="find a setting by its name or meaning", id="search")
        self._nothing = Static(id="nothing", markup=False)
        """Said below the search: what was found above the fold, or that nothing was."""
        self._above: list[str] = []
        self._any_below = True

    # -- parts -------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        for place, section in enumerate(self._first):
            with Vertical(classes="section", id=f"section-{section.title.lower()}") as part:
                if section.title == PERSONAS:
                    self._personas = part
                yield Static(section.title, classes="heading first" if not place else "heading")
                yield from self._fields(section)
        yield self._fold
        with self._inside:
            yield self.search
            yield self._nothing
        yield PressLine(" Start the run (^s) ", id="start")

    def _fields(self, section: Section) -> Iterator[Widget]:
        for field in section.fields:
            yield self._row(field)
            if field.key in _LISTS:
                yield self._lists[_LISTS[field.key]]
            if field.key == "llm":
                self._rows[PULL] = FieldRow(_PULL, "")
                yield self._rows[PULL]

    def _row(self, field: Field, *, long: bool = False) -> FieldRow:
        row = FieldRow(field, self._draft.text(field.key), long=long)
        row.show(row.text, changed=field.key in self._draft.texts)
        row.judge(self._problems.get(field.key, ""), self._notes.get(field.key, ""))
        self._rows[field.key] = row
        return row

    def on_mount(self) -> None:
        self._show_fold()
        self._show_personas()

    @property
    def keys(self) -> list[str]:
        """Every field, in the order of the form."""
        return [field.key for section in (*self._first, *self._advanced) for field in section.fields]

    def listing(self, name: str) -> PickList:
        """The list of a name."""
        return self._lists[name]

    # -- what is shown -----------------------------------------------------------------------------------

    def show(self, draft: Draft) -> None:
        """Fill every field in."""
        self._draft = draft
        for key, row in self._rows.items():
            if key != PULL:
                row.show(draft.text(key), changed=key in draft.texts)
        self._show_fold()
        self._show_personas()

    def text(self, key: str) -> str:
        """What stands in a field now."""
        return self._rows[key].text

    def judge(self, problems: Mapping[str, str], notes: Mapping[str, str]) -> None:
        """What is wrong with fields, and what is worth saying beside them."""
        self._problems, self._notes = problems, notes
        for key, row in self._rows.items():
            if key != PULL:
                row.judge(problems.get(key, ""), notes.get(key, ""))
        self._show_fold()

    def note_pull(self, note: str, problem: str = "") -> None:
        """How the fetching of a model is going."""
        self._rows[PULL].judge(problem, note)

    def show_list(self, name: str, picks: Sequence[Pick]) -> None:
        """Show what there is to choose from."""
        self.listing(name).show(picks)

    def _show_personas(self) -> None:
        if self._personas is not None:
            self._personas.display = self._draft.text("llm") != OFFLINE

    def _show_fold(self) -> None:
        keys = {field.key for section in self._advanced for field in section.fields}
        changed = len(keys & set(self._draft.texts))
        wrong = len(keys & set(self._problems))
        words = f"{len(keys)} more settings"
        words += f", {changed} changed" if changed else ""
        words += f", {wrong} wrong" if wrong else ""
        signs = ("▾", "▸") if self._unicode else ("v", ">")
        self._fold.show(f"{signs[0] if self._open else signs[1]} {words}")

    # -- going about -------------------------------------------------------------------------------------

    async def go_to(self, key: str) -> None:
        """Focus a field, wherever it is; nothing where there is none of that name."""
        if key not in self._rows and key in self.keys:
            await self.open_fold()
        row = self._rows.get(key)
        if row is not None:
            row.display = True
            row.editor.focus()

    def row_in_focus(self) -> FieldRow | None:
        """The line that keys go to."""
        focused = self.screen.focused
        return next((w for w in focused.ancestors_with_self if isinstance(w, FieldRow)), None) if focused else None

    def action_go(self, direction: int) -> None:
        """To the next field, or to the one before."""
        reached = self.screen.focus_next() if direction > 0 else self.screen.focus_previous()
        if isinstance(reached, PickList):
            reached.enter_from(direction)

    def action_turn(self, direction: int) -> None:
        self.scroll_relative(y=direction * max(1, self.size.height - 2), animate=False)

    @on(PickList.Left)
    def _on_list_left(self, event: PickList.Left) -> None:
        event.stop()
        self.action_go(event.direction)

    @on(FieldRow.Entered)
    def _on_entered(self, event: FieldRow.Entered) -> None:
        """Go on, unless the field is wrong: then the words beside it say why."""
        event.stop()
        if event.row.field.key == PULL:
            self.post_message(self.PullAsked(event.row.text.strip()))
        elif event.row.problem:
            self.app.bell()
        else:
            self.action_go(1)

    @on(FieldRow.Changed)
    def _on_changed(self, event: FieldRow.Changed) -> None:
        event.stop()
        if event.row.field.key != PULL:
            self.post_message(self.Edited(event.row.field.key, event.text))

    @on(PressLine.Pressed, "#start")
    def _on_start(self, event: PressLine.Pressed) -> None:
        event.stop()
        self.post_message(self.StartAsked())

    # -- the fold ----------------------------------------------------------------------------------------

    @on(PressLine.Pressed, "#fold")
    async def _on_fold(self, event: PressLine.Pressed) -> None:
        event.stop()
        if self._open:
            self.close_fold()
        else:
            await self.open_fold()
            self.search.focus()

    async def open_fold(self) -> None:
        """Show the advanced settings; they are made the first time."""
        self._open = True
        self._show_fold()
        self._inside.display = True
        if len(self._inside.children) > 2:
            return
        with self.app.batch_update():
            await self._inside.mount_all(
                Vertical(
                    Static(section.title, classes="heading"),
                    *(self._row(field, long=True) for field in section.fields),
                    classes="section advanced",
                )
                for section in self._advanced
            )

    def close_fold(self) -> None:
        """Hide the advanced settings."""
        self._open = False
        self._show_fold()
        self._inside.display = False

    @on(Input.Changed, "#search")
    def _on_search(self, event: Input.Changed) -> None:
        event.stop()
        any_left = False
        with self.app.batch_update():
            for section in self.query(".section.advanced"):
                rows = list(section.query(FieldRow))
                for row in rows:
                    row.display = row.field.matches(event.value)
                section.display = any(row.display for row in rows)
                any_left = any_left or section.display
        self._above = self._found_above(event.value) if event.value.strip() else []
        labels = ", ".join(self._rows[key].field.label for key in self._above[:_MOST_ABOVE])
        more = ", ..." if len(self._above) > _MOST_ABOVE else ""
        self._nothing.update(f"above: {labels}{more}" if labels else "no setting is called or means that")
        self._nothing.display = bool(labels) or not any_left
        self._any_below = any_left

    def _found_above(self, words: str) -> list[str]:
        """Fields that are to be seen above the fold."""
        hidden = PERSONAS if self._personas is not None and not self._personas.display else ""
        sections = [section for section in self._first if section.title != hidden]
        return [field.key for section in sections for field in section.fields if field.matches(words)]

    @on(Input.Submitted, "#search")
    async def _on_search_done(self, event: Input.Submitted) -> None:
        """To the first that was found; what stands above the fold is what most people look for."""
        event.stop()
        if self._above:
            await self.go_to(self._above[0])
        elif self._any_below:
            self.action_go(1)
        else:
            self.app.bell()
