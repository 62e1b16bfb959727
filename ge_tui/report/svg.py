"""A drawing as SVG: for the page, whose style gives the colours, or as a file that brings them along. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.report.colours import LIGHT
from ge_tui.report.drawing import Area, Box, Drawing, Dust, Ink, Line, Point, Shape, Sign, Text
from ge_tui.report.escape import escape

_DASHES = {"": "", "dashed": ' stroke-dasharray="6 4"', "dotted": ' stroke-dasharray="1.5 3.5"'}


def svg(drawing: Drawing, *, alone: bool = False) -> str:
    """`alone`: a file of its own, in the colours of paper."""
    width, height = _number(drawing.width), _number(drawing.height)
    space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    body = "".join(_shape(shape) for shape in drawing.shapes)
    paper = f'<rect width="100%" height="100%" fill="{LIGHT["paper"]}"/>' if alone else ""
    return (
        f'<svg{space} viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(drawing.title)}">{_style() if alone else ""}{paper}{body}</svg>'
    )


def _style() -> str:
    rules = [f".f-{ink}{{fill:{LIGHT[ink]}}}.l-{ink}{{stroke:{LIGHT[ink]};fill:none}}" for ink in Ink]
    return f"<style>text{{font-family:sans-serif}}.a{{fill-opacity:.18}}{''.join(rules)}</style>"


def _shape(shape: Shape) -> str:
    match shape:
        case Line(points, ink, width, dash, note):
            drawn = (
                f'class="l-{ink}" stroke-width="{_number(width)}" stroke-linejoin="round"{_DASHES[dash]} '
                f'd="{_path(points)}"'
            )
            return _noted("path", drawn, note)
        case Area(points, ink):
            return f'<path class="f-{ink} a" d="{_path(points)}Z"/>' if points else ""
        case Box(x, y, width, height, ink, note):
            places = zip(("x", "y", "width", "height"), (x, y, width, height), strict=True)
            return _noted("rect", f'class="f-{ink}" ' + " ".join(f'{k}="{_number(v)}"' for k, v in places), note)
        case Sign():
            return _sign(shape)
        case Dust(points, ink, size):
            dots = "".join(f"M{_number(x)} {_number(y)}h0" for x, y in _thinned(points))
            return f'<path class="l-{ink} d" stroke-width="{_number(size * 2)}" stroke-linecap="round" d="{dots}"/>'
        case Text():
            return _text(shape)


def _sign(sign: Sign) -> str:
    x, y, size = _number(sign.x), _number(sign.y), sign.size
    if sign.mark == "dot":
        return _noted("circle", f'class="f-{sign.ink} o" cx="{x}" cy="{y}" r="{_number(size)}"', sign.note)
    if sign.mark == "ring":
        ring = f'class="l-{sign.ink} h" stroke-width="1.8" cx="{x}" cy="{y}" r="{_number(size)}"'
        return _noted("circle", ring, sign.note)
    half = size * (1.3 if sign.mark == "diamond" else 0.9)
    corners: tuple[Point, ...] = ((0, -half), (half, 0), (0, half), (-half, 0))
    if sign.mark == "square":
        corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    path = _path([(sign.x + dx, sign.y + dy) for dx, dy in corners])
    return _noted("path", f'class="f-{sign.ink} o" d="{path}Z"', sign.note)


def _text(text: Text) -> str:
    x, y = _number(text.x), _number(text.y)
    turned = f' transform="rotate(-90 {x} {y})"' if text.upright else ""
    bold = ' font-weight="600"' if text.bold else ""
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    return (
        f'<text class="f-{text.ink}" x="{x}" y="{y}" font-size="{text.size}"{anchor}{bold}{turned}>'
        f"{escape(text.text)}</text>"
    )


def _noted(element: str, attributes: str, note: str) -> str:
    if not note:
        return f"<{element} {attributes}/>"
    return f"<{element} {attributes}><title>{escape(note)}</title></{element}>"


def _path(points: Sequence[Point]) -> str:
    return "".join(f"{'L' if place else 'M'}{_number(x)} {_number(y)}" for place, (x, y) in enumerate(points))


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Without those that would be drawn where another is."""
    return list({(round(x), round(y)): (x, y) for x, y in points}.values())


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
