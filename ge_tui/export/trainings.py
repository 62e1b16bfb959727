"""Trainings for an export: in the box, a few at once, and kept in the run's folder, so that none is done twice."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Awaitable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from ge_tui.evaluation.executors import Executor, Machine, TrainRequest
from ge_tui.evaluation.model import Value
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.export.progress import Count
from ge_tui.files import write_whole

FOLDER = "exports"
"""In the run's folder."""
_FORMAT = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trained:
    """How a training ended."""

    request: TrainRequest
    outcome: Outcome
    reason: str
    metrics: dict[str, float]
    weights: bytes
    last_accuracy: float
    """On the validation part, of these weights."""

    @property
    def ok(self) -> bool:
        """Whether there are weights and metrics."""
        return self.outcome is Outcome.OK


class _Kept(Value):
    metrics: dict[str, float]
    last_accuracy: float
    sha256: str


class Trainings:
    """Trains, or remembers having trained; a training that failed is done again."""

    def __init__(self, executor: Executor, machine: Machine, run: Path, count: Count) -> None:
        self._executor = executor
        self._made_with = (machine.torch, machine.device)
        self._folder = run / FOLDER
        self._count = count
        self._under_way: dict[str, asyncio.Task[Trained]] = {}

    def expect(self, request: TrainRequest) -> None:
        """Tell beforehand of a training, for the progress."""
        if self._key(request) not in self._under_way and self._read(request) is None:
            self._count.expect(request.plan.steps)

    async def train(self, label: str, request: TrainRequest) -> Trained:
        """One training; the same one, asked for twice, is done once."""
        key = self._key(request)
        if key not in self._under_way:
            self._under_way[key] = asyncio.ensure_future(self._train(label, request))
        return await asyncio.shield(self._under_way[key])

    async def close(self) -> None:
        """End what is under way."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def forget(self) -> None:
        """The export is done, so there is nothing to resume."""
        for key in self._under_way:
            for ending in (".json", ".safetensors"):
                with contextlib.suppress(OSError):
                    (self._folder / f"{key}{ending}").unlink()
        with contextlib.suppress(OSError):  # another export of this run may keep something there
            self._folder.rmdir()

    async def _train(self, label: str, request: TrainRequest) -> Trained:
        kept = self._read(request)
        if kept is not None:
            return kept
        reached = 0
        words = f"training {label}, seed {request.seed}, {request.plan.rung}"

        def see(point: CurvePoint) -> None:
            nonlocal reached
            accuracy = "" if point.accuracy is None else f", accuracy {point.accuracy:.4f}"
            self._count.advance(point.step - reached, f"{words}: step {point.step:,}{accuracy}")
            reached = point.step

        report = await self._executor.train(request, see)
        if report.outcome is not Outcome.OK:
            self._count.teller.say(f"{words} failed ({report.outcome}): {report.reason}")
            return Trained(request, report.outcome, report.reason, {}, b"", 0.0)
        trained = Trained(request, report.outcome, "", report.metrics, report.weights, _last_accuracy(report))
        self._count.teller.say(f"trained {label}, seed {request.seed}, {request.plan.rung}: accuracy "
                               f"{report.metrics['accuracy']:.4f} ({report.wall_s:.1f} s)")  # fmt: skip
        self._keep(trained)
        return trained

    def _key(self, request: TrainRequest) -> str:
        task = [asdict(request.contract), request.max_params, sorted(request.wants)]
        training = [request.source, request.data.digest, request.plan.model_dump(mode="json"), request.seed]
        return hashlib.sha256(json.dumps([_FORMAT, task, training, self._made_with]).encode()).hexdigest()[:32]

    def _read(self, request: TrainRequest) -> Trained | None:
        """A kept training; one that is damaged is none."""
        file = self._folder / f"{self._key(request)}.json"
        try:
            kept = _Kept.model_validate_json(file.read_bytes())
            weights = file.with_suffix(".safetensors").read_bytes()
        except (OSError, ValidationError):
            return None
        if hashlib.sha256(weights).hexdigest() != kept.sha256:
            return None
        return Trained(request, Outcome.OK, "", kept.metrics, weights, kept.last_accuracy)

    def _keep(self, trained: Trained) -> None:
        """Where the disk gives out the export goes on; only a resumed one has to train again."""
        file = self._folder / f"{self._key(trained.request)}.json"
        digest = hashlib.sha256(trained.weights).hexdigest()
        kept = _Kept(metrics=trained.metrics, last_accuracy=trained.last_accuracy, sha256=digest)
        try:
            self._folder.mkdir(exist_ok=True)
            write_whole(file.with_suffix(".safetensors"), trained.weights)
            write_whole(file, kept.model_dump_json().encode())
        except OSError as error:
            self._count.teller.say(f"this training cannot be kept for a resumed export: {error.strerror or error}")


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """All at once; where one raises, or this is cancelled, the others end too."""
    tasks: list[asyncio.Future[T]] = [asyncio.ensure_future(each) for each in work]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _last_accuracy(report: TrainReport) -> float:
    seen = [point.accuracy for point in report.curve if point.accuracy is not None]
    return seen[-1] if seen else report.metrics["accuracy"]
