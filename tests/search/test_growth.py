"""A front that grows, and what each candidate added to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import Growth, hypervolume

from .strategies import TWO, check, network

NETWORKS = st.lists(st.builds(network, st.integers(1, 99), st.sampled_from([0.05, 0.4, 0.7]), st.floats(1e3, 1e8)))


def test_what_does_not_enter_adds_nothing_and_says_so() -> None:
    growth = Growth(TWO)
    assert growth.add(network(1, 0.6, 1e6)) == growth.volume == pytest.approx(0.5)
    assert growth.add(network(2, 0.5, 1e6)) is None
    assert growth.add(network(3, 0.6, 1e6)) is None
    assert growth.add(network(4, 0.05, 1e3)) == 0.0  # on the front, and outside the reference box
    assert growth.add(network(5, 0.6, 1e5)) == pytest.approx(0.5)
    assert [member.number for member in growth.members] == [5, 4]


@check
@given(NETWORKS)
def test_the_gains_sum_up_to_the_hypervolume_of_all(networks: list) -> None:
    growth = Growth(TWO)
    gains = [growth.add(one) or 0.0 for one in networks]
    assert growth.volume == pytest.approx(sum(gains)) == pytest.approx(hypervolume(networks, TWO))
