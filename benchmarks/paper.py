"""Recipe `paper` against a training loop in the style of the original system, on the same images at 224x224.

    python -m benchmarks.paper [--images 864] [--side 32] [--workers 8] [--repeats 3] [--json FILE]

The original's style: a PNG file an image, opened, resized and augmented with Pillow by eight worker processes that
are started for every epoch, batches of 216. Ours: the same images by recipe `paper`, from memory, in this process.
Both train a network so small that only the input counts, an epoch in turn.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.output import write_json
from benchmarks.trainer import best_device, images_of, job_of
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.task import find_task
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.trainer import ResidentData

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
        loss = F.cross_entropy(self._network(images), labels)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def write_files(folder: Path, arrays: Arrays) -> None:
    for number, image in enumerate(arrays.train_images):
        Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0))).save(folder / f"{number}.png")


def original_epoch(training: Training, files: Files, batch: int, workers: int) -> float:
    """Seconds for an epoch in the original's style."""
    started = time.perf_counter()
    loader = DataLoader(files, batch_size=batch, shuffle=True, num_workers=workers, drop_last=True,
                        pin_memory=training.device.type == "cuda")  # fmt: skip
    for images, labels in loader:
        training.step(images.to(training.device, non_blocking=True), labels.to(training.device, non_blocking=True))
    training.wait()
    return time.perf_counter() - started


def our_epoch(training: Training, data: ResidentData) -> float:
    """Seconds for an epoch by the trainer's own batches."""
    started = time.perf_counter()
    for images, labels in data.epoch():
        training.step(images, labels)
    training.wait()
    return time.perf_counter() - started


def measure(images: int, side: int, workers: int, repeats: int, device: str) -> dict[str, Any]:
    torch.set_num_threads(1)
    plan: TrainingPlan = find_task("ExquisiteNetV2").plan("any", "paper")
    arrays = images_of(images, side)
    data = ResidentData(job_of(plan, side, device, 1), arrays)
    theirs, ours = Training(device), Training(device)
    original, paper = [], []
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), arrays)
        files = Files(Path(folder), arrays.train_labels.tolist(), plan.image_size or side)
        our_epoch(ours, data)
        for _ in range(repeats):
            original.append(original_epoch(theirs, files, plan.batch_size, workers))
            paper.append(our_epoch(ours, data))
    count = data.steps_per_epoch * data.batch_size
    ratios = [before / now for before, now in zip(original, paper, strict=True)]
    return {
        "original_images_s": count / median(original), "paper_images_s": count / median(paper),
        "ratio": median(ratios), "ratio_worst": min(ratios), "images": count, "side": side, "workers": workers,
        "device": device, "repeats": repeats,
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    return (
        f"{found['side']}x{found['side']} to 224x224, {found['images']} images, {found['device']}: files and "
        f"{found['workers']} workers {found['original_images_s']:,.0f} images/s, recipe paper "
        f"{found['paper_images_s']:,.0f}: {found['ratio']:.1f} times (the worst pair {found['ratio_worst']:.1f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=864)
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
