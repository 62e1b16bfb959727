"""As much of an HTTP/1.1 server as an Ollama server needs: keep-alive, chunked streams, and news of who hung up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}


@dataclass
class Exchange:
    """One request and the means to answer it; `disconnected` is when the client hung up before the end."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    writer: asyncio.StreamWriter
    began: float
    ended: float | None = None
    disconnected: float | None = None
    keep: bool = True
    streaming: bool = field(default=False, repr=False)

    def json(self, status: int, value: object) -> None:
        self.whole(status, json.dumps(value, ensure_ascii=False).encode(), "application/json; charset=utf-8")

    def text(self, status: int, words: str, kind: str = "text/plain") -> None:
        self.whole(status, words.encode(), kind)

    def whole(self, status: int, body: bytes, kind: str) -> None:
        self._head(status, kind, f"Content-Length: {len(body)}")
        self.writer.write(b"" if self.method == "HEAD" else body)

    def begin(self, kind: str = "application/x-ndjson") -> None:
        """The head of a stream."""
        self._head(200, kind, "Transfer-Encoding: chunked")
        self.streaming = True

    def _head(self, status: int, kind: str, length: str) -> None:
        reason = _REASONS.get(status, "Error")
        self.writer.write(f"HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\n{length}\r\n\r\n".encode())

    async def send(self, data: bytes, pieces_of: int = 0) -> None:
        """A part of a stream, as one chunk or cut into chunks of so many bytes."""
        size = pieces_of or max(1, len(data))
        for at in range(0, len(data), size):
            piece = data[at : at + size]
            self.writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await self.writer.drain()
            if pieces_of:
                await asyncio.sleep(0)

    def end(self) -> None:
        """The end of a stream."""
        self.writer.write(b"0\r\n\r\n")
        self.streaming = False

    def drop(self, *, reset: bool = False) -> None:
        """Hang up in the middle, politely or with a TCP reset."""
        self.keep = False
        self.streaming = False
        if reset:
            inner = self.writer.get_extra_info("socket")
            inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        else:
            self.writer.close()


class HttpServer:
    """Listens on loopback. `handle` answers each exchange; it is cancelled when the client hangs up."""

    def __init__(self, handle: Callable[[Exchange], Awaitable[None]]) -> None:
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.exchanges: list[Exchange] = []
        self.port = 0

    async def listen(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port or self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._server = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        ahead = b""
        try:
            while (exchange := await self._next(reader, writer, ahead)) is not None:
                self.exchanges.append(exchange)
                ahead = await self._answered(exchange, reader)
                if not exchange.keep:
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ahead: bytes) -> Exchange | None:
        try:
            first_byte = ahead or await reader.read(1)
            if first_byte == b"\x16":  # the greeting of TLS
                writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request")
                return None
            head = first_byte + await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ", 2)
            split = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in split}
            content = await reader.readexactly(int(headers.get("content-length", 0)))
        except asyncio.IncompleteReadError:  # a client that died in the middle of its request
            return None
        return Exchange(method, path, headers, content, writer, asyncio.get_running_loop().time())

    async def _answered(self, exchange: Exchange, reader: asyncio.StreamReader) -> bytes:
        """Answer while looking whether the client is still there; what it has sent ahead."""
        clock = asyncio.get_running_loop().time
        work = asyncio.ensure_future(self._handle(exchange))
        watch = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and _gone(watch):
                exchange.disconnected, exchange.keep = clock(), False
                return b""
            await work
            if exchange.keep:
                await exchange.writer.drain()
            if exchange.streaming:
                exchange.end()
            exchange.ended = clock()
            return watch.result() if watch.done() and not _gone(watch) else b""
        finally:
            for task in (work, watch):
                task.cancel()
            await asyncio.gather(work, watch, return_exceptions=True)


def _gone(watch: asyncio.Future[bytes]) -> bool:
    return watch.exception() is not None or watch.result() == b""
