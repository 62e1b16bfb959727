"""A drawing as a PNG, with nothing but Pillow and the letters it brings along."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ge_tui.report.colours import LIGHT
from ge_tui.report.drawing import Area, Box, Drawing, Dust, Ink, Line, Point, Shape, Sign, Text

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_SCALE = 3
"""Pixels for each unit: 300 dots an inch at a width of 7.6 inches."""
_SMOOTH = 2
"""Drawn so many times as large, then made smaller: edges become smooth."""
_PLAIN = str.maketrans({"≤": "<=", "≥": ">=", "×": "x", "–": "-", "—": "-", "…": "...", "→": "->", "−": "-"})
_DASHES = {"dashed": (6.0, 4.0), "dotted": (1.5, 3.5)}
_CLEAR = 0.18


def png(drawing: Drawing) -> bytes:
    """For papers: on white, three pixels a unit."""
    from PIL import Image  # noqa: PLC0415  (only who asks for pictures waits for it)

    factor = _SCALE * _SMOOTH
    size = round(drawing.width * factor), round(drawing.height * factor)
    image = Image.new("RGB", size, LIGHT["paper"])
    for shape in drawing.shapes:
        _draw(image, shape, factor)
    small = image.resize((round(drawing.width * _SCALE), round(drawing.height * _SCALE)), Image.Resampling.BOX)
    file = io.BytesIO()
    small.save(file, "PNG", optimize=True, dpi=(300, 300))
    return file.getvalue()


def _draw(image: Image, shape: Shape, factor: int) -> None:
    from PIL import ImageDraw  # noqa: PLC0415

    pen = ImageDraw.Draw(image)
    match shape:
        case Line(points, ink, width, dash):
            for piece in _dashed(points, *_DASHES[dash]) if dash else [points]:
                places = [(x * factor, y * factor) for x, y in piece]
                pen.line(places, fill=LIGHT[ink], width=max(1, round(width * factor)), joint="curve")
        case Area(points, ink):
            _shade(image, [(x * factor, y * factor) for x, y in points], ink)
        case Box(x, y, width, height, ink):
            pen.rectangle([x * factor, y * factor, (x + width) * factor, (y + height) * factor], fill=LIGHT[ink])
        case Dust(points, ink, radius):
            for x, y in points:
                pen.circle((x * factor, y * factor), radius * factor, fill=_pale(ink))
        case Sign():
            _sign(image, shape, factor)
        case Text():
            _write(image, shape, factor)


def _sign(image: Image, sign: Sign, factor: int) -> None:
    from PIL import ImageDraw  # noqa: PLC0415

    pen = ImageDraw.Draw(image)
    x, y, size = sign.x * factor, sign.y * factor, sign.size * factor
    colour, edge = LIGHT[sign.ink], LIGHT["paper"]
    if sign.mark == "dot":
        pen.circle((x, y), size, fill=colour, outline=edge, width=factor)
    elif sign.mark == "ring":
        pen.circle((x, y), size, fill=edge, outline=colour, width=2 * factor)
    elif sign.mark == "diamond":
        half = size * 1.3
        pen.polygon([(x, y - half), (x + half, y), (x, y + half), (x - half, y)], fill=colour, outline=edge)
    else:
        half = size * 0.9
        pen.rectangle([x - half, y - half, x + half, y + half], fill=colour, outline=edge)


def _shade(image: Image, points: Sequence[Point], ink: Ink) -> None:
    from PIL import Image, ImageDraw  # noqa: PLC0415

    if len(points) < 3:
        return
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).polygon(list(points), fill=round(255 * _CLEAR))
    image.paste(LIGHT[ink], (0, 0, *image.size), mask)


def _write(image: Image, text: Text, factor: int) -> None:
    from PIL import Image, ImageDraw  # noqa: PLC0415

    words = text.text.translate(_PLAIN).encode("ascii", "replace").decode()
    font = _font(text.size * factor)
    anchor = {"start": "l", "middle": "m", "end": "r"}[text.anchor]
    if not text.upright:
        at = text.x * factor, text.y * factor
        ImageDraw.Draw(image).text(at, words, LIGHT[text.ink], font, anchor=f"{anchor}s")
        return
    left, top, right, bottom = (round(edge) for edge in font.getbbox(words, anchor="ls"))
    line = Image.new("L", (right - left + 2, bottom - top + 2), 0)
    ImageDraw.Draw(line).text((1 - left, 1 - top), words, 255, font, anchor="ls")
    turned = line.rotate(90, expand=True)
    part = {"l": 1.0, "m": 0.5, "r": 0.0}[anchor]
    corner = round(text.x * factor) + top, round(text.y * factor - turned.height * part)
    image.paste(LIGHT[text.ink], (*corner, corner[0] + turned.width, corner[1] + turned.height), turned)


def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415

    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _pale(ink: Ink) -> tuple[int, ...]:
    """A colour half way to the paper's, for dots that lie over each other."""
    return tuple((int(LIGHT[ink][at : at + 2], 16) + 255) // 2 for at in (1, 3, 5))


def _dashed(points: Sequence[Point], long: float, gap: float) -> Iterator[tuple[Point, Point]]:
    """The pieces of a line that are drawn."""
    at = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        done = 0.0
        while done < length:
            phase = at % (long + gap)
            left = (long if phase < long else long + gap) - phase
            end = min(length, done + max(left, 1e-6))
            if phase < long:
                a, b = done / length, end / length
                yield (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)
            at += end - done
            done = end
