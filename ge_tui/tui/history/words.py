"""The columns of the list, its filter, and the change under the cursor in words. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ge_tui.run.following import ACT, LAUNCH, Figures, Followed
from ge_tui.run.store import ControlRow
from ge_tui.tui.plot.pieces import Row, Tone
from ge_tui.tui.text.safe import clean_line, fit
from ge_tui.tui.widgets.columns import Column, Placed, place, row_of


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes are shown."""

    words: str = ""
    """All of which occur in the control's name, the actor or the values."""
    actor: str = ""
    key: str = ""
    """Only this control."""
    initial: bool = False
    """With the values the run began with."""

    def keeps(self, row: ControlRow) -> bool:
        """Whether a change is shown."""
        if row.actor == LAUNCH and not (self.initial or self.actor == LAUNCH):
            return False
        if (self.actor and row.actor != self.actor) or (self.key and row.key != self.key):
            return False
        text = f"{row.key} {row.actor} {said(row.old)} {said(row.new)}".lower()
        return all(word in text for word in self.words.lower().split())

    def described(self) -> list[str]:
        """What it lets through, in words."""
        return [
            *([f"by {self.actor}"] if self.actor else []),
            *([f"only {self.key}"] if self.key else []),
            *([f"/{self.words}"] if self.words else []),
            *(["with the first values"] if self.initial else []),
        ]


def actors_of(rows: Iterable[ControlRow]) -> list[str]:
    """Who changed anything, in the order of their first change."""
    return list(dict.fromkeys(row.actor for row in rows if row.actor != LAUNCH))


def said(value: Any) -> str:
    """A control's value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.4g}"
    return clean_line(str(value)) or '""'


def columns_for(width: int) -> tuple[Placed, ...]:
    """Those that fit: what was changed before what followed."""
    return place(
        [
            Column("when", "when", 8, 8, 6, right=False),
            Column("gen", "gen", 3, 4, 7),
            Column("actor", "by", 6, 8, 5, right=False),
            Column("key", "control", 20, 32, 0, right=False),
            Column("change", "from, to", 15, 26, 1, right=False),
            Column("made", "made", 4, 6, 2),
            Column("valid", "valid", 5, 6, 8),
            Column("improved", "improved", 8, 8, 3),
            Column("gain", "gain", 8, 9, 4),
        ],
        width - 1,
    )


def change_row(one: Followed, placed: Sequence[Placed], *, unicode: bool = True) -> Row:
    """A line of the list."""
    row, figures = one.row, one.figures
    cut = "…" if unicode else "~"
    cells: dict[str, str | Row] = {
        "gen": str(one.generation),
        "change": arrow(row, unicode=unicode),
        "made": f"{figures.made:,}",
        "valid": f"{figures.valid:,}",
        "improved": f"{figures.improved:,}",
        "gain": f"{figures.gain:+.5f}" if figures.gain else "0",
    }
    for column in placed:
        if column.name == "when":
            cells["when"] = ((fit(time.strftime("%H:%M:%S", time.localtime(row.at)), column.width), Tone.DIM),)
        elif column.name == "key":
            cells["key"] = short_key(clean_line(row.key), column.width, cut=cut)
        elif column.name == "actor":
            tone = Tone.FIRST if row.actor == "user" else Tone.DIM
            cells["actor"] = ((fit(clean_line(row.actor), column.width, sign=cut), tone),)
    return row_of(placed, cells, cut=cut)


def short_key(key: str, width: int, *, cut: str = "…") -> str:
    """A control's name that may be too long: of `persona_share.engineer`, the end says most."""
    group, dot, name = key.partition(".")
    room = width - len(dot + name) - len(cut)
    return key if len(key) <= width or not dot or room < 1 else f"{group[:room]}{cut}{dot}{name}"


def is_act(row: ControlRow) -> bool:
    """Whether it stands for something done with an individual."""
    return row.key.startswith(ACT)


def arrow(row: ControlRow, *, unicode: bool = True) -> str:
    """What it was, and what it became."""
    if is_act(row):
        return said(row.new)
    sign = "→" if unicode else "->"
    return f"{said(row.old)} {sign} {said(row.new)}" if row.actor != LAUNCH else f"{sign} {said(row.new)}"


def about(one: Followed | None, separator: str, *, unicode: bool = True) -> str:
    """The change under the cursor."""
    if one is None:
        return "no control was changed yet"
    row = one.row
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row.at))
    if is_act(row):
        parts = [f"{row.key} {said(row.new)}", f"by {row.actor} at {when}, in generation {one.generation}"]
        return clean_line(f" {separator} ".join([*parts, *([str(row.old)] if row.old else [])]))
    until = one.until
    end = "still in force" if until is None else f"until {time.strftime('%H:%M:%S', time.localtime(until.at))}"
    parts = [
        f"{row.key} {arrow(row, unicode=unicode)}",
        f"by {row.actor} at {when}, in generation {one.generation}",
        end,
    ]
    return clean_line(f" {separator} ".join(parts))


def followed(one: Followed | None, separator: str) -> str:
    """What came after it, and what else may have been at work."""
    if one is None:
        return ""
    figures = one.figures
    if is_act(one.row):
        return f"what came of it: {_children(figures)}" if figures.made else ""
    if not figures.made:
        return "no child was made under it"
    parts = [f"{_children(figures)} under it"]
    if one.before is not None and one.before.made:
        parts.append(f"before it: {_children(one.before)}")
    if one.others:
        parts.append(f"{one.others} other change{'s' if one.others > 1 else ''} fell into the same time")
    else:
        parts.append("no other control changed in that time")
    return clean_line(f" {separator} ".join(parts))


def _children(figures: Figures) -> str:
    rate = f" ({figures.improved / figures.ended:.0%})" if figures.ended else ""
    waiting = figures.made - figures.ended
    return f"{figures.improved} of {figures.ended} improved{rate}" + (f", {waiting} not ended" if waiting else "")


def status_line(shown: int, total: int, filtered: Filter, separator: str) -> str:
    """How much is shown; what followed is never called an effect."""
    count = f"{shown:,} of {total:,} changes" if shown != total else f"{total:,} changes"
    parts = [count, *filtered.described(), "what followed a change need not come of it"]
    return clean_line(f" {separator} ".join(parts))
