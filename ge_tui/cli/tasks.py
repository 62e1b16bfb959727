"""`ge-tui tasks`: what there is to evolve."""

from __future__ import annotations

import argparse

from ge_tui.cli.output import print_json
from ge_tui.errors import ExitCode
from ge_tui.evaluation.task import BrokenTask, Task, all_tasks


def tasks(options: argparse.Namespace) -> int:
    """Every task; 1 where one is broken."""
    found = list(all_tasks())
    if options.json:
        print_json([_as_json(task) for task in found])
    else:
        for task in found:
            if isinstance(task, BrokenTask):
                print(f"{task.name}  BROKEN: {task.problem}")
                continue
            goals = ", ".join(f"{o.name} {o.direction}" for o in task.file.objectives)
            print(f"{task.name}  {task.file.description}")
            print(f"  objectives: {goals}; recipes: {', '.join(task.file.recipes)}; {task.folder}")
    return ExitCode.FAILED if any(isinstance(task, BrokenTask) for task in found) else ExitCode.DONE


def _as_json(task: Task | BrokenTask) -> dict[str, object]:
    if isinstance(task, BrokenTask):
        return {"name": task.name, "folder": str(task.folder), "problem": task.problem}
    return {
        "name": task.name,
        "folder": str(task.folder),
        "description": task.file.description,
        "objectives": [{"name": o.name, "direction": o.direction} for o in task.file.objectives],
        "recipes": list(task.file.recipes),
    }
