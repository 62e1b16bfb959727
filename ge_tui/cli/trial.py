"""`ge-tui check` and `ge-tui evaluate`: one genome file, outside any run."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import asdict, dataclass

from ge_tui.cli.download import DownloadLine
from ge_tui.cli.files import read_text
from ge_tui.cli.given import given_settings, refuse_others
from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.errors import ExitCode
from ge_tui.evaluation.data import DataSet, available, prepare
from ge_tui.evaluation.executors import CheckRequest, LocalExecutor, Machine, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.evaluation.task import Task, find_task
from ge_tui.genome import normalise_newlines
from ge_tui.printable import printable
from ge_tui.run.local_trainings import local_settings
from ge_tui.run.objectives import METRICS, extra_metrics
from ge_tui.run.summary import format_metric
from ge_tui.settings import EvaluationSettings, read_settings
from ge_tui.settings.load import own_files


@dataclass(frozen=True, slots=True)
class Trial:
    """One file and what it is tried on."""

    source: str
    task: Task
    data: DataSet
    plan: TrainingPlan
    settings: EvaluationSettings
    seed: int


def check(options: argparse.Namespace) -> int:
    """What a child goes through before training."""
    trial = _trial(options)
    report = asyncio.run(_check(trial))
    if options.json:
        shapes = [asdict(row) for row in report.shapes]
        print_json({**_head(report.outcome, report.reason), "params": report.params, "flops": report.flops,
                    "fingerprint": report.fingerprint, "shapes": shapes})  # fmt: skip
    else:
        _print_check(report)
    return _exit_code(report.outcome)


def evaluate(options: argparse.Namespace) -> int:
    """Check and train one file."""
    trial = _trial(options)
    report, machine = asyncio.run(_evaluate(trial, live=not options.json and sys.stderr.isatty()))
    if options.json:
        curve = [asdict(point) for point in report.curve]
        cost = {"wall_s": report.wall_s, "cpu_s": report.cpu_s, "peak_mb": report.peak_mb}
        place = {"device": machine.device, "slots": machine.slots}
        print_json({**_head(report.outcome, report.reason), "metrics": report.metrics, "curve": curve, **cost,
                    **place, "output": report.output})  # fmt: skip
    else:
        _print_report(report)
    return _exit_code(report.outcome)


def _trial(options: argparse.Namespace) -> Trial:
    source = normalise_newlines(read_text(options.file))
    given = given_settings(options)
    refuse_others(given, "one file")
    settings = read_settings(own_files(), given)
    task = find_task(options.task or settings.task)
    data = options.data or settings.data
    name = available(task.file.data.preferred) if data == "auto" else data
    chosen = settings.evaluation
    plan = task.plan(name, options.recipe or chosen.recipe, options.rung or chosen.rung)
    ready = prepare(name, on_progress=DownloadLine(quiet=options.json))
    return Trial(source, task, ready, plan, chosen, getattr(options, "seed", 0))


async def _check(trial: Trial) -> CheckReport:
    executor = LocalExecutor(local_settings(trial.settings))
    try:
        return await executor.check(_check_request(trial))
    finally:
        await executor.close()


async def _evaluate(trial: Trial, *, live: bool) -> tuple[TrainReport, Machine]:
    executor = LocalExecutor(local_settings(trial.settings))
    try:
        machine = await executor.start()
        checked = await executor.check(_check_request(trial))
        if checked.outcome is not Outcome.OK:
            return TrainReport(checked.outcome, checked.reason), machine
        limits = trial.task.file.limits
        wants = extra_metrics(tuple(METRICS.values()))
        request = TrainRequest(trial.source, trial.task.contract, trial.data, trial.plan, trial.seed, limits.params,
                               trial.settings.train_timeout_s, wants)  # fmt: skip
        return await executor.train(request, _print_point if live else lambda _point: None), machine
    finally:
        await executor.close()


def _check_request(trial: Trial) -> CheckRequest:
    data = trial.data
    inputs = Inputs(classes=data.classes, channels=data.channels, image_size=data.image_size)
    limits = trial.task.file.limits
    return CheckRequest(
        trial.source, trial.task.contract, inputs, trial.plan, limits.params, trial.settings.check_timeout_s
    )


def _head(outcome: Outcome, reason: str) -> dict[str, str]:
    return {"outcome": outcome, "reason": reason}


def _exit_code(outcome: Outcome) -> ExitCode:
    return ExitCode.DONE if outcome is Outcome.OK else ExitCode.FAILED


def _print_point(point: CurvePoint) -> None:
    seen = f"  accuracy {point.accuracy:.4f}  loss {point.loss:.4f}" if point.accuracy is not None else ""
    print(f"step {point.step:6}  train loss {point.train_loss:.4f}{seen}", file=sys.stderr)


def _print_check(report: CheckReport) -> None:
    print(f"{report.outcome}" + (f": {printable(report.reason)}" if report.reason else ""))
    if report.outcome is not Outcome.OK:
        return
    flops = f", {report.flops:,} floating point operations an image" if report.flops is not None else ""
    print(f"{report.params:,} parameters{flops}")
    rows = [
        (row.path, row.kind, " x ".join(map(str, row.shape)), f"{row.params:,}" if row.params else "")
        for row in report.shapes
    ]
    print_table(table_of(("module", "kind", "output", "parameters"), rows, right=("parameters",)))


def _print_report(report: TrainReport) -> None:
    print(f"{report.outcome}" + (f": {printable(report.reason)}" if report.reason else ""))
    for name, value in sorted(report.metrics.items()):
        print(f"  {name:14} {format_metric(name, value)}")
    if report.outcome is not Outcome.OK and report.output:
        print(f"the last it printed:\n{printable(report.output.strip())}")
