"""The page of two networks' layers, and of one network's where there is nothing to compare it with. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len

from ge_tui.evaluation.report import ModuleShape
from ge_tui.tui.diff.compare import Section
from ge_tui.tui.diff.folds import ALL, Fold, Key, Shown, layout
from ge_tui.tui.diff.hunks import Block, Pair
from ge_tui.tui.diff.modules import Layer, LayerPair, align_layers, as_tree, total
from ge_tui.tui.diff.page import Column, Page, Row, plain_line, text_line
from ge_tui.tui.diff.pieces import Piece, cells, cut_short
from ge_tui.tui.diff.text_page import fold_line
from ge_tui.tui.diff.texts import visible

_HEADS = ("layer", "type", "output of one image", "own parameters")
_GUTTER = 2
_GAP = 2
_SIGNS = {" ": ("plain", ""), "-": ("removed", "minus"), "+": ("added", "plus"), "~": ("section", "number")}
_Cells = tuple[str, str, str, str]


def module_page(
    old: Sequence[ModuleShape] | None,
    new: Sequence[ModuleShape],
    width: int,
    context: int,
    opened: frozenset[Key] = frozenset(),
    above: Sequence[Row] = (),
) -> Page:
    """Layers as lines; without `old` all of `new`, as they are."""
    before, after = as_tree(old) if old is not None else as_tree(new), as_tree(new)
    pairs = align_layers(before, after)
    shown = [(_sign(pair), _cells_of(pair)) for pair in pairs]
    summary = _summary(before, after) if old is not None else _summary(after, after)
    columns = [max(cell_len(row[i]) for row in (*(c for _, c in shown), _HEADS, summary)) for i in range(4)]
    needed = sum(columns) + _GAP * 3
    if not any(pair.changed for pair in pairs):
        context = ALL
    rows: list[Row] = [*above, _line(" ", _HEADS, columns, "quiet")]
    changes: list[range] = []
    folds: dict[int, Fold] = {}
    for item in layout([_section(pairs)], context, opened):
        if isinstance(item, Shown):
            start = len(rows)
            rows += [_line(*shown[index], columns) for index in (_index(pair) for pair in item.pairs)]
            if not item.equal:
                changes.append(range(start, len(rows)))
        elif isinstance(item, Fold):
            folds[len(rows)] = item
            rows.append(_fold(item, width))
    rows += [plain_line((Piece("─" * min(needed + _GUTTER, width), "rule"),)), _line(" ", summary, columns, "heading")]
    if old is not None and not changes:
        rows.append(text_line("No layer differs in type, output or parameters.", "quiet"))
    return Page(len(rows), rows.__getitem__, tuple(changes), (), folds, max(needed + _GUTTER - width, 0))


def module_text(old: Sequence[ModuleShape], new: Sequence[ModuleShape]) -> str:
    """The whole page as text, for the clipboard."""
    page = module_page(old, new, 1, ALL)
    lines = ("".join(piece.text for c in page.draw(i) for piece in (*c.gutter, *c.body)) for i in range(page.height))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _section(pairs: Sequence[LayerPair]) -> Section:
    """The layers as if they were lines, so that they are folded like lines."""
    blocks = []
    for changed, group in groupby(enumerate(pairs), key=lambda item: item[1].changed):
        members = [Pair(None if p.old is None else i, None if p.new is None else i, alike=True) for i, p in group]
        blocks.append(Block(not changed, tuple(members)))
    return Section("layers", None, None, tuple(blocks))


def _index(pair: Pair) -> int:
    index = pair.old if pair.old is not None else pair.new
    assert index is not None
    return index


def _sign(pair: LayerPair) -> str:
    if pair.old is None:
        return "+"
    if pair.new is None:
        return "-"
    return "~" if pair.changed else " "


def _cells_of(pair: LayerPair) -> _Cells:
    layer = pair.new or pair.old
    assert layer is not None
    old, new = (None if side is None else _values(side) for side in (pair.old, pair.new))
    values = new or old
    assert values is not None
    if old is not None and new is not None:
        values = tuple(a if a == b else f"{a} → {b}" for a, b in zip(old, new, strict=True))
    name = "  " * layer.depth + visible(layer.name)
    return (name, values[0], values[1], values[2])


def _values(layer: Layer) -> tuple[str, ...]:
    module = layer.module
    shape = "×".join(map(str, module.shape[1:])) or "1"
    return visible(module.kind), shape, f"{module.params:,}" if module.params else ""


def _summary(before: Sequence[Layer], after: Sequence[Layer]) -> _Cells:
    (layers, params), (layers_now, params_now) = total(before), total(after)
    count = f"{layers} → {layers_now} layers" if layers != layers_now else f"{layers} layers"
    sums = f"{params:,}"
    if params != params_now:
        sums = f"{params:,} → {params_now:,} ({params_now - params:+,})"
    return "total", count, "", sums


def _line(sign: str, values: _Cells, columns: Sequence[int], kind: str = "") -> Row:
    ground, sign_kind = _SIGNS[sign]
    *texts, params = values
    padded = [text + " " * (size - cell_len(text) + _GAP) for text, size in zip(texts, columns, strict=False)]
    padded.append(" " * (columns[-1] - cell_len(params)) + params)
    gutter = (Piece(f"{sign} ", sign_kind, ground),)
    if kind:
        return (Column(gutter, (Piece("".join(padded), kind, ground),), ground),)
    name, *rest = padded
    body = (Piece(name, "", ground), Piece(rest[0], "note", ground), Piece("".join(rest[1:]), "", ground))
    return (Column(gutter, body, ground),)


def _fold(fold: Fold, width: int) -> Row:
    (column,) = fold_line(Fold(fold.keys, fold.lines), width)
    piece = column.body[0]
    line = cut_short((piece._replace(text=piece.text.replace("line", "layer")),), width)
    assert cells(line) <= width
    return plain_line(line, "fold")
