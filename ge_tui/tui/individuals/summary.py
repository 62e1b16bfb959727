"""An individual in two lines: who made it of whom, and what came of it. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ge_tui.run.store import Status
from ge_tui.run.summary import format_metric
from ge_tui.search import Objective
from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.signs import Tone, act_words
from ge_tui.tui.text.safe import clean_line


def origin(facts: Facts, separator: str) -> str:
    """Who made it of whom, and how."""
    one = facts.one
    made = f"#{one.number} {one.operator}"
    if one.parents:
        made += " of " + " and ".join(f"#{number}" for number in one.parents)
    parts = [made]
    if one.persona or one.category:
        parts.append(" / ".join(word for word in (one.persona, one.category) if word))
    if one.segment:
        parts.append(f"in {one.segment}")
    if not facts.is_seed:
        parts.append(facts.model + ("" if one.temperature is None else f" at {one.temperature:g}"))
    parts[1:1] = act_words(one)
    parts.append(f"generation {one.generation}, {time.strftime('%H:%M:%S', time.localtime(one.created_at))}")
    return clean_line(f" {separator} ".join(parts))


def result(facts: Facts, objectives: Sequence[Objective], separator: str) -> tuple[str, Tone]:
    """What came of it: of a failure the reason, else its measures in full."""
    one = facts.one
    if one.status in (Status.FAILED, Status.REJECTED):
        what = one.outcome.value if one.outcome and one.status is Status.FAILED else one.status.value
        return clean_line(f"{what}: {one.reason or 'no reason is known'}"), Tone.BAD
    if one.status is Status.EVALUATING:
        progress = one.progress
        if progress is None or not progress.steps:
            return "in training", Tone.BUSY
        loss = f", loss {progress.train_loss:.4f}" if progress.step else ""
        return f"in training: step {progress.step} of {progress.steps}{loss}", Tone.BUSY
    if one.status in (Status.WAITING, Status.PROPOSING):
        return facts.state, Tone.MUTED
    names = [*(objective.name for objective in objectives), "loss", "flops"]
    parts = [f"{name} {_value(facts, name)}" for name in dict.fromkeys(names)]
    if facts.gain is not None and objectives:
        parts.insert(1, f"{facts.gain:+.4f} against #{one.parents[0]}")
    if one.duplicate_of is not None:
        parts.insert(0, f"equal to #{one.duplicate_of}")
    if one.spread is not None:
        parts.append(f"means of {one.spread.trainings} trainings")
    if one.rung:
        parts.append(f"after {one.rung}")
    if one.progress is not None:
        parts.append(f"in training again: step {one.progress.step} of {one.progress.steps}")
    return clean_line(f" {separator} ".join(parts)), Tone.PLAIN


def _value(facts: Facts, name: str) -> str:
    """A measure; of several trainings, with its deviation."""
    sd = facts.one.spread.sd.get(name) if facts.one.spread is not None else None
    told = format_metric(name, facts.metric(name))
    return f"{told} ± {format_metric(name, sd)}" if sd else told
