"""Lines as they look: strips of cells, and what a click on a cell means. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ge_tui.search import Credit
from ge_tui.tui.controls.lines import Line, Look, percent
from ge_tui.tui.controls.text import fit, safe
from ge_tui.tui.controls.wanted import Stage

STYLES = (
    "plain", "heading", "label", "filled", "empty", "value", "chosen", "muted", "program", "earned",
    "changing", "in-force", "refused", "mark",
)  # fmt: skip
"""Names of the styles that `strip` is given."""
_STAGES = {Stage.DRAFT: "changing", Stage.SENT: "changing", Stage.IN_FORCE: "in-force", Stage.REFUSED: "refused"}
_SIGNS = {Stage.NONE: " ", Stage.DRAFT: "~", Stage.SENT: "→", Stage.IN_FORCE: "✓", Stage.REFUSED: "✗"}
_VALUE = 6
_EXTRAS = {"program": 8, "counts": 12, "interval": 18, "program_bar": 13}
"""Columns beside a mix and their widths; the last go first where there is no room."""
_SMALLEST_BESIDE = 12
"""A slider's width, below which a column is left away."""
_LEAST_BAR, _MOST_BAR = 6, 34
_LABEL = 26

Cells = tuple[str, str]
"""A text and the name of its style."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a line of some width."""

    width: int
    label: int
    bar: int
    program: int = 0
    counts: int = 0
    interval: int = 0
    program_bar: int = 0

    @property
    def bar_at(self) -> int:
        """Where sliders begin."""
        return 2 + self.label + 1

    @property
    def lit(self) -> int:
        """So much of a line shows that the cursor is on it: a key that moves the cursor sends no more."""
        return min(self.width, 2 + self.label)

    @property
    def rest_at(self) -> int:
        """What stands right of value and marks."""
        return self.bar_at + self.bar + 1 + _VALUE + 4


def columns(width: int, longest_label: int, *, extras: bool) -> Columns:
    """Spread a line's width; `extras` are the columns of the program's shares and of credit."""
    label = max(6, min(longest_label, _LABEL, (width - 12) // 3))
    room = width - (2 + label + 1) - 1 - _VALUE - 4
    taken: dict[str, int] = {}
    for name, wide in _EXTRAS.items() if extras else ():
        if room - wide - sum(taken.values()) < _SMALLEST_BESIDE:
            break
        taken[name] = wide
    notes = 0 if extras else min(30, max(0, room - 20))
    bar = max(_LEAST_BAR, min(_MOST_BAR, room - sum(taken.values()) - notes))
    return Columns(width, label, bar, **taken)


def strip(line: Line, place: Columns, styles: Mapping[str, Style], *, cursor: bool) -> Strip:
    """A line, as wide as its place."""
    mark = ("▌", "mark") if cursor else (" ", "plain")
    segments = [Segment(safe(text), styles[style]) for text, style in (mark, *_cells(line, place)) if text]
    whole = Strip(segments).adjust_cell_length(place.width, styles["plain"])
    if not cursor:
        return whole
    lit, rest = whole.divide([place.lit, place.width])
    return Strip([*Segment.apply_style(lit, post_style=styles["cursor"]), *rest], place.width)


def level_at(line: Line, place: Columns, x: int) -> float | None:
    """How far to the right a cell of a slider is, from 0 to 1; None beside it."""
    if line.look not in (Look.SHARE, Look.SLIDER) or not place.bar_at <= x < place.bar_at + place.bar:
        return None
    return dragged_to(place, x)


def dragged_to(place: Columns, x: int) -> float:
    """The same while the mouse is held, wherever it is."""
    return min(1.0, max(0.0, (x - place.bar_at) / max(1, place.bar - 1)))


def choice_at(line: Line, place: Columns, x: int) -> int | None:
    """Which choice of a switch a cell belongs to."""
    at = place.bar_at
    for number, choice in enumerate(line.choices if line.look is Look.SWITCH else ()):
        if at <= x < at + len(choice) + 2:
            return number
        at += len(choice) + 2
    return None


def _cells(line: Line, place: Columns) -> Iterator[Cells]:
    if line.look is Look.HEADING:
        yield from _heading(line, place)
        return
    muted = line.look in (Look.RANGE, Look.FIXED)
    yield (f" {fit(line.label, place.label)} ", "muted" if muted else "label")
    match line.look:
        case Look.SHARE | Look.SLIDER | Look.BAR | Look.RANGE:
            yield from _bar(line, place)
            yield from _after_bar(line, place)
        case Look.SWITCH:
            for number, choice in enumerate(line.choices):
                yield (f"[{choice}]", "chosen") if number == line.chosen else (f" {choice} ", "muted")
            yield from _news(line, place.width - place.bar_at - sum(len(choice) + 2 for choice in line.choices))
        case Look.STEPPER:
            yield (f"‹ {line.value} ›", _value_style(line))
            yield from _news(line, place.width - place.bar_at - len(line.value) - 4)
        case _:
            yield (fit(line.value, place.width - place.bar_at), "muted" if muted else _value_style(line))


def _heading(line: Line, place: Columns) -> Iterator[Cells]:
    sign = "▸" if line.is_folded else "▾"
    yield (f"{sign} ", "heading")
    if not (line.has_program or line.has_earned) or not place.program:
        yield (fit(line.label, min(len(line.label), place.width - 3)), "heading")
        yield (f"  {fit(line.note, max(0, place.width - 5 - len(line.label)))}", "muted")
        return
    yield (fit(line.label, place.rest_at - 3), "heading")
    captions = {
        "program": "program" if line.has_program else "",
        "program_bar": "",
        "counts": "tried/ok/+" if line.has_earned else "",
        "interval": "improves 0–100 %" if line.has_earned else "",
    }
    for name, caption in captions.items():
        if wide := getattr(place, name):
            yield (fit(caption, wide - 1, right=name != "interval") + " ", "muted")


def _bar(line: Line, place: Columns) -> Iterator[Cells]:
    """A level in steps of half a cell, or a span."""
    wide = place.bar
    if line.look is Look.RANGE:
        first = min(wide - 1, round(line.span[0] * (wide - 1)))
        last = max(first, min(wide - 1, round(line.span[1] * (wide - 1))))
        yield ("·" * first, "empty")
        yield ("━" * (last - first + 1), "program")
        yield ("·" * (wide - 1 - last), "empty")
        return
    halves = _halves(line.level, wide)
    yield ("━" * (halves // 2) + "╸" * (halves % 2), "program" if line.look is Look.BAR else "filled")
    yield ("─" * (wide - halves // 2 - halves % 2), "empty")


def _halves(level: float, wide: int) -> int:
    """How many half cells are filled; one at least where it is not nothing."""
    return min(2 * wide, max(round(level * 2 * wide), 1 if level > 0 else 0))


def _after_bar(line: Line, place: Columns) -> Iterator[Cells]:
    yield (" " + fit(line.value, max(_VALUE, len(line.value)), right=line.look is not Look.RANGE), _value_style(line))
    if line.look is Look.RANGE:
        return
    yield (" " + ("L" if line.is_locked else " ") + ("!" if line.is_only else " "), "mark")
    if line.news.stage is Stage.NONE:
        yield (" ", "plain")
        yield from _extras(line, place)
    else:
        yield from _news(line, place.width - place.rest_at + 1)


def _extras(line: Line, place: Columns) -> Iterator[Cells]:
    share = line.program
    if place.program:
        yield (fit("" if share is None else percent(share), place.program - 1, right=True) + " ", "program")
    if place.program_bar:
        halves = _halves(share or 0.0, place.program_bar - 1)
        yield (fit("━" * (halves // 2) + "╸" * (halves % 2), place.program_bar), "program")
    credit = line.earned
    if place.counts:
        counts = f"{credit.tried}/{credit.valid}/{credit.improved}" if credit else ""
        yield (fit(counts, place.counts - 1, right=True) + " ", "earned")
    if place.interval and credit:
        yield (interval(credit, place.interval - 1), "earned")


def interval(credit: Credit, width: int) -> str:
    """The 80 % interval of an improvement rate on a scale from 0 to 100 %, its mean as a cross."""
    low, mean, high = (min(width - 1, round(part * (width - 1))) for part in (credit.low, credit.mean, credit.high))
    inside = dict.fromkeys(range(low, high + 1), "─") | {low: "├", high: "┤", mean: "┼"}
    return "".join(inside.get(at, "·") for at in range(width))


def _news(line: Line, room: int) -> Iterator[Cells]:
    if line.news.stage is not Stage.NONE and room > 2:
        sign = _SIGNS[line.news.stage]
        words = line.news.words.removeprefix("→ ")
        if cell_len(words) > room - 5:  # the sign says it too
            words = words.removeprefix("in force ")
        yield (fit(f" {sign} {words}", room - 1), _STAGES[line.news.stage])


def _value_style(line: Line) -> str:
    return _STAGES.get(line.news.stage, "muted" if line.look is Look.RANGE else "value")
