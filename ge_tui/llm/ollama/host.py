"""Where the server is: every way of writing OLLAMA_HOST, and whether a proxy stands in between."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ge_tui.errors import UsageError

_PORT = 11434
_PORTS = {"http": 80, "https": 443}


def server_url(text: str | None = None) -> str:
    """The server's address as `scheme://host:port[/path]`; None: from OLLAMA_HOST, else this machine.

    Takes what Ollama takes: `box`, `:11500`, `box:11500`, `http://box` (port 80), `https://box/path`, `::1`,
    `[::1]:11500`. An address to listen on (`0.0.0.0`, `::`) means this machine. UsageError for anything else.
    """
    given = os.environ.get("OLLAMA_HOST", "") if text is None else text
    plain = given.strip().strip("\"'").strip()
    scheme, mark, rest = plain.partition("://")
    if not mark:
        scheme, rest = "", plain
    try:
        if scheme not in {"", *_PORTS}:
            raise ValueError(f"the scheme is http or https, not {scheme!r}")
        parts = urlsplit(f"//{_bracketed(rest)}")
        host = _reachable(parts.hostname or "127.0.0.1")
        port = _PORTS.get(scheme, _PORT) if parts.port is None else parts.port
        if any(char.isspace() for char in host):
            raise ValueError("a host name has no spaces")
    except ValueError as error:
        raise UsageError(
            f"{given!r} is not the address of an Ollama server ({error}): write it like 127.0.0.1:11434 "
            "or https://box.example:443"
        ) from None
    path = parts.path.strip("/")
    return f"{scheme or 'http'}://{host}:{port}" + (f"/{path}" if path else "")


def _bracketed(rest: str) -> str:
    """A bare IPv6 address in brackets; anything else as it is."""
    try:
        return f"[{ipaddress.IPv6Address(rest.strip('/'))}]"
    except ValueError:
        return rest


def _reachable(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"


def is_local(url: str) -> bool:
    """Whether the server is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this server; none for one on this machine, whatever it names."""
    parts = urlsplit(url)
    if is_local(url) or proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found:
        return None
    return found if "://" in found else f"http://{found}"
