"""Exceptions that no server of ours can provoke, and the words inside an error."""

from __future__ import annotations

import json

import httpx
import ollama
import pytest

from ge_tui.llm.ollama import FailureKind, Policy
from ge_tui.llm.ollama.classify import classify, error_text, model_missing

URL = "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionError("Failed to connect to Ollama."), FailureKind.SERVER_AWAY),
        (ConnectionRefusedError(111, "refused"), FailureKind.SERVER_AWAY),
        (httpx.ConnectError("All connection attempts failed"), FailureKind.SERVER_AWAY),
        (httpx.ConnectTimeout(""), FailureKind.SERVER_AWAY),
        (httpx.WriteTimeout(""), FailureKind.SERVER_AWAY),
        (httpx.ProxyError("407"), FailureKind.SERVER_AWAY),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), FailureKind.NOT_OLLAMA),
        (httpx.ReadError(""), FailureKind.DISCONNECTED),
        (httpx.RemoteProtocolError("peer closed connection"), FailureKind.DISCONNECTED),
        (httpx.UnsupportedProtocol("x"), FailureKind.NOT_OLLAMA),
        (httpx.TooManyRedirects("x"), FailureKind.NOT_OLLAMA),
        (httpx.DecodingError("a line of more than 32 MiB"), FailureKind.BAD_STREAM),
        (json.JSONDecodeError("x", "", 0), FailureKind.BAD_STREAM),
        (TypeError("argument after ** must be a mapping"), FailureKind.BAD_STREAM),
        (AttributeError("'list' object has no attribute 'get'"), FailureKind.BAD_STREAM),
        (ollama.ResponseError("no space left on device", 500), FailureKind.SERVER_ERROR),
        (ollama.ResponseError("", 418), FailureKind.SERVER_ERROR),
        (RuntimeError("Cannot send a request, as the client has been closed."), FailureKind.UNEXPECTED),
        (MemoryError(), FailureKind.UNEXPECTED),
    ],
)
def test_every_exception_has_its_kind(error, kind):
    found = classify(error, URL, "coder:7b")
    assert found.kind is kind
    assert found.detail
    assert isinstance(found.policy, Policy)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("plain", "plain"),
        ({"error": {"message": "inner"}}, "inner"),
        ('{"error": "{\\"error\\":{\\"message\\":\\"deep\\"}}"}', "deep"),
        ("{not json", "{not json"),
        ("<html><style>b{}</style><b>502</b> Bad\nGateway</html>", "502 Bad Gateway"),
        ("", ""),
        ("x" * 999, "x" * 300 + "…"),
    ],
)
def test_the_words_inside_an_error(error, words):
    assert error_text(error) == words


def test_many_installed_models_are_not_all_named():
    found = model_missing("zzz", tuple(f"model{n}:7b" for n in range(50)))
    assert len(found.detail) < 300
