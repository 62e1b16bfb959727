"""What was verified on the test part, as HTML. Pure."""

from __future__ import annotations

from ge_tui.report import html
from ge_tui.report.tables import verified_table
from ge_tui.report.values import Report
from ge_tui.report.verified import Verified
from ge_tui.report.words import moment


def verified_html(report: Report) -> list[str]:
    """Each network that was verified, with its verdict; or how that is done."""
    if not report.verified:
        words = (
            f"No network of this run was measured on the test part yet. `ge-tui export {report.run.name} best --to DIR "
            "--verify` trains it and the seed anew, in full and with several seeds, and measures both there; the next "
            "report shows what came of it."
        )
        return [html.paragraph(words)]
    words = (
        "These are the only figures of the test part on this page. Each network and the seed were trained anew for "
        "them, in full and with equal seeds; the test part was opened after all trainings. Mean ± standard deviation."
    )
    verdicts = [html.paragraph(_verdict(one)) for one in report.verified]
    return [html.paragraph(words), html.table(verified_table(report)), *verdicts]


def _verdict(one: Verified) -> str:
    found = one.found
    times = f", after it had been opened {found.opened_before} times before" if found.opened_before else ""
    record = "" if one.on_record else " The run's own record does not know of it."
    return (
        f"{one.label}: {found.verdict}. "
        f"Recipe {found.plan.recipe}, rung {found.plan.rung}, {found.plan.steps:,} steps, "
        f"seeds {', '.join(map(str, found.seeds))}; test part opened on {moment(found.opened_at)}{times}.{record}"
    )
