"""The champion's story as HTML. Pure."""

from __future__ import annotations

from ge_tui.genome import changed_lines
from ge_tui.report import html
from ge_tui.report.diff_html import diff_html
from ge_tui.report.tables import story_table
from ge_tui.report.values import Chapter, Report, Said
from ge_tui.report.words import difference
from ge_tui.run.individuals import made_by, what_was_done
from ge_tui.run.summary import format_metric

_OPEN = 3
"""So many of the last steps show their diff at once."""


def story_html(report: Report) -> list[str]:
    """The steps from the seed to the best, then all of them in a table."""
    if not report.story:
        return [html.paragraph("Nothing has been measured yet.")]
    last = report.story[-1]
    if len(report.story) == 1:
        return [html.paragraph("The seed itself is still the best: no child has beaten it in the first objective.")]
    names = [objective.name for objective in report.objectives]
    steps = len(report.story) - 1
    told = ", ".join(
        f"{name} {difference(name, report.story[0].standing.metrics.get(name), last.standing.metrics.get(name))}"
        for name in names
        if name in last.standing.metrics
    )
    words = f"#{last.row.number} lies {steps} {'step' if steps == 1 else 'steps'} from the seed: {told}."
    chapters = [
        _chapter(place, chapter, names, opened=place > steps - _OPEN)
        for place, chapter in enumerate(report.story)
        if chapter.row.parents
    ]
    return [html.paragraph(words), *chapters, html.folded("The steps in a table", html.table(story_table(report)))]


def _chapter(place: int, chapter: Chapter, names: list[str], *, opened: bool) -> str:
    row = chapter.row
    parts = [html.heading(f"{place}. #{row.number}, generation {row.generation}: {made_by(row)}")]
    parts.append(html.paragraph(what_was_done(row)))
    parts.append(html.paragraph(_by_whom(chapter), muted=True))
    parts += [html.paragraph(_asked(said), muted=True) for said in chapter.calls]
    parts.append(html.paragraph(_figures(chapter, names)))
    if chapter.insight:
        parts.append(html.quote(f"Insight: {chapter.insight}"))
    if chapter.diff:
        added, removed = changed_lines(chapter.diff)
        parts.append(
            html.folded(f"Diff: +{added} -{removed} lines", diff_html(chapter.diff), opened=opened, printed=True)
        )
    return html.step("".join(parts), failed=not chapter.standing.metrics)


def _by_whom(chapter: Chapter) -> str:
    row = chapter.row
    facts = [
        f"by {row.proposer}",
        *([f"persona {row.persona}"] if row.persona else []),
        *([f"category {row.category}"] if row.category else []),
        *([f"temperature {row.temperature:g}"] if row.temperature is not None else []),
        *([f"segment {row.segment}"] if row.segment else []),
    ]
    return ", ".join(facts)


def _asked(said: Said) -> str:
    heat = "" if said.temperature is None else f" at temperature {said.temperature:g}"
    return f"{said.model} was asked to {said.operator} {said.segment}{heat}: {said.tokens:,} tokens"


def _figures(chapter: Chapter, names: list[str]) -> str:
    metrics = chapter.standing.metrics
    if not metrics:
        return f"not measured ({chapter.row.status}): {chapter.row.reason}"
    before = chapter.before.metrics if chapter.before else {}
    figures = []
    for name in names:
        if name in metrics:
            change = difference(name, before.get(name), metrics[name])
            figures.append(f"{name} {format_metric(name, metrics[name])}" + (f" ({change})" if change else ""))
    gained = f"; hypervolume +{chapter.gain:.5f}" if chapter.gain > 0 else "; no gain in hypervolume when it came"
    return ", ".join(figures) + gained
