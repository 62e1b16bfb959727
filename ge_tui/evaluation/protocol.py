"""The messages between the engine and its workers, and their form on the wire.

A worker's answer is data from hostile ground: a frame is two lengths, a JSON header and raw bytes; both
lengths are bounded before anything is read, and the header is validated field by field. Nothing is ever
unpickled.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from ge_tui.evaluation.box.limits import Allowance
from ge_tui.evaluation.model import Value
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.plan import TrainingPlan

MAX_HEADER = 1 << 22
MAX_REASON = 4000
MAX_COUNT = 1 << 53
"""No count of anything is larger; a float holds it exactly, and so does a database."""
_LENGTHS = struct.Struct("!II")

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
MetricName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]


class Inputs(Value):
    """What a network is built for and fed with."""

    classes: int = Field(gt=1)
    channels: int = Field(gt=0)
    image_size: int = Field(gt=0)


class Form(StrEnum):
    """In which form a trained network leaves the program."""

    SCRIPT = "script"
    """A Python file beside its weights."""
    ONNX = "onnx"
    PT2 = "pt2"
    """What `torch.export` saves."""


class JobLimits(Allowance):
    """What one child process may use, and how large its network may be."""

    params: int = Field(gt=0)


class Job(Value):
    """One child process: check a genome, train it, build a trained one anew, measure its record, or ship it.

    The data of a training are no part of it: they come as open files, so that no path leads to them.
    """

    kind: Literal["check", "train", "verify", "measure", "predict", "convert", "run"]
    source: str
    network: str
    optimizer: str
    inputs: Inputs
    plan: TrainingPlan
    seed: int
    limits: JobLimits
    device: str = "cpu"
    threads: int = Field(1, gt=0)
    gpu_share: float = Field(1.0, gt=0, le=1)
    """The part of a GPU's memory that torch may take."""
    wants: tuple[str, ...] = ()
    """Of a training: flops, where nothing else measures them. Of a network built anew: a record of one answer."""
    images: tuple[Count, ...] = ()
    """What a network built anew is to answer for: validation images, and past their number those of the training."""
    form: Form = Form.SCRIPT
    """Of a network to be converted, or to be run."""


class ShapeRow(Value):
    """One module's output."""

    path: str = Field(max_length=300)
    kind: str = Field(max_length=100)
    shape: tuple[Count, ...] = Field(max_length=8)
    params: Count


class Checked(Value):
    """A genome that can be trained."""

    kind: Literal["checked"] = "checked"
    params: Count
    flops: Count | None = None
    shapes: tuple[ShapeRow, ...] = Field(max_length=2000)
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")


class Failed(Value):
    """A job that came to nothing, and why."""

    kind: Literal["failed"] = "failed"
    outcome: Outcome
    reason: str = Field(max_length=MAX_REASON)

    @field_validator("outcome")
    @classmethod
    def _no_success(cls, outcome: Outcome) -> Outcome:
        if outcome is Outcome.OK:
            raise ValueError("a failure that is none")
        return outcome


class Progress(Value):
    """The mean training loss since the last message."""

    kind: Literal["progress"] = "progress"
    step: Count
    epoch: float = Field(ge=0)
    train_loss: float


class Validated(Value):
    """As Progress, with the raw outputs for the validation part as payload: float32 [n, classes].

    Where the best validation counts, the weights follow it.
    """

    kind: Literal["validated"] = "validated"
    step: Count
    epoch: float = Field(ge=0)
    train_loss: float


class Finished(Value):
    """The end of a training, with the weights as payload."""

    kind: Literal["finished"] = "finished"
    metrics: dict[MetricName, float] = Field(max_length=32)


class StateRow(Value):
    """One tensor of a network's state."""

    name: str = Field(max_length=1000)
    kind: str = Field(max_length=10)
    shape: tuple[Count, ...] = Field(max_length=16)


class Built(Value):
    """What a network built anew is made of, before it is given the trained numbers; it waits for them."""

    kind: Literal["built"] = "built"
    state: tuple[StateRow, ...] = Field(max_length=100_000)


class Verified(Value):
    """What a network built anew answers, as payload: float32 [n, classes]."""

    kind: Literal["verified"] = "verified"


class Recorded(Value):
    """How it came to its answer for the first image, as payload: see worker/record.py."""

    kind: Literal["recorded"] = "recorded"


class Measured(Value):
    """What a record costs when it is gone through without the genome, with its answers as payload."""

    kind: Literal["measured"] = "measured"
    flops: Count
    latency_ms: float = Field(ge=0)


class Converted(Value):
    """A network in another form, as payload."""

    kind: Literal["converted"] = "converted"


AnyAnswer = Checked | Failed | Progress | Validated | Finished | Built | Verified | Recorded | Measured | Converted
Answer = Annotated[AnyAnswer, Field(discriminator="kind")]
_ANSWER: TypeAdapter[AnyAnswer] = TypeAdapter(Answer)


class ProtocolError(ValueError):
    """What came is not a message."""


def parse_answer(header: bytes) -> AnyAnswer:
    """Read a worker's message. Raises ProtocolError."""
    try:
        return _ANSWER.validate_json(header)
    except ValidationError as error:
        raise ProtocolError(f"not a message of a worker: {error.errors()[0]['msg']}") from None


def encode(header: Value | dict[str, object], payload: bytes = b"") -> bytes:
    """One frame as bytes."""
    text = header.model_dump_json() if isinstance(header, Value) else json.dumps(header)
    head = text.encode()
    return _LENGTHS.pack(len(head), len(payload)) + head + payload


class FrameReader:
    """Cuts a stream of bytes into frames; holds at most one frame of bounded size."""

    def __init__(self, max_payload: int = 0) -> None:
        self._buffer = bytearray()
        self._max_payload = max_payload

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Headers and payloads that are complete now. Raises ProtocolError on a length out of bounds."""
        self._buffer += data
        while len(self._buffer) >= _LENGTHS.size:
            head, payload = _LENGTHS.unpack_from(self._buffer)
            if head > MAX_HEADER or payload > self._max_payload:
                raise ProtocolError(f"a message of {head} + {payload} bytes is longer than allowed")
            end = _LENGTHS.size + head + payload
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[_LENGTHS.size : end])
            del self._buffer[:end]
            yield frame[:head], frame[head:]
