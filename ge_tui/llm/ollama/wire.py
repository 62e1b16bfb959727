"""The HTTP transport under the `ollama` client: it mends what that client cannot send or read.

The client cuts a stream into lines as `str.splitlines` does, so a healthy answer with a U+0085 in it breaks, and it
cannot send the two fields that make a server refuse a prompt that is too long instead of cutting it silently.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator

import httpx

_LONGEST_LINE = 32 << 20
_LINE_ENDS = ((b"\xc2\x85", b"\\u0085"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"))
"""What ends a line for Python but not for JSON, and how JSON may write it instead."""


class OllamaTransport(httpx.AsyncBaseTransport):
    """One pool of connections to one server."""

    def __init__(self, url: str, proxy: str | None) -> None:
        # Reading the list of trusted authorities takes longer than all the rest; without TLS nobody is trusted instead.
        secure = url.startswith("https:") or (proxy or "").startswith("https:")
        trust = httpx.create_ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._inner = httpx.AsyncHTTPTransport(verify=trust, proxy=proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the body of a JSON reply comes in whole lines."""
        response = await self._inner.handle_async_request(_strict(request))
        if "json" not in response.headers.get("content-type", "") or "content-encoding" in response.headers:
            return response
        assert isinstance(response.stream, httpx.AsyncByteStream)
        return httpx.Response(
            status_code=response.status_code,
            headers=response.headers,
            stream=_WholeLines(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


def _strict(request: httpx.Request) -> httpx.Request:
    """A generate call with `truncate` and `shift` off; any other request as it is.

    Servers that know the fields answer a prompt beyond the window with an error, and stop at the window's end instead
    of forgetting the prompt while they write on. Older ones ignore them; `was_truncated` looks for those.
    """
    if not request.url.path.endswith("/api/generate"):
        return request
    body = json.loads(request.content) | {"truncate": False, "shift": False}
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
    content = json.dumps(body).encode()
    return httpx.Request(
        request.method, request.url, headers=headers, content=content, extensions=dict(request.extensions)
    )


class _WholeLines(httpx.AsyncByteStream):
    """The same bytes, in whole lines without blank ones, safe for `str.splitlines`."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        held = bytearray()
        async for chunk in self._inner:
            *lines, rest = chunk.split(b"\n")
            for line in lines:
                held += line
                if held.strip():
                    yield _escaped(bytes(held)) + b"\n"
                held.clear()
            held += rest
            if len(held) > _LONGEST_LINE:
                raise httpx.DecodingError(f"a line of more than {_LONGEST_LINE >> 20} MiB")
        if held.strip():
            yield _escaped(bytes(held))

    async def aclose(self) -> None:
        await self._inner.aclose()


def _escaped(line: bytes) -> bytes:
    for raw, escape in _LINE_ENDS:
        line = line.replace(raw, escape)
    return line
