import math
import random
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import Mode, Trial, as_weights, bandit, choose, draw, probabilities

from .strategies import check

KIND = "persona"
ARMS = tuple("abcdefgh")
EQUAL = dict.fromkeys(ARMS, 1.0)


def child(number: int, arm: str | None, improved: bool) -> Trial:
    return Trial(number, {} if arm is None else {KIND: arm}, True, improved, 0.0, 0, 0.0)


def children(**counts: tuple[int, int]) -> list[Trial]:
    """By arm: how many improved, of how many."""
    rows = [(arm, i < improved) for arm, (improved, tried) in counts.items() for i in range(tried)]
    return [child(number, arm, improved) for number, (arm, improved) in enumerate(rows)]


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chooses with the same chances on average, sooner."""
    monkeypatch.setattr(bandit, "DRAWS", 12)


@pytest.fixture
def many_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a standard error of half a point at most."""
    monkeypatch.setattr(bandit, "DRAWS", 10_000)


weights_of_arms = st.dictionaries(
    st.sampled_from(ARMS), st.sampled_from([0.0, 0.0, 5e-324, 1e-3, 0.3, 1.0, 1.0, 7.0, 1e308]), min_size=1
).filter(lambda weights: any(weights.values()))
lists_of_trials = st.lists(
    # "gone" is an arm that is no more: a model that was removed.
    st.tuples(st.sampled_from([*ARMS[:4], "gone", None]), st.booleans()),
    max_size=12,
).map(lambda rows: [child(number, arm, improved) for number, (arm, improved) in enumerate(rows)])
modes = st.sampled_from(Mode)
seeds = st.integers(0, 99)
shares = st.one_of(st.sampled_from([0.0, 0.05, 1.0]), st.floats(0, 1))


@pytest.mark.usefixtures("few_draws")
class TestAlways:
    @check
    @given(weights_of_arms, lists_of_trials, modes, seeds, shares, shares, shares)
    def test_chances_sum_to_1_and_weight_0_has_none(self, weights, trials, mode, seed, floor, discount, part):
        chances = probabilities(
            weights, trials, KIND, mode, random.Random(seed), floor=floor, discount=discount, assist=part
        )
        assert list(chances) == list(weights)
        assert math.fsum(chances.values()) == pytest.approx(1, abs=1e-12)
        assert all(chance >= 0 for chance in chances.values())
        assert all(chances[arm] == 0 for arm, weight in weights.items() if weight == 0)
        assert weights[choose(chances, random.Random(seed))] > 0

    @check
    @given(weights_of_arms, lists_of_trials, seeds, shares, shares)
    def test_the_floor_holds(self, weights, trials, seed, floor, part):
        enabled = [arm for arm, weight in weights.items() if weight > 0]
        least = min(floor, 1 / len(enabled))
        auto = probabilities(weights, trials, KIND, Mode.AUTO, random.Random(seed), floor=floor)
        assert min(auto[arm] for arm in enabled) >= least - 1e-12
        half = probabilities(weights, trials, KIND, Mode.ASSIST, random.Random(seed), floor=floor, assist=part)
        assert min(half[arm] for arm in enabled) >= part * least - 1e-12

    @check
    @given(weights_of_arms, lists_of_trials, modes, seeds, st.randoms(use_true_random=False))
    def test_the_same_again_whatever_the_order_of_the_trials(self, weights, trials, mode, seed, rng):
        first = probabilities(weights, trials, KIND, mode, random.Random(seed))
        shuffled = rng.sample(trials, len(trials))
        assert probabilities(weights, trials, KIND, mode, random.Random(seed)) == first
        assert probabilities(weights, shuffled, KIND, mode, random.Random(seed)) == first

    @check
    @given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12), st.permutations(range(12)))
    def test_trials_that_share_a_number_have_no_order(self, rows, order):
        trials = [child(1, arm, improved) for arm, improved in rows]
        shuffled = [trials[i] for i in order if i < len(trials)]
        weights = dict.fromkeys("abc", 1.0)
        first, second = (probabilities(weights, each, KIND, Mode.AUTO, random.Random(3)) for each in (trials, shuffled))
        assert first == second

    @check
    @given(weights_of_arms, lists_of_trials, seeds, shares)
    def test_assist_lies_between(self, weights, trials, seed, part):
        def ask(mode: Mode, assist: float = 0.5) -> dict[str, float]:
            return probabilities(weights, trials, KIND, mode, random.Random(seed), assist=assist)

        manual, auto = ask(Mode.MANUAL), ask(Mode.AUTO)
        between = {arm: (1 - part) * manual[arm] + part * auto[arm] for arm in weights}
        assert ask(Mode.ASSIST, part) == pytest.approx(between)
        assert ask(Mode.ASSIST, 0) == manual
        assert ask(Mode.ASSIST, 1) == auto

    @check
    @given(weights_of_arms, lists_of_trials, modes, st.data())
    def test_a_locked_arm_has_every_chance(self, weights, trials, mode, data):
        locked = data.draw(st.sampled_from(list(weights)))
        chances = probabilities(weights, trials, KIND, mode, random.Random(0), locked=locked)
        assert chances == {arm: 1.0 if arm == locked else 0.0 for arm in weights}

    @check
    @given(weights_of_arms, lists_of_trials, modes, seeds)
    def test_on_record_the_chances_are_weights(self, weights, trials, mode, seed):
        chances = probabilities(weights, trials, KIND, mode, random.Random(seed))
        record = as_weights(chances)
        assert record == pytest.approx(chances, abs=1.01e-4)
        assert list(record) == list(chances)
        for arm, weight in record.items():
            assert weight == round(weight, 4) <= 1
            assert (weight > 0) == (chances[arm] > 0)


def test_manual_chances_are_the_shares_of_the_weights() -> None:
    weights = {"expert": 3, "magoo": 0, "engineer": 1}
    chances = probabilities(weights, children(magoo=(9, 9)), KIND, Mode.MANUAL, random.Random(0))
    assert chances == {"expert": 0.75, "magoo": 0.0, "engineer": 0.25}


def test_a_mode_can_be_named_by_its_word() -> None:
    assert [Mode("manual"), Mode("assist"), Mode("auto")] == [Mode.MANUAL, Mode.ASSIST, Mode.AUTO]


@pytest.mark.usefixtures("many_draws")
class TestAuto:
    def test_without_trials_auto_is_manual(self) -> None:
        weights = {"a": 1.0, "b": 2.0, "c": 0.5, "d": 4.5}
        chances = probabilities(weights, [], KIND, Mode.AUTO, random.Random(1))
        assert chances == pytest.approx({"a": 0.125, "b": 0.25, "c": 0.0625, "d": 0.5625}, abs=0.015)

    # The chances to be best, by numerical integration with scipy 1.17.1.
    @pytest.mark.parametrize(
        ("b_weight", "expected"),
        [
            (1.0, {"a": 0.6501417689935662, "b": 0.040712874506418216, "c": 0.309145356498349}),
            (2.0, {"a": 0.6931427229407578, "b": 0.07529601520963447, "c": 0.2315612618486519}),
        ],
    )
    def test_the_chances_are_those_of_being_the_best(self, b_weight, expected) -> None:
        weights = {"a": 1.0, "b": b_weight, "c": 1.0}
        trials = children(a=(6, 20), b=(2, 20))
        chances = probabilities(weights, trials, KIND, Mode.AUTO, random.Random(2), floor=0, discount=1)
        assert chances == pytest.approx(expected, abs=0.02)

    def test_each_later_trial_discounts(self) -> None:
        trials = [child(10, "a", True), child(20, "b", False), child(21, None, True), child(30, "a", False)]
        chances = probabilities({"a": 1, "b": 1}, trials, KIND, Mode.AUTO, random.Random(3), floor=0, discount=0.5)
        assert chances["a"] == pytest.approx(0.5213531300413293, abs=0.02)  # as above; 0.25, 0.5 and 1 count

    def test_trials_of_other_kinds_and_of_arms_that_are_gone_teach_nothing(self) -> None:
        others = [Trial(n, {"category": "a"}, True, True, 1.0, 9, 9.0) for n in range(30)] + children(gone=(30, 30))
        chances = [
            probabilities({"a": 1, "b": 1}, trials, KIND, Mode.AUTO, random.Random(4)) for trials in ([], others)
        ]
        assert chances[0] == chances[1]

    def test_an_arm_without_trials_is_taken_for_an_average_one(self) -> None:
        trials = children(a=(2, 40), b=(18, 40))
        weights = dict.fromkeys("abc", 1.0)
        chances = probabilities(weights, trials, KIND, Mode.AUTO, random.Random(5), floor=0, discount=1)
        assert chances["a"] < 0.01
        assert 0.1 < chances["c"] < chances["b"]


def test_what_the_floor_takes_comes_from_those_above_it() -> None:
    trials = children(a=(200, 400), b=(0, 400), c=(0, 400))
    weights = {"a": 1, "b": 1, "c": 1, "off": 0}
    chances = probabilities(weights, trials, KIND, Mode.AUTO, random.Random(0), floor=0.1, discount=1)
    assert chances == pytest.approx({"a": 0.8, "b": 0.1, "c": 0.1, "off": 0})


def test_floors_that_add_up_to_more_than_1_are_equal_shares() -> None:
    chances = probabilities(EQUAL, children(a=(50, 50)), KIND, Mode.AUTO, random.Random(0), floor=0.3)
    assert chances == dict.fromkeys(ARMS, 0.125)


class OnlyRandom(random.Random):
    """Refuses all but `random()`."""

    def getrandbits(self, k: int) -> int:
        raise AssertionError("only random() is stable")

    gammavariate = betavariate = gauss = normalvariate = choices = shuffle = None  # type: ignore[assignment]


def test_only_random_is_called() -> None:
    trials = children(a=(3, 9), b=(0, 4))
    chances = probabilities(EQUAL, trials, KIND, Mode.AUTO, OnlyRandom(5))
    assert chances == probabilities(EQUAL, trials, KIND, Mode.AUTO, random.Random(5))
    choose(chances, OnlyRandom(5))


def test_the_chances_of_old_runs_stay() -> None:
    # A change here means that no earlier run in auto mode can be repeated.
    trials = children(a=(3, 9), b=(0, 4), c=(1, 2))
    weights = {"a": 1, "b": 2, "c": 0.5, "d": 1}
    assert as_weights(probabilities(weights, trials, KIND, Mode.AUTO, draw(7, 2, 5, "persona"))) == {
        "a": 0.3516,
        "b": 0.1367,
        "c": 0.2734,
        "d": 0.2383,
    }


@pytest.mark.parametrize("shape", [0.05, 0.7, 1.0, 3.4, 60.0])
def test_variates_have_the_mean_and_the_variance_of_gamma(shape: float) -> None:
    rng = draw(0, 0, 0, "gamma")
    values = [math.exp(bandit._log_gamma_variate(shape, rng)) for _ in range(20_000)]
    mean = math.fsum(values) / 20_000
    assert mean == pytest.approx(shape, rel=0.03 * max(1, shape**-0.5))
    assert math.fsum((value - mean) ** 2 for value in values) / 20_000 == pytest.approx(shape, rel=0.15)


class Fixed(random.Random):
    """Begins with a number from an end of the range."""

    def __init__(self, first: float) -> None:
        super().__init__(0)
        self.first = first

    def random(self) -> float:
        first, self.first = self.first, super().random()
        return first


@pytest.mark.parametrize("first", [0.0, math.nextafter(1, 0)])
@pytest.mark.parametrize("shape", [0.0, 5e-324, 1.0, 1e6])
def test_variates_at_the_ends_of_the_draw(first: float, shape: float) -> None:
    assert math.isfinite(bandit._log_gamma_variate(shape, Fixed(first)))


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf])
@pytest.mark.parametrize("mode", Mode)
def test_a_weight_that_is_none_names_itself(mode: Mode, weight: float) -> None:
    with pytest.raises(ValueError, match="the weight of 'expert' is"):
        probabilities({"novice": 1, "expert": weight}, [], KIND, mode, random.Random(0))


def test_what_cannot_be_asked() -> None:
    rng = random.Random(0)
    with pytest.raises(ValueError, match="no names"):
        probabilities({}, [], KIND, Mode.AUTO, rng)
    with pytest.raises(ValueError, match="no weight is above 0"):
        probabilities({"a": 0}, [], KIND, Mode.AUTO, rng)
    with pytest.raises(ValueError, match="'c' is locked, but there are only: a, b"):
        probabilities({"a": 1, "b": 1}, [], KIND, Mode.AUTO, rng, locked="c")
    for name in ("floor", "discount", "assist"):
        with pytest.raises(ValueError, match=f"{name} is 1.5"):
            probabilities({"a": 1}, [], KIND, Mode.AUTO, rng, **{name: 1.5})


RATES = {"a": 0.05, "b": 0.05, "c": 0.08, "d": 0.08, "e": 0.1, "f": 0.12, "g": 0.15, "h": 0.25}
SEEDS = 16


def simulate(seed: int, pulls: int, rates: Callable[[int], Mapping[str, float]], mode: Mode) -> list[Trial]:
    """A run in generations of 12 children, whose arms improve with the rates at that number."""
    trials: list[Trial] = []
    for first in range(0, pulls, 12):
        chances = probabilities(EQUAL, trials, KIND, mode, draw(seed, first, 0, "chances"))
        for number in range(first, min(first + 12, pulls)):
            rng = draw(seed, first, number, "child")
            arm = choose(chances, rng)
            trials.append(child(number, arm, rng.random() < rates(number)[arm]))
    return trials


def share(runs: list[list[Trial]], arm: str, start: int, stop: int) -> float:
    chosen = Counter(trial.arms[KIND] for trials in runs for trial in trials[start:stop])
    return chosen[arm] / chosen.total()


@pytest.mark.usefixtures("few_draws")
class TestOverARun:
    def test_auto_finds_the_best_of_8_arms(self) -> None:
        runs = [simulate(seed, 300, lambda _: RATES, Mode.AUTO) for seed in range(SEEDS)]
        uniform = [simulate(seed, 300, lambda _: RATES, Mode.MANUAL) for seed in range(SEEDS)]
        assert share(uniform, "h", 0, 300) == pytest.approx(1 / 8, abs=0.02)
        assert share(runs, "h", 0, 300) > 1.75 / 8
        assert share(runs, "h", 200, 300) > 2 / 8
        gained, without = (sum(trial.improved for trials in each for trial in trials) for each in (runs, uniform))
        assert gained > 1.15 * without
        assert all(share(runs, arm, 0, 300) > 0.05 for arm in ARMS)

    def test_an_arm_that_stops_helping_loses_its_share(self) -> None:
        late = RATES | {"h": 0.02}
        runs = [simulate(seed, 480, lambda n: RATES if n < 240 else late, Mode.AUTO) for seed in range(SEEDS)]
        before, after = share(runs, "h", 160, 240), share(runs, "h", 400, 480)
        assert before > 2 / 8
        assert after < before / 2
        assert share(runs, "g", 400, 480) > share(runs, "h", 400, 480)
