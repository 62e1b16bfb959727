"""The characters of the picture."""

from __future__ import annotations

from dataclasses import dataclass

from ge_tui.tui.front.points import Rank
from ge_tui.tui.plot.pieces import Tone


@dataclass(frozen=True, slots=True)
class Signs:
    """Those of a terminal that has more than ASCII, or not."""

    front: str
    seed: str
    elite: str
    other: str
    marked: str
    many: str
    """Ten or more of a kind in one cell."""
    box_across: str
    box_down: str
    across: str
    down: str
    corner: str
    tick_y: str
    tick_x: str
    point_y: str
    """Beside the axis, where the selected one is."""
    point_x: str
    up: str
    low: str
    left: str
    right: str

    def of(self, rank: Rank) -> str:
        """The sign of a rank."""
        return (self.front, self.seed, self.elite, self.other)[rank]


UNICODE = Signs("★", "◇", "●", "·", "◆", "#", "┄", "┊", "─", "│", "└", "┤", "┴", "▶", "▲", "↑", "↓", "←", "→")
ASCII = Signs("*", "s", "o", ".", "m", "#", "-", ":", "-", "|", "+", "+", "+", ">", "^", "^", "v", "<", ">")

TONES = {Rank.FRONT: Tone.FRONT, Rank.SEED: Tone.SEED, Rank.ELITE: Tone.GOOD, Rank.OTHER: Tone.DIM}
