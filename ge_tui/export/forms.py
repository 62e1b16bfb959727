"""A trained network as files: every form is made and tried in the box, and compared with the network itself."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ge_tui.errors import NotReadyError, UserError
from ge_tui.evaluation import weights
from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import LocalExecutor, TrainRequest
from ge_tui.evaluation.executors.shipping import ShippingError, convert, predict, run_form
from ge_tui.evaluation.protocol import Form
from ge_tui.export.model_file import model_file
from ge_tui.export.trainings import Trained

FILES = {Form.ONNX: "model.onnx", Form.PT2: "model.pt2"}
_NEEDED = {Form.ONNX: ("onnx", "onnxscript", "onnxruntime")}
_SAMPLE = 16
_COMPARED = 256
_NOISE_SEED = 0
_TOLERANCE = 1e-3
"""Of an output, as a part of the largest."""


@dataclass(frozen=True, slots=True)
class FormReport:
    """One form beside the network it was made of."""

    form: Form
    file: str
    difference: float
    """The largest in any output, of those compared."""
    same_class: float
    compared: int
    problem: str = ""
    """Why it was left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Images and what the trained network answers to them."""

    images: NDArray[np.uint8]
    logits: NDArray[np.float32]
    real: bool
    """Images of the validation part; else noise, for a user's own images stay where they are."""

    @property
    def tolerance(self) -> float:
        """By how much an output of another form may differ."""
        return _TOLERANCE * max(1.0, float(np.abs(self.logits).max()))

    def as_file(self) -> bytes:
        """The first of them, in the safetensors format."""
        images, logits = self.images[:_SAMPLE], np.ascontiguousarray(self.logits[:_SAMPLE], "<f4")
        return weights.join(
            {
                "images": ("U8", images.shape, np.ascontiguousarray(images).tobytes()),
                "logits": ("F32", logits.shape, logits.tobytes()),
            }
        )

    @property
    def kept(self) -> int:
        """How many the file has."""
        return min(_SAMPLE, len(self.images))


def refuse_missing(forms: Sequence[Form]) -> None:
    """Before any work: whether what the forms need is installed. Raises NotReadyError."""
    for form in forms:
        missing = [name for name in _NEEDED.get(form, ()) if importlib.util.find_spec(name) is None]
        if missing:
            raise NotReadyError(f"--{form} needs {', '.join(missing)}; get them with: pip install 'ge-tui[onnx]'")


async def take_sample(executor: LocalExecutor, trained: Trained) -> Sample:
    """What the network says on the CPU, where others will ask it. Raises ShippingError."""
    data = trained.request.data
    real = not data.name.startswith("folder:")
    if real:
        images = np.load(data.files().val_images, mmap_mode="r", allow_pickle=False)[:_COMPARED]
    else:
        shape = (_SAMPLE, data.channels, data.image_size, data.image_size)
        images = np.random.default_rng(_NOISE_SEED).integers(0, 256, shape, np.uint8)
    images = np.ascontiguousarray(images)
    logits = await predict(executor, trained.request, trained.weights, images, on_device=False)
    return Sample(images, logits, real)


async def make_form(executor: LocalExecutor, trained: Trained, form: Form, sample: Sample) -> tuple[bytes, FormReport]:
    """The form, and how it compares; no bytes where it does not answer as the network does."""
    try:
        content = await convert(executor, trained.request, trained.weights, form)
        report = await _compare(executor, trained.request, form, content, sample, FILES[form])
    except ShippingError as error:
        return b"", FormReport(form, FILES[form], 0.0, 0.0, 0, str(error))
    return (b"" if report.problem else content), report


async def try_script(executor: LocalExecutor, trained: Trained, sample: Sample, facts: dict[str, Any]) -> FormReport:
    """model.py itself, run in the box with its weights. Raises UserError where it does not answer as it must."""
    text = model_file(trained.request.source, facts)
    request = replace(trained.request, source=text)
    report = await _compare(executor, request, Form.SCRIPT, trained.weights, sample, "model.py")
    if report.problem:
        raise UserError(f"the network cannot be exported: {report.problem}")
    return report


async def _compare(
    executor: LocalExecutor, request: TrainRequest, form: Form, content: bytes, sample: Sample, file: str
) -> FormReport:
    found = await run_form(executor, request, form, content, sample.images)
    gap = float(np.abs(found - sample.logits).max())
    same = float((found.argmax(axis=1) == sample.logits.argmax(axis=1)).mean())
    problem = ""
    if gap > sample.tolerance:
        problem = f"its outputs differ from the network's by up to {gap:g}, more than {sample.tolerance:g}"
    return FormReport(form, file, gap, same, len(sample.images), problem)


def facts_of(request: TrainRequest, sample: Sample, files: dict[str, bytes]) -> dict[str, Any]:
    """What model.py must know."""
    data, plan = request.data, request.plan
    mean, deviation = statistics_of(data, normalise=plan.normalise)
    return {
        "format": 1,
        "network": request.contract.network,
        "classes": list(data.class_names),
        "channels": data.channels,
        "size": data.image_size,
        "network_size": plan.image_size or data.image_size,
        "mean": mean,
        "deviation": deviation,
        "sample": sample.kept,
        "tolerance": sample.tolerance,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def statistics_of(data: DataSet, *, normalise: bool) -> tuple[list[float], list[float]]:
    """Mean and deviation of each channel, as the trainer takes them."""
    if not normalise:
        return [0.0] * data.channels, [1.0] * data.channels
    images = np.load(data.files().train_images, mmap_mode="r", allow_pickle=False)
    part = images[:: max(1, len(images) // 5000)].astype(np.float64) / 255
    mean = part.mean(axis=(0, 2, 3))
    deviation = np.maximum(part.std(axis=(0, 2, 3), ddof=1), 1e-3)
    return [float(x) for x in mean.astype(np.float32)], [float(x) for x in deviation.astype(np.float32)]
