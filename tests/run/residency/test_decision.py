"""Where the model lives, decided from facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.run.residency import Card, Decision, Housed, Mode, Situation, decide

RTX = Card("NVIDIA RTX 4090", 24_564, 24_000)
SMALL = Housed("coder:7b", 6_500)
BIG = Housed("coder:30b", 21_000)
HUGE = Housed("coder:120b", 70_000)
ALONE = Situation((SMALL,), device="cuda", slots=1, training_mb=4_696, cards=(RTX,))


@pytest.mark.parametrize(
    ("situation", "mode", "words"),
    [
        (ALONE, Mode.RESIDENT, "RTX 4090 has 23.4 GB free: enough for coder:7b (6.3 GB) beside 1 training at once"),
        (replace(ALONE, models=(BIG,)), Mode.PHASED, "not enough for coder:30b"),
        (replace(ALONE, slots=4), Mode.PHASED, "beside 4 trainings at once (18.3 GB)"),
        (replace(ALONE, models=(SMALL, BIG)), Mode.PHASED, "not enough for coder:7b and coder:30b (26.9 GB)"),
        (replace(ALONE, models=(replace(HUGE, mb=40_000),)), Mode.PHASED, "a part of it stays in main memory"),
        (replace(ALONE, models=(HUGE,)), Mode.CPU, "less than half"),
        (replace(ALONE, device="cpu"), Mode.RESIDENT, "trained on the CPU"),
        (replace(ALONE, cards=()), Mode.PHASED, "nothing here tells"),
        (
            replace(ALONE, elsewhere="the server at http://box:11434 is not on this machine"),
            Mode.RESIDENT,
            "http://box",
        ),
    ],
)
def test_auto(situation: Situation, mode: Mode, words: str) -> None:
    found = decide("auto", situation)
    assert found.mode is mode
    assert words in found.reason


def test_a_model_in_memory_already_does_not_count_twice() -> None:
    busy = replace(RTX, free_mb=14_000)
    assert decide("auto", replace(ALONE, cards=(busy,), models=(replace(SMALL, mb=11_000),))).mode is Mode.PHASED
    loaded = replace(ALONE, cards=(busy,), models=(Housed("coder:7b", 11_000, loaded_mb=9_000),))
    assert decide("auto", loaded).mode is Mode.RESIDENT


def test_a_card_without_trainings_is_the_models_own() -> None:
    other = Card("NVIDIA RTX 4090", 24_564, 24_500, trains=False)
    found = decide("auto", replace(ALONE, models=(BIG,), slots=8, cards=(RTX, other)))
    assert found == Decision(
        Mode.RESIDENT, "no network is trained on NVIDIA RTX 4090, which has room for coder:30b (20.5 GB)"
    )


def test_trainings_are_spread_over_the_cards() -> None:
    pair = replace(ALONE, slots=4, cards=(RTX, replace(RTX, free_mb=23_999)))
    assert decide("auto", pair).mode is Mode.RESIDENT
    assert "2 trainings at once" in decide("auto", pair).reason


SITUATIONS = st.builds(
    Situation,
    models=st.lists(st.builds(Housed, st.just("m"), st.integers(0, 200_000), st.integers(0, 200_000)), min_size=1).map(
        tuple
    ),
    device=st.sampled_from(["cpu", "cuda", "mps"]),
    slots=st.integers(1, 16),
    training_mb=st.integers(1, 50_000),
    cards=st.lists(st.builds(Card, st.just("c"), st.just(80_000), st.integers(0, 80_000), st.booleans())).map(tuple),
    elsewhere=st.sampled_from(["", "elsewhere"]),
)


@given(SITUATIONS, st.sampled_from(["resident", "phased", "cpu"]))
def test_a_wish_is_followed(situation: Situation, wish: str) -> None:
    assert decide(wish, situation) == Decision(Mode(wish), "as ollama.residency says")


@given(SITUATIONS)
def test_a_model_that_stays_never_takes_memory_that_trainings_are_promised(situation: Situation) -> None:
    found = decide("auto", situation)
    assert found.reason
    if situation.elsewhere or situation.device == "cpu":
        assert found.mode is Mode.RESIDENT
    elif found.mode is Mode.RESIDENT:
        card = max(situation.cards, key=lambda one: one.free_mb)
        models = sum(model.mb for model in situation.models) - sum(model.loaded_mb for model in situation.models)
        assert models + situation.training_mb * card.trains <= card.free_mb


@given(SITUATIONS, st.integers(1, 16))
def test_more_trainings_never_make_a_model_stay(situation: Situation, more: int) -> None:
    if decide("auto", situation).mode is not Mode.RESIDENT:
        assert decide("auto", replace(situation, slots=situation.slots + more)).mode is not Mode.RESIDENT
