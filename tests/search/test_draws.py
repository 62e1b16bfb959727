import math
import random
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import draw, weighted_choice

from .strategies import check

PROGRAM = "from ge_tui.search import draw; print([draw(7, 2, 5, 'parent').random() for _ in range(2)])"


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_the_same_in_another_process(hash_seed: str) -> None:
    here = [draw(7, 2, 5, "parent").random() for _ in range(2)]
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == str(here)


def test_the_numbers_of_old_runs_stay() -> None:
    # A change here means that no earlier run can be replayed.
    assert [draw(7, 2, 5, "parent").random(), draw(0, 0, 0, "").random()] == [
        0.13556970731828966,
        0.6876722272875316,
    ]


@check
@given(st.lists(st.tuples(*[st.integers(-3, 30)] * 3, st.text(max_size=3)), unique=True, max_size=8))
def test_different_decisions_have_different_streams(decisions):
    assert len({draw(*decision).random() for decision in decisions}) == len(decisions)


def test_neighbouring_streams_are_not_related() -> None:
    firsts = [draw(1, 0, slot, "operator").random() for slot in range(2000)]
    mean = sum(firsts) / 2000
    assert mean == pytest.approx(0.5, abs=0.03)
    product = sum((a - 0.5) * (b - 0.5) for a, b in pairwise(firsts)) / 2000
    assert abs(product) < 0.01


@check
@given(
    st.dictionaries(st.text(max_size=3), st.sampled_from([0.0, 0.0, 5e-324, 0.3, 1.0, 1e308]), min_size=1),
    st.integers(0, 99),
)
def test_only_what_has_a_weight_is_chosen(weights, seed):
    if not any(weights.values()):
        with pytest.raises(ValueError, match="no weight is above 0"):
            weighted_choice(random.Random(seed), weights)
    else:
        assert weights[weighted_choice(random.Random(seed), weights)] > 0


def test_chances_are_in_proportion() -> None:
    weights = {"mutate": 3, "eot": 0, "crossover": 1}
    chosen = Counter(weighted_choice(draw(1, 0, slot, "operator"), weights) for slot in range(4000))
    assert chosen["mutate"] == pytest.approx(3000, rel=0.05)
    assert chosen["eot"] == 0


def test_the_order_of_the_mapping_is_part_of_the_draw() -> None:
    rng = random.Random(0)  # begins with 0.84
    assert weighted_choice(rng, {"first": 1, "second": 1}) == "second"
    assert weighted_choice(random.Random(0), {"second": 1, "first": 1}) == "first"


class Fixed(random.Random):
    """Always draws the same number."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        return self.value


@check
@given(st.lists(st.one_of(st.sampled_from([0.0, 0.1, 1e-300]), st.floats(0, 1e3)), max_size=20))
def test_the_ends_of_the_draw_fall_on_the_first_and_the_last_with_a_weight(values):
    weights = {"none": 0.0, "first": 1.0} | {str(i): v for i, v in enumerate(values)} | {"last": 1.0, "no": 0.0}
    assert weighted_choice(Fixed(0.0), weights) == "first"
    assert weighted_choice(Fixed(math.nextafter(1, 0)), weights) == "last"


def test_huge_weights_keep_their_proportion() -> None:
    weights = {"a": 1e308, "b": 1e308, "c": 1e308}
    assert [weighted_choice(Fixed(value), weights) for value in (0.2, 0.5, 0.8)] == ["a", "b", "c"]


@pytest.mark.parametrize("weight", [-1, -1e-9, math.nan, math.inf])
def test_a_weight_that_is_none_names_itself(weight: float) -> None:
    with pytest.raises(ValueError, match="the weight of 'expert' is"):
        weighted_choice(random.Random(0), {"novice": 1, "expert": weight})


def test_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="no names"):
        weighted_choice(random.Random(0), {})
