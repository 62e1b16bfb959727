"""Measuring how long the seed trains here, for the time a run will take."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ge_tui.errors import NotReadyError
from ge_tui.evaluation.task import Task
from ge_tui.settings import EvaluationSettings, Settings
from ge_tui.tui.new_run.draft import shown
from ge_tui.tui.processes.ours import last_line, our_process

RUNG = "look"
"""The shortest training there is."""
LIMIT_S = 60.0
"""Of its training; with the start of a worker and the checks before it, a probe lasts a little longer."""
_WHOLE_LIMIT_S = LIMIT_S + 90
_PASSED_ON = ("device", "threads", "memory_mb", "max_output_kb", "check_timeout_s", "fresh")


@dataclass(frozen=True, slots=True)
class Question:
    """What is measured; another answer holds for another question."""

    task: str
    seed_file: Path
    data: str
    recipe: str
    evaluation: tuple[str, ...]
    """Settings of the training, as assignments."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a probe found."""

    steps: int
    seconds: float
    """For those steps, the worker being warm."""
    device: str
    slots: int
    """Trainings at once, where the settings do not say."""

    @property
    def per_step(self) -> float:
        """Seconds."""
        return self.seconds / self.steps


def question_of(settings: Settings, task: Task, data: str) -> Question:
    """What to measure for a run with these settings; `data` is the set that `auto` stands for."""
    differing = [
        name for name in _PASSED_ON if getattr(settings.evaluation, name) != getattr(EvaluationSettings(), name)
    ]
    assignments = tuple(f"evaluation.{name}={shown(settings, f'evaluation.{name}')}" for name in differing)
    recipe = settings.evaluation.recipe or task.file.default_recipe
    return Question(str(task.folder), task.folder / task.file.genome.file, data, recipe, assignments)


async def measure(question: Question) -> Measured:
    """Train the seed for a minute at most, in the box where children are trained. Raises NotReadyError."""
    arguments = ["evaluate", str(question.seed_file), "--task", question.task, "--data", question.data]
    arguments += ["--recipe", question.recipe, "--rung", RUNG, "--json"]
    for assignment in (*question.evaluation, f"evaluation.train_timeout_s={LIMIT_S}"):
        arguments += ["--set", assignment]
    async with our_process("ge_tui", *arguments) as process:
        try:
            async with asyncio.timeout(_WHOLE_LIMIT_S):
                said, complaints = await process.communicate()
        except TimeoutError:
            raise NotReadyError(f"the seed was not trained within {_WHOLE_LIMIT_S:.0f} s") from None
    try:
        return read_report(json.loads(said))
    except ValueError:
        raise NotReadyError(last_line(complaints) or "the probe ended without a word") from None


def read_report(report: dict[str, Any]) -> Measured:
    """What `ge-tui evaluate --json` found. Raises NotReadyError where nothing was trained."""
    outcome, curve = str(report.get("outcome")), report.get("curve") or []
    steps = max((int(point["step"]) for point in curve), default=0)
    seconds = float(report.get("wall_s") or 0)
    if outcome not in ("ok", "timeout") or not steps or seconds <= 0:
        if outcome == "timeout":
            raise NotReadyError(f"the seed needs more than {LIMIT_S:.0f} s for the first steps of the rung '{RUNG}'")
        raise NotReadyError(f"the seed could not be trained ({outcome}): {report.get('reason') or 'no reason given'}")
    return Measured(steps, seconds, str(report.get("device", "")), max(1, int(report.get("slots") or 1)))
