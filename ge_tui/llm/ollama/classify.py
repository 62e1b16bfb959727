"""Every way in which the `ollama` client and its HTTP library fail, turned into one of our kinds.

They raise ten types of exception that share no base; this is the only place that knows them.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches

import httpx
import ollama

from ge_tui.llm.ollama.failure import FailureKind, LlmFailure
from ge_tui.llm.ollama.values import canonical

_LONGEST = 300

_SIGNS: tuple[tuple[str, FailureKind], ...] = (
    (r"out of ?(device ?)?memory|cudaMalloc failed|requires more system memory|failed to allocate|unable to allocate|"
     r"cannot allocate memory|insufficient (system |video )?(memory|vram)", FailureKind.OUT_OF_MEMORY),
    (r"exceed_context_size|exceeds? the available context|longer than the context|exceeds? (the )?context",
     FailureKind.PROMPT_TOO_LONG),
    (r"repeat limit", FailureKind.LOOPED),
    (r"server busy|maximum pending requests|too many requests|overloaded", FailureKind.BUSY),
    (r"timed out waiting for .*(runner|server).* to start", FailureKind.NO_FIRST_WORD),
    (r"(un|not |in)able to load model|(error|failed|failure).{0,20}load(ing)? (the )?model|invalid file magic|"
     r"unknown (model )?architecture|unsupported (model|file|format|architecture)|digest mismatch|"
     r"no such file or directory|this model (may be incompatible|is not supported)", FailureKind.MODEL_BROKEN),
    (r"runner (process )?(has |is )?(unexpectedly stopped|terminated|no longer running)|unexpected EOF|"
     r"while running the model|signal: ", FailureKind.RUNNER_DIED),
    (r"does not support|must be of type|invalid (think|option|format|model name)|missing unit|model is required",
     FailureKind.BAD_REQUEST),
    (r"model ['\"].*['\"] not found|file does not exist|try pulling it first", FailureKind.MODEL_MISSING),
)  # fmt: skip
"""Words of a server's error text, read before its status: an error in the middle of a stream has no status."""

_STATUSES = {
    400: FailureKind.BAD_REQUEST,
    401: FailureKind.NOT_ALLOWED,
    403: FailureKind.NOT_ALLOWED,
    404: FailureKind.NOT_OLLAMA,
    405: FailureKind.NOT_OLLAMA,
    413: FailureKind.PROMPT_TOO_LONG,
    422: FailureKind.BAD_REQUEST,
    429: FailureKind.BUSY,
    502: FailureKind.SERVER_AWAY,
    503: FailureKind.BUSY,
    504: FailureKind.SERVER_AWAY,
}

_ADVICE = {
    FailureKind.SERVER_AWAY: "start it with `ollama serve`, or set OLLAMA_HOST to where it runs",
    FailureKind.NOT_OLLAMA: "check OLLAMA_HOST",
    FailureKind.NOT_ALLOWED: "sign in with `ollama signin`, or ask the server under the address it listens on",
    FailureKind.MODEL_BROKEN: "pull the model again, or update Ollama",
    FailureKind.OUT_OF_MEMORY: "free memory, lower ollama.num_ctx, or take a smaller model",
    FailureKind.BUSY: "lower the number of calls at once, or raise OLLAMA_MAX_QUEUE",
    FailureKind.RUNNER_DIED: "if it happens again, look into the server's log",
    FailureKind.DISCONNECTED: "if it happens again, look into the server's log, or at a proxy in between",
    FailureKind.PROMPT_TOO_LONG: "raise num_ctx, or take a model with a longer window",
    FailureKind.LOOPED: "raise the temperature or the repeat penalty if it happens often",
    FailureKind.NO_FIRST_WORD: "raise the time allowed for loading, or take a smaller model",
    FailureKind.BAD_STREAM: "look at a proxy in between, or update Ollama",
    FailureKind.BAD_REQUEST: "change that setting, or take another model",
    FailureKind.SERVER_ERROR: "look into the server's log",
    FailureKind.UNEXPECTED: "please report this",
}

_AWAY = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, ConnectionError)
_CLIENTS_ADVICE = "Failed to connect to Ollama"
"""So begins what the library says of a server that is away: advice of its own, beside which ours is enough."""
_BROKEN_OFF = (httpx.RemoteProtocolError, httpx.NetworkError)
_WRONG_PLACE = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects)
# JSON that is none and values of another type are ValueErrors (JSONDecodeError, pydantic's ValidationError); JSON
# that is not an object makes the client look up `.get` on it, or unpack it.
_GARBAGE = (httpx.DecodingError, ValueError, TypeError, AttributeError)


def failure(kind: FailureKind, what: str) -> LlmFailure:
    """A failure with its sentence: what is wrong, and the advice that belongs to its kind."""
    advice = _ADVICE.get(kind)
    return LlmFailure(kind, f"{what}; {advice}" if advice else what)


def classify(error: Exception, url: str, model: str = "") -> LlmFailure:
    """What an exception from a call to the server at `url` means."""
    if isinstance(error, ollama.ResponseError):
        return _server_said(error, url, model)
    words = _shortened(str(error)) or type(error).__name__
    if isinstance(error, _AWAY):
        if "SSL" in words or "CERTIFICATE" in words.upper():
            return failure(FailureKind.NOT_OLLAMA, f"no secure connection to {url}: {words}")
        said = "" if words.startswith(_CLIENTS_ADVICE) else f" ({words})"
        return failure(FailureKind.SERVER_AWAY, f"no Ollama server answers at {url}{said}")
    if isinstance(error, _BROKEN_OFF):
        return failure(FailureKind.DISCONNECTED, f"the connection to {url} broke in the middle ({words})")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return failure(FailureKind.SERVER_AWAY, f"the server at {url} does not take what is sent ({words})")
    if isinstance(error, _WRONG_PLACE):
        return failure(FailureKind.NOT_OLLAMA, f"{url} is not the address of an Ollama server ({words})")
    if isinstance(error, _GARBAGE):
        named = f"{type(error).__name__}: {words}"
        return failure(FailureKind.BAD_STREAM, f"{url} sent something that is not Ollama's ({named})")
    return failure(FailureKind.UNEXPECTED, f"an error that is not known here, {type(error).__name__}: {words}")


def _server_said(error: ollama.ResponseError, url: str, model: str) -> LlmFailure:
    words = error_text(error.error)
    kind = _kind_of(words, error.status_code)
    if kind is FailureKind.MODEL_MISSING and model:
        return model_missing(model, ())
    status = "" if error.status_code < 0 else f" (HTTP {error.status_code})"
    said = f"{url} says{status}: {words}" if words else f"{url} answers{status} without a word"
    return failure(kind, said)


def _kind_of(words: str, status: int) -> FailureKind:
    for pattern, kind in _SIGNS:
        if re.search(pattern, words, re.IGNORECASE):
            return kind
    return _STATUSES.get(status, FailureKind.SERVER_ERROR)


def error_text(error: object) -> str:
    """The words inside an error: plain text, HTML, an object, or a text that holds an object."""
    if isinstance(error, dict):
        return error_text(error.get("error") or error.get("message") or str(error))
    text = str(error).strip()
    if text.startswith("{"):
        try:
            return error_text(json.loads(text))
        except ValueError:
            pass
    return _shortened(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.S))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def model_missing(model: str, installed: tuple[str, ...]) -> LlmFailure:
    """The failure for a model that the server has not, with the nearest one that it has."""
    pull = f"`ge-tui models pull {model}`"
    if not installed:
        return LlmFailure(FailureKind.MODEL_MISSING, f"the model {model!r} is not installed; get it with {pull}")
    near = get_close_matches(canonical(model), installed, n=1, cutoff=0.5)
    if near:
        meant = f"did you mean {near[0]!r}, which is? Else get it with {pull}"
    else:
        meant = f"installed are {', '.join(sorted(installed)[:8])}; get it with {pull}"
    return LlmFailure(FailureKind.MODEL_MISSING, f"the model {model!r} is not installed; {meant}")
