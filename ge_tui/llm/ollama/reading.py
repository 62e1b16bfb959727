"""What has come of one answer so far, and what it amounts to in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import ollama

from ge_tui.llm.ollama.classify import failure
from ge_tui.llm.ollama.failure import FailureKind, LlmFailure
from ge_tui.llm.ollama.thoughts import LiveSplitter, split_thoughts
from ge_tui.llm.ollama.values import Answer, Call
from ge_tui.llm.ollama.window import TokenRate, was_truncated

OnWords = Callable[[str, str], None]
"""Called with (`thinking` or `text`, words) as they come; (`again`, why) where a second try starts from nothing."""

_NANO = 1e-9
_SAME_IN_A_ROW = 30
"""So many equal pieces at the end of a stream without an end: Ollama cut off a model that repeats itself."""


class Reading:
    """Collects the parts of one stream. No clock, no network: the caller says when each part came."""

    def __init__(self, call: Call, on_words: OnWords, rate: TokenRate) -> None:
        self._call = call
        self._on_words = on_words
        self._rate = rate
        self._live = LiveSplitter()
        self._content: list[str] = []
        self._thinking: list[str] = []
        self._last: ollama.GenerateResponse | None = None
        self._first_s: float | None = None
        self._same = 0
        self.begun = False
        """Whether anything came at all."""

    @property
    def model(self) -> str:
        """Who was asked."""
        return self._call.model

    @property
    def done(self) -> bool:
        """Whether the line that ends the answer came."""
        return self._last is not None

    def take(self, part: ollama.GenerateResponse, at_s: float) -> None:
        """One line of the stream, `at_s` seconds after the call was sent."""
        self.begun = True
        thought, words = part.thinking or "", part.response or ""
        if self._first_s is None and (thought or words):
            self._first_s = at_s
        if thought:
            self._thinking.append(thought)
            self._on_words("thinking", _writable(thought))
        if words:
            self._same = self._same + 1 if self._content and self._content[-1] == words else 0
            self._content.append(words)
            for kind, shown in self._live.feed(words):
                self._on_words(kind, _writable(shown))
        if part.done:
            self._last = part

    def failed(self, why: LlmFailure) -> LlmFailure:
        """The same failure with the words that had come before it."""
        return replace(why, partial=self._split()[0])

    def finish(self, total_s: float) -> Answer | LlmFailure:
        """What it all amounts to, when the stream has ended."""
        for kind, shown in self._live.flush():
            self._on_words(kind, _writable(shown))
        if self._last is None:
            return self.failed(self._cut_short())
        answer = self._answer(self._last, total_s)
        problem = self._cut_prompt(answer) or _nothing_said(answer, self._call)
        return self.failed(problem) if problem else answer

    def _split(self) -> tuple[str, str]:
        text, thoughts = split_thoughts("".join(self._content))
        both = [part for part in ("".join(self._thinking).strip(), thoughts) if part]
        return _writable(text), _writable("\n\n".join(both))

    def _answer(self, last: ollama.GenerateResponse, total_s: float) -> Answer:
        text, thinking = self._split()
        tokens = last.eval_count or 0
        writing_s = (last.eval_duration or 0) * _NANO
        reason = last.done_reason or ("length" if tokens >= self._call.options.num_predict else "stop")
        return Answer(
            text=text,
            thinking=thinking,
            done_reason=reason,
            finished=reason == "stop",
            prompt_tokens=last.prompt_eval_count or 0,
            completion_tokens=tokens,
            load_s=(last.load_duration or 0) * _NANO,
            total_s=total_s,
            first_token_s=total_s if self._first_s is None else self._first_s,
            tokens_per_s=tokens / writing_s if writing_s > 0 else 0.0,
            model=self._call.model,
        )

    def _cut_short(self) -> LlmFailure:
        if self._same >= _SAME_IN_A_ROW - 1:
            said = f"the model repeated {self._content[-1]!r} until the server cut it off"
            return failure(FailureKind.LOOPED, said)
        return LlmFailure(FailureKind.NO_DONE, "the stream ended before the server said that the answer is complete")

    def _cut_prompt(self, answer: Answer) -> LlmFailure | None:
        window = self._call.options.num_ctx
        expected = self._rate.tokens(self._call.chars) if self._rate.calibrated else None
        fewest = self._rate.fewest_tokens(self._call.chars)
        if was_truncated(answer.prompt_tokens, window, expected=expected, fewest=fewest):
            return LlmFailure(
                FailureKind.TRUNCATED_PROMPT,
                f"the server silently cut the prompt to {answer.prompt_tokens} tokens, for the window has {window}; "
                "raise num_ctx or shorten what goes into the prompt",
            )
        if answer.prompt_tokens + answer.completion_tokens > window:
            return LlmFailure(
                FailureKind.TRUNCATED_PROMPT,
                f"the model wrote past its window of {window} tokens and forgot the prompt on the way; "
                "raise num_ctx or lower num_predict",
            )
        return None


def _nothing_said(answer: Answer, call: Call) -> LlmFailure | None:
    if answer.text.strip():
        return None
    if answer.thinking and not answer.finished:
        what = f"the model spent all its {call.options.num_predict} tokens on thinking"
        return LlmFailure(FailureKind.EMPTY, f"{what}; raise num_predict, or turn thinking down or off")
    if answer.thinking:
        return LlmFailure(
            FailureKind.EMPTY, "the model thought, then ended without an answer; turn thinking down or off"
        )
    return LlmFailure(FailureKind.EMPTY, f"the answer is empty (done_reason {answer.done_reason!r})")


def _writable(text: str) -> str:
    """The text without half characters (lone surrogates), which no file or database takes."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
