"""Calls to a language model as they are kept: what was asked, what came, how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

NO_CHILD = -1
"""Stands for the individual in a call that makes none."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, as it goes on record when its answer is complete."""

    individual: int
    attempt: int
    step: int
    operator: str
    template: str
    persona: str
    category: str
    segment: str | None
    model: str
    options: Mapping[str, int | float]
    """As sent, the seed included."""
    system: str
    prompt: str
    answer: str = ""
    thinking: str = ""
    failure: str | None = None
    """The kind of failure; None where it was answered."""
    detail: str = ""
    finished: bool = False
    digest: str = ""
    server_version: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    first_token_s: float = 0.0
    load_s: float = 0.0
    total_s: float = 0.0
    wordings: tuple[str, ...] = ()
    """The refs of the versions of persona, category and templates that the prompt was made of."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an earlier call brought."""

    answer: str
    finished: bool
    failure: str | None
    detail: str


class Recorder(Protocol):
    """Keeps calls, and gives back those that are kept: after a crash, or to replay a run."""

    def recorded(self, individual: int, attempt: int, step: int) -> Recorded | None:
        """What a call brought that was made before; None: it was not made yet."""
        ...

    def rephrased(self, generation: int, ref: str) -> CallRecord | None:
        """The call of a replayed run that asked in this generation for another wording of a version."""
        ...

    def begin(self, call: CallRecord) -> None:
        """A call is being sent; its answer is not known yet."""
        ...

    def words(self, individual: int, attempt: int, step: int, kind: str, text: str) -> None:
        """Words of a call under way, for those who watch; `kind`: thinking, text, or again for a second try."""
        ...

    def record(self, call: CallRecord) -> None:
        """Keep a call whose answer is complete, or that failed."""
        ...

    def read_as(self, individual: int, attempt: int, step: int, how: str) -> None:
        """By which rung an answer was read, or why it was refused."""
        ...

    def insight(self, individual: int, elite: int, segment: str, text: str) -> None:
        """What the model said it learned from a change."""
        ...
