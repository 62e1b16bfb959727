"""How an individual looks in the lineage: its sign, and what it is to the selected one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.signs import Sign, Tone, act_sign, legend

MAIN, ANCESTOR, DESCENDANT = "main", "ancestor", "descendant"
_KIN_SIGNS = {MAIN: "◆#", ANCESTOR: "‹(", DESCENDANT: "›)"}
_LIVES_ON, _DEAD_END = "•+", "·-"
_KINDS = {
    Tone.FRONT: "front", Tone.BAD: "bad", Tone.WARNING: "warning", Tone.BUSY: "busy", Tone.MUTED: "muted",
    Tone.GOOD: "plain", Tone.PLAIN: "plain",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kin:
    """What the others are to an individual."""

    number: int | None = None
    line: tuple[int, ...] = ()
    """Its main line: itself, its first parent, that one's first parent, to the root."""
    ancestors: frozenset[int] = frozenset()
    descendants: frozenset[int] = frozenset()


NOBODY = Kin()


@dataclass(frozen=True, slots=True)
class Lit:
    """What is to be seen at a glance, whatever the view."""

    kin: Kin = NOBODY
    matches: frozenset[int] | None = None
    """Those that the filter means; None: there is none."""
    living: Collection[int] = frozenset()
    """Those that are alive, or from which one descends that is."""
    marked: int | None = None
    ascii_only: bool = False
    _line: frozenset[int] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_line", frozenset(self.kin.line))

    def kin_kind(self, number: int) -> str:
        """`main`, `ancestor`, `descendant`, or nothing."""
        if number in self._line:
            return MAIN
        if number in self.kin.ancestors:
            return ANCESTOR
        return DESCENDANT if number in self.kin.descendants else ""

    def kind(self, facts: Facts) -> str:
        """The look of its sign."""
        number = facts.one.number
        if kind := self.kin_kind(number):
            return kind
        if not self.is_seen(number):
            return "faint"
        return "muted" if facts.sign is Sign.PLAIN else _KINDS[facts.sign.tone]

    def sign(self, facts: Facts) -> str:
        """One character."""
        place = int(self.ascii_only)
        number = facts.one.number
        kind = self.kin_kind(number)
        if facts.sign in (Sign.PLAIN, Sign.ELITE) and (held := act_sign(facts.one)).strip():
            return held
        if facts.sign is not Sign.PLAIN:
            return facts.sign.character(ascii_only=self.ascii_only)
        if kind:
            return _KIN_SIGNS[kind][place]
        return (_LIVES_ON if number in self.living else _DEAD_END)[place]

    def is_seen(self, number: int) -> bool:
        """Whether the filter keeps it."""
        return self.matches is None or number in self.matches


def is_alive(facts: Facts) -> bool:
    """Whether it may still become a parent, or is something to keep."""
    return facts.one.front or facts.one.elite or facts.sign in (Sign.TRAINING, Sign.WAITING, Sign.PROPOSING)


def whole_legend() -> str:
    """Every sign, as a list in Markdown."""
    return f"""{legend()}
- `•` or `+`: neither, but one that is alive descends from it
- `·` or `-`: a dead end
- `◆` or `#`, bold and underlined: of the main line of the selected one; `‹` or `(`, underlined: another ancestor of
  it; `›` or `)`, bold: a descendant. Where one of these has another sign of those above, that stays"""
