"""The columns that the table can have: what stands in them, how they sort and how wide they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from ge_tui.run.store import Status
from ge_tui.run.stored_objectives import DIRECTIONS
from ge_tui.run.summary import BELOW
from ge_tui.search import Objective
from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.signs import Tone, tone_of
from ge_tui.tui.text.glyphs import Glyphs
from ge_tui.tui.text.numbers import compact, whole
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.text.spark import curve, progress_bar

SortKey = float | str | None
"""None: nothing to sort by; such rows come last."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `text` is given the width it will be cut to."""

    name: str
    head: str
    help: str
    width: int
    """At least."""
    wide: int
    """At most; what is left over goes to the widest wish by priority."""
    priority: int
    """Where there is no room, the column with the highest number goes first."""
    key: Callable[[Facts], SortKey]
    text: Callable[[Facts, int, Glyphs], str]
    tone: Callable[[Facts], Tone] | None = None
    right: bool = False
    falling: bool = False
    """Whether sorting by it begins with the largest."""


def columns_of(objectives: Sequence[Objective]) -> dict[str, Column]:
    """Every column there is for a run, in the usual order; its objectives are the measures that come first."""
    first = [objective.name for objective in objectives]
    falling = {objective.name: objective.direction == "max" for objective in objectives}
    metrics = [*first, *(name for name in DIRECTIONS if name not in first)]
    measured = {
        name: _metric(name, 10 + place if name in first else 60 + place, falling.get(name))
        for place, name in enumerate(metrics)
    }
    leading = [measured.pop(name) for name in dict.fromkeys((*first, "params"))]
    ordered = [_NUMBER, _GENERATION, *leading, *_ABOUT_LIFE, *measured.values(), *_ABOUT_MAKING, _REASON]
    return {column.name: column for column in ordered}


def usual_columns(objectives: Sequence[Objective]) -> tuple[str, ...]:
    """The columns of a table that nobody has changed yet."""
    unusual = {"loss", "latency_ms", "overfit_gap", "peak_mb", "train_s", "created", "fidelity"}
    wanted = {objective.name for objective in objectives}
    return tuple(name for name in columns_of(objectives) if name in wanted or name not in unusual)


def _metric(name: str, priority: int, falling: bool | None) -> Column:
    if falling is None:
        falling = DIRECTIONS.get(name) == "max"
    head, what = _METRIC_WORDS.get(name, (name, name))
    counted = name in ("params", "flops")

    def text(facts: Facts, width: int, _: Glyphs) -> str:
        value = facts.metric(name)
        if value is None and not counted:
            return _measured_below(name, facts)
        if value is None:
            return ""
        return whole(value, width) if counted else _measure(name, value)

    wide = 11 if counted else 8
    return Column(
        name, head, what, 6, wide, priority, lambda f: f.metric(name), text,
        lambda f: Tone.MUTED if f.metric(name) is None else Tone.PLAIN, right=True, falling=falling,
    )  # fmt: skip


def _measured_below(name: str, facts: Facts) -> str:
    """What an individual measured at a lower rung, marked, for it is not to be compared with others."""
    value = facts.below.get(name)
    return BELOW + _measure(name, value) if value is not None and isfinite(value) else ""


def _measure(name: str, value: float) -> str:
    if name in ("accuracy", "loss", "overfit_gap"):
        return f"{value:.4f}" if abs(value) < 10 else compact(value)
    return f"{value:.1f}" if abs(value) < 1000 else compact(value)


_METRIC_WORDS = {
    "accuracy": ("acc", "Accuracy on the validation part."),
    "loss": ("loss", "Loss on the validation part."),
    "params": ("params", "Number of parameters."),
    "flops": ("flops", "Operations for one image."),
    "latency_ms": ("ms", "Milliseconds for one image."),
    "overfit_gap": ("overfit", "Accuracy in training above that in validation."),
    "peak_mb": ("MB", "Most memory in training."),
    "train_s": ("train s", "Seconds of training."),
}


def _words(value: Callable[[Facts], str | None]) -> Callable[[Facts, int, Glyphs], str]:
    return lambda facts, _width, _glyphs: clean_line(value(facts) or "")


def _word_column(
    name: str, head: str, what: str, widths: tuple[int, int], priority: int, value: Callable[[Facts], str | None]
) -> Column:
    return Column(
        name, head, what, *widths, priority, lambda f: clean_line(value(f) or "").casefold() or None, _words(value)
    )


def _gain_text(facts: Facts, _width: int, _glyphs: Glyphs) -> str:
    gain = facts.gain
    if gain is None:
        return ""
    return f"{gain:+.4f}" if abs(gain) < 10 else ("+" if gain > 0 else "") + compact(gain)


def _gain_tone(facts: Facts) -> Tone:
    return Tone.PLAIN if not facts.gain else Tone.GOOD if facts.gain > 0 else Tone.BAD


def _learning_key(facts: Facts) -> SortKey:
    """Those in training come first, by how far they are; then all others by their last accuracy."""
    progress = facts.one.progress
    if progress is not None:
        return -1 + (progress.step / progress.steps if progress.steps else 0.0)
    return facts.one.curve[-1] if facts.one.curve else None


def _learning_text(facts: Facts, width: int, glyphs: Glyphs) -> str:
    progress = facts.one.progress
    if facts.one.status is Status.EVALUATING:
        share = progress.step / progress.steps if progress is not None and progress.steps else 0.0
        return progress_bar(share, width, glyphs)
    return curve(facts.one.curve, width, glyphs.levels)


def _learning_tone(facts: Facts) -> Tone:
    return Tone.BUSY if facts.one.status is Status.EVALUATING else Tone.MUTED


def _status_text(facts: Facts, _width: int, _glyphs: Glyphs) -> str:
    one = facts.one
    if one.status is Status.EVALUATED and (one.pinned or one.vetoed):
        return "pin, veto" if one.pinned and one.vetoed else "pinned" if one.pinned else "vetoed"
    return f"= #{one.duplicate_of}" if one.duplicate_of is not None else facts.state


def _status_tone(facts: Facts) -> Tone:
    tone = facts.sign.tone
    return tone if tone in (Tone.BAD, Tone.WARNING, Tone.BUSY, Tone.MUTED) else Tone.PLAIN


def _parents_text(facts: Facts, width: int, glyphs: Glyphs) -> str:
    parents = [str(number) for number in facts.one.parents]
    return glyphs.times.join(parents) if width < 12 else f" {glyphs.times} ".join(parents)


def _created_text(facts: Facts, width: int, _: Glyphs) -> str:
    then = time.localtime(facts.one.created_at)
    return time.strftime("%m-%d %H:%M" if width >= 11 else "%H:%M", then)


def _number(
    name: str, head: str, what: str, width: int, priority: int, value: Callable[[Facts], float | None], form: str = "g"
) -> Column:
    def text(facts: Facts, _width: int, _glyphs: Glyphs) -> str:
        number = value(facts)
        return "" if number is None else f"{number:{form}}"

    return Column(name, head, what, width, width, priority, value, text, right=True)


_NUMBER = replace(
    _number("number", "#", "Its number, in the order of making.", 5, 0, lambda f: f.one.number),
    tone=lambda f: tone_of(f.one),
)
_GENERATION = _number("generation", "gen", "The generation it was made in.", 3, 22, lambda f: f.one.generation)
_ABOUT_LIFE = (
    Column(
        "gain", "gain", "How much better than its first parent by the first objective; + is better.",
        7, 8, 21, lambda f: f.gain, _gain_text, _gain_tone, right=True, falling=True,
    ),
    Column(
        "learning", "learning", "Its learning curve: accuracy, from lowest to highest. A bar while it is in training.",
        10, 12, 20, _learning_key, _learning_text, _learning_tone,
    ),
    Column("status", "status", "How far it is; of a failure, the kind; of a duplicate, of which; pinned, vetoed.",
        9, 9, 18, lambda f: f.state, _status_text, _status_tone),
)  # fmt: skip
_ABOUT_MAKING = (
    _word_column("operator", "made by", "The operator that made it.", (9, 9), 30, lambda f: f.one.operator),
    Column(
        "parents", "parents", "The individuals it was made from.", 7, 11, 31,
        lambda f: f.one.parents[0] if f.one.parents else None, _parents_text,
    ),
    _word_column("persona", "persona", "Who the language model played.", (13, 16), 32, lambda f: f.one.persona),
    _word_column("category", "category", "The kind of change asked for.", (14, 20), 34, lambda f: f.one.category),
    _word_column("segment", "segment", "The part of the source changed.", (14, 18), 33, lambda f: f.one.segment),
    _word_column("model", "model", "The language model or other source it came from.", (12, 24), 50, lambda f: f.model),
    _number("temperature", "temp", "The temperature it was asked at.", 4, 40, lambda f: f.one.temperature, ".2f"),
    _word_column("fidelity", "rung", "How much training it got.", (5, 8), 70, lambda f: f.one.rung),
    Column("created", "made at", "When it was made.", 5, 11, 71, lambda f: f.one.created_at, _created_text),
)  # fmt: skip
_REASON = Column(
    "reason", "reason", "Why it failed or was refused.", 12, 200, 45,
    lambda f: clean_line(f.one.reason).casefold() or None, _words(lambda f: f.one.reason), lambda _: Tone.MUTED,
)  # fmt: skip
