"""Pages of source text: the difference, in one column or two, and either text as a whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ge_tui.tui.diff.compare import Comparison, Section
from ge_tui.tui.diff.folds import ALL, Fold, Heading, Item, Key, Shown, layout
from ge_tui.tui.diff.hunks import Pair
from ge_tui.tui.diff.page import Column, Page, Row, plain_line, widths
from ge_tui.tui.diff.pieces import Piece, Pieces, between, breaks, cells, cut_short, paint
from ge_tui.tui.diff.texts import Side

Style = Literal["unified", "split", "before", "after"]
_TWO_NUMBERS_FROM = 60
"""So wide must a unified page be to show the line numbers of both sides."""
_GROUNDS = {" ": ("plain", "plain"), "-": ("removed", "gone"), "+": ("added", "come")}
_NO_END = Piece("  (no newline at the end)", "comment")


@dataclass(frozen=True, slots=True)
class Options:
    """How a page is laid out."""

    width: int
    style: Style = "unified"
    wrap: bool = False
    context: int = 3
    opened: frozenset[Key] = field(default_factory=frozenset)


class _Line(NamedTuple):
    """A line of one side, or in a unified page an equal one of both."""

    old: int | None
    new: int | None
    sign: str
    pair: Pair


class _Entry(NamedTuple):
    """Lines side by side, and which screen line of them when they are wrapped."""

    lines: tuple[_Line | None, ...]
    starts: tuple[list[int], ...]
    part: int = 0


def text_page(comparison: Comparison, options: Options, above: Sequence[Row] = (), below: Sequence[Row] = ()) -> Page:
    """The page of a comparison, between what is said above it and below."""
    return _Build(comparison, options).page(above, below)


class _Build:
    def __init__(self, comparison: Comparison, options: Options) -> None:
        self._comparison = comparison
        self._options = options
        self._columns = 2 if options.style == "split" else 1
        self._digits = max(2, *(len(str(len(side.lines))) for side in (comparison.before, comparison.after)))
        self._both = options.style == "unified" and options.width >= _TWO_NUMBERS_FROM
        self._entries: list[_Entry | Heading | Fold | Row] = []
        self._changes: list[range] = []
        room = min(widths(options.width, self._columns)) - self._gutter_width
        self._room = max(room, 1)

    @property
    def _gutter_width(self) -> int:
        return (self._digits + 1) * (2 if self._both else 1) + 2

    def page(self, above: Sequence[Row], below: Sequence[Row]) -> Page:
        self._entries += above
        for item in self._items():
            if isinstance(item, Shown):
                start = len(self._entries)
                for lines in self._lines_of(item):
                    self._add(lines)
                if not item.equal:
                    self._changes.append(range(start, len(self._entries)))
            else:
                self._entries.append(item)
        self._entries += below
        entries = self._entries
        return Page(
            len(entries),
            self._draw,
            tuple(self._changes),
            tuple(i for i, entry in enumerate(entries) if isinstance(entry, Heading) and entry.section.changed),
            {i: entry for i, entry in enumerate(entries) if isinstance(entry, Fold)},
            0 if self._options.wrap else max(self._widest() - self._room, 0),
        )

    def _items(self) -> list[Item]:
        options, sections = self._options, self._comparison.sections
        context = options.context if options.style in ("unified", "split") else ALL
        items = layout(sections, context, options.opened)
        gone = "old" if options.style == "before" else "new"
        if options.style in ("unified", "split"):
            return items
        return [item for item in items if not isinstance(item, Heading) or getattr(item.section, gone) is not None]

    def _widest(self) -> int:
        before, after = self._comparison.before, self._comparison.after
        match self._options.style:
            case "before":
                return before.width
            case "after":
                return after.width
            case _:
                return max(before.width, after.width)

    def _lines_of(self, item: Shown) -> Iterable[tuple[_Line | None, ...]]:
        sign = (lambda _: " ") if item.equal else (lambda sign: sign)
        olds = [_Line(pair.old, None, sign("-"), pair) for pair in item.pairs if pair.old is not None]
        news = [_Line(None, pair.new, sign("+"), pair) for pair in item.pairs if pair.new is not None]
        match self._options.style:
            case "before":
                return ((line,) for line in olds)
            case "after":
                return ((line,) for line in news)
            case "unified" if item.equal:
                return ((_Line(pair.old, pair.new, " ", pair),) for pair in item.pairs)
            case "unified":
                return ((line,) for line in (*olds, *news))
            case _:
                return _side_by_side(item.pairs, sign("-"), sign("+"))

    def _add(self, lines: tuple[_Line | None, ...]) -> None:
        if not self._options.wrap:
            self._entries.append(_Entry(lines, ([0],) * len(lines)))
            return
        starts = tuple([0] if line is None else breaks(self._shown(line), self._room) for line in lines)
        for part in range(max(map(len, starts))):
            self._entries.append(_Entry(lines, starts, part))

    def _side(self, line: _Line) -> tuple[Side, int]:
        if line.new is not None:
            return self._comparison.after, line.new
        assert line.old is not None
        return self._comparison.before, line.old

    def _shown(self, line: _Line) -> str:
        side, index = self._side(line)
        return side.shown[index]

    # -- drawing ---------------------------------------------------------------------------------------

    def _draw(self, at: int) -> Row:
        entry = self._entries[at]
        if isinstance(entry, Heading):
            return heading_line(entry.section, self._options.width)
        if isinstance(entry, Fold):
            return fold_line(entry, self._options.width)
        if not isinstance(entry, _Entry):
            return entry
        return tuple(
            self._column(line, starts, entry.part) for line, starts in zip(entry.lines, entry.starts, strict=True)
        )

    def _column(self, line: _Line | None, starts: list[int], part: int) -> Column:
        if line is None:
            return Column((Piece(" " * self._gutter_width, "", "empty"),), (), "empty")
        ground, marked = _GROUNDS[line.sign]
        if part >= len(starts):
            return Column((Piece(" " * self._gutter_width, "", ground),), (), ground)
        side, index = self._side(line)
        body = paint(side.shown[index], side.spans[index], ground, self._marks(line), marked)
        if not side.lines[index].endswith("\n"):
            body = (*body, _NO_END._replace(ground=ground))
        stop = starts[part + 1] if part + 1 < len(starts) else None
        body = between(body, starts[part], stop) if self._options.wrap else body
        return Column(self._gutter(line, ground, first=part == 0), body, ground)

    def _marks(self, line: _Line) -> Iterable[tuple[int, int]]:
        if line.sign == " " or line.pair.old is None or line.pair.new is None:
            return ()
        gone, come = self._comparison.marks.get((line.pair.old, line.pair.new), ((), ()))
        return gone if line.sign == "-" else come

    def _gutter(self, line: _Line, ground: str, *, first: bool) -> Pieces:
        if not first:
            return (Piece(" " * (self._gutter_width - 2), "", ground), Piece("↪ ", "number-column", ground))
        numbers = [line.old, line.new]
        if not self._both:
            numbers = [line.new if line.new is not None else line.old]
        text = "".join(f"{'' if number is None else number + 1:>{self._digits}} " for number in numbers)
        kind = {"-": "minus", "+": "plus"}.get(line.sign, "number-column")
        return (Piece(text, "number-column", ground), Piece(f"{line.sign} ", kind, ground))


def _side_by_side(pairs: Sequence[Pair], minus: str, plus: str) -> Iterator[tuple[_Line | None, ...]]:
    for pair in pairs:
        left = None if pair.old is None else _Line(pair.old, None, minus, pair)
        right = None if pair.new is None else _Line(None, pair.new, plus, pair)
        yield left, right


def heading_line(section: Section, width: int) -> Row:
    """A line with a section's name and what happened to it."""
    pieces = [Piece("── ", "rule"), Piece(section.name, "heading" if section.changed else "quiet"), Piece(" ", "rule")]
    if section.old is None or section.new is None:
        pieces.append(Piece("new " if section.old is None else "gone ", "quiet"))
    if section.changed:
        pieces += [Piece(f"+{section.added}", "plus"), Piece(" "), Piece(f"−{section.removed}", "minus"), Piece(" ")]
    else:
        pieces.append(Piece("unchanged ", "quiet"))
    line = cut_short(pieces, width)
    return plain_line((*line, Piece("─" * (width - cells(line)), "rule")))


def fold_line(fold: Fold, width: int) -> Row:
    """A line that stands for others."""
    lines = f"{fold.lines} unchanged line{'' if fold.lines == 1 else 's'}"
    text = f"… {lines}" + (f": {', '.join(fold.names)}" if fold.names else "")
    return plain_line(cut_short((Piece(text, "quiet", "fold"),), width), "fold")
