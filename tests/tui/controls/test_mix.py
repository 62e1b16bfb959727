"""Moving a share: the whole stays 100 %, locked ones stay, nothing depends on an order."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ge_tui.tui.controls.mix import LEAST, MOST_WEIGHT, MixError, most, move, percents, shares

NAMES = ("expert", "mad_scientist", "magoo", "engineer", "qwen2.5-coder:7b")
weight = st.one_of(st.just(0.0), st.floats(0.01, 1000).map(lambda w: float(f"{w:.4g}")))
mixes = st.dictionaries(st.sampled_from(NAMES), weight, min_size=2).filter(lambda mix: any(mix.values()))


def near(one: float, other: float, by: float = 0.001) -> bool:
    return math.isclose(one, other, abs_tol=by)


@given(mixes)
def test_whole_percents_sum_to_100_and_are_off_by_less_than_one(mix: dict[str, float]) -> None:
    whole, exact = percents(mix), shares(mix)
    assert sum(whole.values()) == 100
    assert all(abs(whole[name] - exact[name] * 100) < 1 for name in mix)
    assert all(whole[name] == 0 for name in mix if mix[name] == 0)


def test_nothing_has_no_shares() -> None:
    assert percents({"a": 0.0, "b": 0.0}) == {"a": 0, "b": 0}
    assert percents({}) == {}


@st.composite
def moves(draw: st.DrawFn) -> tuple[dict[str, float], str, float, frozenset[str]]:
    mix = draw(mixes)
    name = draw(st.sampled_from(sorted(mix)))
    locked = draw(st.frozensets(st.sampled_from(sorted(mix))))
    return mix, name, draw(st.floats(-0.5, 1.5)), locked


@given(moves())
def test_a_move(case: tuple[dict[str, float], str, float, frozenset[str]]) -> None:
    mix, name, wanted, locked = case
    limit = most(mix, name, locked)
    if limit == 0:
        with pytest.raises(MixError, match=r"nothing to|no room"):
            move(mix, name, wanted, locked)
        return
    changed = move(mix, name, wanted, locked)
    before, after = shares(mix), shares({**mix, **changed})
    target = min(max(wanted, 0), limit)
    new = {**mix, **changed}
    assert all(0 <= value <= MOST_WEIGHT and math.isfinite(value) for value in new.values())
    assert near(sum(after.values()), 1, 1e-9)
    assert near(after[name], target)
    assert all(near(after[other], before[other]) for other in locked - {name})
    assert all(new[other] == 0 for other in mix if mix[other] == 0 and other != name)
    free = [other for other in mix if other != name and other not in locked and mix[other] > 0]
    assert sum(after[other] for other in free) >= LEAST - 0.001
    for one in free:
        for other in free:
            assert math.isclose(new[one] * mix[other], new[other] * mix[one], rel_tol=0.01)


@given(moves())
def test_the_order_of_a_mix_means_nothing(case: tuple[dict[str, float], str, float, frozenset[str]]) -> None:
    mix, name, wanted, locked = case
    assume(most(mix, name, locked) > 0)
    turned = dict(reversed(mix.items()))
    assert move(mix, name, wanted, locked) == move(turned, name, wanted, sorted(locked, reverse=True))
    assert percents(mix) == percents(turned)


@given(mixes, st.floats(0, 1))
def test_without_locks_one_weight_changes_and_a_way_back_is_exact_enough(mix: dict[str, float], wanted: float) -> None:
    name = sorted(mix)[0]
    assume(most(mix, name) > 0)
    there = move(mix, name, wanted)
    if max({**mix, **there}.values()) < MOST_WEIGHT / 2:
        assert set(there) <= {name} or set(there) == set(mix)
    moved = {**mix, **there}
    back = {**moved, **move(moved, name, shares(mix)[name])}
    assert all(near(shares(back)[other], min(shares(mix)[other], 1), 0.012) for other in mix)


def test_proportions_survive_being_squeezed() -> None:
    mix = {"a": 3.0, "b": 2.0, "c": 1.0}
    squeezed = {**mix, **move(mix, "a", 0.99)}
    assert percents(squeezed)["a"] == 99
    assert (squeezed["b"], squeezed["c"]) == (2.0, 1.0)


def test_locked_shares_stay_and_the_rest_gives() -> None:
    mix = dict.fromkeys(("a", "b", "c", "d"), 1.0)
    after = shares({**mix, **move(mix, "a", 0.5, {"b"})})
    assert [round(after[name], 3) for name in "abcd"] == [0.5, 0.25, 0.125, 0.125]


def test_a_weight_too_large_makes_all_smaller() -> None:
    mix = {"a": 500.0, "b": 500.0, "c": 1.0}
    changed = move(mix, "a", 0.9)
    assert set(changed) == {"a", "b", "c"}
    assert round(shares(changed)["a"], 3) == 0.9


@pytest.mark.parametrize(
    ("mix", "locked", "reason"),
    [
        ({"a": 1.0, "b": 0.0}, set(), "every other"),
        ({"a": 1.0, "b": 1.0}, {"b"}, "every other"),
        ({"a": 1.0}, set(), "no other"),
        ({"a": 0.001, "b": 100.0, "c": 0.001}, {"b"}, "no room"),
    ],
)
def test_where_nothing_can_give(mix: dict[str, float], locked: set[str], reason: str) -> None:
    with pytest.raises(MixError, match=reason):
        move(mix, "a", 0.5, locked)
