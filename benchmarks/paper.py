"""Recipe `paper` against a training loop in the style of the original system, on the same images at 224x224.

    python -m benchmarks.paper [--images 2160] [--side 32] [--workers 8] [--repeats 3] [--json FILE]

The original's style: a PNG file an image, opened, resized and augmented with Pillow by eight worker processes that
are started for every epoch, batches of 216. Ours: the same images by recipe `paper`, from memory, in this process.
Both train a network so small that only the input counts, an epoch in turn. By the clock other work on the machine
favours whoever has more processes; the processor time of each, workers included, is not misled by it.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from benchmarks.output import write_json
from benchmarks.trainer import best_device, images_of, job_of
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.task import find_task
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.memory import keep_freed_memory
from ge_tui.evaluation.worker.resident import ResidentData

JITTER, TRANSLATE = 0.05, 0.05


class Files(Dataset[tuple[Tensor, int]]):
    """Images in files, made ready one by one with Pillow."""

    def __init__(self, folder: Path, labels: list[int], size: int) -> None:
        self._folder = folder
        self._labels = labels
        self._size = size

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        with Image.open(self._folder / f"{index}.png") as file:
            image = file.convert("RGB").resize((self._size, self._size), Image.Resampling.BILINEAR)
        if random.random() < 0.5:
            image = ImageOps.mirror(image)
        if random.random() < 0.5:
            for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
                image = enhance(image).enhance(random.uniform(1 - JITTER, 1 + JITTER))
        if random.random() < 0.5:
            dx, dy = (random.uniform(-TRANSLATE, TRANSLATE) * self._size for _ in range(2))
            image = image.transform(image.size, Image.Transform.AFFINE, (1, 0, dx, 0, 1, dy))
        pixels = torch.from_numpy(np.array(image, dtype=np.uint8))
        return pixels.permute(2, 0, 1).float() / 255, self._labels[index]


class Tiny(nn.Module):
    """Looks at every pixel once: next to no work beside making the images ready."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(3, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.last(images.mean(dim=(2, 3)))  # type: ignore[no-any-return]


class Training:
    """The step both loops share."""

    def __init__(self, device: str) -> None:
        self.device = torch.device(device)
        self._network = Tiny().to(self.device)
        self._optimizer = torch.optim.SGD(self._network.parameters(), lr=0.1, momentum=0.9, nesterov=True)

    def step(self, images: Tensor, labels: Tensor) -> None:
        loss = functional.cross_entropy(self._network(images), labels)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def write_files(folder: Path, arrays: Arrays) -> None:
    for number, image in enumerate(arrays.train_images):
        Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0))).save(folder / f"{number}.png")


class Clock:
    """Seconds by the wall and by the processor, ended workers included."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), self._used()

    def since(self) -> tuple[float, float]:
        return time.perf_counter() - self._wall, self._used() - self._cpu

    @staticmethod
    def _used() -> float:
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def original_epoch(training: Training, files: Files, batch: int, workers: int) -> tuple[float, float]:
    """Seconds for an epoch in the original's style."""
    clock = Clock()
    loader = DataLoader(files, batch_size=batch, shuffle=True, num_workers=workers, drop_last=True,
                        pin_memory=training.device.type == "cuda")  # fmt: skip
    for images, labels in loader:
        training.step(images.to(training.device, non_blocking=True), labels.to(training.device, non_blocking=True))
    training.wait()
    return clock.since()


def our_epoch(training: Training, data: ResidentData) -> tuple[float, float]:
    """Seconds for an epoch by the trainer's own batches."""
    clock = Clock()
    for images, labels in data.epoch():
        training.step(images, labels)
    training.wait()
    return clock.since()


def measure(images: int, side: int, workers: int, repeats: int, device: str) -> dict[str, Any]:
    torch.set_num_threads(1)
    keep_freed_memory()
    plan: TrainingPlan = find_task("ExquisiteNetV2").plan("any", "paper")
    arrays = images_of(images, side)
    data = ResidentData(job_of(plan, side, device, 1), arrays)
    theirs, ours = Training(device), Training(device)
    original: list[tuple[float, float]] = []
    paper: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), arrays)
        warnings.simplefilter("ignore", UserWarning)  # of more workers than cores: that is the original's way
        files = Files(Path(folder), arrays.train_labels.tolist(), plan.image_size or side)
        our_epoch(ours, data)
        for _ in range(repeats):
            original.append(original_epoch(theirs, files, plan.batch_size, workers))
            paper.append(our_epoch(ours, data))
    count = data.steps_per_epoch * data.batch_size
    by_wall, by_cpu = ([t[kind] / o[kind] for t, o in zip(original, paper, strict=True)] for kind in (0, 1))
    return {
        "original_images_s": count / median(wall for wall, _ in original),
        "paper_images_s": count / median(wall for wall, _ in paper),
        "ratio": median(by_wall), "ratio_worst": min(by_wall), "ratio_cpu": median(by_cpu), "images": count,
        "side": side, "workers": workers, "device": device, "repeats": repeats,
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    return (
        f"{found['side']}x{found['side']} to 224x224, {found['images']} images, {found['device']}: files and "
        f"{found['workers']} workers {found['original_images_s']:,.0f} images/s, recipe paper "
        f"{found['paper_images_s']:,.0f}: {found['ratio']:.1f} times as fast (the worst pair "
        f"{found['ratio_worst']:.1f}), {found['ratio_cpu']:.1f} times by processor time"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=2160)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json")
    options = parser.parse_args()
    found = measure(options.images, options.side, options.workers, options.repeats, best_device("auto"))
    print(table(found))
    write_json(options.json, found)


if __name__ == "__main__":
    main()
