"""The first row of the pane: its views, who waits, and what is wrong. Pure."""

from __future__ import annotations

from ge_tui.tui.llm.situation import Situation
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.watch import RunModel
from ge_tui.tui.widgets.one_row import Piece


def tabs(mode: str, counts: dict[str, int], individual: int | None) -> list[Piece]:
    """The views, with how much there is to see in each; the filter, where there is one."""
    pieces = [
        Piece(f" {name}{f' {count:,}' if count else ''} ", "here" if name == mode else "", name)
        for name, count in counts.items()
    ]
    if individual is not None:
        pieces.append(Piece(f" for #{individual} ", "warning", "mine"))
    return pieces


def news(situation: Situation, model: RunModel, trouble: str) -> tuple[Piece, ...]:
    """What is wrong, else how many wait."""
    if trouble or model.trouble:
        return (Piece(f" {clean_line(trouble or model.trouble)} ", "bad"),)
    if away := situation.reason(model):
        return (Piece(f" ! the server is away: {away} ", "bad"),)
    waiting = situation.waiting(model)
    return (Piece(f" {waiting} {'waits' if waiting == 1 else 'wait'} ", "quiet"),) if waiting else ()
