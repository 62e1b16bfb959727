"""A run's objectives: from the task or the settings, with reference points frozen from the seed's measurement."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from ge_tui.errors import UsageError
from ge_tui.evaluation.task import ObjectiveSpec, Reference, Task
from ge_tui.run.stored_objectives import DIRECTIONS, objectives_from


def _spec(name: str, **rest: Any) -> ObjectiveSpec:
    return ObjectiveSpec(name=name, direction=DIRECTIONS[name], **rest)


METRICS: dict[str, ObjectiveSpec] = {
    spec.name: spec
    for spec in (
        _spec("accuracy", reference=Reference(offset=-0.05), tie_break="loss"),
        _spec("loss", reference=Reference(factor=1.5)),
        _spec("params", scale="log10", reference=Reference(factor=4)),
        _spec("flops", scale="log10", reference=Reference(factor=4)),
        _spec("latency_ms", scale="log10", reference=Reference(factor=4)),
        _spec("overfit_gap", reference=Reference(offset=0.05)),
        _spec("peak_mb", scale="log10", reference=Reference(factor=4)),
        _spec("train_s", scale="log10", reference=Reference(factor=4)),
    )
}
"""What an evaluation measures and a run may optimise, with the usual direction, scale and reference."""


def specs_of(task: Task, named: Sequence[str]) -> tuple[ObjectiveSpec, ...]:
    """The task's objectives, or those named as `name:max`. Raises UsageError."""
    specs = tuple(_parse(text) for text in named) or task.file.objectives
    for spec in specs:
        if spec.name not in METRICS:
            raise UsageError(f"no metric '{spec.name}'{_nearest(spec.name)}")
    if len({spec.name for spec in specs}) != len(specs):
        raise UsageError("an objective is named twice; name each once")
    return specs


def extra_metrics(specs: Sequence[ObjectiveSpec]) -> tuple[str, ...]:
    """The metrics that cost extra and are measured only where an objective asks for them."""
    return tuple(spec.name for spec in specs if spec.name in ("latency_ms", "overfit_gap"))


def without_references(specs: Sequence[ObjectiveSpec]) -> list[dict[str, Any]]:
    """The objectives as stored before the seed is measured."""
    return [{**spec.model_dump(mode="json", exclude={"reference"}), "reference": None} for spec in specs]


def with_references(specs: Sequence[ObjectiveSpec], seed_metrics: Mapping[str, float]) -> list[dict[str, Any]]:
    """The objectives with their reference points, from what the seed measured.

    Raises UsageError where the seed's evaluation measured no such metric.
    """
    rows = without_references(specs)
    for row, spec in zip(rows, specs, strict=True):
        if spec.name not in seed_metrics:
            raise UsageError(
                f"the seed's evaluation measured no {spec.name}, so it cannot be an objective; name others"
            )
        row["reference"] = spec.reference.of(seed_metrics[spec.name])
        try:
            objectives_from([row])
        except ValueError as error:
            raise UsageError(f"the seed's {spec.name} is {seed_metrics[spec.name]:g}: {error}") from None
    return rows


def _parse(text: str) -> ObjectiveSpec:
    name, _, direction = text.partition(":")
    usual = METRICS.get(name.strip())
    if usual is None:
        raise UsageError(f"objectives: no metric '{name}'{_nearest(name)}")
    if direction not in ("", "max", "min"):
        raise UsageError(f"objectives: '{text}' should be {name}:max or {name}:min")
    if direction in ("", usual.direction):
        return usual
    opposite = Reference(factor=1 / usual.reference.factor, offset=-usual.reference.offset)
    return usual.model_copy(update={"direction": direction, "reference": opposite, "tie_break": None})


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name, METRICS, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; there are: {', '.join(METRICS)}"
