"""What can go wrong with a call to an Ollama server, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Policy(StrEnum):
    """What the engine does about a failure."""

    RETRY = "retry"
    """Likely gone the next time. `OllamaClient.generate` has already tried again: give up this child."""
    GIVE_UP_CHILD = "give-up-child"
    """The same call would end the same way; other calls need not."""
    WAIT_FOR_SERVER = "wait-for-server"
    """No call can work now: hold the run visibly, `OllamaClient.wait_until_back`, then ask again."""
    STOP_RUN = "stop-run"
    """No call can work until the user changes something: end the run, resumable."""


class FailureKind(StrEnum):
    """Why no answer came of a call; every failure has exactly one."""

    SERVER_AWAY = "server-away"
    """Nothing listens, the name is unknown, or a proxy in between cannot reach the server."""
    NOT_OLLAMA = "not-ollama"
    """Something answers at this address, but it is not an Ollama server."""
    NOT_ALLOWED = "not-allowed"
    """The server wants a sign-in, or does not accept calls under this host name."""
    MODEL_MISSING = "model-missing"
    """The model is not installed on the server, or (in a pull) not in the library."""
    MODEL_BROKEN = "model-broken"
    """The server cannot load the model's file."""
    OUT_OF_MEMORY = "out-of-memory"
    """Too little GPU or main memory for the model and its window."""
    BUSY = "busy"
    """The server's queue is full."""
    RUNNER_DIED = "runner-died"
    """The server's process for this model ended during the call; the next call starts a new one."""
    DISCONNECTED = "disconnected"
    """The connection broke before the answer was complete."""
    TIMEOUT = "timeout"
    """The overall deadline passed."""
    NO_FIRST_WORD = "no-first-word"
    """Nothing came in the time allowed for queueing, loading the model and reading the prompt."""
    STALLED = "stalled"
    """The words began, then nothing came for too long."""
    PROMPT_TOO_LONG = "prompt-too-long"
    """Prompt and answer do not fit into the window; refused by the server, or before sending."""
    TRUNCATED_PROMPT = "truncated-prompt"
    """The server cut the prompt silently: the answer is to a question that nobody asked."""
    LOOPED = "looped"
    """The model said the same thing over and over until the server cut it off."""
    NO_DONE = "no-done"
    """The stream ended cleanly, but without the line that says it is complete."""
    EMPTY = "empty"
    """A complete answer without a word in it; perhaps thoughts only."""
    BAD_STREAM = "bad-stream"
    """What came is not what Ollama sends."""
    BAD_REQUEST = "bad-request"
    """The server refuses what is asked: an option's type, thinking on a model that cannot."""
    SERVER_ERROR = "server-error"
    """The server reports an error of a kind not known here."""
    UNEXPECTED = "unexpected"
    """An exception of a kind not known here."""


POLICIES: dict[FailureKind, Policy] = {
    FailureKind.SERVER_AWAY: Policy.WAIT_FOR_SERVER,
    FailureKind.NOT_OLLAMA: Policy.STOP_RUN,
    FailureKind.NOT_ALLOWED: Policy.STOP_RUN,
    FailureKind.MODEL_MISSING: Policy.STOP_RUN,
    FailureKind.MODEL_BROKEN: Policy.STOP_RUN,
    FailureKind.OUT_OF_MEMORY: Policy.RETRY,
    FailureKind.BUSY: Policy.RETRY,
    FailureKind.RUNNER_DIED: Policy.RETRY,
    FailureKind.DISCONNECTED: Policy.RETRY,
    # A second try of these three would cost as long again, and most likely end the same way.
    FailureKind.TIMEOUT: Policy.GIVE_UP_CHILD,
    FailureKind.NO_FIRST_WORD: Policy.GIVE_UP_CHILD,
    FailureKind.LOOPED: Policy.GIVE_UP_CHILD,
    FailureKind.STALLED: Policy.RETRY,
    FailureKind.PROMPT_TOO_LONG: Policy.GIVE_UP_CHILD,
    FailureKind.TRUNCATED_PROMPT: Policy.GIVE_UP_CHILD,
    FailureKind.NO_DONE: Policy.RETRY,
    FailureKind.EMPTY: Policy.GIVE_UP_CHILD,
    FailureKind.BAD_STREAM: Policy.RETRY,
    FailureKind.BAD_REQUEST: Policy.STOP_RUN,
    FailureKind.SERVER_ERROR: Policy.RETRY,
    FailureKind.UNEXPECTED: Policy.GIVE_UP_CHILD,
}


@dataclass(frozen=True, slots=True)
class LlmFailure:
    """Why a call came to nothing."""

    kind: FailureKind
    detail: str
    """One or two sentences for the user: what is wrong, and what to do."""
    partial: str = ""
    """The words of the answer that had come before, thoughts apart; for the record, never for use."""

    @property
    def policy(self) -> Policy:
        """What to do about it; it follows from the kind."""
        return POLICIES[self.kind]
