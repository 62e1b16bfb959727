"""The panes on the screen: as many as the terminal has room for, the others behind them as tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.containers import Container
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.keys.key_line import key_name
from ge_tui.tui.keys.keymap import keymap_of
from ge_tui.tui.panes.arrangement import Place, places, shorten
from ge_tui.tui.panes.entries import PaneEntry
from ge_tui.tui.panes.pane import Pane
from ge_tui.tui.watch import Change, Part

_EVERYTHING = frozenset(Part)
_AROUND_TITLE = 3
"""Blanks around a pane's key and title."""


class StackTitle(Widget):
    """The line above a pane: its name, and those of the panes behind it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"stack-title--front", "stack-title--focus"}
    DEFAULT_CSS = """
    StackTitle { height: 1; position: absolute; background: $surface; color: $text-muted;
                 .stack-title--front { color: $foreground; text-style: bold; }
                 .stack-title--focus { background: $primary; color: $background; text-style: bold; } }
    """

    def __init__(self, entries: Sequence[PaneEntry]) -> None:
        super().__init__()
        self._numbers = {entry.name: (str(index + 1), entry.title) for index, entry in enumerate(entries)}
        self._place: Place | None = None
        self._focused = False
        self._spans: list[tuple[int, int, str]] = []

    def show(self, place: Place, *, focused: bool) -> None:
        """The place it stands above, and whether its pane has the keys."""
        if (place, focused) != (self._place, self._focused):
            self._place, self._focused = place, focused
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        width, plain = self.size.width, self.rich_style
        segments: list[Segment] = []
        self._spans = []
        at = 0
        for name, text in self._labels(width):
            style = plain
            if self._place is not None and name == self._place.pane:
                which = "focus" if self._focused else "front"
                style = plain + self.get_component_rich_style(f"stack-title--{which}")
            self._spans.append((at, at + len(text), name))
            segments.append(Segment(text, style))
            at += len(text)
        return Strip(segments).adjust_cell_length(width, plain)

    def _labels(self, width: int) -> list[tuple[str, str]]:
        """What is written of each pane: where there is no room, less of those behind, or their numbers alone."""
        stack, front = (self._place.stack, self._place.pane) if self._place else ((), "")
        keys = [self._key_of(name, self._numbers[name][0]) for name in stack]
        titles = [self._numbers[name][1] for name in stack]
        kept = [title for name, title in zip(stack, titles, strict=True) if name == front]
        room = width - sum(len(key) + _AROUND_TITLE for key in keys)
        shown = shorten(titles, room, kept)
        return [(name, f" {key} {title}".rstrip() + " ") for name, key, title in zip(stack, keys, shown, strict=True)]

    def _key_of(self, name: str, number: str) -> str:
        """The number, or what the user goes there by."""
        own = keymap_of(self.app).keys.get(f"go.{name}")
        return number if own is None else "".join(map(key_name, own[:1]))

    def on_click(self, event: events.Click) -> None:
        for start, end, name in self._spans:
            if start <= event.x < end:
                self.post_message(Pane.Wanted(name))


class PaneGrid(Container):
    """Mounts panes when they are first shown, and tells each what changed while it was out of sight."""

    DEFAULT_CSS = """
    PaneGrid { width: 1fr; height: 1fr; }
    PaneGrid > .pane { position: absolute; }
    PaneGrid > .beside { border-left: solid $panel; }
    """

    class Rearranged(Message):
        """Other panes are in sight than before."""

    def __init__(self, entries: Sequence[PaneEntry], make: Callable[[PaneEntry], Pane]) -> None:
        super().__init__()
        self.entries = tuple(entries)
        self._make = make
        self._panes: dict[str, Pane] = {}
        self._titles: list[StackTitle] = []
        self._recent: list[str] = [entry.name for entry in entries]
        self._missed: dict[str, Change] = {}
        self._untold: set[str] = set()
        """Panes that have not been told of anything yet: what comes while they are mounted is not all there is."""
        self._selected: int | None = None
        self._told: dict[str, int | None] = {}
        self._marked: int | None = None
        self._marks_told: dict[str, int | None] = {}
        self.zoomed = False
        self.in_sight: list[Place] = []

    @property
    def mounted(self) -> dict[str, Pane]:
        """The panes that were shown so far, by name."""
        return self._panes

    @property
    def current(self) -> str:
        """The pane used last."""
        return self._recent[0]

    @property
    def recent(self) -> list[str]:
        """Names of panes, the one used last first."""
        return list(self._recent)

    def restore(self, recent: Sequence[str]) -> None:
        """Begin with the panes in front that were in front the last time."""
        known = [name for name in dict.fromkeys(recent) if name in self._recent]
        self._recent = known + [name for name in self._recent if name not in known]

    def bring(self, name: str, *, focus: bool = True) -> None:
        """Show a pane, in front of those that share its place."""
        if name in self._recent:
            self._recent = [name, *(other for other in self._recent if other != name)]
            self.place(focus=name if focus else None)

    def next(self, step: int) -> None:
        """Go to the next pane in sight; where one fills the screen, to the next of all."""
        names = [place.pane for place in self.in_sight]
        if len(names) < 2:
            names = [entry.name for entry in self.entries]
        at = names.index(self.current) if self.current in names else 0
        self.bring(names[(at + step) % len(names)])

    def zoom(self) -> None:
        """Let the current pane fill the screen, or give it back."""
        self.zoomed = not self.zoomed
        self.place(focus=self.current)

    def on_resize(self) -> None:
        self.place()

    def place(self, focus: str | None = None) -> None:
        """Give every pane its place for the size there is."""
        width, height = self.size
        if not width or not height:
            return
        names = [entry.name for entry in self.entries]
        self.in_sight = places(width, height, names, self._recent, self.current if self.zoomed else None)
        with self.app.batch_update():
            for place in self.in_sight:
                self._show(place)
            sight = {place.pane for place in self.in_sight}
            for name, pane in self._panes.items():
                comes = name in sight and not pane.display
                pane.display = name in sight
                if comes and pane.is_mounted:  # the screen says so only of one that it had drawn as hidden
                    pane.post_message(events.Show())
            self._place_titles()
        for name in sight:
            self._catch_up(name)
        if focus is not None:
            self._focus(self._panes[focus])
        self.post_message(self.Rearranged())

    def _show(self, place: Place) -> None:
        if place.pane not in self._panes:
            entry = next(entry for entry in self.entries if entry.name == place.pane)
            pane = self._panes[place.pane] = self._make(entry)
            self._untold.add(place.pane)
            self.mount(pane)
        pane = self._panes[place.pane]
        pane.set_class(place.x > 0, "beside")
        pane.styles.offset = (place.x, place.y + 1)
        pane.styles.width, pane.styles.height = place.width, max(1, place.height - 1)

    def _place_titles(self) -> None:
        while len(self._titles) < len(self.in_sight):
            title = StackTitle(self.entries)
            self._titles.append(title)
            self.mount(title)
        for title in self._titles[len(self.in_sight) :]:
            title.display = False
        for title, place in zip(self._titles, self.in_sight, strict=False):
            title.display = True
            title.set_class(place.x > 0, "beside")
            title.styles.offset = (place.x, place.y)
            title.styles.width = place.width
            title.show(place, focused=place.pane == self.current)

    def _focus(self, pane: Pane) -> None:
        """Into the pane: itself, or the first thing in it that takes keys."""

        def into() -> None:
            inner = [widget for widget in pane.query("*") if widget.focusable]
            if self.screen.focused is None or pane not in self.screen.focused.ancestors_with_self:
                self.screen.set_focus(pane if pane.focusable else next(iter(inner), None))

        if pane.is_mounted and pane.display:  # at once: the next key may be on its way already
            into()
        else:
            self.call_after_refresh(into)

    # -- news --------------------------------------------------------------------------------------------

    def tell(self, change: Change) -> None:
        """Hand on what changed: now to the panes in sight, later to the others."""
        sight = {place.pane for place in self.in_sight}
        for name in self._panes:
            missed = self._missed.get(name)
            self._missed[name] = _both(missed, change) if missed else change
            if name in sight:
                self._catch_up(name)

    def select(self, number: int, *, source: Pane | None = None) -> None:
        """The shared selection moved; the pane it came from knows already."""
        self._selected = number
        for name, pane in self._panes.items():
            if pane is source:
                self._told[name] = number
        for place in self.in_sight:
            self._tell_selection(place.pane)

    @property
    def marked(self) -> int | None:
        """The individual that others are compared with."""
        return self._marked

    def mark(self, number: int | None) -> None:
        """Let every pane know which individual others are compared with."""
        self._marked = number
        for name in self._panes:
            self._tell_mark(name)

    def _catch_up(self, name: str) -> None:
        pane = self._panes[name]
        if not pane.is_mounted:
            pane.call_after_refresh(self._catch_up, name)
            return
        missed = self._missed.pop(name, None)
        if name in self._untold:
            self._untold.remove(name)
            missed = Change(_EVERYTHING, frozenset(pane.model.individuals))
        if missed:
            pane.refresh_from(missed)
        self._tell_mark(name)
        self._tell_selection(name)

    def _tell_mark(self, name: str) -> None:
        pane = self._panes[name]
        if pane.is_mounted and self._marks_told.get(name) != self._marked:
            self._marks_told[name] = self._marked
            pane.mark(self._marked)

    def _tell_selection(self, name: str) -> None:
        pane = self._panes[name]
        if self._selected is not None and pane.is_mounted and self._told.get(name) != self._selected:
            self._told[name] = self._selected
            pane.select(self._selected)


def _both(first: Change, second: Change) -> Change:
    return Change(first.parts | second.parts, first.individuals | second.individuals)
