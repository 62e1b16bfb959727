"""The trainer against a bare forward, backward, step loop over tensors that lie on the device already.

    python -m benchmarks.trainer [--steps 60] [--batch 0] [--size 32] [--recipe fast] [--threads 1] [--device auto]
        [--json FILE]

The seed network on synthetic images of CIFAR-10's shape, by recipe `fast` or `paper`. The two are interleaved:
whenever the trainer reports its progress, the bare loop takes as many steps with a network of its own, so that both
meet the same hour of the machine. The figure is the median of the pairs; on a CPU of their processor time, to which
other work on the machine means little. On a GPU it also says how busy that was.
"""

from __future__ import annotations

import argparse
import time
from statistics import median, quantiles
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.gpu import GpuWatch
from benchmarks.output import write_json
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Finished, Inputs, Job, JobLimits, Progress, Validated
from ge_tui.evaluation.task import find_task
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.genome_module import GenomeModule
from ge_tui.evaluation.worker.memory import keep_freed_memory
from ge_tui.evaluation.worker.resident import ResidentData
from ge_tui.evaluation.worker.trainer import train

CLASSES, CHANNELS = 10, 3
TASK = find_task("ExquisiteNetV2")
VALIDATION = 500


def images_of(count: int, size: int) -> Arrays:
    """Noise with labels; what is in the images changes no speed."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count + VALIDATION, CHANNELS, size, size), dtype=np.uint8)
    return Arrays(images[:count], rng.integers(0, CLASSES, count), images[count:])


def job_of(plan: TrainingPlan, size: int, device: str, threads: int) -> Job:
    limits = JobLimits(wall_s=3600, memory_mb=8192, params=TASK.file.limits.params)
    inputs = Inputs(classes=CLASSES, channels=CHANNELS, image_size=size)
    names = TASK.contract.network, TASK.contract.optimizer
    return Job(kind="train", source=TASK.seed_source, network=names[0], optimizer=names[1], inputs=inputs, plan=plan,
               seed=1, limits=limits, device=device, threads=threads)  # fmt: skip


class BareLoop:
    """What training cannot do without: the same network, batch and optimiser, one batch again and again."""

    def __init__(self, job: Job, arrays: Arrays) -> None:
        genome = GenomeModule(job)
        self._data = ResidentData(job, arrays)
        network = genome.network().to(self._data.device)
        self._network = network.to(memory_format=self._data.memory_format)  # type: ignore[call-overload]
        self._optimizer = genome.optimizer(self._network)
        self._images = self._data.prepare(self._data.images[: self._data.batch_size])
        self._labels = self._data.labels[: self._data.batch_size]

    def take(self, steps: int) -> None:
        for _ in range(steps):
            with self._data.autocast():
                loss = functional.cross_entropy(self._network(self._images), self._labels)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
        if self._data.device.type == "cuda":
            torch.cuda.synchronize()


class Clock:
    """Seconds by the wall and by the processor."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def since(self) -> tuple[float, float]:
        return time.perf_counter() - self._wall, time.process_time() - self._cpu


class Pairs:
    """Takes the trainer's messages; between two of them the bare loop runs."""

    def __init__(self, bare: BareLoop) -> None:
        self._bare = bare
        self._before: tuple[int, Clock] | None = None
        self.found: list[tuple[int, tuple[float, float], tuple[float, float]]] = []
        """Steps, and what they took the trainer and the bare loop."""

    def __call__(self, message: Progress | Validated | Finished, _payload: bytes) -> None:
        if isinstance(message, Finished):
            return
        if isinstance(message, Progress) and self._before is not None:  # what led to a validation is not counted
            steps = message.step - self._before[0]
            theirs, clock = self._before[1].since(), Clock()
            self._bare.take(steps)
            self.found.append((steps, theirs, clock.since()))
        self._before = message.step, Clock()


def measure(
    steps: int, batch: int, size: int, threads: int, device: str, recipe: str, repeats: int = 3
) -> dict[str, Any]:
    torch.set_num_threads(threads)
    keep_freed_memory()
    found: list[tuple[int, tuple[float, float], tuple[float, float]]] = []
    with GpuWatch(device) as watch:
        for _ in range(repeats):
            plan = TASK.plan("any", recipe).model_copy(update={"steps": steps, "batch_size": batch})
            arrays = images_of(batch * (steps + 1), size)
            job = job_of(plan, size, device, threads)
            loop = BareLoop(job, arrays)
            loop.take(5)
            pairs = Pairs(loop)
            train(job, arrays, pairs)
            found += pairs.found[1:]  # the first steps warm up
    by_wall, by_cpu = ([bare[kind] / trainer[kind] for _, trainer, bare in found] for kind in (0, 1))
    ratios = by_wall if device == "cuda" or threads > 1 else by_cpu
    low, _, high = quantiles(ratios, n=4)
    images = [batch * count for count, _, _ in found]
    child = TASK.plan("cifar10", recipe)
    speed = median(n / trainer[0] for n, (_, trainer, _) in zip(images, found, strict=True))
    return {
        "recipe": recipe, "children_hour": 3600 * speed / (child.steps * child.batch_size),
        "trainer_images_s": speed,
        "bare_images_s": median(n / bare[0] for n, (_, _, bare) in zip(images, found, strict=True)),
        "ratio": median(ratios), "ratio_wall": median(by_wall), "ratio_quarter": low, "ratio_three_quarters": high,
        "pairs": len(ratios), "batch": batch, "size": size, "threads": threads, "device": device,
        "gpu_busy": watch.busy,
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    busy = "" if found["gpu_busy"] is None else f", GPU {found['gpu_busy']:.0%} busy"
    return (
        f"{found['recipe']} on {found['device']}, batch {found['batch']}, {found['size']}x{found['size']}, "
        f"{found['threads']} threads: "
        f"trainer {found['trainer_images_s']:,.0f} images/s, bare loop {found['bare_images_s']:,.0f}; "
        f"{found['ratio']:.1%} of it (half of {found['pairs']} pairs between {found['ratio_quarter']:.1%} and "
        f"{found['ratio_three_quarters']:.1%}){busy}; at CIFAR-10's rung short "
        f"{found['children_hour']:.3g} children an hour"
    )


def best_device(asked: str) -> str:
    if asked != "auto":
        return asked
    return "cuda" if torch.cuda.is_available() else "cpu"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--batch", type=int, default=0, help="0: 64, 4 at 224x224; on a GPU as the recipe has it")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--recipe", choices=("fast", "paper"), default="fast")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--json")
    options = parser.parse_args()
    device = best_device(options.device)
    as_said = TASK.plan("cifar10", options.recipe)
    small = 4 if as_said.image_size else 64
    batch = options.batch or (as_said.batch_size if device == "cuda" else small)
    steps = options.steps * (10 if device == "cuda" and not as_said.image_size else 1)
    found = measure(steps, batch, options.size, options.threads, device, options.recipe)
    print(table(found))
    write_json(options.json, found)


if __name__ == "__main__":
    main()
