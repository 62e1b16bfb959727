"""How long a prompt may be, in the light of the calls so far."""

from __future__ import annotations

from ge_tui.llm.ollama.values import Options
from ge_tui.llm.ollama.window import TokenRate

_MARGIN = 0.95
"""The next prompt may have more tokens to the character than any so far."""
_AFTER_A_CUT = 0.75


class PromptRoom:
    """The characters of prompt that fit one model's window beside the answer.

    At first an estimate; then by the worst rate of tokens that real calls showed. Where a prompt turned out too long
    all the same, the next ones stay well below it.
    """

    def __init__(self, options: Options, chars: int) -> None:
        """`chars`: the estimate to begin with."""
        self._options = options
        self._estimate = chars
        self._rate = TokenRate()
        self._below: int | None = None

    @property
    def most(self) -> int:
        """The longest prompt that may fit, by the tokens of those that did."""
        if not self._rate.calibrated:
            return self._estimate
        tokens = self._options.num_ctx - self._options.num_predict - self._rate.tokens(0)
        return int(max(0, tokens) * self._rate.chars_per_token * _MARGIN)

    @property
    def chars(self) -> int:
        """The longest prompt to send; one that cannot be made as short may still be tried up to `most`."""
        return self.most if self._below is None else min(self.most, self._below)

    def fitted(self, chars: int, prompt_tokens: int) -> None:
        """A prompt was read as a whole; `prompt_tokens` is 0 where the server does not say."""
        self._rate = self._rate.after(chars, prompt_tokens)

    def overflowed(self, chars: int) -> None:
        """A prompt did not fit: refused, or cut by the server."""
        least = min(chars, self.chars)
        self._below = int(least * _AFTER_A_CUT)
