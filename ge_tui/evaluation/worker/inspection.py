"""The check before training: build, shapes, two small steps, a fingerprint. Well under a second."""

from __future__ import annotations

import gc
import hashlib
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Checked, Job, ShapeRow
from ge_tui.evaluation.worker.failure import GenomeFailureError, failure_from
from ge_tui.evaluation.worker.genome_module import GenomeModule
from ge_tui.evaluation.worker.integrity import Snapshot

_BATCH = 4
_STEPS = 2
_MAX_ROWS = 2000


def inspect_genome(job: Job) -> Checked:
    """Everything a child goes through before training. Raises GenomeFailureError."""
    refuse_changes = Snapshot().refuse_changes
    genome = GenomeModule(job)
    refuse_changes()
    refuse_if_too_big(genome.count_params(), job)
    network = genome.network()
    refuse_if_too_big(count_params(network), job)
    optimizer = genome.optimizer(network)
    params = count_params(network, optimizer)
    refuse_if_too_big(params, job)
    images, labels = _sample(job)
    shapes = _trace(network, images, job)
    flops = count_flops(network, images[:1])
    fingerprint = _fingerprint(network, optimizer, images, labels, job)
    params = max(params, count_params(network, optimizer))
    refuse_changes()
    return Checked(params=params, flops=flops, shapes=shapes, fingerprint=fingerprint)


def count_params(network: nn.Module, optimizer: torch.optim.Optimizer | None = None) -> int:
    """Trainable parameters, each counted once.

    With the optimiser: whatever it trains counts, and so does every tensor of the process that gathers gradients
    and is no other's result, whether the network names it or not.
    """
    found = list(nn.Module.parameters(network))
    if optimizer is not None:
        found += [tensor for group in optimizer.param_groups for tensor in group["params"]]
        found += [thing for thing in gc.get_objects() if _is_trained(thing)]
    storages = {
        (tensor.untyped_storage().data_ptr(), tensor.storage_offset(), tensor.numel()): tensor.numel()
        for tensor in found
        if tensor.requires_grad
    }
    return sum(storages.values())


def _is_trained(thing: object) -> bool:
    """Whether something is a leaf that gathers gradients; by its type alone, so that no look-alike is asked."""
    if type(thing) not in (Tensor, nn.Parameter, nn.Buffer):
        return False
    assert isinstance(thing, Tensor)
    return thing.requires_grad and thing.is_leaf and not thing.is_meta


def refuse_if_too_big(params: int | None, job: Job) -> None:
    """Raises GenomeFailureError (build) beyond the task's limit."""
    if params is not None and params > job.limits.params:
        raise GenomeFailureError(
            Outcome.BUILD,
            f"{job.network} has {params:,} parameters; the task's limit is {job.limits.params:,}",
        )


def check_output(output: Any, count: int, classes: int) -> Tensor:
    """A network's answer as a float tensor [count, classes]. Raises GenomeFailureError (shape)."""
    if not isinstance(output, Tensor):
        raise GenomeFailureError(Outcome.SHAPE, f"the network answered with a {type(output).__name__}, not a tensor")
    if tuple(output.shape) != (count, classes):
        raise GenomeFailureError(
            Outcome.SHAPE, f"the network answered with shape {tuple(output.shape)}, not {(count, classes)}"
        )
    if not output.is_floating_point():
        raise GenomeFailureError(Outcome.SHAPE, f"the network answered with {output.dtype}, not floating point numbers")
    return output


def count_flops(network: nn.Module, images: Tensor) -> int | None:
    """Floating point operations of one image's forward pass; None where they cannot be counted."""
    network.eval()
    counter = FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            network(images)
    except BaseException:  # noqa: BLE001  (a genome may do what the counter cannot follow; the number is optional)
        return None
    return int(counter.get_total_flops())


def _sample(job: Job) -> tuple[Tensor, Tensor]:
    """Seeded noise in the form of a training batch."""
    size = job.plan.image_size or job.inputs.image_size
    generator = torch.Generator().manual_seed(job.seed)
    images = torch.randn(_BATCH, job.inputs.channels, size, size, generator=generator)
    labels = torch.randint(0, job.inputs.classes, (_BATCH,), generator=generator)
    return images, labels


def _trace(network: nn.Module, images: Tensor, job: Job) -> tuple[ShapeRow, ...]:
    """Run the network once and note each module's output; an error names the module it came from."""
    rows: list[ShapeRow] = []
    entered: list[str] = []
    names = {module: path or type(network).__name__ for path, module in network.named_modules()}

    def enter(module: nn.Module, _inputs: Any) -> None:
        entered.append(names.get(module, type(module).__name__))

    def leave(module: nn.Module, _inputs: Any, output: Any) -> None:
        entered.pop()
        if isinstance(output, Tensor) and len(rows) < _MAX_ROWS:
            own = sum(p.numel() for p in module.parameters(recurse=False))
            path = names.get(module, "")
            rows.append(
                ShapeRow(
                    path=path[:300],
                    kind=type(module).__name__[:100],
                    shape=tuple(output.shape)[:8],
                    params=own,
                )
            )

    handles = [m.register_forward_pre_hook(enter) for m in names] + [m.register_forward_hook(leave) for m in names]
    network.eval()
    try:
        with torch.no_grad():
            output = network(images)
    except BaseException as error:
        where = f" at module {entered[-1]}" if entered else ""
        reached = f"; before it: {_last_shapes(rows)}" if rows else ""
        failure = failure_from(error, Outcome.SHAPE, f"the forward pass of {tuple(images.shape)}{where}")
        raise GenomeFailureError(failure.outcome, (failure.reason + reached)[:4000]) from error
    finally:
        for handle in handles:
            handle.remove()
    check_output(output, len(images), job.inputs.classes)
    return tuple(rows)


def _last_shapes(rows: list[ShapeRow]) -> str:
    return ", ".join(f"{row.path} {row.shape}" for row in rows[-3:])


def _fingerprint(network: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor, job: Job) -> str:
    """The hash of what two seeded training steps give.

    Genomes that differ in text only (dead code, other names, reordered lines) agree in every bit of it.
    """
    digest = hashlib.sha256(repr(optimizer).encode())
    network.train()
    torch.manual_seed(0)
    for step in range(_STEPS + 1):
        try:
            output = check_output(network(images), len(images), job.inputs.classes)
            loss = F.cross_entropy(output.float(), labels)
            if step < _STEPS:
                optimizer.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        except BaseException as error:
            raise failure_from(error, Outcome.SHAPE, f"training step {step + 1} on {tuple(images.shape)}") from error
        if not torch.isfinite(output).all():
            raise GenomeFailureError(
                Outcome.DIVERGED, f"the network's outputs are not finite at training step {step + 1}"
            )
        digest.update(output.detach().float().contiguous().numpy().tobytes())
    return digest.hexdigest()
