"""A local web server with the manners, good and bad, that downloads meet."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebServer:
    """Serves one file at any path; what to do wrong is set by attributes."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.honours_ranges = True
        self.break_after: list[int] = []
        """For each coming answer, the bytes after which the connection breaks."""
        self.statuses: list[int] = []
        """For each coming request, an error to answer with."""
        self.extra = b""
        """Sent after the content, without being announced."""
        self.announces_size = True
        self.ranges: list[str | None] = []
        """The Range header of each request so far."""
        self.url = ""


@contextmanager
def serving(content: bytes) -> Iterator[WebServer]:
    state = WebServer(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.ranges.append(wanted)
            if state.statuses:
                self.send_error(state.statuses.pop(0))
                return
            first = 0
            if wanted and state.honours_ranges:
                match = re.fullmatch(r"bytes=(\d+)-", wanted)
                assert match
                first = int(match[1])
                self.send_response(206)
                size = len(state.content)
                self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
            else:
                self.send_response(200)
            body = state.content[first:] + state.extra
            if state.announces_size:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if state.break_after:
                body = body[: state.break_after.pop(0)]
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
