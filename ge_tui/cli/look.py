"""`ge-tui runs` and `ge-tui show`: looking at runs."""

from __future__ import annotations

import argparse
import difflib
import time
from typing import Any

from pygments.lexers import DiffLexer, PythonLexer
from rich import box
from rich.markup import escape
from rich.table import Table

from ge_tui.cli.output import print_code, print_json, print_table, printable
from ge_tui.cli.tables import front_table
from ge_tui.errors import ExitCode, UsageError, UserError
from ge_tui.genome import unified_diff
from ge_tui.run.directory import RunDirectory, all_runs, find_run
from ge_tui.run.store import IndividualRow, RunReader
from ge_tui.run.summary import (
    Standing,
    best,
    failures,
    format_metric,
    individual_as_json,
    run_as_json,
    standings,
    status_of,
)


def runs(options: argparse.Namespace) -> int:
    """A line for each run."""
    found = [_run_line(directory) for directory in all_runs(options.runs)]
    if options.json:
        print_json(found)
        return ExitCode.DONE
    if not found:
        print(f"no runs in {options.runs}; begin one with: ge-tui run")
        return ExitCode.DONE
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("run", "status", "task", "data", "generation", "evaluated", "best", "begun"):
        table.add_column(name)
    for row in found:
        if "problem" in row:
            table.add_row(row["name"], "unreadable", escape(row["problem"]))
            continue
        begun = time.strftime("%Y-%m-%d %H:%M", time.localtime(row["created_at"]))
        progress = f"{row['generation']} of {row['generations']}"
        top = ", ".join(f"{name} {format_metric(name, value)}" for name, value in row["best"].items())
        table.add_row(
            row["name"],
            row["status"],
            row["task"],
            row["data"],
            progress,
            str(row["evaluated"]),
            top or "-",
            begun,
        )
    print_table(table)
    return ExitCode.DONE


def show(options: argparse.Namespace) -> int:
    """A run as a whole, or one individual."""
    directory = find_run(options.runs, options.run)
    with RunReader(directory.database) as reader:
        if options.individual is None:
            if options.source or options.diff:
                raise UsageError("--source and --diff are for one individual: name its NUMBER, seed or best")
            if options.json:
                print_json(run_as_json(directory, reader))
            else:
                _show_run(directory, reader)
            return ExitCode.DONE
        row = _individual(reader, options.individual)
        if options.source or options.diff:
            _show_text(reader, row, diff=options.diff)
            return ExitCode.DONE
        standing = standings(reader)[row.number]
        if options.json:
            evaluations = [_evaluation(reader, e) for e in reader.evaluations(row.number)]
            print_json({**individual_as_json(row, standing), "evaluations": evaluations})
        else:
            _show_individual(reader, row, standing)
    return ExitCode.DONE


def _run_line(directory: RunDirectory) -> dict[str, Any]:
    try:
        with RunReader(directory.database) as reader:
            run = reader.run()
            champion = best(reader)
            metrics = reader.metrics([champion])[champion] if champion is not None else {}
            closed = [row.number for row in reader.generations() if row.closed_at is not None]
            return {
                "name": directory.name,
                "path": str(directory.path),
                "status": status_of(directory, run.status),
                "reason": run.status_reason,
                "task": run.task["name"],
                "data": run.data["name"],
                "generation": closed[-1] if closed else 0,
                "generations": run.settings["search"]["generations"],
                "evaluated": reader.count_evaluations(),
                "best_number": champion,
                "best": {row["name"]: metrics[row["name"]] for row in run.objectives if row["name"] in metrics},
                "created_at": run.created_at,
            }
    except UserError as error:
        return {"name": directory.name, "path": str(directory.path), "problem": str(error)}


def _individual(reader: RunReader, name: str) -> IndividualRow:
    number: int | None
    if name == "best":
        number = best(reader)
        if number is None:
            raise UserError("nothing in this run has been evaluated yet, so there is no best")
    elif name == "seed":
        number = 0
    elif name.isdecimal():
        number = min(int(name[:20]), (1 << 63) - 1)
    else:
        close = difflib.get_close_matches(name, ("seed", "best"), n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ": give its number, seed or best"
        raise UsageError(f"'{name}' is no individual{hint}")
    row = reader.individual(number)
    if row is None:
        raise UserError(f"the run has no individual {name}; it has {reader.next_number()}, numbered from 0")
    return row


def _show_text(reader: RunReader, row: IndividualRow, *, diff: bool) -> None:
    source = reader.source(row.number)
    if source is None:
        raise UserError(f"individual {row.number} has no source ({row.status}): {printable(row.reason)}")
    if not diff:
        print_code(source, PythonLexer())
        return
    if not row.parents:
        raise UserError("the seed has no parent to compare it with")
    before = reader.source(row.parents[0]) or ""
    print_code(unified_diff(before, source, f"individual-{row.parents[0]}", f"individual-{row.number}"), DiffLexer())


def _show_run(directory: RunDirectory, reader: RunReader) -> None:
    run = reader.run()
    rows = reader.individuals()
    reason = f" ({printable(run.status_reason)})" if run.status_reason else ""
    print(f"{run.name}: {status_of(directory, run.status)}{reason}")
    counts = ", ".join(f"{number:,} {part}" for part, number in run.data["counts"].items())
    print(f"task {run.task['name']}, data {run.data['name']} ({counts}), proposals: {run.settings['llm']}")
    print(f"worked {run.seconds:,.0f} s; {directory.path}\n")
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("generation", "children", "evaluated", "failed", "duplicates", "front", "hypervolume"):
        table.add_column(name, justify="right")
    for row in reader.generations():
        if row.closed_at is None:
            table.add_row(str(row.number), "open")
        else:
            figures = (row.number, row.children, row.evaluated, row.failed, row.duplicates, row.front_size)
            table.add_row(*map(str, figures), f"{row.hypervolume:.5f}")
    print_table(table)
    causes = failures(rows)
    if causes:
        print("failed: " + ", ".join(f"{number} {outcome}" for outcome, number in causes.items()))
    print_table(front_table(reader, run.objectives, shown=50))
    print_table(_individuals_table(reader, rows, run.objectives))


def _individuals_table(reader: RunReader, rows: list[IndividualRow], objectives: list[dict[str, Any]]) -> Table:
    where = standings(reader)
    names = [row["name"] for row in objectives]
    table = Table(box=box.SIMPLE_HEAD, title="individuals", title_justify="left", title_style="bold")
    for name in ("#", "gen", *names, "rank"):
        table.add_column(name, justify="right")
    for name in ("made by", "parents", "what", "status"):
        table.add_column(name)
    for row in rows:
        standing = where[row.number]
        values = [format_metric(name, standing.metrics.get(name)) for name in names]
        place = "-" if standing.rank is None else f"{standing.rank}{'*' if standing.front else ''}"
        status = row.status if row.outcome in (None, "ok") else f"{row.status}: {row.outcome}"
        if row.duplicate_of is not None:
            status = f"duplicate of #{row.duplicate_of}"
        parents = " x ".join(f"#{parent}" for parent in row.parents)
        table.add_row(
            str(row.number),
            str(row.generation),
            *values,
            place,
            row.operator,
            parents,
            escape(_what(row)),
            status,
        )
    return table


def _what(row: IndividualRow) -> str:
    steps = row.arguments.get("steps", [])
    return "; ".join(str(step["detail"]) for step in steps)


def _show_individual(reader: RunReader, row: IndividualRow, standing: Standing) -> None:
    parents = " x ".join(f"#{parent}" for parent in row.parents)
    print(f"#{row.number}  generation {row.generation}, {row.operator}" + (f" of {parents}" if parents else ""))
    print(f"status   {row.status}" + (f" ({row.outcome})" if row.outcome else ""))
    if row.reason:
        print(f"reason   {printable(row.reason)}")
    if _what(row):
        print(f"change   {_what(row)}")
    if row.temperature is not None:
        print(f"temperature {row.temperature:g}, drawn from {row.draw}, under control {row.control_seq}")
    if standing.rank is not None:
        print(f"rank     {standing.rank}" + (", on the front" if standing.front else ""))
    for name, value in sorted(standing.metrics.items()):
        print(f"  {name:14} {format_metric(name, value)}")
    for evaluation in reader.evaluations(row.number):
        wall = f"{evaluation.wall_s:.1f} s" if evaluation.wall_s is not None else "under way"
        print(
            f"evaluation {evaluation.id}: {evaluation.recipe}/{evaluation.rung}, seed {evaluation.seed}, "
            f"attempt {evaluation.attempt}: {evaluation.outcome or evaluation.status}, {wall}"
        )
        for point in reader.curve(evaluation.id):
            seen = f"  accuracy {point.accuracy:.4f}  loss {point.loss:.4f}" if point.accuracy is not None else ""
            print(f"  step {point.step:6}  epoch {point.epoch:7.2f}  train loss {point.train_loss:.4f}{seen}")


def _evaluation(reader: RunReader, evaluation: Any) -> dict[str, Any]:
    names = (
        "id",
        "recipe",
        "rung",
        "seed",
        "attempt",
        "status",
        "outcome",
        "reason",
        "wall_s",
        "cpu_s",
        "peak_mb",
    )
    curve = [
        {"step": p.step, "epoch": p.epoch, "train_loss": p.train_loss, "accuracy": p.accuracy, "loss": p.loss}
        for p in reader.curve(evaluation.id)
    ]
    return {**{name: getattr(evaluation, name) for name in names}, "curve": curve}
