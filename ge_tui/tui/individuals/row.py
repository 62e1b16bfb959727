"""A row as pieces of text with their tones. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.layout import GAP, Placed
from ge_tui.tui.individuals.signs import Tone, act_sign, tone_of
from ge_tui.tui.text.glyphs import ASCII, Glyphs
from ge_tui.tui.text.safe import fit

Piece = tuple[str, Tone]


def row_pieces(facts: Facts, placed: Sequence[Placed], glyphs: Glyphs, *, marked: bool) -> list[Piece]:
    """The row; neighbours of one tone are one piece, and blanks take any: each piece costs bytes on the line."""
    sign = facts.sign.character(ascii_only=glyphs is ASCII)
    pieces: list[Piece] = [(sign + (glyphs.mark if marked else " ") + act_sign(facts.one), tone_of(facts.one))]
    for place in placed:
        column = place.column
        text = column.text(facts, place.width, glyphs)
        tone = column.tone(facts) if column.tone is not None else Tone.PLAIN
        pieces.append((fit(text, place.width, right=column.right, sign=glyphs.cut) + " " * GAP, tone))
    return _joined(pieces)


def head_pieces(placed: Sequence[Placed], sort: str, arrow: str, cut: str) -> list[str]:
    """The heads of the columns, each as wide as its column and the gap; the one that sorts has an arrow."""
    heads = []
    for place in placed:
        column = place.column
        text = column.head
        if column.name == sort:
            text = fit(text, min(len(text), place.width - 1), sign=cut) + arrow
        heads.append(fit(text, place.width, right=column.right, sign=cut) + " " * GAP)
    return heads


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for text, tone in pieces:
        if joined and (joined[-1][1] is tone or text.isspace()):
            joined[-1] = (joined[-1][0] + text, joined[-1][1])
        else:
            joined.append((text, tone))
    return joined
