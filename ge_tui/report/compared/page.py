"""A comparison as a page, as tables and as values for programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ge_tui import __version__
from ge_tui.report import html
from ge_tui.report.compared.values import Comparison, Sample, Test
from ge_tui.report.drawing import Drawing, series_look
from ge_tui.report.frame import Size
from ge_tui.report.html import Cell, Column, Table
from ge_tui.report.plots import Curve, curve_plot
from ge_tui.report.words import number
from ge_tui.search import Objective

_LEVEL = 0.05
HOW = (
    "Tested by Mann and Whitney's rank test, two-sided, exact by counting all splits of the pooled runs (by the normal "
    "distribution beyond 40 runs). A is how often a run of the first group is above one of the second, equal ones "
    "counted half. The adjusted p holds over all pairs of groups (Holm)."
)


def comparison_page(found: Comparison, title: str, notes: Sequence[str] = ()) -> str:
    """One page that stands alone."""
    runs = sum(len(group.runs) for group in found.groups)
    parts = [
        html.heading_one(title),
        html.paragraph(f"{runs} runs in {len(found.groups)} groups: {groups_in_words(found)}."),
        *(html.paragraph(note) for note in notes),
        *(html.paragraph(sentence) for sentence in conclusions(found)),
        html.section("course", "Hypervolume", *_plots(found)),
        html.section(
            "figures", "Figures", html.table(groups_table(found)), html.paragraph(reference_in_words(found.objectives))
        ),
        html.section("tests", "Luck or not", html.paragraph(HOW, muted=True), html.table(tests_table(found))),
        html.section("runs", "Runs", html.table(runs_table(found))),
        html.paragraph(f"Written by ge-tui {__version__}.", muted=True),
    ]
    return html.page(title, f"<main>{''.join(parts)}</main>")


def _plots(found: Comparison) -> list[str]:
    several = any(len(group.runs) > 1 for group in found.groups)
    caption = "The line is the median of a group's runs, the band reaches from the least to the greatest. " * several
    caption += "A line ends where the first of its runs ended."
    return [
        html.figure(lambda size, axis=axis: course_drawing(found, axis, size), caption)  # type: ignore[misc]
        for axis in found.bands
    ]


def course_drawing(found: Comparison, axis: str, size: Size) -> Drawing:
    """The hypervolume of every group over one kind of cost."""
    curves = []
    for place, (name, band) in enumerate(found.bands[axis].items()):
        ink, dash = series_look(place)
        curves.append(Curve(name, band.middle, ink, dash, band.low, band.high))
    return curve_plot(
        f"Hypervolume over {axis}, by group", curves, axis, "hypervolume", size, whole=not axis.endswith("of training")
    )


def conclusions(found: Comparison) -> list[str]:
    """What the tests of the hypervolume say, a sentence each."""
    measure = next(iter(found.samples), None)
    tests = [test for test in found.tests if test.measure == measure]
    return [_sentence(test, len(tests)) for test in tests]


def _sentence(test: Test, pairs: int) -> str:
    first, second, verdict = test.first, test.second, test.verdict
    sizes = f"{len(first.values)} and {len(second.values)} runs"
    least = min(1.0, verdict.least * pairs)
    if least > _LEVEL:
        among = f" and {pairs} pairs of groups" if pairs > 1 else ""
        answer = f"too few runs to tell: with {sizes}{among} no adjusted p can be below {least:.2f}"
    elif test.adjusted <= _LEVEL:
        answer = f"{first.group if test.difference > 0 else second.group} is ahead by more than luck explains"
    else:
        answer = "no difference that luck could not explain"
    return (
        f"{first.group} against {second.group}, {test.measure}: {answer} ({first.mean:.5f} against "
        f"{second.mean:.5f}, A = {verdict.effect:.2f}, p = {verdict.p:.3f}, adjusted {test.adjusted:.3f})."
    )


def groups_in_words(found: Comparison) -> str:
    """Each group with how many runs it has."""
    return "; ".join(f"{group.name} ({len(group.runs)})" for group in found.groups)


def reference_in_words(objectives: Sequence[Objective]) -> str:
    """Hypervolumes of different references do not compare."""
    told = ", ".join(f"{objective.name} {objective.reference:g}" for objective in objectives)
    return f"Hypervolumes are of one reference for all runs, the widest of theirs: {told}."


def groups_table(found: Comparison) -> Table:
    """A row for each group: every figure with its spread, and what it cost."""
    rows = []
    for place, group in enumerate(found.groups):
        each = [samples[place] for samples in found.samples.values()]
        tokens = sum(run.last.tokens for run in group.runs) / len(group.runs)
        hours = sum(run.last.seconds for run in group.runs) / len(group.runs) / 3600
        cost = number(hours, 2), number(tokens)
        rows.append((Cell(group.name), number(len(group.runs)), *map(_spread, each), *cost))
    heads = [*found.samples, "training hours a run", "tokens a run"]
    columns = (Column("group", "text"), Column("runs"), *map(Column, heads))
    return Table("Means of the groups, ± standard deviation", columns, tuple(rows))


def tests_table(found: Comparison) -> Table:
    """A row for each figure of each pair of groups."""
    rows = [
        (Cell(test.measure), Cell(test.first.group), Cell(test.second.group), number(test.difference, 5),
         number(test.verdict.effect, 2), number(test.verdict.p, 4), number(test.adjusted, 4),
         number(test.verdict.least, 4), Cell("exact" if test.verdict.exact else "normal"))
        for test in found.tests
    ]  # fmt: skip
    names = ("difference", "A", "p", "adjusted p", "least p possible")
    columns = (Column("figure", "text"), Column("first", "text"), Column("second", "text"), *map(Column, names))
    return Table("Pairs of groups", (*columns, Column("by", "word")), tuple(rows))


def runs_table(found: Comparison) -> Table:
    """A row for each run, as it ended."""
    rows = [
        (Cell(run.name), Cell(group.name), number(run.seed), Cell(run.status), number(run.last.evaluations),
         number(run.last.hypervolume, 5), number(run.last.best, 4), number(run.last.best_small, 4),
         number(run.last.seconds / 3600, 2), number(run.last.tokens), Cell(", ".join(run.steered) or "-"))
        for group in found.groups
        for run in group.runs
    ]  # fmt: skip
    first = found.objectives[0].name
    figures = (
        "trainings",
        "hypervolume",
        f"best {first}",
        f"best {first} up to the seed's size",
        "training hours",
        "tokens",
    )
    heads = (Column("run", "word"), Column("group", "text"), Column("seed"), Column("status", "word"))
    return Table("Runs, at their end", (*heads, *map(Column, figures), Column("steered", "text")), tuple(rows))


def warnings(found: Comparison) -> list[str]:
    """What a reader must know before believing any of it."""
    runs = [run for group in found.groups for run in group.runs]
    told = []
    unfinished = [run.name for run in runs if run.status != "finished"]
    if unfinished:
        told.append(f"Not finished: {', '.join(unfinished)}.")
    steered = [run.name for run in runs if run.steered]
    if steered:
        told.append(f"Steered by hand while they ran, so their settings do not tell all: {', '.join(steered)}.")
    for group in found.groups:
        seeds = [run.seed for run in group.runs]
        if len(set(seeds)) < len(seeds):
            told.append(f"Runs of {group.name} have the same seed; they are no independent trials.")
    return told


def as_values(found: Comparison) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "objectives": [asdict(objective) for objective in found.objectives],
        "equal": {"trainings": found.equal, "training_seconds": found.equal_seconds},
        "warnings": warnings(found),
        "conclusions": conclusions(found),
        "groups": [
            {
                "name": group.name,
                "runs": [
                    {"name": run.name, "seed": run.seed, "status": run.status, "steered": list(run.steered),
                     "course": [asdict(reached) for reached in run.course]}
                    for run in group.runs
                ],
            }
            for group in found.groups
        ],
        "figures": {
            name: {one.group: {"values": list(one.values), "mean": one.mean, "sd": one.sd} for one in each}
            for name, each in found.samples.items()
        },
        "tests": [
            {"measure": test.measure, "first": test.first.group, "second": test.second.group,
             "difference": test.difference, "effect": test.verdict.effect, "p": test.verdict.p,
             "adjusted_p": test.adjusted, "least_p": test.verdict.least, "exact": test.verdict.exact,
             "test": "Mann-Whitney, two-sided"}
            for test in found.tests
        ],
    }  # fmt: skip


def _spread(sample: Sample) -> Cell:
    digits = 5 if sample.mean < 0.1 else 4
    sd = "" if sample.sd is None else f" ±{sample.sd:.{digits}f}"
    return Cell(f"{sample.mean:.{digits}f}{sd}", sample.mean)
