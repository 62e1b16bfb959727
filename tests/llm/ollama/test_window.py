"""The size of the window, what fits, and the signs of a prompt that was cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.llm.ollama import TokenRate, context_window, was_truncated, window_in_memory

from .rig import call


def test_room_for_the_worst_prompt_and_the_longest_answer():
    window = context_window(24_000, 2_000, 32_768)
    assert window == 10_240
    assert window >= 24_000 / 3 + 2_000


def test_never_beyond_the_model_or_its_memory():
    assert context_window(300_000, 4_000, 32_768) == 32_768
    assert context_window(300_000, 4_000, None, memory_tokens=9_000) == 8_192
    assert context_window(300_000, 4_000, 4_096, memory_tokens=9_000) == 4_096
    assert context_window(300_000, 4_000, None, memory_tokens=0) == context_window(300_000, 4_000, None)


def test_a_calibrated_rate_makes_it_tight():
    assert context_window(24_000, 2_000, None, rate=TokenRate(4.0, calibrated=True)) == 8_192


@settings(deadline=None)
@given(st.integers(0, 10**7), st.integers(1, 10**5), st.none() | st.integers(512, 10**6))
def test_a_window_is_a_multiple_of_1024_or_the_models_own_limit(chars, num_predict, limit):
    window = context_window(chars, num_predict, limit)
    assert window == limit or (window % 1024 == 0 and window >= 2048)
    assert limit is None or window <= limit
    if window != limit:
        assert not TokenRate().cannot_fit(call("x" * min(chars, 10_000), num_ctx=window, num_predict=num_predict))


def test_memory_in_tokens():
    assert window_in_memory(1 << 30, 56 * 1024) == 18_724
    assert window_in_memory(-5, 1024) == 0


def test_short_prompts_and_missing_counts_teach_nothing():
    assert TokenRate().after(30, 25) == TokenRate()
    assert TokenRate().after(9_000, 0) == TokenRate()


def test_the_worst_rate_seen_is_kept():
    rate = TokenRate().after(4_000, 1_000)
    assert rate == TokenRate(4.0, calibrated=True, most_chars_per_token=4.0)
    assert rate.after(5_000, 1_000).chars_per_token == 4.0
    assert rate.after(3_500, 1_000).chars_per_token == 3.5


def test_one_prompt_in_another_script_does_not_make_the_next_look_cut():
    rate = TokenRate().after(4_000, 3_500)
    assert not was_truncated(3_000, 16_384, expected=rate.tokens(12_000), fewest=rate.fewest_tokens(12_000))
    assert was_truncated(900, 16_384, expected=rate.tokens(12_000), fewest=rate.fewest_tokens(12_000))


@pytest.mark.parametrize("num_ctx", [512, 2048, 4096, 16384])
def test_the_signs_of_a_cut_prompt(num_ctx):
    half = num_ctx // 2
    for cut in (half + 2, half + 3, num_ctx - 1, num_ctx, num_ctx + 7):
        assert was_truncated(cut, num_ctx)
    for whole in (0, 1, half - 1, half, half + 1, half + 4, num_ctx - 2):
        assert not was_truncated(whole, num_ctx)


def test_a_prompt_that_has_that_length_by_chance_is_not_cut():
    assert not was_truncated(2050, 4096, expected=2200)
    assert was_truncated(2050, 4096, expected=4400)


def test_far_fewer_tokens_than_expected_are_a_sign_too():
    assert was_truncated(1000, 4096, expected=3000)
    assert not was_truncated(2000, 4096, expected=3000)


def test_a_short_prompt_of_prose_is_not_taken_for_a_cut_one():
    assert not was_truncated(180, 16384, expected=TokenRate(3.0, calibrated=True).tokens(700))
    assert not was_truncated(180, 512, expected=250)
    assert was_truncated(258, 512, expected=600)
    assert was_truncated(120, 512, expected=600)
