"""From what a child says and how it ended to a report. Predictions are scored here, outside the box."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ge_tui.evaluation.executors.base import TrainRequest
from ge_tui.evaluation.executors.slot import Ending
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Answer, Checked, Failed, Finished, Progress, ProtocolError, Validated
from ge_tui.evaluation.report import CheckReport, CurvePoint, ModuleShape, TrainReport
from ge_tui.evaluation.scoring import NotFiniteError, read_predictions, score
from ge_tui.evaluation.weights import count_numbers
from ge_tui.printable import printable

_MAX_POINTS = 10_000
_ROUNDING = 1e-6
_SHORTEST_S = 1e-3
_BYTES_A_PARAMETER, _ROOM_FOR_NAMES, _MOST_BYTES = 8, 1 << 24, 1 << 30
"""Of weights: what a hostile child can make the engine hold."""


class CheckAnswers:
    """Collects what a checking child says."""

    def __init__(self) -> None:
        self._answer: Checked | Failed | None = None

    def __call__(self, answer: Answer, payload: bytes) -> None:
        if not isinstance(answer, Checked | Failed) or self._answer is not None or payload:
            raise ProtocolError("an answer out of turn")
        self._answer = answer

    def report(self, ending: Ending, timeout_s: float) -> CheckReport:
        """What the check found, once its process has ended."""
        failure = failure_of(ending, timeout_s, answered=self._answer is not None)
        if failure is not None and not isinstance(self._answer, Failed):
            return CheckReport(*failure)
        if isinstance(self._answer, Checked):
            rows = tuple(ModuleShape(r.path, r.kind, r.shape, r.params) for r in self._answer.shapes)
            return CheckReport(Outcome.OK, "", self._answer.params, self._answer.flops, rows, self._answer.fingerprint)
        assert self._answer is not None
        return CheckReport(self._answer.outcome, printable(self._answer.reason))


class TrainAnswers:
    """Collects what a training child says, and scores its predictions against labels it never sees."""

    def __init__(self, request: TrainRequest, on_progress: Callable[[CurvePoint], object]) -> None:
        self._request = request
        self._labels = request.data.val_labels()
        images = request.data.counts["train"]
        self._batch = min(request.plan.batch_size, images)
        self._steps_per_epoch = max(1, images // self._batch)
        self._on_progress = on_progress
        self._curve: list[CurvePoint] = []
        self._failed: Failed | None = None
        self._finished: Finished | None = None
        self._weights, self._numbers = b"", 0
        self._counted: _Counted | None = None
        self._takes_best = request.plan.keep == "best"
        self._answer_bytes = len(self._labels) * request.data.classes * 4
        self.payload_bytes = self._answer_bytes + min(
            _MOST_BYTES, _BYTES_A_PARAMETER * request.max_params + _ROOM_FOR_NAMES
        )

    def __call__(self, answer: Answer, payload: bytes) -> None:
        if self._failed or self._finished or not isinstance(answer, Failed | Finished | Progress | Validated):
            raise ProtocolError("an answer out of turn")
        if isinstance(answer, Failed):
            self._failed = Failed(outcome=answer.outcome, reason=printable(answer.reason))
        elif isinstance(answer, Finished):
            if "params" not in answer.metrics or not self._is_done():
                raise ProtocolError("an end of training without its metrics")
            kept = self._counted.weights if self._takes_best and self._counted else payload
            try:
                self._numbers = max(count_numbers(payload), count_numbers(kept))
            except ValueError as error:
                raise ProtocolError(str(error)) from None
            self._finished, self._weights = answer, kept
        else:
            self._add_point(answer, payload)

    def _add_point(self, answer: Progress | Validated, payload: bytes) -> None:
        if self._curve and answer.step <= self._curve[-1].step:
            raise ProtocolError("a learning curve that does not go forward")
        epoch = answer.step / self._steps_per_epoch
        if answer.step > self._request.plan.steps or abs(answer.epoch - epoch) > _ROUNDING * max(1.0, epoch):
            raise ProtocolError("a step or an epoch that is not part of this training")
        point = CurvePoint(answer.step, answer.epoch, answer.train_loss)
        if isinstance(answer, Validated):
            try:
                split = self._answer_bytes if self._takes_best else len(payload)
                predictions = read_predictions(payload[:split], len(self._labels), self._request.data.classes)
                scored = score(predictions, self._labels)
            except NotFiniteError as error:
                self._failed = Failed(outcome=Outcome.DIVERGED, reason=f"step {answer.step}: {error}")
                return
            except ValueError as error:
                raise ProtocolError(str(error)) from error
            point = CurvePoint(answer.step, answer.epoch, answer.train_loss, scored.accuracy, scored.loss)
            if not self._takes_best or self._counted is None or _by_accuracy(point) > _by_accuracy(self._counted.point):
                self._counted = _Counted(point, predictions, payload[split:])
        if len(self._curve) >= _MAX_POINTS:
            raise ProtocolError("a learning curve without end")
        self._curve.append(point)
        self._on_progress(point)

    def _is_done(self) -> bool:
        """Whether every step is on the curve; one schedule may end a training before."""
        plan = self._request.plan
        return plan.schedule == "plateau" or (bool(self._curve) and self._curve[-1].step == plan.steps)

    def report(self, ending: Ending, timeout_s: float) -> TrainReport:
        """What the training brought, once its process has ended."""
        cost = {
            "wall_s": ending.wall_s,
            "cpu_s": ending.cpu_s,
            "peak_mb": ending.peak_mb,
            "output": printable(ending.output.replace("\r\n", "\n")),
        }
        curve = tuple(self._curve)
        if self._failed:
            return TrainReport(self._failed.outcome, self._failed.reason, {}, curve, **cost)  # type: ignore[arg-type]
        failure = failure_of(ending, timeout_s, answered=self._finished is not None)
        if failure is not None and failure[0] is Outcome.TIMEOUT:
            reached = curve[-1].step if curve else 0
            failure = (Outcome.TIMEOUT, f"{failure[1]}; it had reported step {reached} of {self._request.plan.steps}")
        if failure is None and self._counted is None:
            failure = (Outcome.CRASHED, "the training ended without a validation")
        if failure is not None or self._finished is None or self._counted is None:
            outcome, reason = failure or (Outcome.CRASHED, "the training ended without an answer")
            return TrainReport(outcome, reason, {}, curve, **cost)  # type: ignore[arg-type]
        counted = self._counted.point
        assert counted.accuracy is not None
        assert counted.loss is not None
        said = self._finished.metrics
        metrics = {"flops": said["flops"]} if "flops" in said else {}
        seconds = max(ending.answered_s, _SHORTEST_S)
        metrics |= {"accuracy": counted.accuracy, "loss": counted.loss, "peak_mb": ending.peak_mb}
        metrics["params"] = max(said["params"], float(self._numbers))
        metrics |= {"train_s": seconds, "images_per_s": curve[-1].step * self._batch / seconds}
        return TrainReport(Outcome.OK, "", metrics, curve, weights=self._weights, **cost)  # type: ignore[arg-type]

    @property
    def labels(self) -> NDArray[np.int64]:
        """Of the validation part."""
        return self._labels

    def expected(self, images: Sequence[int]) -> NDArray[np.float32]:
        """What the network whose weights count has answered for these validation images."""
        assert self._counted is not None
        return self._counted.predictions[list(images)]


@dataclass(frozen=True, slots=True)
class _Counted:
    """The validation that counts: the last, or the best."""

    point: CurvePoint
    predictions: NDArray[np.float32]
    weights: bytes
    """Only where the best counts; the last come with the end of the training."""


def _by_accuracy(point: CurvePoint) -> tuple[float, float]:
    return point.accuracy or 0.0, -(point.loss or 0.0)


def failure_of(ending: Ending, timeout_s: float, *, answered: bool) -> tuple[Outcome, str] | None:
    """What the end of a process means for its job; None where it ended well."""
    by_cause = {
        "wall": (Outcome.TIMEOUT, f"not done within {timeout_s:g} s"),
        "memory": (Outcome.OUT_OF_MEMORY, f"used more memory than allowed (peak {ending.peak_mb:,.0f} MB)"),
        "cpu": (Outcome.CPU_TIME, f"used more processor time than allowed ({ending.cpu_s:,.0f} s)"),
        "processes": (Outcome.PROCESSES, "had more processes and threads than allowed"),
        "disk": (Outcome.DISK, "wrote more to its folder than allowed"),
        "output": (Outcome.OUTPUT, "printed more than allowed"),
        "message": (Outcome.FORGED, "sent something that is no answer of a worker"),
        "cancelled": (Outcome.KILLED, "ended on request"),
        "server": (Outcome.CRASHED, "its worker process died under it"),
    }
    if ending.ended_by:
        return by_cause.get(ending.ended_by, (Outcome.KILLED, ending.ended_by))
    if ending.code == -signal.SIGKILL:
        return Outcome.KILLED, "the process was killed from outside (SIGKILL), for want of memory or by a user"
    if ending.code == -signal.SIGXCPU:
        return by_cause["cpu"]
    if ending.code == -signal.SIGXFSZ:
        return Outcome.FILE_SIZE, "wrote a file larger than allowed"
    if ending.code == -signal.SIGSYS:
        return Outcome.FORBIDDEN, "made a system call in another system's form"
    if ending.code < 0:
        return Outcome.CRASHED, f"the process died of {_signal_name(-ending.code)}"
    if ending.code > 0 or not answered:
        return Outcome.CRASHED, f"the process ended with exit code {ending.code} before it had answered"
    return None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
