"""The training of one network, top to bottom.

The data lie on the device as uint8; shuffling, augmentation and normalisation are batched tensor operations
there; nothing waits for the device but the few points at which a message is sent. Budgets are in steps.
The network's answers for the validation images go out raw: the labels are not in this process.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Finished, Job, Progress, Validated
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.failure import GenomeFailureError, failure_from
from ge_tui.evaluation.worker.genome_module import GenomeModule
from ge_tui.evaluation.worker.inspection import count_flops, count_params, refuse_if_too_big
from ge_tui.evaluation.worker.integrity import Snapshot
from ge_tui.evaluation.worker.optimiser import quicken
from ge_tui.evaluation.worker.packing import answers_as_bytes, pack
from ge_tui.evaluation.worker.resident import ResidentData
from ge_tui.evaluation.worker.schedule import make_schedule

REPORTS = 10
"""Messages about the training loss in a training shorter than an epoch."""

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
    flops = count_flops(network, data.prepare(data.val_images[:1].cpu())) if "flops" in job.wants else None
    data.place(network)
    optimizer = genome.optimizer(network)
    quicken(optimizer, network)

    _fit(job, network, optimizer, data, send)
    params = count_params(network, optimizer)
    refuse_if_too_big(params, job)

    metrics = {"params": float(params)}
    if flops is not None:
        metrics["flops"] = float(flops)
    refuse_changes()
    send(Finished(metrics=metrics), pack(network))


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
                answers = _validate(network, data, step) + (pack(network) if plan.keep == "best" else b"")
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
        return answers_as_bytes(data.predict(network, data.val_images))
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
        """A step's loss."""
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
