"""`ge-tui doctor`: what this machine has and lacks."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.markup import escape
from rich.table import Table

from ge_tui.cli.machine import Grade, examine
from ge_tui.cli.output import print_json, print_table
from ge_tui.cli.own_files import own_files
from ge_tui.errors import ExitCode


def doctor(options: argparse.Namespace) -> int:
    """What was found on this machine; 3 where a run cannot work."""
    findings = [*examine(options.runs), *own_files()]
    if options.json:
        print_json([asdict(finding) for finding in findings])
    else:
        marks = {
            Grade.GOOD: "[green]ok[/]",
            Grade.WARNING: "[yellow]note[/]",
            Grade.MISSING: "[red]missing[/]",
        }
        table = Table(box=None, show_header=False)
        for finding in findings:
            advice = f"\n[dim]-> {escape(finding.advice)}[/]" if finding.advice else ""
            table.add_row(marks[finding.grade], finding.name, f"{escape(finding.detail)}{advice}")
        print_table(table)
    needed = [finding for finding in findings if finding.grade is Grade.MISSING]
    return ExitCode.NOT_READY if needed else ExitCode.DONE
