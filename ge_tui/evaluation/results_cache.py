"""Results of trainings kept across runs, for users who want that: one small file each.

A result is taken only for a training that would be the same: equal syntax, task, data, recipe with all its numbers,
rung, seed, wanted metrics, torch and kind of device. Only good endings are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path

from pydantic import ValidationError

from ge_tui.evaluation.executors import CheckRequest, Executor, TrainRequest
from ge_tui.evaluation.model import Value
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, OnProgress, TrainReport
from ge_tui.files import write_whole
from ge_tui.genome import syntax_hash

_FORMAT = 2


class Kept(Value):
    """A result as it lies in its file."""

    trained_at: float
    metrics: dict[str, float]
    curve: tuple[CurvePoint, ...]
    peak_mb: float


class CachingExecutor:
    """Another executor's trainings, but for those whose result is known. An Executor."""

    def __init__(self, executor: Executor, folder: Path, torch: str, device: str) -> None:
        """`torch` and `device` are what the other executor trains with."""
        self._executor = executor
        self._folder = folder
        self._made_with = (torch, device)

    @property
    def slots(self) -> int:
        """Of the other executor."""
        return self._executor.slots

    async def resize(self, slots: int) -> int:
        """Of the other executor."""
        return await self._executor.resize(slots)

    async def check(self, request: CheckRequest) -> CheckReport:
        """By the other executor; checks are quick."""
        return await self._executor.check(request)

    async def train(self, request: TrainRequest, on_progress: OnProgress) -> TrainReport:
        """A known result with its whole curve at once; its reason says that it was not trained again."""
        file = self._file(request)
        kept = None if file is None else _read(file)
        if kept is not None:
            for point in kept.curve:
                on_progress(point)
            await asyncio.sleep(0)  # where whoever follows the curve may end this
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(kept.trained_at))
            reason = f"from the cache of results: trained on {when}"
            return TrainReport(Outcome.OK, reason, kept.metrics, kept.curve, peak_mb=kept.peak_mb)
        points: list[CurvePoint] = []

        def see(point: CurvePoint) -> None:
            points.append(point)
            on_progress(point)

        report = await self._executor.train(request, see)
        if file is not None and report.outcome is Outcome.OK:
            _write(file, report, points)
        return report

    async def close(self) -> None:
        """Close the other executor."""
        await self._executor.close()

    def _file(self, request: TrainRequest) -> Path | None:
        """Where a result is kept; None for what is no Python."""
        syntax = syntax_hash(request.source)
        if syntax is None:
            return None
        task = [asdict(request.contract), request.max_params, sorted(request.wants)]
        training = [request.data.digest, request.plan.model_dump(mode="json"), request.seed]
        identity = json.dumps([_FORMAT, syntax, task, training, self._made_with], sort_keys=True)
        name = hashlib.sha256(identity.encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.json"


def _read(file: Path) -> Kept | None:
    """A kept result; one that cannot be read is none, and is trained and written anew."""
    try:
        return Kept.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def _write(file: Path, report: TrainReport, points: list[CurvePoint]) -> None:
    """Keep a result whole or not at all. Where the disk gives out, the next run trains again, and nothing is lost."""
    with contextlib.suppress(OSError, ValidationError):
        kept = Kept(trained_at=time.time(), metrics=report.metrics, curve=tuple(points), peak_mb=report.peak_mb)
        write_whole(file, kept.model_dump_json().encode())
