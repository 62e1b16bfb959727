"""Augmentation as batched tensor operations; each image of the batch draws its own parameters.

Colours are changed first, on float images [n, channels, height, width] in [0, 1]. Moves come after: they are put
together as maps that say for each row and column of the result where it comes from, so that however many there are,
the pixels are copied once, straight from uint8 where no colour changes. All draws come from torch's seeded generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ge_tui.evaluation.plan import Augmentation

_JITTER = 0.05
_TRANSLATE = 0.05
_SHIFT_PART = 8
_LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601."""


class Moves(NamedTuple):
    """For each image the source of every row and column, [n, side]; `side` itself stands for black."""

    rows: Tensor
    columns: Tensor

    @property
    def side(self) -> int:
        """Of the images, in pixels."""
        return self.rows.shape[1]


def draw_moves(names: Iterable[Augmentation], count: int, side: int, device: torch.device) -> Moves:
    """The moves of some images by all augmentations that are moves, in their order."""
    still = torch.arange(side, device=device).expand(count, side)
    moves = Moves(still, still)
    for name in names:
        if name in MOVES:
            moves = MOVES[name](moves)
    return moves


def pixels_of(images: Tensor) -> Tensor:
    """The pixels of channels_last images, [n * height * width, channels]."""
    return images.permute(0, 2, 3, 1).reshape(-1, images.shape[1])


def move(pixels: Tensor, which: Tensor, moves: Moves, *, blank: bool) -> Tensor:
    """Moved images [n, channels, side, side] in channels_last order.

    pixels: [images * side * side, channels]; which: the images' indices, [n]; blank: some moves leave pixels black.
    """
    side = moves.side
    rows, columns = (source.clamp_max(side - 1) if blank else source for source in moves)
    sources = (which[:, None, None] * side + rows[:, :, None]) * side + columns[:, None, :]
    moved = pixels.index_select(0, sources.view(-1)).view(len(which), side, side, -1)
    if blank:
        seen = (moves.rows < side)[:, :, None] & (moves.columns < side)[:, None, :]
        moved = moved * seen[..., None]
    return moved.permute(0, 3, 1, 2)


def stretch(images: Tensor, moves: Moves, *, blank: bool) -> Tensor:
    """Square images enlarged to the moves' side, then moved, in channels_last order.

    One axis after the other, as Pillow resizes: columns are moved while there are few rows, rows are whole lines.
    """
    side = moves.side
    wide = resize(images, images.shape[-2], side).permute(0, 2, 3, 1)
    count, height, _, channels = wide.shape
    rows, columns = (source.clamp_max(side - 1) if blank else source for source in moves)
    lines = torch.arange(0, count * height * side, side, device=images.device).view(count, height, 1)
    wide = wide.reshape(-1, channels).index_select(0, (lines + columns[:, None, :]).view(-1))
    wide = wide.view(count, height, side, channels)
    if blank:
        wide = wide.mul_((moves.columns < side)[:, None, :, None])
    tall = resize(wide.permute(0, 3, 1, 2), side, side).permute(0, 2, 3, 1).reshape(count * side, -1)
    tall = tall.index_select(0, (torch.arange(count, device=images.device)[:, None] * side + rows).view(-1))
    if blank:
        tall = tall.mul_((moves.rows < side).view(-1, 1))
    return tall.view(count, side, side, channels).permute(0, 3, 1, 2)


def resize(images: Tensor, height: int, width: int) -> Tensor:
    """Images of 0 to 255 in another size, bilinear, smoothed where that is smaller; in bytes on a CPU, where torch
    does it twenty times as fast as in floats."""
    if images.shape[-2:] == (height, width):
        return images
    smaller = height < images.shape[-2] or width < images.shape[-1]
    x = images if images.device.type == "cpu" else images.float()
    x = x.contiguous(memory_format=torch.channels_last)
    return F.interpolate(x, size=(height, width), mode="bilinear", align_corners=False, antialias=smaller)


def as_bytes(images: Tensor) -> Tensor:
    """Images of 0 to 255, rounded."""
    return images.round().clamp(0, 255).byte()


def flip(moves: Moves) -> Moves:
    """Left to right, about half of the images."""
    return Moves(moves.rows, torch.where(_chosen(moves.rows), moves.columns.flip(1), moves.columns))


def shift(moves: Moves) -> Moves:
    """Whole pixels, up to one eighth of the side, reflected at the border."""
    most = max(1, moves.side // _SHIFT_PART)
    return Moves(*(_reflected(source, most) for source in moves))


def translate(moves: Moves) -> Moves:
    """Each axis by its own part of up to 5 %, to the nearest pixel, zeros moving in."""
    chosen = _chosen(moves.rows)
    return Moves(*(torch.where(chosen, _translated(source), source) for source in moves))


def jitter(images: Tensor) -> Tensor:
    """Brightness, contrast, saturation, in this order, each by a factor in 1 ± 0.05."""
    factors = 1 + _JITTER * (2 * torch.rand(3, len(images), 1, 1, 1, device=images.device) - 1)
    bright = (images * factors[0]).clamp(0, 1)
    grey = _grey(bright)
    contrasted = torch.lerp(grey.mean(dim=(1, 2, 3), keepdim=True), bright, factors[1]).clamp(0, 1)
    saturated = torch.lerp(_grey(contrasted), contrasted, factors[2]).clamp(0, 1)
    return torch.where(_chosen(images)[:, :, None, None], saturated, images)


def _chosen(images: Tensor) -> Tensor:
    """True for about half of the images, [n, 1]."""
    return torch.rand(len(images), 1, device=images.device) < 0.5


def _reflected(source: Tensor, most: int) -> Tensor:
    count, side = source.shape
    start = torch.randint(-most, most + 1, (count, 1), device=source.device)
    at = (start + torch.arange(side, device=source.device)).abs()
    return source.gather(1, (side - 1) - ((side - 1) - at).abs())


def _translated(source: Tensor) -> Tensor:
    count, side = source.shape
    start = ((2 * torch.rand(count, 1, device=source.device) - 1) * _TRANSLATE * side).round().long()
    at = start + torch.arange(side, device=source.device)
    inside = (at >= 0) & (at < side)
    return torch.where(inside, source.gather(1, at.clamp(0, side - 1)), side)


def _grey(images: Tensor) -> Tensor:
    """Luma for three channels; the mean of any other number."""
    if images.shape[1] != 3:
        return images.mean(dim=1, keepdim=True)
    red, green, blue = (images[:, channel : channel + 1] for channel in range(3))
    return _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue


MOVES: dict[Augmentation, Callable[[Moves], Moves]] = {
    Augmentation.FLIP: flip,
    Augmentation.SHIFT: shift,
    Augmentation.TRANSLATE: translate,
}
COLOURS: dict[Augmentation, Callable[[Tensor], Tensor]] = {Augmentation.JITTER: jitter}
LEAVES_BLANK = frozenset({Augmentation.TRANSLATE})
