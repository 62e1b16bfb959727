"""From what a child says and how it ended to a report. Predictions are scored here, outside the box."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ge_tui.evaluation.executors.base import TrainRequest
from ge_tui.evaluation.executors.slot import Ending
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import (
    Answer,
    Checked,
    Converted,
    Failed,
    Finished,
    Progress,
    ProtocolError,
    Validated,
    Verified,
)
from ge_tui.evaluation.report import CheckReport, CurvePoint, ModuleShape, TrainReport
from ge_tui.evaluation.scoring import NotFiniteError, read_predictions, score
from ge_tui.evaluation.weights import count_numbers

_MAX_POINTS = 10_000
_ROUNDING = 1e-6
_SHORTEST_S = 1e-3
_BYTES_A_PARAMETER, _ROOM_FOR_NAMES, _MOST_BYTES = 8, 1 << 24, 1 << 30
"""Of weights: what a hostile child can make the engine hold."""
_SAME_CLASS, _NEARLY = 0.9, 0.05
_OTHERWISE = (
    "the network built anew from its weights answers otherwise: it keeps something outside its parameters and buffers, "
    "or what it reported was not so"
)


class CheckAnswers:
    """Collects what a checking child says."""

    def __init__(self) -> None:
        self._answer: Checked | Failed | None = None

    def __call__(self, answer: Answer, payload: bytes) -> None:
        if not isinstance(answer, Checked | Failed) or self._answer is not None or payload:
            raise ProtocolError("an answer out of turn")
        self._answer = answer

    def report(self, ending: Ending, timeout_s: float) -> CheckReport:
        failure = failure_of(ending, timeout_s, answered=self._answer is not None)
        if failure is not None and not isinstance(self._answer, Failed):
            return CheckReport(*failure)
        if isinstance(self._answer, Checked):
            rows = tuple(ModuleShape(r.path, r.kind, r.shape, r.params) for r in self._answer.shapes)
            return CheckReport(Outcome.OK, "", self._answer.params, self._answer.flops, rows, self._answer.fingerprint)
        assert self._answer is not None
        return CheckReport(self._answer.outcome, printable_text(self._answer.reason))


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
        self._last_predictions: NDArray[np.float32] | None = None
        self.payload_bytes = max(
            len(self._labels) * request.data.classes * 4,
            min(_MOST_BYTES, _BYTES_A_PARAMETER * request.max_params + _ROOM_FOR_NAMES),
        )

    def __call__(self, answer: Answer, payload: bytes) -> None:
        if self._failed or self._finished or isinstance(answer, Checked | Verified | Converted):
            raise ProtocolError("an answer out of turn")
        if isinstance(answer, Failed):
            self._failed = Failed(outcome=answer.outcome, reason=printable_text(answer.reason))
        elif isinstance(answer, Finished):
            if "params" not in answer.metrics or not self._is_done():
                raise ProtocolError("an end of training without its metrics")
            try:
                self._numbers = count_numbers(payload)
            except ValueError as error:
                raise ProtocolError(str(error)) from None
            self._finished, self._weights = answer, payload
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
                predictions = read_predictions(payload, len(self._labels), self._request.data.classes)
                scored = score(predictions, self._labels)
                self._last_predictions = predictions
            except NotFiniteError as error:
                self._failed = Failed(outcome=Outcome.DIVERGED, reason=f"step {answer.step}: {error}")
                return
            except ValueError as error:
                raise ProtocolError(str(error)) from error
            point = CurvePoint(answer.step, answer.epoch, answer.train_loss, scored.accuracy, scored.loss)
        if len(self._curve) >= _MAX_POINTS:
            raise ProtocolError("a learning curve without end")
        self._curve.append(point)
        self._on_progress(point)

    def _is_done(self) -> bool:
        """Whether every step is on the curve; one schedule may end a training before."""
        plan = self._request.plan
        return plan.schedule == "plateau" or (bool(self._curve) and self._curve[-1].step == plan.steps)

    def report(self, ending: Ending, timeout_s: float) -> TrainReport:
        cost = {
            "wall_s": ending.wall_s,
            "cpu_s": ending.cpu_s,
            "peak_mb": ending.peak_mb,
            "output": printable_text(ending.output.replace("\r\n", "\n")),
        }
        curve = tuple(self._curve)
        if self._failed:
            return TrainReport(self._failed.outcome, self._failed.reason, {}, curve, **cost)  # type: ignore[arg-type]
        failure = failure_of(ending, timeout_s, answered=self._finished is not None)
        if failure is not None and failure[0] is Outcome.TIMEOUT:
            reached = curve[-1].step if curve else 0
            failure = (Outcome.TIMEOUT, f"{failure[1]}; it had reported step {reached} of {self._request.plan.steps}")
        validated = [point for point in curve if point.accuracy is not None]
        if failure is None and not validated:
            failure = (Outcome.CRASHED, "the training ended without a validation")
        if failure is not None or self._finished is None:
            outcome, reason = failure or (Outcome.CRASHED, "the training ended without an answer")
            return TrainReport(outcome, reason, {}, curve, **cost)  # type: ignore[arg-type]
        counted = max(validated, key=_by_accuracy) if self._request.plan.keep == "best" else validated[-1]
        assert counted.accuracy is not None
        assert counted.loss is not None
        metrics = dict(self._finished.metrics)
        train_accuracy = metrics.pop("train_accuracy", None)
        if train_accuracy is not None:
            metrics["overfit_gap"] = train_accuracy - (validated[-1].accuracy or 0.0)  # both of the last weights
        seconds = max(ending.answered_s, _SHORTEST_S)
        metrics |= {"accuracy": counted.accuracy, "loss": counted.loss, "peak_mb": ending.peak_mb}
        metrics["params"] = max(metrics["params"], float(self._numbers))
        metrics |= {"train_s": seconds, "images_per_s": curve[-1].step * self._batch / seconds}
        return TrainReport(Outcome.OK, "", metrics, curve, weights=self._weights, **cost)  # type: ignore[arg-type]

    def expected(self, images: Sequence[int]) -> NDArray[np.float32]:
        """What the trained network last answered for these validation images."""
        assert self._last_predictions is not None
        return self._last_predictions[list(images)]


class VerifyAnswers:
    """Collects what a network built anew from its weights says, and compares it with what the trained one said."""

    def __init__(self, expected: NDArray[np.float32]) -> None:
        self._expected = expected
        self._found: NDArray[np.float32] | None = None
        self._failed: Failed | None = None
        self.payload_bytes = expected.size * 4

    def __call__(self, answer: Answer, payload: bytes) -> None:
        if self._found is not None or self._failed:
            raise ProtocolError("an answer out of turn")
        if isinstance(answer, Failed) and not payload:
            self._failed = answer
        elif isinstance(answer, Verified):
            try:
                self._found = read_predictions(payload, *self._expected.shape)
            except ValueError as error:
                raise ProtocolError(str(error)) from error
        else:
            raise ProtocolError("an answer out of turn")

    def problem(self, ending: Ending, timeout_s: float) -> tuple[Outcome, str] | None:
        """Why the training cannot count; None where the network is what its weights say."""
        failure = failure_of(ending, timeout_s, answered=self._found is not None)
        if self._failed:
            failure = self._failed.outcome, printable_text(self._failed.reason)
        if failure is not None:
            return failure[0], f"built anew from its weights: {failure[1]}"
        if self._found is None or not _agree(self._expected, self._found):
            return Outcome.FORGED, _OTHERWISE
        return None


def _agree(expected: NDArray[np.float32], found: NDArray[np.float32]) -> bool:
    """Nearly the same numbers, or the same class nearly always: networks that roll dice are not liars."""
    if not np.isfinite(found).all():
        return False
    same_class = float((expected.argmax(axis=1) == found.argmax(axis=1)).mean())
    difference = float(np.abs(expected.astype(np.float64) - found).mean())
    return same_class >= _SAME_CLASS or difference <= _NEARLY * float(expected.std())


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
        "server": (Outcome.CRASHED, "took its parent process down"),
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


def printable_text(text: str) -> str:
    """What a genome wrote, without what would move a terminal's cursor or colour its screen."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
