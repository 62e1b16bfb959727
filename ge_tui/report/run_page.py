"""The page of one run. Pure."""

from __future__ import annotations

import json

from ge_tui import __version__
from ge_tui.report import html
from ge_tui.report.charts import compares_with_published, every_chart
from ge_tui.report.published import REFERENCE
from ge_tui.report.story_html import story_html
from ge_tui.report.tables import (
    budget_table,
    changes_table,
    credit_table,
    failures_table,
    front_table,
    generations_table,
    individuals_table,
    published_table,
    time_table,
    tokens_table,
)
from ge_tui.report.values import Report
from ge_tui.report.words import difference, duration, moment, percent
from ge_tui.run.course import SIZE
from ge_tui.run.summary import format_metric

_MOST_INDIVIDUALS = 2000
_SECTIONS = (
    ("front", "Front"),
    ("progress", "Progress"),
    ("story", "The champion's story"),
    ("credit", "Credit"),
    ("failures", "Failures"),
    ("cost", "Time and tokens"),
    ("controls", "Live tuning"),
    ("individuals", "Individuals"),
    ("settings", "How it was run"),
)


def run_page(report: Report) -> str:
    """A run on one page that stands alone."""
    parts = [
        _head(report),
        html.navigation(_SECTIONS),
        _front(report),
        _progress(report),
        html.section("story", "The champion's story", *story_html(report)),
        _credit(report),
        _failures(report),
        _cost(report),
        _controls(report),
        _individuals(report),
        _settings(report),
    ]
    return html.page(f"{report.run.name}: report of an evolution", f"<main>{''.join(parts)}</main>")


def _head(report: Report) -> str:
    run = report.run
    sought = ", ".join(f"{objective.name} ({objective.direction})" for objective in report.objectives)
    state = report.status + (f" ({run.status_reason})" if run.status_reason else "")
    chosen = run.settings["evaluation"]
    return (
        f"<header>{html.heading_one(run.name)}"
        + html.paragraph(
            f"{run.task['name']} on {run.data['name']}, proposals by {run.settings['llm']}; {state}. Begun "
            f"{moment(run.created_at)}; sought: {sought}."
        )
        + html.tiles(_figures(report))
        + html.paragraph(
            "Every figure of this run is of the validation part of its data, "
            f"after training at the rung '{chosen['rung']}'; where an individual was trained with several seeds, the "
            "mean is given with the standard deviation. The best of many is flattered by the choice: what it is worth "
            "is known once it was trained anew and measured on the test part, which selection never opens.",
            muted=True,
        )
        + "</header>\n"
    )


def _figures(report: Report) -> list[tuple[str, str, str]]:
    first = report.objectives[0].name
    tiles = []
    seed = report.standings[0].metrics if 0 in report.standings else {}
    for title, number in (("best", report.best), ("best up to the seed's size", report.best_small)):
        if number is None:
            continue
        metrics = report.standings[number].metrics
        gain = difference(first, seed.get(first), metrics.get(first))
        size = f", params {format_metric(SIZE, metrics[SIZE])}" if SIZE in metrics and first != SIZE else ""
        who = "the seed itself" if number == 0 else f"#{number}, {gain} against the seed"
        tiles.append((f"{title}: {first}", format_metric(first, metrics.get(first)), f"{who}{size}"))
    if seed:
        size = f"params {format_metric(SIZE, seed[SIZE])}" if SIZE in seed and first != SIZE else ""
        tiles.append((f"seed: {first}", format_metric(first, seed.get(first)), size))
    if report.course:
        front = sum(standing.front for standing in report.standings.values())
        tiles.append(("hypervolume", f"{report.course[-1].hypervolume:.5f}", f"a front of {front}"))
    children = sum(bool(row.parents) for row in report.rows)
    tiles.append(("children", f"{children:,}", f"{report.trainings:,} trainings"))
    tiles.append(("worked", duration(report.run.seconds or report.timeline.worked_s), _tokens_in_words(report)))
    return tiles


def _tokens_in_words(report: Report) -> str:
    tokens = sum(one.prompt + one.answer for one in report.tokens.values())
    return f"{tokens:,} tokens" if tokens else "no language model"


def _chart(report: Report, name: str) -> str:
    chart = every_chart(report).get(name)
    return "" if chart is None else html.figure(chart.draw, chart.caption)


def _front(report: Report) -> str:
    beside = html.paragraph(
        ""
        if compares_with_published(report)
        else f"They are of CIFAR-10's test part and do not compare with figures on {report.run.data['name']}, so they "
        "are not drawn above."
    )
    published = html.folded(
        "Published small networks",
        beside + html.table(published_table()) + html.paragraph(REFERENCE, muted=True),
        opened=compares_with_published(report),
    )
    return html.section("front", "Front", _chart(report, "front"), html.table(front_table(report)), published)


def _progress(report: Report) -> str:
    return html.section(
        "progress",
        "Progress",
        _chart(report, "hypervolume"),
        _chart(report, "best"),
        html.paragraph(report.verdict),
        html.folded("Generations", html.table(generations_table(report))),
    )


def _credit(report: Report) -> str:
    if not report.credit:
        return html.section("credit", "Credit", html.paragraph("No child has come to its end yet."))
    parts = [
        html.paragraph(
            "A child improved if it was measured and its parent does not dominate it. The interval holds 80 % of what "
            "may be believed of an arm's rate after so few trials; where intervals overlap, nothing is settled."
        )
    ]
    for kind in report.credit:
        parts.append(html.heading(f"By {kind}"))
        parts.append(_chart(report, f"credit-{kind.replace(' ', '-')}"))
        parts.append(html.folded("Figures", html.table(credit_table(report, kind)), printed=True))
    return html.section("credit", "Credit", *parts)


def _failures(report: Report) -> str:
    if not report.causes:
        return html.section("failures", "Failures", html.paragraph("Nothing failed."))
    lost, children = sum(cause.count for cause in report.causes), sum(bool(row.parents) for row in report.rows)
    words = f"{lost:,} of {children:,} children ({percent(lost, children)}) brought no new measured network."
    return html.section(
        "failures", "Failures", html.paragraph(words), _chart(report, "failures"), html.table(failures_table(report))
    )


def _cost(report: Report) -> str:
    return html.section(
        "cost",
        "Time and tokens",
        html.table(budget_table(report)),
        html.table(tokens_table(report)),
        _chart(report, "time"),
        html.table(time_table(report)),
    )


def _controls(report: Report) -> str:
    if not report.changes:
        words = "No control was changed while the run ran."
        return html.section("controls", "Live tuning", html.paragraph(words))
    words = (
        "What was made under a change is what came until the next change of the same control. Under it is not because "
        "of it: other controls changed too, and later children have better parents. 'Before' is what the same control "
        "had brought at its value before."
    )
    return html.section("controls", "Live tuning", html.paragraph(words), html.table(changes_table(report)))


def _individuals(report: Report) -> str:
    shown = min(len(report.rows), _MOST_INDIVIDUALS)
    summary = f"All {shown:,}" if shown == len(report.rows) else f"The first {shown:,} of {len(report.rows):,}"
    inside = html.table(individuals_table(report, _MOST_INDIVIDUALS))
    return html.section("individuals", "Individuals", html.folded(summary, inside))


def _settings(report: Report) -> str:
    run = report.run
    reproduced = json.dumps(run.settings, indent=2, default=str)
    found = json.dumps(run.environment, indent=2, default=str)
    return html.section(
        "settings",
        "How it was run",
        html.folded("Settings", html.preformatted(reproduced)),
        html.folded("Environment", html.preformatted(found)),
        html.paragraph(f"Written by ge-tui {__version__}.", muted=True),
    )
