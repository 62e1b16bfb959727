"""Augmentation as batched tensor operations; each image of the batch draws its own parameters.

Images are float [n, channels, height, width] in [0, 1]. All draws come from torch's seeded generator.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ge_tui.evaluation.plan import Augmentation

_JITTER = 0.05
_TRANSLATE = 0.05
_SHIFT_PART = 8


def _chosen(images: Tensor) -> Tensor:
    """True for about half of the images, shaped to broadcast over them."""
    return (torch.rand(len(images), device=images.device) < 0.5)[:, None, None, None]


def flip(images: Tensor) -> Tensor:
    return torch.where(_chosen(images), images.flip(-1), images)


def shift(images: Tensor) -> Tensor:
    """Whole pixels, up to one eighth of the side, reflected at the border."""
    side = images.shape[-1]
    most = max(1, side // _SHIFT_PART)
    padded = F.pad(images, (most,) * 4, mode="reflect")
    rows = _window(images, most)[:, None, :, None]
    columns = _window(images, most)[:, None, None, :]
    batch = torch.arange(len(images), device=images.device)[:, None, None, None]
    channels = torch.arange(images.shape[1], device=images.device)[None, :, None, None]
    return padded[batch, channels, rows, columns]


def jitter(images: Tensor) -> Tensor:
    """Brightness, contrast, saturation, in this order, each by a factor in 1 ± 0.05."""
    count = len(images)
    factors = 1 + _JITTER * (2 * torch.rand(3, count, 1, 1, 1, device=images.device) - 1)
    bright = (images * factors[0]).clamp(0, 1)
    grey = _grey(bright)
    contrasted = torch.lerp(grey.mean(dim=(1, 2, 3), keepdim=True), bright, factors[1]).clamp(0, 1)
    saturated = torch.lerp(_grey(contrasted), contrasted, factors[2]).clamp(0, 1)
    return torch.where(_chosen(images), saturated, images)


def translate(images: Tensor) -> Tensor:
    """Each axis by its own part of up to 5 %, to the nearest pixel, zeros moving in."""
    count = len(images)
    theta = torch.zeros(count, 2, 3, device=images.device)
    theta[:, 0, 0] = theta[:, 1, 1] = 1
    theta[:, :, 2] = 2 * _TRANSLATE * (2 * torch.rand(count, 2, device=images.device) - 1)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return torch.where(_chosen(images), moved, images)


def _window(images: Tensor, most: int) -> Tensor:
    """For each image the indices of a side's pixels after a random move within the padding."""
    start = torch.randint(0, 2 * most + 1, (len(images), 1), device=images.device)
    return start + torch.arange(images.shape[-1], device=images.device)[None, :]


def _grey(images: Tensor) -> Tensor:
    """Luma (ITU-R BT.601) for three channels; the images themselves for one."""
    if images.shape[1] != 3:
        return images.mean(dim=1, keepdim=True)
    weights = torch.tensor([0.299, 0.587, 0.114], device=images.device)[None, :, None, None]
    return (images * weights).sum(dim=1, keepdim=True)


AUGMENTATIONS: dict[Augmentation, Callable[[Tensor], Tensor]] = {
    Augmentation.FLIP: flip,
    Augmentation.SHIFT: shift,
    Augmentation.JITTER: jitter,
    Augmentation.TRANSLATE: translate,
}
