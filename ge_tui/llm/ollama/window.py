"""How large the window is, what fits into it, and whether the server cut a prompt without saying so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ge_tui.llm.ollama.values import Call

_STEP = 1024
_SMALLEST = 2048
_TEMPLATE_TOKENS = 128
"""What a chat template adds around system and prompt."""
_CAUTIOUS = 3.0
"""Characters a token at first, when nothing is known of the model: no tokenizer does worse on Python."""
_HOPEFUL = 4.5
"""Characters a token, when nothing is known, below which a prompt may still fit."""
_TELLING_CHARS = 1000
"""Shorter prompts tell more of the template than of the tokenizer."""


@dataclass(frozen=True, slots=True)
class TokenRate:
    """How many characters make a token, for one model; there is no way to ask an Ollama server."""

    chars_per_token: float = _CAUTIOUS
    calibrated: bool = False
    """Whether it was measured by a real call."""
    most_chars_per_token: float = 0.0
    """Of the calls so far; 0: no call was measured."""

    def after(self, chars: int, prompt_tokens: int) -> TokenRate:
        """The rate in the light of a call whose prompt was not cut; the worst one seen is kept."""
        if chars < _TELLING_CHARS or prompt_tokens < 1:
            return self
        seen = min(max(chars / prompt_tokens, 0.5), 10.0)
        worst = min(seen, self.chars_per_token) if self.calibrated else seen
        return TokenRate(worst, calibrated=True, most_chars_per_token=max(seen, self.most_chars_per_token))

    def tokens(self, chars: int) -> int:
        """An estimate for a prompt, the chat template included."""
        return math.ceil(chars / self.chars_per_token) + _TEMPLATE_TOKENS

    def fewest_tokens(self, chars: int) -> int | None:
        """What a prompt that is read as a whole has at least; None where no call was measured.

        One with words of another script has many more tokens to its characters, which says nothing of the next.
        """
        most = max(_HOPEFUL, self.most_chars_per_token)
        return math.ceil(chars / most) + _TEMPLATE_TOKENS if self.calibrated else None

    def cannot_fit(self, call: Call) -> bool:
        """Whether a call is sure to be too long, even if this estimate is 15 % too high."""
        hopeful = self.chars_per_token * 1.15 if self.calibrated else _HOPEFUL
        return call.chars / hopeful + call.options.num_predict > call.options.num_ctx


def context_window(
    prompt_chars_worst: int,
    num_predict: int,
    model_limit: int | None,
    *,
    rate: TokenRate | None = None,
    memory_tokens: int | None = None,
) -> int:
    """num_ctx for a whole run, a multiple of 1024; another value would reload the model.

    Room for the longest prompt and the longest answer, but no more than the model was trained for and (where known)
    than memory has room for. A prompt that does not fit then is shortened by the caller, or refused.
    """
    need = (rate or TokenRate()).tokens(prompt_chars_worst) + num_predict
    window = max(_SMALLEST, math.ceil(need / _STEP) * _STEP)
    limits = [model_limit, memory_tokens and max(_STEP, memory_tokens // _STEP * _STEP)]
    return min([window, *(limit for limit in limits if limit)])


def window_in_memory(free_bytes: int, kv_bytes_per_token: int) -> int:
    """How many tokens of window fit into memory that is free once the model itself is loaded."""
    return max(0, free_bytes) // kv_bytes_per_token


def was_truncated(prompt_tokens: int, num_ctx: int, *, expected: int | None = None, fewest: int | None = None) -> bool:
    """Whether the server read a part of the prompt only, which it never says.

    Since 2026 it keeps num_ctx/2 + 2 tokens (3 with a start token), before that num_ctx - 1 or num_ctx. A prompt may
    have just that length by chance: `expected`, a calibrated estimate of its tokens, tells (a prompt that was cut has
    at least twice the tokens). Far fewer tokens than the `fewest` to be expected (else than expected) are a sign too,
    whatever the rule of that server; but not where even those fit any window: a short prompt of prose has fewer than
    code would, and is whole.
    """
    if prompt_tokens <= 0:
        return False
    if prompt_tokens >= num_ctx - 1:
        return True
    least = expected if fewest is None else fewest
    if least is not None and least > min(_SMALLEST, num_ctx // 2) and prompt_tokens < 0.6 * least:
        return True
    halved = prompt_tokens in (num_ctx // 2 + 2, num_ctx // 2 + 3)
    return halved and (expected is None or expected > 1.4 * prompt_tokens)
