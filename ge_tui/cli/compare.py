"""`ge-tui compare`: runs beside each other."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table as RichTable

from ge_tui.cli.files import write_all
from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.errors import ExitCode, UsageError
from ge_tui.printable import printable
from ge_tui.report.compared.gather import read_runs
from ge_tui.report.compared.groups import group_runs
from ge_tui.report.compared.page import (
    HOW,
    as_values,
    comparison_page,
    conclusions,
    groups_table,
    reference_in_words,
    runs_table,
    tests_table,
    warnings,
)
from ge_tui.report.compared.values import Comparison, compare_groups
from ge_tui.report.html import Table
from ge_tui.run.directory import RunDirectory, find_run
from ge_tui.run.store.values import to_json


def compare(options: argparse.Namespace) -> int:
    """Print what came of each group; write a page and its figures where asked for."""
    directories = list(dict.fromkeys(find_run(options.runs, name) for name in options.run))
    if len(directories) < 2:
        raise UsageError("name two runs or more: one alone compares with nothing")
    if len({directory.name for directory in directories}) < len(directories):
        raise UsageError("two of the runs have the same name; rename one of their folders")
    found = compared(directories)
    if options.json:
        print_json(as_values(found))
    else:
        print_comparison(found)
    if options.to:
        write_comparison(found, options.to, "Comparison of runs", quiet=options.json)
    return ExitCode.DONE


def compared(directories: Sequence[RunDirectory], names: Mapping[str, str] | None = None) -> Comparison:
    """Runs beside each other, in groups. `names`: the group of each, where it is not to be told from the settings."""
    runs, objectives = read_runs(directories)
    return compare_groups(group_runs(runs, names), objectives)


def print_comparison(found: Comparison) -> None:
    """Tables for a terminal, and what they say in words."""
    for warning in warnings(found):
        print(printable(warning))
    for shown in (runs_table(found), groups_table(found), tests_table(found)):
        if shown.rows:
            print_table(_on_terminal(shown))
    print(printable(reference_in_words(found.objectives)))
    if found.tests:
        print(HOW)
    for sentence in conclusions(found):
        print(printable(sentence))


def write_comparison(found: Comparison, file: Path, title: str, *, quiet: bool = False) -> None:
    """The page, and beside it a file of its figures for programs."""
    page = comparison_page(found, title, warnings(found))
    figures = file.with_suffix(".json")
    if figures == file:
        raise UsageError(f"{file}: name the page, as in comparison.html; its figures are written beside it as .json")
    write_all({str(file): page.encode(), str(figures): to_json(as_values(found)).encode()}, quiet=quiet)


def _on_terminal(shown: Table) -> RichTable:
    names = [column.name for column in shown.columns]
    right = {column.name for column in shown.columns if column.kind == "number"}
    return table_of(names, ([cell.text for cell in row] for row in shown.rows), right, title=shown.caption)
