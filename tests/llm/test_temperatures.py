"""Temperatures: within the operator's range, within the band that was drawn, and as before where none is."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ge_tui.llm.temperatures import RANGES, band_widths, temperature_in
from ge_tui.search import temperature_band
from ge_tui.settings.schema import BANDS

operators = st.sampled_from(sorted(RANGES))
heats = st.floats(0, 1, exclude_max=True)
temperatures = st.floats(0, 2)
spreads = st.floats(0, 1)
weights = st.dictionaries(st.sampled_from(BANDS), st.floats(0, 1000))


def bounds(operator: str, temperature: float, spread: float) -> tuple[float, float]:
    low, high = RANGES[operator]
    middle, half = (low + high) / 2, (high - low) * spread / 2
    return (middle - half) * temperature, (middle + half) * temperature


@given(operators, heats, temperatures, spreads)
def test_without_bands_all_of_the_range_is_alike(operator: str, heat: float, temperature: float, spread: float) -> None:
    low, high = bounds(operator, temperature, spread)
    assert temperature_in(operator, heat, temperature, spread) == pytest.approx(low + heat * (high - low), abs=0.0006)


@given(operators, heats, temperatures, spreads, weights)
@example("mutate", 0.999999999999, 1.0, 1.0, {"0.3-0.4": 1.0})
@example("create", 0.5, 1.0, 1.0, {"0.4-0.5": 1.0})
@example("crossover", 0.9999999, 2.0, 1.0, {"0.1-0.2": 1.0})
@example("mutate", 0.0, 0.001, 1.0, {"0.0-0.1": 1.0})
def test_a_temperature_is_in_its_range_and_in_a_band_of_weight(
    operator: str, heat: float, temperature: float, spread: float, bands: dict[str, float]
) -> None:
    drawn = temperature_in(operator, heat, temperature, spread, bands)
    low, high = bounds(operator, temperature, spread)
    assert low - 0.0006 <= drawn <= high + 0.0006
    possible = [band for band in band_widths(operator, temperature, spread) if bands.get(band, 0) > 0]
    if possible and high - low > 1e-5:
        assert temperature_band(drawn) in possible
    elif not possible:
        assert drawn == temperature_in(operator, heat, temperature, spread)


@given(operators, temperatures, spreads)
def test_the_parts_of_a_range_are_known_bands_and_sum_to_1(operator: str, temperature: float, spread: float) -> None:
    widths = band_widths(operator, temperature, spread)
    assert widths.keys() <= set(BANDS)
    assert sum(widths.values()) == pytest.approx(1)
    assert min(widths.values()) > 0


def test_bands_are_drawn_by_their_weights() -> None:
    rng = random.Random(1)
    bands = {"0.0-0.1": 1.0, "0.1-0.2": 0.0, "0.2-0.3": 3.0, "0.7-0.8": 100.0}
    drawn = Counter(temperature_band(temperature_in("mutate", rng.random(), 1, 1, bands)) for _ in range(4000))
    assert drawn.keys() == {"0.0-0.1", "0.2-0.3"}
    assert drawn["0.2-0.3"] / 4000 == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize("tenth", range(9))
def test_the_bands_of_the_settings_are_those_of_credit(tenth: int) -> None:
    assert temperature_band(tenth / 10) == BANDS[tenth]
