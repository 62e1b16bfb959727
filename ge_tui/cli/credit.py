"""`ge-tui show RUN --credit`: what each choice has earned, how the models do, and whether evolution pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.run.comparison import Comparison, Course, compare
from ge_tui.run.crediting import KINDS
from ge_tui.run.model_figures import ModelFigures, model_figures
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader
from ge_tui.run.store.call_list import calls_by_individual
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.summary import format_metric
from ge_tui.run.trials import all_trials
from ge_tui.search import Credit, Objective, credit


def print_credit(reader: RunReader, *, as_json: bool) -> None:
    """A row for each arm: tried, valid, improved with its 80 % interval, hypervolume gained, cost; a row for each
    model; and evolution beside the baseline, where the run has one."""
    objectives = objectives_from(reader.run().objectives)
    pool = Pool(reader, objectives)
    past = all_trials(reader, pool, objectives)
    earned = {kind.name: credit(past, kind.name) for kind in KINDS}
    models = model_figures(calls_by_individual(reader.connection))
    comparison = compare(reader, pool, objectives)
    if as_json:
        arms = {kind: {arm: asdict(row) for arm, row in rows.items()} for kind, rows in earned.items()}
        figures = {name: asdict(row) for name, row in models.items()}
        print_json({**arms, "models": figures, "comparison": comparison and _comparison_as_json(comparison)})
        return
    if past:
        print_table(_arms_table(earned))
    else:
        print("no child of evolution in this run was made with a language model, so there is nothing to credit")
    if models:
        print_table(_models_table(models))
    if comparison is not None:
        print_table(_comparison_table(comparison, objectives[0]))
        print(comparison.verdict())


def _arms_table(earned: Mapping[str, Mapping[str, Credit]]) -> Table:
    right = ("tried", "valid", "improved", "rate (80 %)", "gain", "tokens", "seconds")
    rows: list[tuple[str, ...]] = []
    for kind, arms in earned.items():
        for arm, row in arms.items():
            counts = (str(row.tried), str(row.valid), str(row.improved), _rate(row))
            rows.append((kind, arm, *counts, f"{row.gain:.5f}", f"{row.tokens:,}", f"{row.seconds:,.0f}"))
        rows.append(())
    return table_of(("choice", "arm", *right), rows, right)


def _rate(row: Credit) -> str:
    return f"{row.mean:.2f} ({row.low:.2f}-{row.high:.2f})"


def _models_table(models: Mapping[str, ModelFigures]) -> Table:
    right = ("calls", "usable answers", "success", "no answer", "tokens/s")
    rows = []
    for name, row in models.items():
        speed = "-" if row.tokens_per_s is None else f"{row.tokens_per_s:,.1f}"
        rows.append((name, str(row.calls), str(row.read), f"{row.success:.0%}", str(row.failed), speed))
    return table_of(("model", *right), rows, right)


def _comparison_table(comparison: Comparison, first: Objective) -> Table:
    equal = comparison.evaluations
    right = ("children", "evaluations", f"best {first.name}", "by", "hypervolume", f"after {equal}")
    parts = {f"  of which {maker}": course for maker, course in comparison.baseline_by.items()}
    rows = []
    courses = {"evolution": comparison.evolution, "baseline": comparison.baseline}
    for name, course in (courses | (parts if len(parts) > 1 else {})).items():
        now = course.now
        whose = "-" if now.individual is None else f"#{now.individual}"
        then = "" if name in parts else f"{course.after(equal).hypervolume:.5f}"
        best = format_metric(first.name, now.best)
        rows.append((name, str(course.children), str(course.evaluations), best, whose, f"{now.hypervolume:.5f}", then))
    return table_of(("made by", *right), rows, right)


def _comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "evaluations": comparison.evaluations,
        "evolution": _course_as_json(comparison.evolution, comparison.evaluations),
        "baseline": _course_as_json(comparison.baseline, comparison.evaluations),
        "baseline_by": {name: _course_as_json(part, part.evaluations) for name, part in comparison.baseline_by.items()},
        "verdict": comparison.verdict(),
    }


def _course_as_json(course: Course, equal: int) -> dict[str, Any]:
    return {
        "children": course.children,
        "evaluations": course.evaluations,
        "now": asdict(course.now),
        "at_equal_evaluations": asdict(course.after(equal)),
        "course": [asdict(reached) for reached in course.course],
    }
