"""Pictures: any value and any text makes one that every reader takes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.report.drawing import Ink, series_look
from ge_tui.report.frame import NARROW, WIDE
from ge_tui.report.front_plot import Spot, front_plot
from ge_tui.report.plots import Bar, Curve, Rate, bar_plot, curve_plot, rate_plot
from ge_tui.report.svg import svg
from ge_tui.search import Objective

ANY = st.floats(allow_nan=True, allow_infinity=True)
POINTS = st.lists(st.tuples(ANY, ANY), max_size=8).map(tuple)
TEXT = st.text(st.characters(), max_size=60)
AXES = Objective("params", "min", "log10"), Objective("accuracy", "max")


def numbers(picture: str) -> list[str]:
    """What stands in the attributes of a picture that must be a number."""
    found = []
    for element in ET.fromstring(picture).iter():
        found += [element.get(name, "0") for name in ("x", "y", "cx", "cy", "r", "width", "height")]
    return found


@given(POINTS, POINTS, TEXT, st.sampled_from([WIDE, NARROW]))
@settings(max_examples=60, deadline=None)
def test_any_curve_can_be_drawn(points, band, name, size) -> None:
    curves = [Curve(name, points, Ink.ONE, low=band, high=band)]
    picture = svg(curve_plot(name, curves, name, name, size, whole=False), alone=True)
    assert all(float(number.removesuffix("%")) < 1e6 for number in numbers(picture))
    assert "nan" not in picture.replace(name, "")


@given(POINTS, POINTS, TEXT)
@settings(max_examples=60, deadline=None)
def test_any_front_can_be_drawn(others, spots, name) -> None:
    front = [Spot(x, y, name, name) for x, y in spots]
    ET.fromstring(svg(front_plot(name, AXES, others, front, front[0] if front else None, front, NARROW), alone=True))


@given(st.lists(st.tuples(TEXT, st.floats(0, 1e9)), max_size=6))
@settings(max_examples=30, deadline=None)
def test_any_bars_and_rates_can_be_drawn(items) -> None:
    bars = [Bar(name, value, name) for name, value in items]
    rates = [Rate(name, 0.1, 0.2, 0.3, name) for name, _ in items]
    for drawing in (bar_plot("t", bars, 360), rate_plot("t", rates, "x", 360)):
        ET.fromstring(svg(drawing, alone=True))


def test_lines_can_be_told_apart() -> None:
    looks = [series_look(place) for place in range(18)]
    assert len(set(looks)) == 18
