"""Pane 2: the selected individual beside its parent or another one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from ge_tui.run.store import Status
from ge_tui.tui.diff.actions import ACTIONS, HELP
from ge_tui.tui.diff.against import Against, Choice, choices, choose, following, missing
from ge_tui.tui.diff.colours import ANSI_CSS, CSS
from ge_tui.tui.diff.folds import Fold, Key
from ge_tui.tui.diff.heading import figures_line, title_line
from ge_tui.tui.diff.lines import Lines
from ge_tui.tui.diff.loading import Loaded, Loader, Question
from ge_tui.tui.diff.mode import Mode, What, restored, stepped
from ge_tui.tui.diff.page import Page
from ge_tui.tui.diff.pages import SPLIT_FROM, counts_of, page_for, words_page
from ge_tui.tui.diff.subject import Asked
from ge_tui.tui.diff.taking import Taking
from ge_tui.tui.diff.view import DiffView
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.panes.pane import Pane, Watched
from ge_tui.tui.watch import Change, Individual, Part

_HURRY_S = 0.2
"""Selections that follow each other faster than this belong to a key held down."""
_LOW = 10
"""Below this height the heading has one line."""


class DiffPane(Taking, Pane):
    """Shows how an individual differs from another: text, layers, and what is on record of its making."""

    NAME = "diff"
    TITLE = "Diff"
    HELP = HELP
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    DEFAULT_CSS = f"""
    DiffPane {{ layout: vertical; }}
    DiffPane Lines {{ background: $panel; }}
    {CSS}{ANSI_CSS}
    """

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self.mode = Mode()
        self.number: int | None = None
        """The individual that is selected."""
        self.marked: int | None = None
        self.loaded: Loaded | None = None
        """What is on the screen; of the selected individual once it was read."""
        self._trouble = ""
        """Why it could not be read."""
        self._opened: frozenset[Key] = frozenset()
        self._selected_at = 0.0
        self._loader = Loader(lambda: self.watched.feed, self._question, self._take)
        self.heading = Lines()
        self.view = DiffView()

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.view

    def on_mount(self) -> None:
        self._show()
        self._poke()

    def on_show(self) -> None:
        self._poke()

    # -- what the run screen tells ---------------------------------------------------------------------

    def refresh_from(self, change: Change) -> None:
        if change.touches(Part.RUN, Part.INDIVIDUALS):
            if self._trouble:
                self._loader.forget()
            self._poke()
            self._show_heading()

    def select(self, number: int) -> None:
        if number == self.number:
            return
        now = time.monotonic()
        self._loader.hurried = now - self._selected_at < _HURRY_S
        self.number, self._selected_at = number, now
        self._poke()

    def mark(self, number: int | None) -> None:
        """Keep an individual in mind, to compare others with it."""
        self.marked = number
        self._poke()

    def remembered(self) -> dict[str, Any]:
        """The settings of the view that outlive a session."""
        return self.mode.remembered()

    def restore(self, values: Mapping[str, Any]) -> None:
        """Take settings as they were remembered; what is not understood is left out."""
        self.mode = restored(values)
        self._show()
        self._poke()

    def focus(self, scroll_visible: bool = True) -> Self:
        """The keys go to the view."""
        self.view.focus(scroll_visible)
        return self

    # -- what is compared ------------------------------------------------------------------------------

    @property
    def individual(self) -> Individual | None:
        """The one that is on the screen, or will be."""
        return None if self.number is None else self.model.individuals.get(self.number)

    @property
    def choice(self) -> Choice | None:
        """What the selected individual is compared with."""
        one = self.individual
        return None if one is None else choose(self.mode.against, choices(one, self.model, self.marked))

    @property
    def idle(self) -> bool:
        """Whether what is on the screen is what was asked for."""
        return self._loader.idle

    def _question(self) -> Question | None:
        one, choice = self.individual, self.choice
        if one is None:
            return None
        other = None if choice is None else self.model.individuals[choice.number]
        return Question(Asked(one.number, None if other is None else other.number), (_facts(one), _facts(other)))

    def _poke(self) -> None:
        """See to it that the newest question is answered, while anybody can see the answer."""
        shown = self.is_mounted and all(node.display for node in self.ancestors_with_self if isinstance(node, Widget))
        if shown and self._loader.needed:
            self.run_worker(self._loader.catch_up(), group="diff")

    def _take(self, answer: Loaded | str) -> None:
        if isinstance(answer, str):
            self.loaded, self._trouble = None, answer
            self.heading.show([])
            self._show()
            return
        before = None if self.loaded is None else self.loaded.answered.asked
        same = before == answer.answered.asked
        if not same:
            self._opened = frozenset()
        self.loaded, self._trouble = answer, ""
        self._show(stay=same)

    # -- showing ---------------------------------------------------------------------------------------

    def _show(self, *, stay: bool = False) -> None:
        if self.is_mounted:
            self.view.show(self._page(), stay=stay)
            self._show_heading()

    def _page(self) -> Page:
        if self.loaded is None:
            nobody = "Nothing is selected: go to an individual in the table." if self.number is None else ""
            return words_page(self._trouble or nobody, self.view.room)
        one = self.model.individuals[self.loaded.answered.asked.number]
        return page_for(self.loaded, one, self.mode, self._opened, self.view.room)

    def _show_heading(self) -> None:
        if self.loaded is None or not self.is_mounted:
            return
        asked = self.loaded.answered.asked
        one = self.model.individuals[asked.number]
        there = choices(one, self.model, self.marked)
        choice = next((c for c in _preferred(self.mode.against, there) if c.number == asked.other), None)
        width = self.heading.size.width or self.size.width
        counts = counts_of(self.loaded, self.mode)
        other = None if asked.other is None else self.model.individuals[asked.other]
        title = title_line(one, choice, self._where(), width)
        figures = figures_line(one, other, counts, self.model, width)
        self.heading.show([title] if self.size.height < _LOW else [title, figures])

    def _where(self) -> str:
        """How it is shown, where that is out of the ordinary, and which change is the current one."""
        mode, view = self.mode, self.view
        said = [self._what_is_shown()] if mode.what is not What.DIFF else []
        if mode.wrap and mode.what is not What.MODULES:
            said.append("wrapped")
        if view.page.changes:
            said.append(f"change {(view.current or 0) + 1}/{len(view.page.changes)}")
        return " · ".join(said)

    def _what_is_shown(self) -> str:
        asked = self.loaded.answered.asked if self.loaded is not None else None
        if self.mode.what is What.MODULES or asked is None:
            return "layers"
        return f"source of #{asked.number if self.mode.what is What.SOURCE else asked.other}"

    def on_diff_view_resized(self) -> None:
        self._show(stay=True)

    def on_diff_view_moved(self) -> None:
        self._show_heading()

    def on_diff_view_fold_clicked(self, message: DiffView.FoldClicked) -> None:
        self._unfold([message.fold])

    def _unfold(self, folds: list[Fold]) -> None:
        self._opened |= {key for fold in folds for key in fold.keys}
        self._show(stay=True)

    def _change_mode(self, **changes: Any) -> None:
        """Another way of showing what is there."""
        before, self.mode = self.mode, replace(self.mode, **changes)
        self._show(stay=before.what is self.mode.what)

    # -- actions: which ones ---------------------------------------------------------------------------

    def _versus(self, against: Against) -> None:
        one = self.individual
        if one is None:
            return
        if against not in choices(one, self.model, self.marked):
            self.say(missing(against, one.number), trouble=True)
            return
        self.mode = replace(self.mode, against=against)
        self._poke()
        self._show_heading()

    def _turn(self, step: int) -> None:
        one, choice = self.individual, self.choice
        if one is None or choice is None:
            return
        there = choices(one, self.model, self.marked)
        others = {against: c for against, c in there.items() if c.number != choice.number}
        if not others:
            self.say(f"#{one.number} can be compared with nothing else; mark another one with m", trouble=True)
            return
        self._versus(following(choice.against, others, step))

    def action_next_base(self) -> None:
        self._turn(1)

    def action_previous_base(self) -> None:
        self._turn(-1)

    def action_against_parent(self) -> None:
        self._versus(Against.PARENT)

    def action_against_other_parent(self) -> None:
        self._versus(Against.OTHER_PARENT)

    def action_against_seed(self) -> None:
        self._versus(Against.SEED)

    def action_against_marked(self) -> None:
        self._versus(Against.MARKED)

    def action_against_original(self) -> None:
        self._versus(Against.ORIGINAL)

    def action_mark(self) -> None:
        if self.number is not None:
            self.mark(self.number)
            self.post_message(self.Marked(self.number))
            self.say(f"#{self.number} is marked: ' compares others with it")

    def action_go_to_base(self) -> None:
        choice = self.choice
        if choice is not None:
            self.post_message(self.Selected(choice.number))

    # -- actions: how ----------------------------------------------------------------------------------

    def action_side_by_side(self) -> None:
        room = self.view.room
        if not self.mode.split and room < SPLIT_FROM:
            self.say(f"side by side needs {SPLIT_FROM} columns, here are {room}: z gives this pane more", trouble=True)
            return
        self._change_mode(split=not self.mode.split, what=What.DIFF)

    def action_wrap(self) -> None:
        self._change_mode(wrap=not self.mode.wrap)
        self.view.sideways(0)

    def action_more_context(self) -> None:
        self._change_mode(context=stepped(self.mode.context, 1), all_lines=False)

    def action_less_context(self) -> None:
        self._opened = frozenset()
        self._change_mode(context=stepped(self.mode.context, -1), all_lines=False)

    def action_all_lines(self) -> None:
        self._opened = frozenset()
        self._change_mode(all_lines=not self.mode.all_lines)

    def action_unfold(self) -> None:
        self._unfold(self.view.folds_at_current())

    def _toggle(self, what: What) -> None:
        self._change_mode(what=What.DIFF if self.mode.what is what else what)

    def action_modules(self) -> None:
        self._toggle(What.MODULES)

    def action_source(self) -> None:
        self._toggle(What.SOURCE)

    def action_base_source(self) -> None:
        self._toggle(What.BASE_SOURCE)

    # -- actions: moving -------------------------------------------------------------------------------

    def action_next_change(self) -> None:
        self.view.to_change(1)

    def action_previous_change(self) -> None:
        self.view.to_change(-1)

    def action_next_segment(self) -> None:
        self.view.to_section(1)

    def action_previous_segment(self) -> None:
        self.view.to_section(-1)

    def action_down(self) -> None:
        self.view.move(1)

    def action_up(self) -> None:
        self.view.move(-1)

    def action_page_down(self) -> None:
        self.view.leaf(1)

    def action_page_up(self) -> None:
        self.view.leaf(-1)

    def action_half_down(self) -> None:
        self.view.leaf(0.5)

    def action_half_up(self) -> None:
        self.view.leaf(-0.5)

    def action_top(self) -> None:
        self.view.move(-self.view.page.height)

    def action_bottom(self) -> None:
        self.view.move(self.view.page.height)

    def action_right(self) -> None:
        self.view.sideways(1)

    def action_left(self) -> None:
        self.view.sideways(-1)

    def action_line_start(self) -> None:
        self.view.sideways(0)


def _facts(one: Individual | None) -> tuple[object, ...]:
    """What, if it changes, means that there is more to read: not the progress of a training."""
    if one is None:
        return ()
    ended = one.status in (Status.EVALUATED, Status.FAILED)
    return one.status, one.outcome, one.reason, one.duplicate_of, one.params, ended


def _preferred(against: Against, there: Mapping[Against, Choice]) -> list[Choice]:
    """All there are, the chosen one first: one individual may be both the parent and the seed."""
    return sorted(there.values(), key=lambda choice: choice.against is not against)
