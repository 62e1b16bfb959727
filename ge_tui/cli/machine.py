"""`ge-tui tasks` and `ge-tui data`: what there is."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich import box
from rich.markup import escape
from rich.table import Table

from ge_tui.cli.download import DownloadLine
from ge_tui.cli.output import print_json, print_table
from ge_tui.errors import ExitCode
from ge_tui.evaluation.data import catalogue, prepare
from ge_tui.evaluation.task import BrokenTask, Task, all_tasks


def tasks(options: argparse.Namespace) -> int:
    """Every task; 1 where one is broken."""
    found = list(all_tasks())
    if options.json:
        print_json([_task_as_json(task) for task in found])
    else:
        for task in found:
            if isinstance(task, BrokenTask):
                print(f"{task.name}  BROKEN: {task.problem}")
                continue
            goals = ", ".join(f"{o.name} {o.direction}" for o in task.file.objectives)
            print(f"{task.name}  {task.file.description}")
            print(f"  objectives: {goals}; recipes: {', '.join(task.file.recipes)}; {task.folder}")
    return ExitCode.FAILED if any(isinstance(task, BrokenTask) for task in found) else ExitCode.DONE


def data(options: argparse.Namespace) -> int:
    """The data sets, or one of them made ready."""
    if options.prepare:
        ready = prepare(options.prepare, on_progress=DownloadLine(quiet=options.json))
        found = {
            "name": ready.name,
            "folder": str(ready.folder),
            "counts": ready.counts,
            "classes": ready.classes,
        }
        if options.json:
            print_json(found)
        else:
            counts = ", ".join(f"{number:,} {part}" for part, number in ready.counts.items())
            size = f"{ready.channels} x {ready.image_size} x {ready.image_size}"
            print(f"{ready.name}: {counts}; {ready.classes} classes, images {size}; {ready.folder}")
        return ExitCode.DONE
    entries = [asdict(info) for info in catalogue()]
    if options.json:
        print_json(entries)
    else:
        table = Table(box=box.SIMPLE_HEAD)
        for name in entries[0]:
            table.add_column(name.replace("_", " "))
        for entry in entries:
            table.add_row(*(escape(_cell(value)) for value in entry.values()))
        print_table(table)
    return ExitCode.DONE


def _task_as_json(task: Task | BrokenTask) -> dict[str, object]:
    if isinstance(task, BrokenTask):
        return {"name": task.name, "folder": str(task.folder), "problem": task.problem}
    return {
        "name": task.name,
        "folder": str(task.folder),
        "description": task.file.description,
        "objectives": [{"name": o.name, "direction": o.direction} for o in task.file.objectives],
        "recipes": list(task.file.recipes),
    }


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
