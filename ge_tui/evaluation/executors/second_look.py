"""What a training claims, looked at again where the one that claims it has no hand in it.

The network is built anew from its numbers alone and answers for images drawn afterwards, which come in an order of
their own and without labels. Then the record of one of its answers is gone through without the genome: where that
answers as the network did, it is what the network costs.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ge_tui.evaluation.executors.answers import TrainAnswers, failure_of
from ge_tui.evaluation.executors.base import TrainRequest
from ge_tui.evaluation.executors.handover import Handover
from ge_tui.evaluation.executors.slot import Data, Ending
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Answer, Built, Failed, Job, Measured, ProtocolError, Recorded, Verified
from ge_tui.evaluation.report import TrainReport
from ge_tui.evaluation.scoring import NotFiniteError, read_predictions, score
from ge_tui.evaluation.weights import read_entries
from ge_tui.printable import printable

_COMPARED, _MEASURED = 256, 16
"""Images."""
_MOST_RECORD = 1 << 27
_SAME_CLASS, _NEARLY = 0.9, 0.05
_OTHERWISE = (
    "the network built anew from its weights answers otherwise: it keeps something outside its parameters and buffers, "
    "or what it reported was not so"
)
_OTHER_STATE = "the network built anew has other tensors than the trained one, so the trained weights do not fit it"

Run = Callable[[Job, Callable[[Answer, bytes], None], int, tuple[Data, ...]], Awaitable[Ending]]
"""Run a job in the slot that trained: what to do with its answers, their largest payload, and its data."""


class SecondLook:
    """The second look at one training."""

    def __init__(self, run: Run, job: Job, request: TrainRequest, *, judge: bool) -> None:
        """judge: let what is found decide; else only measure what the training's process must not measure."""
        self._run = run
        self._job = job
        self._request = request
        self._judge = judge
        files = request.data.files()
        self._images: tuple[Path, ...] = (files.train_images, files.val_images)
        self._there = request.data.counts["val"]
        self._draw = random.SystemRandom()

    async def at(self, report: TrainReport, claimed: TrainAnswers) -> TrainReport:
        """The report with what holds of it, and with what only this look can tell."""
        report = replace(report, metrics={name: value for name, value in report.metrics.items() if name != "flops"})
        compared = self._draw.sample(range(self._there), min(_COMPARED, self._there))
        known = self._of_training() if "overfit_gap" in self._request.wants else []
        asked = self._draw.sample([*compared, *known], len(compared) + len(known))
        rebuilt = await self._rebuild(report.weights, asked, record=True)
        if rebuilt.failure is not None:
            return _refused(report, *rebuilt.failure) if self._judge else report
        answers = dict(zip(asked, rebuilt.answers, strict=True))
        expected, found = claimed.expected(compared), np.stack([answers[number] for number in compared])
        verdict = _compare(expected, found) if self._judge else _Verdict.SAME
        if verdict is _Verdict.OTHERWISE:
            return _refused(report, Outcome.FORGED, _OTHERWISE)
        if verdict is _Verdict.IN_DOUBT:
            report = await self._scored_again(report, claimed)
        if known and report.outcome is Outcome.OK:
            report = self._with_gap(report, known, np.stack([answers[number] for number in known]))
        if report.outcome is Outcome.OK and rebuilt.record:
            report = await self._measured(report, claimed, compared, rebuilt.record)
        return report

    def _of_training(self) -> list[int]:
        """Training images, as many as there are validation images."""
        count = self._request.data.counts["train"]
        return [self._there + number for number in random.Random(0).sample(range(count), min(self._there, count))]

    async def _rebuild(self, weights: bytes, asked: Sequence[int], *, record: bool) -> _Rebuilt:
        wants = ("record",) if record else ()
        job = self._job.model_copy(update={"kind": "verify", "images": tuple(asked), "wants": wants})
        with closing(Handover()) as handover:
            rebuilt = _Rebuilt(weights, (len(asked), self._request.data.classes), handover)
            ending = await self._run(job, rebuilt, rebuilt.payload_bytes, (*self._images, handover))
        rebuilt.end(ending, self._request.timeout_s)
        return rebuilt

    async def _scored_again(self, report: TrainReport, claimed: TrainAnswers) -> TrainReport:
        """By the answers of the network built anew for every validation image: it throws dice, or somebody lied."""
        asked = self._draw.sample(range(self._there), self._there)
        rebuilt = await self._rebuild(report.weights, asked, record=False)
        if rebuilt.failure is not None:
            return _refused(report, *rebuilt.failure)
        try:
            scored = score(rebuilt.answers, claimed.labels[asked])
        except NotFiniteError:
            return _refused(report, Outcome.FORGED, _OTHERWISE)
        return replace(report, metrics={**report.metrics, "accuracy": scored.accuracy, "loss": scored.loss})

    def _with_gap(self, report: TrainReport, known: Sequence[int], found: NDArray[np.float32]) -> TrainReport:
        labels = np.load(self._request.data.files().train_labels, allow_pickle=False)
        right = found.argmax(axis=1) == labels[np.array(known) - self._there]
        gap = float(right.mean()) - report.metrics["accuracy"]
        return replace(report, metrics={**report.metrics, "overfit_gap": gap})

    async def _measured(
        self, report: TrainReport, claimed: TrainAnswers, compared: Sequence[int], record: bytes
    ) -> TrainReport:
        """With operations and latency, where the record answers for other images as the trained network did."""
        asked = tuple(compared[-_MEASURED:])
        job = self._job.model_copy(update={"kind": "measure", "images": asked, "source": ""})
        answers = _Measuring((len(asked), self._request.data.classes))
        await self._run(job, answers, answers.payload_bytes, (*self._images, report.weights, record))
        measured, found = answers.measured, answers.found
        if measured is None or found is None or _compare(claimed.expected(asked), found) is not _Verdict.SAME:
            return report
        more = {"flops": float(measured.flops)}
        if "latency_ms" in self._request.wants:
            more["latency_ms"] = measured.latency_ms
        return replace(report, metrics={**report.metrics, **more})


class _Rebuilt:
    """Collects what a network built anew says; hands over its numbers when it has said what it is made of."""

    def __init__(self, weights: bytes, shape: tuple[int, int], handover: Handover) -> None:
        self._weights = weights
        self._shape = shape
        self._handover = handover
        self._is_built = False
        self._found: NDArray[np.float32] | None = None
        self.failure: tuple[Outcome, str] | None = None
        self.record = b""
        self.payload_bytes = max(shape[0] * shape[1] * 4, _MOST_RECORD)

    @property
    def answers(self) -> NDArray[np.float32]:
        assert self._found is not None
        return self._found

    def __call__(self, answer: Answer, payload: bytes) -> None:
        match answer:
            case Built() if not self._is_built and not payload:
                self._is_built = True
                self._handover.give(self._numbers(answer))
            case Verified() if self._is_built and self._found is None:
                try:
                    self._found = read_predictions(payload, *self._shape)
                except ValueError as error:
                    raise ProtocolError(str(error)) from error
            case Recorded() if self._found is not None and not self.record:
                self.record = payload
            case Failed() if self.failure is None and not payload:
                self.failure = answer.outcome, printable(answer.reason)
            case _:
                raise ProtocolError("an answer out of turn")

    def _numbers(self, built: Built) -> bytes:
        """The trained numbers in the order it names; names and shapes, being no numbers, must agree already."""
        trained = read_entries(self._weights)
        here = {row.name: (row.kind, row.shape) for row in built.state}
        if here != {name: (entry.kind, entry.shape) for name, entry in trained.items()}:
            self.failure = Outcome.FORGED, _OTHER_STATE
            raise ProtocolError(_OTHER_STATE)
        entries = [trained[row.name] for row in built.state]
        return b"".join(self._weights[entry.start : entry.end] for entry in entries)

    def end(self, ending: Ending, timeout_s: float) -> None:
        """Its process has ended."""
        failure = self.failure or failure_of(ending, timeout_s, answered=self._found is not None)
        if failure is not None:
            self.failure = failure[0], f"built anew from its weights: {failure[1]}"


class _Measuring:
    """Collects what a record costs."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self.measured: Measured | None = None
        self.found: NDArray[np.float32] | None = None
        self.payload_bytes = shape[0] * shape[1] * 4

    def __call__(self, answer: Answer, payload: bytes) -> None:
        if isinstance(answer, Measured) and self.measured is None:
            try:
                self.found = read_predictions(payload, *self._shape)
            except ValueError as error:
                raise ProtocolError(str(error)) from error
            self.measured = answer
        elif not isinstance(answer, Failed):
            raise ProtocolError("an answer out of turn")


class _Verdict(Enum):
    SAME = auto()
    IN_DOUBT = auto()
    """The same classes nearly always: a network that throws dice, or a lie of a few hundredths."""
    OTHERWISE = auto()


def _compare(expected: NDArray[np.float32], found: NDArray[np.float32]) -> _Verdict:
    if not np.isfinite(found).all():
        return _Verdict.OTHERWISE
    difference = np.abs(expected.astype(np.float64) - found)
    allowed = _NEARLY * float(expected.std()) + 1e-6
    if float(difference.max()) <= allowed:
        return _Verdict.SAME
    same_class = float((expected.argmax(axis=1) == found.argmax(axis=1)).mean())
    return _Verdict.IN_DOUBT if same_class >= _SAME_CLASS or difference.mean() <= allowed else _Verdict.OTHERWISE


def _refused(report: TrainReport, outcome: Outcome, reason: str) -> TrainReport:
    return replace(report, outcome=outcome, reason=reason, metrics={}, weights=b"")
