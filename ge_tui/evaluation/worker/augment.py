"""Augmentation as batched tensor operations; each image of the batch draws its own parameters.

Colours are changed first, on float images [n, channels, height, width] in [0, 1]. Moves come after: they are put
together as maps that say for each row and column of the result where it comes from, so that however many there are,
the pixels are copied once, straight from uint8 where no colour changes. All draws come from torch's seeded generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
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
        return self.rows.shape[1]


def draw_moves(names: Iterable[Augmentation], count: int, side: int, device: torch.device) -> Moves:
    """The moves of some images by all augmentations that are moves, in their order."""
    still = torch.arange(side, device=device).expand(count, side)
    moves = Moves(still, still)
    for name in names:
        if name in MOVES:
            moves = MOVES[name](moves)
    return moves


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


def flip(moves: Moves) -> Moves:
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
