"""The sign before each individual: what it is, by a character and a colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ge_tui.run.store import Status
from ge_tui.tui.watch import Individual


class Tone(Enum):
    """A colour by its meaning; the value is the component class that gives it."""

    PLAIN = "plain"
    MUTED = "muted"
    FRONT = "front"
    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class _Look:
    character: str
    ascii: str
    tone: Tone
    meaning: str


class Sign(Enum):
    """What an individual is, in one character."""

    FRONT = _Look("★", "*", Tone.FRONT, "on the front: nothing known is better in everything")
    ELITE = _Look("●", "o", Tone.GOOD, "elite: kept at the close of the last generation")
    SEED = _Look("◇", "s", Tone.PLAIN, "the seed; in the colour of the front or of an elite while it is one")
    TRAINING = _Look("▸", ">", Tone.BUSY, "in training")
    WAITING = _Look("○", ".", Tone.MUTED, "waiting to be trained")
    PROPOSING = _Look("✎", ",", Tone.MUTED, "being written")
    FAILED = _Look("✗", "x", Tone.BAD, "failed; the status says how")
    DUPLICATE = _Look("=", "=", Tone.MUTED, "equal to one that is known, and not trained again")
    REJECTED = _Look("!", "!", Tone.WARNING, "nothing usable came of it")
    PLAIN = _Look(" ", " ", Tone.PLAIN, "evaluated, and neither on the front nor kept")

    @property
    def meaning(self) -> str:
        """In words, for the legend."""
        return self.value.meaning

    @property
    def tone(self) -> Tone:
        """Its colour."""
        return self.value.tone

    def character(self, *, ascii_only: bool = False) -> str:
        """How it looks."""
        return self.value.ascii if ascii_only else self.value.character


_BY_STATUS = {
    Status.EVALUATING: Sign.TRAINING,
    Status.WAITING: Sign.WAITING,
    Status.PROPOSING: Sign.PROPOSING,
    Status.FAILED: Sign.FAILED,
    Status.DUPLICATE: Sign.DUPLICATE,
    Status.REJECTED: Sign.REJECTED,
}


def sign_of(one: Individual) -> Sign:
    """The one sign of an individual: what goes on with it before what it is."""
    if one.status in _BY_STATUS:
        return _BY_STATUS[one.status]
    if one.operator == "seed":
        return Sign.SEED
    return Sign.FRONT if one.front else Sign.ELITE if one.elite else Sign.PLAIN


def tone_of(one: Individual) -> Tone:
    """The colour of an individual's sign."""
    if one.status is Status.EVALUATED and one.operator == "seed":
        return Tone.FRONT if one.front else Tone.GOOD if one.elite else Tone.PLAIN
    return sign_of(one).tone


def act_sign(one: Individual) -> str:
    """What the user decided of it, in one character."""
    if one.pinned:
        return "B" if one.vetoed else "P"
    return "V" if one.vetoed else " "


def act_words(one: Individual) -> list[str]:
    """The same in words, and whether the user asked for it."""
    words = [word for word, so in (("pinned", one.pinned), ("vetoed", one.vetoed)) if so]
    return [*words, *([f"asked for by you: {one.asked}"] if one.asked else [])]


def _characters(sign: Sign) -> list[str]:
    """How it looks, and how in ASCII where that differs."""
    return [f"`{one}`" for one in dict.fromkeys((sign.character(), sign.character(ascii_only=True)))]


def legend() -> str:
    """The signs and what they mean, as a list in Markdown."""
    return (
        "\n".join(f"- {' or '.join(_characters(sign))}: {sign.meaning}" for sign in Sign if sign is not Sign.PLAIN)
        + "\n- `P` pinned by you: every selection keeps it; `V` vetoed: it is no parent any more; `B` both"
    )
