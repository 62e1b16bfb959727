"""Axes: every value that can be drawn has a cell, whatever comes; ticks are round and in order."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.axis import Span, cell_of, label, scaled, span_of, spread, ticks

ANY = st.floats(allow_nan=True, allow_infinity=True)
VALUES = st.lists(ANY, max_size=20)


@given(VALUES, st.booleans(), st.floats(0, 1), st.integers(1, 300))
def test_every_value_with_a_place_is_inside(values: list[float], log: bool, pad: float, cells: int) -> None:
    span = span_of(values, log=log, pad=pad)
    assert math.isfinite(span.low)
    assert math.isfinite(span.high)
    assert span.low < span.high
    for value in values:
        part = span.part(value)
        if scaled(value, log=log) is None:
            assert part is None
        else:
            assert part is not None
            assert -1e-9 <= part <= 1 + 1e-9
            assert 0 <= cell_of(part, cells) < cells


@given(VALUES, st.booleans(), st.integers(0, 30))
def test_ticks_are_inside_in_order_and_no_more_than_asked_for(values: list[float], log: bool, most: int) -> None:
    found = ticks(span_of(values, log=log), most)
    assert len(found) <= most
    places = [part for part, _ in found]
    assert places == sorted(places)
    assert all(-1e-6 <= part <= 1 + 1e-6 for part in places)
    assert all(len(text) <= 10 for _, text in found)


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(3, 12))
def test_ordinary_ranges_have_ticks_that_can_be_told_apart(low: float, width: float, most: int) -> None:
    found = ticks(Span(low, low + width), most)
    assert found
    if width > 1e-3 * abs(low):
        assert len({text for _, text in found}) == len(found)


@given(st.floats(-3, 9), st.floats(0.05, 6), st.integers(3, 12))
def test_log_ranges_have_ticks_that_say_where_they_are(low: float, width: float, most: int) -> None:
    span = Span(low, low + width, log=True)
    for part, text in ticks(span, most):
        value = float(text.translate(str.maketrans(dict.fromkeys("kMGT", ""))))
        value *= {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.get(text[-1], 1)
        assert value == pytest.approx(span.value(part), rel=0.06, abs=1e-3)


def test_round_numbers() -> None:
    assert [text for _, text in ticks(Span(0.62, 0.93), 5)] == ["0.7", "0.8", "0.9"]
    assert [text for _, text in ticks(Span(4.0, 6.3, log=True), 4)] == ["10k", "100k", "1M"]
    assert [text for _, text in ticks(Span(5.6, 5.8, log=True), 5)] == ["400k", "500k", "600k"]
    assert ticks(Span(0, 1), 0) == []
    assert [text for _, text in ticks(Span(1, 3), 9, least=1)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(0.0, 0.1, "0.0"), (0.25, 0.05, "0.25"), (518_230, 100_000, "518k"), (1.5e6, 5e5, "1.5M"), (12, 1, "12"),
     (1e-6, 1e-6, "1e-06"), (3e18, 1e18, "3e+18"), (-2000, 1000, "-2k"), (999_999, 1, "999.999k")],
)  # fmt: skip
def test_labels(value: float, step: float, text: str) -> None:
    assert label(value, step) == text


@given(st.floats(-1e300, 1e300), st.floats(0, 1e300), st.floats(0, 1), st.floats(0.1, 10))
def test_zooming_keeps_what_is_zoomed_at(low: float, width: float, part: float, factor: float) -> None:
    span = spread(low, low + width)
    zoomed = span.zoomed(factor, part)
    assert zoomed.low < zoomed.high
    assert math.isfinite(zoomed.high - zoomed.low)
    value = span.value(part)
    if span.high - span.low > 1e-3 * max(abs(span.low), abs(span.high)) and abs(span.high) < 1e290:
        assert zoomed.part(value) == pytest.approx(part, abs=1e-3)
