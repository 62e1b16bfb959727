"""Shares of every kind: whatever the controls and the trials, they can be drawn by, and the user's word counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.run.crediting import (
    KINDS,
    Kind,
    as_the_user_set_it,
    has_shares,
    new_shares,
    program_chooses,
    weights_in_force,
)
from ge_tui.run.engine.selection import plan_shared_slot
from ge_tui.search import Trial
from ge_tui.settings import Controls
from ge_tui.settings.schema import BANDS, CATEGORIES, LLM_OPERATORS, PERSONAS

MODELS = ("qwen2.5-coder:7b", "gemma3:4b", "small.model:0.5b")
check = settings(deadline=None, max_examples=60)
weights = st.sampled_from([0.0, 0.001, 0.5, 1.0, 2.0, 1000.0])
chances = st.sampled_from([0.0, 0.1, 0.35, 0.8, 1.0])
modes = st.sampled_from(["manual", "assist", "auto"])
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def tables(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries(dict.fromkeys(names, weights))


@st.composite
def controls_of_any_kind(draw: st.DrawFn) -> Controls:
    values = {f"{kind.control}_mode": draw(modes) for kind in KINDS}
    return Controls(
        persona=draw(tables(PERSONAS)),
        category=draw(tables(CATEGORIES)),
        model=draw(tables(MODELS)),
        crossover_probability=draw(chances),
        mutation_probability=draw(chances),
        eot_probability=draw(chances),
        temperature=draw(st.floats(0, 2)),
        temperature_spread=draw(st.floats(0, 1)),
        **values,
    )


@st.composite
def trials(draw: st.DrawFn) -> list[Trial]:
    names = {"persona": PERSONAS, "category": CATEGORIES, "model": MODELS, "temperature": BANDS,
             "operator": (*LLM_OPERATORS, "create", "repair", "crossover+mutate")}  # fmt: skip
    made = draw(st.lists(st.tuples(st.integers(1, 300), st.booleans(), st.randoms(use_true_random=False)), max_size=60))
    return [
        Trial(number, {kind: rng.choice(arms) for kind, arms in names.items()}, improved, improved, 0.0, 10, 1.0)
        for number, improved, rng in made
    ]


@kinds
@check
@given(controls=controls_of_any_kind(), past=trials(), seed=st.integers(0, 1 << 40), generation=st.integers(0, 50))
def test_shares_sum_to_1_keep_the_floor_and_leave_off_what_is_off(
    kind: Kind, controls: Controls, past: list[Trial], seed: int, generation: int
) -> None:
    own = kind.weights(controls, MODELS)
    if not has_shares(controls, kind, MODELS):
        assert kind.mode(controls) == "manual" or sum(weight > 0 for weight in own.values()) < 2
        return
    shares = new_shares(controls, kind, MODELS, past, seed, generation)
    assert list(shares) == list(own)
    assert sum(shares.values()) == pytest.approx(1, abs=0.001)
    for arm, weight in own.items():
        assert (shares[arm] > 0) == (weight > 0)
        if weight > 0 and kind.mode(controls) == "auto":
            assert shares[arm] >= 0.0499
        elif weight > 0:
            assert shares[arm] >= 0.0249
    assert shares == new_shares(controls, kind, MODELS, past[::-1], seed, generation)
    in_force = controls.model_copy(update={f"{kind.control}_share": shares})
    assert weights_in_force(in_force, kind, MODELS) == shares
    manual = in_force.model_copy(update={f"{kind.control}_mode": "manual"})
    assert weights_in_force(manual, kind, MODELS) == own
    assert weights_in_force(as_the_user_set_it(in_force), kind, MODELS) == own


@kinds
@given(controls=controls_of_any_kind(), data=st.data())
def test_a_locked_arm_is_alone_and_no_stale_share_brings_back_what_is_off(
    kind: Kind, controls: Controls, data: st.DataObject
) -> None:
    own = kind.weights(controls, MODELS)
    arm = data.draw(st.sampled_from(list(own)))
    locked = controls.model_copy(update={f"{kind.control}_locked": arm})
    assert weights_in_force(locked, kind, MODELS) == {arm: 1.0}
    assert program_chooses(locked, kind)
    stale = data.draw(tables((*own, "another")))
    in_force = weights_in_force(controls.model_copy(update={f"{kind.control}_share": stale}), kind, MODELS)
    assert in_force.keys() == own.keys()
    assert all(weight == 0 for arm, weight in in_force.items() if own[arm] == 0)
    assert any(in_force.values()) == any(own.values())


@kinds
def test_only_trials_that_left_a_choice_teach(kind: Kind) -> None:
    controls = Controls(**{f"{kind.control}_mode": "auto"})
    arms = list(kind.weights(controls, MODELS))
    none = new_shares(controls, kind, MODELS, [], 1, 1)
    for operator in ("repair", "crossover+mutate", "mutate"):
        past = [Trial(n, {kind.name: arms[n % 2], "operator": operator} | ({"operator": arms[n % 2]}
                if kind.name == "operator" and operator == "mutate" else {}), n % 2 == 1, n % 2 == 1, 0.0, 1, 1.0)
                for n in range(1, 80)]  # fmt: skip
        learned = new_shares(controls, kind, MODELS, past, 1, 1)
        if kind.operators and operator not in kind.operators:
            assert learned == none
        else:
            assert learned[arms[1]] > 2 * learned[arms[0]]


@given(
    parents=st.lists(st.integers(1, 4), min_size=1, max_size=8),
    crossover=chances,
    mutation=chances,
    shares=st.fixed_dictionaries(dict.fromkeys(LLM_OPERATORS, weights)),
    seed=st.integers(0, 1 << 40),
)
def test_a_shared_slot_has_one_operator_that_can_be_carried_out(
    parents: list[int], crossover: float, mutation: float, shares: dict[str, float], seed: int
) -> None:
    for slot in range(len(parents)):
        plan = plan_shared_slot(parents, slot, seed, 3, crossover, mutation, shares)
        assert plan.parents[0] == parents[slot]
        assert len(plan.operators) <= 1
        if crossover == 1 or mutation == 1:
            assert plan.operators
        if crossover == mutation == 0:
            assert not plan.operators
        if plan.operators == ("crossover",):
            assert len(set(plan.parents)) == 2
            assert shares["crossover"] > 0
        elif plan.operators == ("eot",):
            assert shares["eot"] > 0


def test_operators_are_drawn_by_their_shares() -> None:
    shares = {"mutate": 0.2, "eot": 0.5, "crossover": 0.3}
    drawn = [plan_shared_slot(list(range(4000)), slot, 7, 2, 0.35, 0.8, shares).operators for slot in range(4000)]
    changed = [operators[0] for operators in drawn if operators]
    assert len(changed) / 4000 == pytest.approx(1 - 0.65 * 0.2, abs=0.02)
    for operator, share in shares.items():
        assert changed.count(operator) / len(changed) == pytest.approx(share, abs=0.03)
