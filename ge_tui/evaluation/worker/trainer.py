"""The training of one network, top to bottom.

The data lie on the device as uint8; shuffling, augmentation and normalisation are batched tensor operations
there; nothing waits for the device but the few points at which a message is sent. Budgets are in steps.
The network's answers for the validation images go out raw: the labels are not in this process.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from statistics import median

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Finished, Job, Progress, Validated
from ge_tui.evaluation.worker.augment import COLOURS, LEAVES_BLANK, draw_moves, move
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.device import has_bf16, prepare_device
from ge_tui.evaluation.worker.failure import GenomeFailureError, failure_from
from ge_tui.evaluation.worker.genome_module import GenomeModule
from ge_tui.evaluation.worker.inspection import check_output, count_flops, count_params, refuse_if_too_big
from ge_tui.evaluation.worker.integrity import Snapshot
from ge_tui.evaluation.worker.optimiser import quicken
from ge_tui.evaluation.worker.packing import pack
from ge_tui.evaluation.worker.schedule import make_schedule

PREDICT_BATCH = 500
"""At most; and twice the training's batch, which fits into memory wherever training does."""
AT_ONCE_BYTES = 64 << 20
"""Of images that are augmented together on a GPU."""
REPORTS = 10
"""Messages about the training loss in a training shorter than an epoch."""
_LATENCY_WARMUP, _LATENCY_RUNS = 5, 20

Send = Callable[[Progress | Validated | Finished, bytes], None]


def train(job: Job, arrays: Arrays, send: Send) -> None:
    """Train a genome as its job says, sending the curve as it goes. Raises GenomeFailureError."""
    data = ResidentData(job, arrays)
    del arrays  # on a CPU its images would lie there twice
    refuse_changes = Snapshot().refuse_changes
    genome = GenomeModule(job)
    refuse_changes()
    refuse_if_too_big(genome.count_params(), job)
    network = genome.network()
    refuse_if_too_big(count_params(network), job)
    flops = count_flops(network, data.prepare(data.val_images[:1].cpu()))
    network.to(data.device).to(memory_format=data.memory_format)  # type: ignore[call-overload]  # in torch's docs, not its types
    optimizer = genome.optimizer(network)
    quicken(optimizer, network)

    _fit(job, network, optimizer, data, send)
    params = count_params(network, optimizer)
    refuse_if_too_big(params, job)

    metrics = {"params": float(params)}
    if flops is not None:
        metrics["flops"] = float(flops)
    if "overfit_gap" in job.wants:
        metrics["train_accuracy"] = data.train_accuracy(network)
    if "latency_ms" in job.wants:
        metrics["latency_ms"] = _latency_ms(network, data)
    refuse_changes()
    send(Finished(metrics=metrics), pack(network))


class ResidentData:
    """A data set on the device, and how its images become a network's input."""

    memory_format = torch.channels_last

    def __init__(self, job: Job, arrays: Arrays) -> None:
        self.device = torch.device(job.device)
        self._plan = job.plan
        self._classes = job.inputs.classes
        prepare_device(job.device, job.gpu_share)
        images, self.labels, self.val_images = (torch.from_numpy(array).to(self.device) for array in arrays)
        self.images = images.contiguous(memory_format=self.memory_format)
        self.batch_size = min(job.plan.batch_size, len(self.images))
        self._scale, self._offset = self._normalising()
        self._order = torch.Generator().manual_seed(job.seed)
        self._colours = [COLOURS[name] for name in job.plan.augment if name in COLOURS]
        self._blank = bool(LEAVES_BLANK & set(job.plan.augment))

    def _normalising(self) -> tuple[Tensor, Tensor]:
        """What images in [0, 1] are multiplied by and what is added then, each channel its own."""
        channels = self.images.shape[1]
        if not self._plan.normalise:
            return torch.ones(1, channels, 1, 1, device=self.device), torch.zeros(1, channels, 1, 1, device=self.device)
        sample = self.images[:: max(1, len(self.images) // 5000)].float() / 255
        mean = sample.mean(dim=(0, 2, 3), keepdim=True)
        deviation = sample.std(dim=(0, 2, 3), keepdim=True).clamp_min(1e-3)
        return 1 / deviation, -mean / deviation

    @property
    def steps_per_epoch(self) -> int:
        return max(1, len(self.images) // self.batch_size)

    def epoch(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of one epoch in a new order; a last smaller one is left out."""
        order = torch.randperm(len(self.images), generator=self._order)[: self.steps_per_epoch * self.batch_size]
        for chosen in order.to(self.device).split(self._batches_at_once() * self.batch_size):
            images = self._augmented(chosen).split(self.batch_size)
            yield from zip(images, self.labels[chosen].split(self.batch_size), strict=True)

    def _batches_at_once(self) -> int:
        """How many batches are augmented together: on a GPU several, for there a small operation costs its launch."""
        side = self._plan.image_size or self.images.shape[-1]
        pixels = self.batch_size * self.images.shape[1] * side * side
        return max(1, AT_ONCE_BYTES // (4 * pixels)) if self.device.type == "cuda" else 1

    def _augmented(self, chosen: Tensor) -> Tensor:
        """Images of the training part as a network's input."""
        side = self._plan.image_size or self.images.shape[-1]
        moves = draw_moves(self._plan.augment, len(chosen), side, self.device)
        if not self._colours and side == self.images.shape[-1]:
            return self._normalised(move(_pixels(self.images), chosen, moves, blank=self._blank), whole=255)
        x = self.images[chosen].float() / 255
        upwards = side >= x.shape[-1]  # colours change the smaller images: it comes to the same, and is quicker
        x = x if upwards else self._resized(x)
        for colour in self._colours:
            x = colour(x)
        x = self._resized(x) if upwards else x
        every = torch.arange(len(chosen), device=self.device)
        return self._normalised(move(_pixels(x), every, moves, blank=self._blank), whole=1)

    def prepare(self, images: Tensor) -> Tensor:
        """uint8 images as a network's input without augmentation: resized, normalised."""
        return self._normalised(self._resized(images.float() / 255), whole=1)

    def _resized(self, images: Tensor) -> Tensor:
        size, now = self._plan.image_size or images.shape[-1], images.shape[-1]
        if size == now:
            return images
        images = images.contiguous(memory_format=self.memory_format)
        return F.interpolate(images, size=(size, size), mode="bilinear", align_corners=False, antialias=size < now)

    def _normalised(self, images: Tensor, whole: int) -> Tensor:
        """Images whose brightest value is `whole`, as a network takes them."""
        x = images.float()
        scale, offset = (part.to(x.device) for part in (self._scale, self._offset))
        if self._plan.normalise:
            x = torch.addcmul(offset, x, scale / whole)
        elif whole != 1:
            x = x / whole
        return x.contiguous(memory_format=self.memory_format)

    def autocast(self) -> AbstractContextManager[object]:
        """bf16 where the device has it."""
        return torch.autocast("cuda", dtype=torch.bfloat16) if has_bf16(self.device.type) else nullcontext()

    def predict(self, network: nn.Module, images: Tensor) -> Tensor:
        """A network's float32 outputs [n, classes] for uint8 images, dropout off."""
        network.eval()
        outputs = []
        size = min(PREDICT_BATCH, 2 * self.batch_size)
        with torch.no_grad(), self.autocast():
            for start in range(0, len(images), size):
                batch = self.prepare(images[start : start + size])
                outputs.append(check_output(network(batch), len(batch), self._classes).float())
        return torch.cat(outputs)

    def train_accuracy(self, network: nn.Module) -> float:
        """Accuracy on as many training images as the validation part has, without augmentation."""
        count = len(self.val_images)
        chosen = torch.randperm(len(self.images), generator=torch.Generator().manual_seed(0))[:count].to(self.device)
        predicted = self.predict(network, self.images[chosen]).argmax(dim=1)
        return float((predicted == self.labels[chosen]).float().mean())


def _pixels(images: Tensor) -> Tensor:
    """The pixels of channels_last images, [n * height * width, channels]."""
    return images.permute(0, 2, 3, 1).reshape(-1, images.shape[1])


def _fit(job: Job, network: nn.Module, optimizer: torch.optim.Optimizer, data: ResidentData, send: Send) -> None:
    """Train for the plan's steps or until its schedule stops."""
    plan = job.plan
    schedule = make_schedule(plan)
    base_rates = [group["lr"] for group in optimizer.param_groups]
    report_every = max(1, min(plan.steps // REPORTS, data.steps_per_epoch))
    validate_at = _validation_steps(plan.steps, plan.validations, data.steps_per_epoch)
    losses = LossMeter(data.device)
    step, going = 0, True
    network.train()
    while going and step < plan.steps:
        for images, labels in data.epoch():
            factor = schedule.factor(step)
            for group, rate in zip(optimizer.param_groups, base_rates, strict=True):
                group["lr"] = rate * factor
            losses.add(_step(network, optimizer, images, labels, data, plan.label_smoothing, step))
            step += 1
            ends_epoch = step % data.steps_per_epoch == 0
            if ends_epoch:
                going = schedule.end_epoch(losses.epoch_mean(step))
            epoch = step / data.steps_per_epoch
            if step in validate_at or ends_epoch or step == plan.steps or not going:
                answers = _validate(network, data, step)
                network.train()
                send(
                    Validated(step=step, epoch=epoch, train_loss=losses.mean(step)),
                    answers,
                )
            elif step % report_every == 0:
                send(Progress(step=step, epoch=epoch, train_loss=losses.mean(step)), b"")
            if step == plan.steps or not going:
                break


def _validate(network: nn.Module, data: ResidentData, step: int) -> bytes:
    """The network's outputs for the validation images, as they are sent."""
    try:
        return data.predict(network, data.val_images).cpu().contiguous().numpy().astype("<f4").tobytes()
    except BaseException as error:
        raise failure_from(error, Outcome.CRASHED, f"the validation after step {step}") from error


def _step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    data: ResidentData,
    smoothing: float,
    step: int,
) -> Tensor:
    """One forward, backward and optimiser step; the detached loss."""
    try:
        with data.autocast():
            loss = F.cross_entropy(network(images), labels, label_smoothing=smoothing)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    except BaseException as error:
        raise failure_from(error, Outcome.CRASHED, f"training step {step + 1}") from error
    return loss.detach()


class LossMeter:
    """Means of the training loss; the sums stay on the device until someone asks."""

    def __init__(self, device: torch.device) -> None:
        self._zero = torch.zeros((), device=device)
        self._recent, self._recent_count, self._last = self._zero, 0, 0.0
        self._epoch, self._epoch_count = self._zero, 0

    def add(self, loss: Tensor) -> None:
        self._recent, self._recent_count = self._recent + loss, self._recent_count + 1
        self._epoch, self._epoch_count = self._epoch + loss, self._epoch_count + 1

    def mean(self, step: int) -> float:
        """Since the last call. Raises GenomeFailureError (diverged)."""
        if self._recent_count:
            self._last = _finite(self._recent / self._recent_count, step)
            self._recent, self._recent_count = self._zero, 0
        return self._last

    def epoch_mean(self, step: int) -> float:
        """Over the epoch that ends. Raises GenomeFailureError (diverged)."""
        value = _finite(self._epoch / max(1, self._epoch_count), step)
        self._epoch, self._epoch_count = self._zero, 0
        return value


def _finite(value: Tensor, step: int) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise GenomeFailureError(Outcome.DIVERGED, f"the training loss was {number} by step {step}")
    return number


def _validation_steps(steps: int, validations: int, steps_per_epoch: int) -> set[int]:
    """Where to validate besides the ends of epochs: evenly, in a training of less than two epochs."""
    if steps >= 2 * steps_per_epoch:
        return set()
    return {steps * part // validations for part in range(1, validations)} - {0}


def _latency_ms(network: nn.Module, data: ResidentData) -> float:
    """The median time of one image's forward pass, milliseconds."""
    network.eval()
    image = data.prepare(data.val_images[:1])
    times = []
    with torch.no_grad(), data.autocast():
        for _ in range(_LATENCY_WARMUP + _LATENCY_RUNS):
            started = time.perf_counter()
            network(image)
            if data.device.type == "cuda":
                torch.cuda.synchronize()
            times.append((time.perf_counter() - started) * 1e3)
    return median(times[_LATENCY_WARMUP:])
