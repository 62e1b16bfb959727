"""The data set on the device as uint8, and the batches made of it there; nothing in them waits for the device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from ge_tui.evaluation.protocol import Job
from ge_tui.evaluation.worker.augment import (
    COLOURS,
    LEAVES_BLANK,
    as_bytes,
    draw_moves,
    move,
    pixels_of,
    resize,
    stretch,
)
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.device import has_bf16, prepare_device
from ge_tui.evaluation.worker.inspection import check_output

PREDICT_BATCH = 500
"""At most; and twice the training's batch, which fits into memory wherever training does."""
AT_ONCE_BYTES = 64 << 20
"""Of images that are augmented together on a GPU."""


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
        self.statistics = self._statistics()
        """Mean and deviation that images are normalised with, shaped to broadcast over them."""
        self._scale, self._offset = self._normalising()
        self._order = torch.Generator().manual_seed(job.seed)
        self._colours = [COLOURS[name] for name in job.plan.augment if name in COLOURS]
        self._blank = bool(LEAVES_BLANK & set(job.plan.augment))

    def _statistics(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of each channel over the training part, in [0, 1], shaped to broadcast."""
        channels = self.images.shape[1]
        if not self._plan.normalise:
            return torch.zeros(1, channels, 1, 1, device=self.device), torch.ones(1, channels, 1, 1, device=self.device)
        sample = self.images[:: max(1, len(self.images) // 5000)].float() / 255
        return sample.mean(dim=(0, 2, 3), keepdim=True), sample.std(dim=(0, 2, 3), keepdim=True).clamp_min(1e-3)

    def _normalising(self) -> tuple[Tensor, Tensor]:
        """What images of 0 to 255 are multiplied by and what is added then, each channel its own."""
        mean, deviation = self.statistics
        if not self._plan.normalise:
            return torch.full((), 1 / 255, device=self.device), torch.zeros((), device=self.device)
        return 1 / (255 * deviation), -mean / deviation

    def forget_training(self) -> None:
        """Nothing of the training part stays but its mean and deviation."""
        self.images.zero_()
        self.images, self.labels = self.images[:0].clone(), self.labels[:0].clone()

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches in the training part, one at least."""
        return max(1, len(self.images) // self.batch_size)

    def epoch(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of one epoch in a new order; a last smaller one is left out."""
        order = torch.randperm(len(self.images), generator=self._order)[: self.steps_per_epoch * self.batch_size]
        for chosen in torch.split(order.to(self.device), self._batches_at_once() * self.batch_size):
            images, labels = self._augmented(chosen), self.labels[chosen]
            yield from zip(torch.split(images, self.batch_size), torch.split(labels, self.batch_size), strict=True)

    def _batches_at_once(self) -> int:
        """How many batches are augmented together: on a GPU several, for there a small operation costs its launch."""
        side = self._plan.image_size or self.images.shape[-1]
        pixels = self.batch_size * self.images.shape[1] * side * side
        return max(1, AT_ONCE_BYTES // (4 * pixels)) if self.device.type == "cuda" else 1

    def _augmented(self, chosen: Tensor) -> Tensor:
        """Images of the training part as a network's input."""
        side, now = self._plan.image_size or self.images.shape[-1], self.images.shape[-1]
        moves = draw_moves(self._plan.augment, len(chosen), side, self.device)
        if not self._colours and side == now:
            return self._normalised(move(pixels_of(self.images), chosen, moves, blank=self._blank))
        x = self.images[chosen]
        if side >= now:  # colours change the smaller images: it comes to the same, and is quicker
            return self._normalised(stretch(self._coloured(x), moves, blank=self._blank))
        x = self._coloured(resize(x, side, side))
        every = torch.arange(len(chosen), device=self.device)
        return self._normalised(move(pixels_of(x), every, moves, blank=self._blank))

    def _coloured(self, images: Tensor) -> Tensor:
        if not self._colours:
            return images
        x = images.float() / 255
        for colour in self._colours:
            x = colour(x)
        return as_bytes(x * 255) if images.dtype is torch.uint8 else x * 255

    def prepare(self, images: Tensor) -> Tensor:
        """uint8 images as a network's input without augmentation: resized, normalised."""
        side = self._plan.image_size or images.shape[-1]
        return self._normalised(resize(images, side, side))

    def _normalised(self, images: Tensor) -> Tensor:
        """Images of 0 to 255 as a network takes them."""
        x = images.float()
        scale, offset = (part.to(x.device) for part in (self._scale, self._offset))
        x = torch.addcmul(offset, x, scale) if self._plan.normalise else x * scale if x is images else x.mul_(scale)
        return x.contiguous(memory_format=self.memory_format)

    def place(self, network: nn.Module) -> None:
        """Put a network on the device, its numbers in the order that images have; what it says of that is not asked."""
        network.to(self.device).to(memory_format=self.memory_format)  # type: ignore[call-overload]  # in torch's docs, not its types

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
