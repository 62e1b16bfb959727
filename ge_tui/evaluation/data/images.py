"""Decode one image file of unknown origin to a small square of bytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff"})
LARGEST_IMAGE = 64_000_000
"""Pixels; a file that claims more is taken for a decompression bomb."""

_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF")
_GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L"})
_DEEP_MODES = frozenset({"I", "I;16", "I;16B", "I;16L"})
"""Sixteen bits a pixel, of which the upper eight are kept."""


class UnreadableImageError(Exception):
    """The file is damaged, too large, or not an image of a kind we read."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an image says of itself before it is decoded."""

    short_side: int
    """Pixels."""
    is_grey: bool


def read_header(file: Path) -> Header:
    """Cheap: decodes nothing. Raises UnreadableImageError."""
    with _opened(file) as image:
        return Header(min(image.size), image.mode in _GREY_MODES)


def read_image(file: Path, size: int, channels: int) -> NDArray[np.uint8]:
    """uint8 [channels, size, size]: upright, the short side resized to `size` (bilinear), the middle cut out.

    channels: 1 for grey, 3 for RGB (transparency is dropped). Of a moving image the first frame counts.
    Raises UnreadableImageError.
    """
    with _opened(file) as image:
        image.draft(None, (2 * size, 2 * size))  # a large JPEG is decoded at a fraction of its size
        upright = ImageOps.exif_transpose(image)
        plain = _to_bytes(upright).convert("L" if channels == 1 else "RGB")
        square = _to_square(plain, size)
    pixels = np.asarray(square, np.uint8)
    return pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    try:
        with Image.open(file, formats=_FORMATS) as image:
            width, height = image.size
            if width * height > LARGEST_IMAGE:
                raise UnreadableImageError(f"{width}x{height} pixels are more than the {LARGEST_IMAGE:,} allowed")
            if image.mode == "F":
                raise UnreadableImageError("floating-point pixels have no known range")
            yield image
    except UnidentifiedImageError:
        raise UnreadableImageError("not an image of a known kind, or damaged") from None
    except _DAMAGE as error:
        raise UnreadableImageError(str(error) or type(error).__name__) from error


_DAMAGE = (
    Image.DecompressionBombError,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on damaged files."""


def _to_bytes(image: Image.Image) -> Image.Image:
    if image.mode not in _DEEP_MODES:
        return image
    deep = np.asarray(image).astype(np.int64)
    return Image.fromarray(np.clip(deep >> 8, 0, 255).astype(np.uint8))


def _to_square(image: Image.Image, size: int) -> Image.Image:
    """Resize and cut in one step: the middle square of the image, sampled to size x size."""
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    return image.resize((size, size), Image.Resampling.BILINEAR, box=box)
