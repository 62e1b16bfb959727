"""Fetch one large file once: resumable, checked, and never half there under its own name."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from filelock import FileLock, Timeout

from ge_tui.errors import NotReadyError
from ge_tui.evaluation.data.parts import OnBytes
from ge_tui.evaluation.data.store import writing

_CHUNK = 1 << 18
_ATTEMPTS = 3
"""Attempts in a row that bring nothing new before giving up."""
_SILENCE_S = 30
"""A connection that says nothing for this long is given up."""
_LOOK_S = 0.5
"""How often to look whether another process has finished."""
_RETRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Source:
    """A published file."""

    url: str
    file_name: str
    size: int
    """Bytes."""
    sha256: str


class _InterruptedError(Exception):
    """This attempt ended early; another may go on where it stopped."""


def fetch(source: Source, folder: Path, on_progress: OnBytes | None = None, *, first_wait_s: float = 1.0) -> Path:
    """The file in `folder`, downloaded if it is not there; a partial `.part` of an earlier try is continued.

    Whatever is killed in the middle leaves only the `.part`. Where another process is downloading, its
    progress is reported until it is done. first_wait_s: before a second attempt; doubled each time.
    Raises NotReadyError: unreachable, refused by the server, wrong size or checksum, no room.
    """
    target = folder / source.file_name
    part = folder / f"{source.file_name}.part"
    lock = FileLock(folder / f".{source.file_name}.lock")
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _wait_for(lock, part, source, on_progress)
    try:
        if not target.exists():
            _complete(source, part, on_progress, first_wait_s)
            with writing(target):
                part.replace(target)
    finally:
        lock.release()
    return target


def _digest(file: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _wait_for(lock: FileLock, part: Path, source: Source, on_progress: OnBytes | None) -> None:
    while True:
        try:
            lock.acquire(timeout=_LOOK_S)
        except Timeout:
            if on_progress is not None:
                on_progress(_size(part), source.size)
        else:
            return


def _complete(source: Source, part: Path, on_progress: OnBytes | None, first_wait_s: float) -> None:
    """Bring `part` to its full size with the right checksum; a wrong old beginning is fetched anew, once."""
    continued = _size(part) > 0
    _bring_all(source, part, on_progress, first_wait_s)
    found = _digest(part)
    if found != source.sha256 and continued:
        part.unlink()
        _bring_all(source, part, on_progress, first_wait_s)
        found = _digest(part)
    if found != source.sha256:
        part.unlink()
        raise _failed(source, part, f"its SHA-256 is {found} and should be {source.sha256}")


def _bring_all(source: Source, part: Path, on_progress: OnBytes | None, first_wait_s: float) -> None:
    furthest, fruitless = _size(part), 0
    while True:
        try:
            _attempt(source, part, on_progress)
        except _InterruptedError as error:
            here = _size(part)
            fruitless = 0 if here > furthest else fruitless + 1
            furthest = max(furthest, here)
            if fruitless == _ATTEMPTS:
                raise _failed(source, part, str(error)) from error
            time.sleep(first_wait_s * 2**fruitless)
        else:
            return


def _attempt(source: Source, part: Path, on_progress: OnBytes | None) -> None:
    """One request, from where `part` ends.

    Raises _InterruptedError, or NotReadyError where another try is no use.
    """
    here = _size(part)
    if here > source.size:
        part.unlink()
        here = 0
    if here == source.size:
        return
    with _request(source, part, here) as answer:
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            here = 0
        _check_range(source, part, answer, here)
        _receive(source, part, answer, here, on_progress)


def _request(source: Source, part: Path, here: int) -> http.client.HTTPResponse:
    headers = {"User-Agent": "ge-tui"}
    if here:
        headers["Range"] = f"bytes={here}-"
    request = urllib.request.Request(source.url, headers=headers)
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_SILENCE_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
        elif error.code < HTTPStatus.INTERNAL_SERVER_ERROR and error.code not in _RETRY_LATER:
            raise _failed(source, part, f"the server answers {error.code} {error.reason}") from error
        raise _InterruptedError(f"the server answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _InterruptedError(f"the server cannot be reached ({error.reason})") from error
    except (OSError, http.client.HTTPException) as error:
        raise _InterruptedError(f"the connection broke ({error or type(error).__name__})") from error
    return answer


def _check_range(source: Source, part: Path, answer: http.client.HTTPResponse, here: int) -> None:
    """Refuse an answer that is not the rest of the published file, before any of it is stored."""
    if here:
        expected = f"bytes {here}-{source.size - 1}/{source.size}"
        found = answer.headers.get("Content-Range", "")
        if found != expected:
            part.unlink()
            raise _InterruptedError(f"the server answers with '{found}' instead of '{expected}'")
    length = answer.headers.get("Content-Length")
    if length is not None and length != str(source.size - here):
        raise _failed(source, part, f"the server answers with {length} bytes instead of {source.size - here}")


def _receive(
    source: Source, part: Path, answer: http.client.HTTPResponse, here: int, on_progress: OnBytes | None
) -> None:
    with writing(part):
        stream = part.open("ab" if here else "wb")
    with stream:
        if on_progress is not None:
            on_progress(here, source.size)
        while chunk := _read_some(answer, source.size - here + 1):
            here += len(chunk)
            if here > source.size:
                raise _failed(source, part, f"the server sends more than {source.size} bytes")
            with writing(part):
                stream.write(chunk)
                stream.flush()
            if on_progress is not None:
                on_progress(here, source.size)
    if here < source.size:
        raise _InterruptedError(f"the connection ended after {here} of {source.size} bytes")


def _read_some(answer: http.client.HTTPResponse, limit: int) -> bytes:
    try:
        return answer.read(min(_CHUNK, limit))
    except (OSError, http.client.HTTPException) as error:
        raise _InterruptedError(f"the connection broke ({error or type(error).__name__})") from error


def _failed(source: Source, part: Path, why: str) -> NotReadyError:
    kept = "; what came so far is kept, the same command goes on from there" if _size(part) else ""
    return NotReadyError(
        f"cannot download {source.url}: {why}{kept}. "
        f"You may put the file there by hand: {part.with_name(source.file_name)}"
    )


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
