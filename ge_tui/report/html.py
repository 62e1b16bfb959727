"""The parts of a page. Pure; every text that comes in is escaped here."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ge_tui.report.drawing import Drawing
from ge_tui.report.escape import escape
from ge_tui.report.frame import NARROW, WIDE, Size
from ge_tui.report.svg import svg

Kind = Literal["number", "word", "text"]
_CLASSES: dict[Kind, str] = {"number": "n", "word": "w", "text": "t"}
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and what it is sorted by where that is something else."""

    text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """What stands below each other in a table."""

    name: str
    kind: Kind = "number"
    """`word`: short; `text`: long, wrapped."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown as a table, and written as one to a file."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table(shown: Table) -> str:
    """A table that can be sorted by each of its columns; as wide as it must be, in a part that scrolls."""
    if not shown.rows:
        return ""
    kinds = [_CLASSES[column.kind] for column in shown.columns]
    heads = zip(shown.columns, kinds, strict=True)
    head = "".join(f'<th scope="col" class="{kind}">{escape(column.name)}</th>' for column, kind in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row, kinds))}</tr>\n" for row in shown.rows)
    caption = f"<caption>{escape(shown.caption)}</caption>" if shown.caption else ""
    return (
        f'<div class="wrap" tabindex="0" role="region" aria-label="{escape(shown.caption or "table")}">'
        f'<table class="sortable">{caption}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>\n'
    )


def _cell(cell: Cell, kind: str) -> str:
    value = "" if cell.value is None or not math.isfinite(cell.value) else f' data-v="{cell.value:.10g}"'
    return f'<td class="{kind}"{value}>{escape(cell.text)}</td>'


def figure(draw: Callable[[Size], Drawing], caption: str) -> str:
    """A picture, drawn once for a desk and once for a phone."""
    wide, narrow = (svg(draw(size)) for size in (WIDE, NARROW))
    said = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><div class="wide">{wide}</div><div class="narrow">{narrow}</div>{said}</figure>\n'


def section(name: str, title: str, *parts: str) -> str:
    """A part of the page that its navigation leads to; the parts are HTML."""
    return f'<section id="{escape(name)}"><h2>{escape(title)}</h2>\n{"".join(parts)}</section>\n'


def heading(text: str) -> str:
    """The heading of a part of a section."""
    return f"<h3>{escape(text)}</h3>\n"


def heading_one(text: str) -> str:
    """The heading of the page."""
    return f"<h1>{escape(text)}</h1>\n"


def preformatted(text: str) -> str:
    """Text whose lines stay as they are."""
    return f'<pre class="diff">{"".join(f"<span class=r>{escape(line)}</span>" for line in text.split(chr(10)))}</pre>'


def quote(text: str) -> str:
    """What somebody said."""
    return f"<blockquote>{escape(text)}</blockquote>\n"


def step(inside: str, *, failed: bool = False) -> str:
    """A part of a story, from HTML that is escaped already."""
    return f'<article class="step{" failed" if failed else ""}">{inside}</article>\n'


def paragraph(text: str, *, muted: bool = False) -> str:
    """Sentences; nothing where there are none."""
    return f"<p{' class=muted' if muted else ''}>{escape(text)}</p>\n" if text else ""


def folded(summary: str, inside: str, *, opened: bool = False, printed: bool = False) -> str:
    """What is shown when asked for; `printed`: on paper without being asked."""
    kind = ' class="print"' if printed else ""
    return f"<details{kind}{' open' if opened else ''}><summary>{escape(summary)}</summary>{inside}</details>\n"


def tiles(items: Iterable[tuple[str, str, str]]) -> str:
    """Names with a figure each and what is to be said of it."""
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}{f'<small>{escape(more)}</small>' if more else ''}</dd></div>"
        for name, value, more in items
    )
    return f'<dl class="tiles">{cells}</dl>\n'


def navigation(sections: Sequence[tuple[str, str]]) -> str:
    """Links to sections, by their names and titles."""
    links = "".join(f'<li><a href="#{escape(name)}">{escape(title)}</a></li>' for name, title in sections)
    return f'<nav aria-label="sections"><ul>{links}</ul></nav>\n'


def page(title: str, body: str) -> str:
    """A whole page. Its policy lets nothing be loaded, and no other style or script than its own take effect."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style></head>\n"
        f"<body>{body}\n<script>{script}</script></body></html>\n"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
