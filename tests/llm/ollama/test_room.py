"""How long prompts may be, after calls that fitted and calls that did not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.llm.ollama import Options, PromptRoom, TokenRate

OPTIONS = Options(num_ctx=8192, num_predict=2048, seed=1)
CALLS = st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 9_000), st.booleans()))


def test_the_estimate_holds_until_a_call_tells_more() -> None:
    room = PromptRoom(OPTIONS, 17_000)
    room.fitted(12_000, 0)
    room.fitted(300, 40)
    assert room.chars == 17_000


def test_a_dense_text_makes_room_for_less_and_a_thin_one_for_more() -> None:
    dense, thin = PromptRoom(OPTIONS, 17_000), PromptRoom(OPTIONS, 17_000)
    dense.fitted(10_000, 5_000)
    thin.fitted(10_000, 2_500)
    assert dense.chars < 12_000
    assert thin.chars > 17_000
    thin.fitted(10_000, 5_000)
    thin.fitted(10_000, 2_500)
    assert thin.chars == dense.chars


def test_prompts_grow_shorter_with_every_one_that_did_not_fit() -> None:
    room = PromptRoom(OPTIONS, 17_000)
    room.overflowed(16_000)
    assert room.chars == 12_000
    room.overflowed(16_000)
    assert room.chars == 9_000
    room.fitted(8_000, 2_000)
    assert (room.chars, room.most > 17_000) == (9_000, True)


@given(CALLS)
def test_what_fits_by_the_worst_rate_seen_fits_the_window(calls: list[tuple[int, int, bool]]) -> None:
    room, rate = PromptRoom(OPTIONS, 17_000), TokenRate()
    for chars, tokens, fits in calls:
        before = room.chars
        if fits:
            room.fitted(chars, tokens)
            rate = rate.after(chars, tokens)
        else:
            room.overflowed(chars)
            assert room.chars <= before
        assert room.chars >= 0
        if rate.calibrated:
            assert room.chars <= room.most
            assert room.most / rate.chars_per_token + OPTIONS.num_predict <= OPTIONS.num_ctx
