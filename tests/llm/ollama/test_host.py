"""Addresses in every form, and when a proxy is used."""

from __future__ import annotations

import pytest

from ge_tui.errors import UsageError
from ge_tui.llm.ollama import OllamaClient, is_local, server_url
from ge_tui.llm.ollama.host import proxy_for


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("  '127.0.0.1' ", "http://127.0.0.1:11434"),
        ("box", "http://box:11434"),
        (":11500", "http://127.0.0.1:11500"),
        ("box:11500", "http://box:11500"),
        ("box:11500/", "http://box:11500"),
        ("box/ollama/", "http://box:11434/ollama"),
        ("http://box", "http://box:80"),
        ("http://box:11500", "http://box:11500"),
        ("https://box.example", "https://box.example:443"),
        ("https://box.example:8443/a/b", "https://box.example:8443/a/b"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:11500", "http://127.0.0.1:11500"),
        ("http://0.0.0.0:11500", "http://127.0.0.1:11500"),
        ("::", "http://[::1]:11434"),
        ("[::]:11500", "http://[::1]:11500"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("[::1]:11500", "http://[::1]:11500"),
        ("http://[fd00::2]:11500/x", "http://[fd00::2]:11500/x"),
        ("fd00:0:0::2", "http://[fd00::2]:11434"),
        ("192.168.1.20", "http://192.168.1.20:11434"),
    ],
)
def test_every_form_of_an_address(text, url, monkeypatch):
    assert server_url(text) == url
    monkeypatch.setenv("OLLAMA_HOST", text)
    assert server_url() == url


def test_without_a_word_it_is_this_machine(monkeypatch):
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    assert server_url() == "http://127.0.0.1:11434"


@pytest.mark.parametrize("text", ["box:port", "box:99999", "ftp://box", "my box", "http://[::1", "unix:///run/x"])
def test_what_is_no_address_is_said(text):
    with pytest.raises(UsageError, match="is not the address of an Ollama server"):
        OllamaClient(text)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.8.8.8:1", True),
        ("http://[::1]:1", True),
        ("http://localhost:1", True),
        ("http://192.168.1.2:1", False),
        ("http://box:1", False),
    ],
)
def test_which_servers_are_on_this_machine(url, local):
    assert is_local(url) is local


def test_a_proxy_is_used_for_other_machines_only(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert proxy_for("http://box:11434") is None
    monkeypatch.setenv("HTTP_PROXY", "proxy:3128")
    monkeypatch.setenv("http_proxy", "proxy:3128")
    assert proxy_for("http://box:11434") == "http://proxy:3128"
    assert proxy_for("http://127.0.0.1:11434") is None
    assert proxy_for("http://[::1]:11434") is None
    assert proxy_for("http://localhost:11434") is None
    assert proxy_for("https://box:443") is None
    monkeypatch.setenv("no_proxy", "box")
    assert proxy_for("http://box:11434") is None
