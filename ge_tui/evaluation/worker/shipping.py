"""A trained network in the forms in which it leaves the program, made and tried where genomes run."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Converted, Form, Job, Verified
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.failure import GENOME_FILE, GenomeFailureError, failure_from
from ge_tui.evaluation.worker.genome_module import GenomeModule
from ge_tui.evaluation.worker.inspection import check_output
from ge_tui.evaluation.worker.packing import answers_as_bytes, fill, unpack
from ge_tui.evaluation.worker.resident import PREDICT_BATCH, ResidentData
from ge_tui.evaluation.worker.torchvision_compat import make_torchvision_importable

INPUT, OUTPUT = "pixels", "logits"
"""What a converted network takes, float32 from 0 to 1 [n, channels, size, size], and gives."""
LOADER = "load_network"
"""What a file that stands alone calls the function that loads its weights, perhaps with underscores behind."""
_EXAMPLES = 2
_MAX_BATCH = 1 << 16

Send = Callable[[Verified | Converted, bytes], None]


class Shipped(nn.Module):
    """A network with what its training did to every image before it."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, network: nn.Module, data: ResidentData, size: int | None) -> None:
        super().__init__()
        self.network = network
        mean, deviation = data.statistics
        self.register_buffer("mean", mean.cpu())
        self.register_buffer("deviation", deviation.cpu())
        self.size = size

    def forward(self, pixels: Tensor) -> Tensor:
        x = pixels
        if self.size is not None:
            x = F.interpolate(x, size=(self.size, self.size), mode="bilinear", align_corners=False)
        answer: Tensor = self.network((x - self.mean) / self.deviation)
        return answer


def ship(job: Job, arrays: Arrays, content: bytes, send: Send) -> None:
    """Convert a network, or answer with one that was converted. Raises GenomeFailureError."""
    if job.kind == "convert":
        send(Converted(), _convert(job, arrays, content))
        return
    if job.kind == "predict":
        send(Verified(), _predictions(job, arrays, content))
        return
    images = torch.from_numpy(arrays.val_images)[list(job.images)]
    answer = {Form.SCRIPT: _scripted, Form.ONNX: _onnx, Form.PT2: _exported}[job.form](job, content)
    outputs = []
    try:
        with torch.no_grad():
            for start in range(0, len(images), PREDICT_BATCH):
                pixels = images[start : start + PREDICT_BATCH].float() / 255
                outputs.append(check_output(answer(pixels), len(pixels), job.inputs.classes).float())
    except BaseException as error:
        raise failure_from(error, Outcome.CRASHED, f"running the network as {job.form}") from error
    send(Verified(), answers_as_bytes(torch.cat(outputs)))


def _predictions(job: Job, arrays: Arrays, weights: bytes) -> bytes:
    """What a network built anew from its weights answers, as in training."""
    data = ResidentData(job, arrays)
    network = GenomeModule(job).network()
    data.place(network)
    images = data.val_images[list(job.images)]
    _fill(network, data, images, weights)
    return answers_as_bytes(data.predict(network, images))


def _fill(network: nn.Module, data: ResidentData, images: Tensor, weights: bytes) -> None:
    data.predict(network, images[:_EXAMPLES])  # some make a layer at the first call
    fill(network, lambda: unpack(weights))


def _convert(job: Job, arrays: Arrays, weights: bytes) -> bytes:
    data = ResidentData(job, arrays)
    network = GenomeModule(job).network()
    _fill(network, data, data.val_images, weights)
    size = job.plan.image_size if job.plan.image_size != job.inputs.image_size else None
    shipped = Shipped(network, data, size).eval()
    side = job.inputs.image_size
    example = torch.rand(_EXAMPLES, job.inputs.channels, side, side)
    batch = torch.export.Dim("batch", min=1, max=_MAX_BATCH)
    try:
        with torch.no_grad():
            program = torch.export.export(shipped, (example,), dynamic_shapes={"pixels": {0: batch}})
            return _as_onnx(program) if job.form is Form.ONNX else _as_pt2(program)
    except BaseException as error:
        raise failure_from(error, Outcome.BUILD, f"converting the network to {job.form}") from error


def _as_pt2(program: torch.export.ExportedProgram) -> bytes:
    file = io.BytesIO()
    torch.export.save(program, file)
    return file.getvalue()


def _as_onnx(program: torch.export.ExportedProgram) -> bytes:
    made = torch.onnx.export(program, dynamo=True, input_names=[INPUT], output_names=[OUTPUT], verbose=False)
    assert made is not None
    content: bytes = made.model_proto.SerializeToString()
    return content


def _exported(_job: Job, content: bytes) -> Callable[[Tensor], Tensor]:
    return torch.export.load(io.BytesIO(content)).module()


def _onnx(job: Job, content: bytes) -> Callable[[Tensor], Tensor]:
    import onnxruntime  # noqa: PLC0415  (an extra that need not be there, for those who ask for the form)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = job.threads
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return lambda pixels: torch.from_numpy(session.run([OUTPUT], {INPUT: pixels.numpy()})[0])


def _scripted(job: Job, weights: bytes) -> Callable[[Tensor], Tensor]:
    """The network of a file that stands alone, which is the job's source."""
    if "torchvision" in job.source:
        make_torchvision_importable()
    file = Path(os.environ.get("TMPDIR", ".")) / "weights.safetensors"
    file.write_bytes(weights)
    module = ModuleType("exported")
    try:
        exec(compile(job.source, GENOME_FILE, "exec"), module.__dict__)
        loaders = [name for name in vars(module) if name.rstrip("_") == LOADER]
        network = vars(module)[max(loaders, key=len)](file)  # the genome may have one of its own
    except BaseException as error:
        raise failure_from(error, Outcome.IMPORT, "loading model.py with its weights") from error
    if not isinstance(network, nn.Module):
        raise GenomeFailureError(Outcome.IMPORT, "model.py gave no network")
    return network
