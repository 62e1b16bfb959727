"""What is asked of a network after its training, all of it in the box: predictions, and other forms of it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ge_tui.errors import UserError
from ge_tui.evaluation.executors.answers import failure_of
from ge_tui.evaluation.executors.base import TrainRequest
from ge_tui.evaluation.executors.local import LocalExecutor
from ge_tui.evaluation.executors.slot import Ending
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Answer, Converted, Failed, Form, ProtocolError, Verified
from ge_tui.evaluation.scoring import read_predictions
from ge_tui.printable import printable

_ROOM = 64 << 20
"""What a converted network may have beyond its weights, bytes."""


class ShippingError(UserError):
    """A trained network that cannot be rebuilt, run or converted; says why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason


async def predict(
    executor: LocalExecutor,
    request: TrainRequest,
    weights: bytes,
    images: NDArray[np.uint8],
    *,
    on_device: bool = True,
) -> NDArray[np.float32]:
    """The outputs [n, classes] of a trained network, on the device it is trained on or the CPU.

    Raises ShippingError.
    """
    answers = _Answers()
    count, classes = len(images), request.data.classes
    ending = await executor.run_trained(
        request, answers, count * classes * 4, (*_training_part(request), _as_file(images), weights),
        on_device=on_device, kind="predict", images=tuple(range(count)),
    )  # fmt: skip
    return _read(answers.payload(ending, request.timeout_s), count, classes)


async def convert(executor: LocalExecutor, request: TrainRequest, weights: bytes, form: Form) -> bytes:
    """A trained network as ONNX or .pt2, which takes pixels from 0 to 1. Raises ShippingError."""
    answers = _Answers()
    data = (*_training_part(request), request.data.files().val_images, weights)
    ending = await executor.run_trained(
        request, answers, 2 * len(weights) + _ROOM, data, on_device=False, kind="convert", form=form
    )
    return answers.payload(ending, request.timeout_s)


async def run_form(
    executor: LocalExecutor, request: TrainRequest, form: Form, content: bytes, images: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """The outputs of a network in a form it was given, on the CPU. Raises ShippingError.

    For a script the request's source is the file, and `content` its weights.
    """
    answers = _Answers()
    count, classes = len(images), request.data.classes
    ending = await executor.run_trained(
        request, answers, count * classes * 4, (*_training_part(request), _as_file(images), content),
        on_device=False, kind="run", form=form, images=tuple(range(count)),
    )  # fmt: skip
    return _read(answers.payload(ending, request.timeout_s), count, classes)


class _Answers:
    """Collects the one answer there is."""

    def __init__(self) -> None:
        self._payload: bytes | None = None
        self._failed: Failed | None = None

    def __call__(self, answer: Answer, payload: bytes) -> None:
        if self._payload is not None or self._failed:
            raise ProtocolError("an answer out of turn")
        if isinstance(answer, Failed):
            self._failed = answer
        elif isinstance(answer, Verified | Converted):
            self._payload = payload
        else:
            raise ProtocolError("an answer out of turn")

    def payload(self, ending: Ending, timeout_s: float) -> bytes:
        if self._failed:
            raise ShippingError(self._failed.outcome, printable(self._failed.reason))
        failure = failure_of(ending, timeout_s, answered=self._payload is not None)
        if failure is not None:
            raise ShippingError(*failure)
        assert self._payload is not None
        return self._payload


def _read(payload: bytes, count: int, classes: int) -> NDArray[np.float32]:
    try:
        found = read_predictions(payload, count, classes)
    except ValueError as error:
        raise ShippingError(Outcome.FORGED, str(error)) from None
    if not np.isfinite(found).all():
        raise ShippingError(Outcome.DIVERGED, "the network's outputs are not finite numbers")
    return found


def _training_part(request: TrainRequest) -> tuple[Path, Path]:
    files = request.data.files()
    return files.train_images, files.train_labels


def _as_file(images: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    np.save(file, images, allow_pickle=False)
    return file.getvalue()
