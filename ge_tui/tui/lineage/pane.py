"""The lineage pane: three views of who descends from whom, and the individual under the cursor in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from ge_tui.tui.acts.actions import act_bindings
from ge_tui.tui.individuals.card import Card
from ge_tui.tui.individuals.facts import facts_of, words_of_fields
from ge_tui.tui.individuals.filter_bar import FilterBar
from ge_tui.tui.individuals.query import And, Node, parse
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.lineage.actions import ACTIONS, HELP
from ge_tui.tui.lineage.canvas import Canvas
from ge_tui.tui.lineage.family import Ancestry
from ge_tui.tui.lineage.loading import Loader
from ge_tui.tui.lineage.picture import Answer, Question, View, Wish
from ge_tui.tui.lineage.remembering import MOST_HOPS, as_dict, from_dict
from ge_tui.tui.lineage.walk import Kinship
from ge_tui.tui.lineage.walking import Walking
from ge_tui.tui.lineage.words import status_line
from ge_tui.tui.panes.announcing import Announcer
from ge_tui.tui.panes.newest import PAUSE_S
from ge_tui.tui.panes.pane import Watched
from ge_tui.tui.terminal.abilities import speaks_unicode
from ge_tui.tui.watch import Change, Part
from ge_tui.tui.widgets.saying import say

_CARD_FROM = 14
"""With fewer lines than these the drawing gets the line of measures."""
_EVERYONE = And(())


class LineagePane(Walking):
    """Everyone's parents and children."""

    NAME = "lineage"
    TITLE = "Lineage"
    HELP = HELP
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS), *act_bindings()]
    DEFAULT_CSS = """
    LineagePane {
        layout: vertical;
        & > Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .lineage--status { color: $text-muted; background: $panel; }
        &.-low .card--result { display: none; }
    }
    """

    def __init__(self, watched: Watched, *, ascii_only: bool | None = None) -> None:
        """`ascii_only`: no other characters; None: as the terminal is."""
        super().__init__(watched)
        self.canvas = Canvas()
        self.kinship = Kinship()
        self.number: int | None = None
        """The individual under the cursor."""
        self.wish = Wish()
        self.zoom = 0
        self.answer: Answer | None = None
        """What is on the screen."""
        self._ascii = not speaks_unicode() if ascii_only is None else ascii_only
        self._anchor: int | None = None
        """Whose ancestors the lanes show, while one walks among them."""
        self._trail = {}
        self._version = 0
        self._filter: Node = _EVERYONE
        self._filter_text = ""
        self._to_find = False
        """Whether to go to what is found, once it is."""
        self._marked: int | None = None
        self._announcer = Announcer(self)
        self._loader = Loader(lambda: self.model, self._question, self._take)
        self._bar = FilterBar(self._words_of_fields)
        self._status = Static(classes="lineage--status")
        self.card = Card()

    def compose(self) -> ComposeResult:
        yield self.canvas
        yield self._bar
        yield self._status
        yield self.card

    def on_mount(self) -> None:
        self._poke()

    async def _learn_kinship(self) -> None:
        """Once there is something to look at: what kinship takes is slow to import."""
        await self._loader.load_networkx()
        self._poke()

    def on_show(self) -> None:
        self._poke()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _CARD_FROM, "-low")

    def focus(self, scroll_visible: bool = True) -> Self:
        """The keys go to the canvas."""
        self.canvas.focus(scroll_visible)
        return self

    # -- what the run screen tells ---------------------------------------------------------------------

    def refresh_from(self, change: Change) -> None:
        if not change.touches(Part.INDIVIDUALS, Part.RUN):
            return
        if change.individuals:
            self.kinship.update(self.model.individuals, change.individuals)
            self._loader.note(change.individuals)
            self._version += 1
        if self.number is None and self.model.individuals:
            best = self.model.best
            self._put(best.number if best is not None else min(self.model.individuals))
        self._poke()
        self._show_words()

    @property
    def at_cursor(self) -> int | None:
        return self.number

    def select(self, number: int) -> None:
        if not self._announcer.hear(number):
            return
        self._put(number)
        self._show_words()
        self._poke()

    def mark(self, number: int | None) -> None:
        self._marked = number
        self._draw()

    def remembered(self) -> dict[str, Any]:
        return as_dict(self.wish, self.zoom)

    def restore(self, values: Mapping[str, Any]) -> None:
        self.wish, self.zoom = from_dict(values)
        self._poke()

    # -- asking the family -----------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether what is on the screen is what was asked for."""
        return self._loader.idle

    def _question(self) -> Question:
        view = self.wish.view
        kin = view is not View.GRID or self._loader.knows_kin
        number = self._anchor if view is View.LANES else self.number
        return Question(self._version, number if kin else None, self.wish, self._filter, kin)

    def _poke(self) -> None:
        """See to it that the newest question is answered, while anybody can see the answer."""
        shown = self.is_mounted and all(node.display for node in self.ancestors_with_self if isinstance(node, Widget))
        if shown and self.model.individuals and self._loader.needed:
            self.run_worker(self._loader.catch_up(), group="lineage")

    def _take(self, answer: Answer) -> None:
        before, self.answer = self.answer, answer
        stay = before is not None and before.question.wish.view is answer.question.wish.view
        self._draw(stay=stay)
        self._find()
        if not self._loader.knows_kin:
            self.run_worker(self._learn_kinship(), group="kinship", exclusive=True)

    def _draw(self, *, stay: bool = True) -> None:
        if self.answer is None or not self.is_mounted:
            return
        lit = replace(self.answer.lit, marked=self._marked, ascii_only=self._ascii)
        self.canvas.show(self.answer.drawing(self.canvas.room, self.zoom, lit), self.number, stay=stay)
        self._show_words()

    @on(Canvas.Resized)
    def _resized(self, message: Canvas.Resized) -> None:
        message.stop()
        self._draw()

    # -- the cursor ------------------------------------------------------------------------------------

    def go(self, number: int) -> None:
        """The user goes to an individual; others are told once the cursor stands still."""
        if number == self.number:
            return
        self._put(number)
        self._announcer.soon(PAUSE_S, self._announce)

    def _put(self, number: int) -> None:
        """Set the cursor without a message."""
        self.number = number
        there = self.canvas.move(number)
        if not there or self._anchor is None:
            self._anchor = number
        self._loader.hurried = there

    def _announce(self) -> None:
        self._show_words()
        self._poke()
        self._announcer.tell(self.number)

    @on(Canvas.Clicked)
    def _clicked(self, message: Canvas.Clicked) -> None:
        message.stop()
        self.go(message.number)
        if message.twice:
            self.action_diff()

    def action_diff(self) -> None:
        if self.number is not None:
            self._announce()
            self.post_message(self.Wanted("diff"))

    def action_mark(self) -> None:
        if self.number is not None:
            self.mark(None if self._marked == self.number else self.number)
            self.post_message(self.Marked(self._marked))

    # -- below the drawing -----------------------------------------------------------------------------

    def say(self, words: str) -> None:
        """Why nothing happens."""
        self.notify(words, markup=False)

    def _show_words(self) -> None:
        if not self.is_mounted:
            return
        separator = "|" if self._ascii else "·"
        one = self.model.individuals.get(self.number) if self.number is not None else None
        facts = facts_of(self.model, one) if one is not None else None
        self.card.show(facts, self.model.objectives, separator, "no individual yet")
        status = ""
        if self.answer is not None and self.number is not None:
            dead = self.kinship.dead_below(self.number, self.answer.lit.living)
            status = status_line(
                self.answer, self.wish, len(self.model.individuals), self._filter_text, dead=dead, separator=separator
            )
        say(self._status, f" {status}")

    # -- views -----------------------------------------------------------------------------------------

    def _want(self, **changes: Any) -> None:
        self.wish = replace(self.wish, **changes)
        self._poke()

    def _view(self, view: View) -> None:
        self._anchor = self.number
        self._want(view=view)

    def action_next_view(self) -> None:
        self._turn(1)

    def action_previous_view(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        views = list(View)
        self._view(views[(views.index(self.wish.view) + step) % len(views)])

    def action_grid(self) -> None:
        self._view(View.GRID)

    def action_lanes(self) -> None:
        self._view(View.LANES)

    def action_layers(self) -> None:
        self._view(View.LAYERS)

    def action_ancestry(self) -> None:
        ancestries = list(Ancestry)
        ancestry = ancestries[(ancestries.index(self.wish.ancestry) + 1) % len(ancestries)]
        if self.wish.view is View.LANES:
            self._want(ancestry=ancestry)
        else:
            self._view(View.LANES)

    def action_from_here(self) -> None:
        self._view(View.LANES)

    def action_more(self) -> None:
        self._resize_by(1)

    def action_less(self) -> None:
        self._resize_by(-1)

    def _resize_by(self, step: int) -> None:
        if self.wish.view is View.GRID:
            self.zoom = min(max(self.zoom + step, -2), 2)
            self._draw()
        elif self.wish.view is View.LAYERS:
            self._want(hops=min(max(self.wish.hops + step, 1), MOST_HOPS))

    def is_open_at(self, number: int) -> bool:
        """Whether a dead line is shown there, as far as one can see: or not hidden by anything."""
        return self.canvas.drawing.spot(number) is not None or self.wish.view not in self.wish.collapsed

    def action_fold(self) -> None:
        if self.number is None or self.answer is None:
            return
        if not self.kinship.dead_below(self.number, self.answer.lit.living):
            self.say(f"no dead line begins at #{self.number}")
            return
        self._want(turned=self.wish.turned ^ {self.number})

    def action_fold_all(self) -> None:
        view = self.wish.view
        if view is View.LANES:
            if not self.wish.turned:
                self.say("lanes show ancestors only: e adds the dead lines below one")
            self._want(turned=frozenset())
        else:
            self._want(collapsed=self.wish.collapsed ^ {view}, turned=frozenset())

    # -- finding ---------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        self._bar.open(self._filter_text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is others' where there is no filter to clear."""
        return bool(self._filter_text) if action == "clear_filter" else super().check_action(action, parameters)

    def action_clear_filter(self) -> None:
        self._look_for(_EVERYONE, "")

    @on(FilterBar.Changed)
    def _filter_changed(self, message: FilterBar.Changed) -> None:
        message.stop()
        digits = message.text.isdecimal()
        self._look_for(parse(f"#{message.text}") if digits else message.node, message.text)

    def _look_for(self, node: Node, text: str) -> None:
        self._filter, self._filter_text = node, text
        self._poke()

    def _find(self) -> None:
        """Once it is known who is meant, go to the next of them, or stay at one."""
        matches = self.answer.lit.matches if self.answer is not None else None
        if self._to_find and self.answer is not None and self.answer.question.filter == self._filter:
            self._to_find = False
            if matches is not None and self.number not in matches:
                self.action_next_match()

    @on(FilterBar.Closed)
    def _filter_closed(self, message: FilterBar.Closed) -> None:
        message.stop()
        self.canvas.focus()
        self._to_find = bool(self._filter_text)
        self._find()

    def _words_of_fields(self) -> Mapping[str, set[str]]:
        """The words that occur in this run, to complete what is typed."""
        return words_of_fields(facts_of(self.model, one) for one in self.model.individuals.values())
