"""Downloads: resumed, checked, reported, and never half there under their own name."""

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ge_tui.errors import NotReadyError
from ge_tui.evaluation.data.download import Source, fetch

from .web_server import WebServer, serving

CONTENT = random.Random(1).randbytes(700_000)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving(CONTENT) as running:
        yield running


def source_of(server: WebServer, **changes: Any) -> Source:
    values = {
        "url": server.url + "file.bin",
        "file_name": "file.bin",
        "size": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    return Source(**{**values, **changes})


def get(source: Source, folder: Path, **more: Any) -> Path:
    return fetch(source, folder, first_wait_s=0.01, **more)


def test_progress_is_reported_to_the_last_byte(server: WebServer, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    file = get(source_of(server), tmp_path, on_progress=lambda done, total: seen.append((done, total)))
    assert file.read_bytes() == CONTENT
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)
    assert len(seen) > 2
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_is_there_is_not_fetched(server: WebServer, tmp_path: Path) -> None:
    get(source_of(server), tmp_path)
    get(source_of(server), tmp_path)
    assert server.ranges == [None]


def test_a_broken_connection_is_resumed_where_it_broke(server: WebServer, tmp_path: Path) -> None:
    server.break_after = [300_000, 200_000]
    assert get(source_of(server), tmp_path).read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=300000-", "bytes=500000-"]


def test_a_partial_file_of_an_earlier_run_is_continued(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:1234])
    seen: list[int] = []
    assert get(source_of(server), tmp_path, on_progress=lambda done, _: seen.append(done)).exists()
    assert server.ranges == ["bytes=1234-"]
    assert seen[0] == 1234


def test_a_complete_partial_file_needs_no_server(tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    source = Source("http://127.0.0.1:9/", "file.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert get(source, tmp_path).read_bytes() == CONTENT


def test_a_server_without_ranges_starts_over(server: WebServer, tmp_path: Path) -> None:
    server.honours_ranges = False
    server.break_after = [300_000]
    assert get(source_of(server), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("rubbish", [b"x" * 1000, b"x" * (len(CONTENT) + 5)])
def test_a_wrong_beginning_is_fetched_anew(server: WebServer, tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "file.bin.part").write_bytes(rubbish)
    assert get(source_of(server), tmp_path).read_bytes() == CONTENT
    assert server.ranges[-1] is None


def test_a_wrong_checksum_is_refused_and_removed(server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"SHA-256 is .* should be 0000") as refusal:
        get(source_of(server, sha256="0" * 64), tmp_path)
    assert str(tmp_path / "file.bin") in str(refusal.value)
    assert "by hand" in str(refusal.value)
    assert not list(tmp_path.glob("file.bin*"))


def test_another_size_is_refused_before_anything_is_stored(server: WebServer, tmp_path: Path) -> None:
    server.content = b"<html>Please log in</html>"
    with pytest.raises(NotReadyError, match="26 bytes instead of 700000"):
        get(source_of(server), tmp_path)
    assert not list(tmp_path.glob("file.bin*"))


def test_more_than_was_announced_is_refused(server: WebServer, tmp_path: Path) -> None:
    server.announces_size = False
    server.extra = b"more"
    with pytest.raises(NotReadyError, match="sends more than 700000"):
        get(source_of(server), tmp_path)


def test_a_busy_server_is_asked_again(server: WebServer, tmp_path: Path) -> None:
    server.statuses = [503, 429]
    assert get(source_of(server), tmp_path).exists()


def test_a_missing_file_is_not_asked_for_again(server: WebServer, tmp_path: Path) -> None:
    server.statuses = [404, 404]
    with pytest.raises(NotReadyError, match="404"):
        get(source_of(server), tmp_path)
    assert len(server.ranges) == 1


def test_a_connection_that_brings_nothing_is_given_up_and_what_came_is_kept(server: WebServer, tmp_path: Path) -> None:
    server.break_after = [1000, 0, 0, 0, 0, 0]
    with pytest.raises(NotReadyError, match=r"after 1000 of 700000 bytes.*kept.*by hand"):
        get(source_of(server), tmp_path)
    assert (tmp_path / "file.bin.part").read_bytes() == CONTENT[:1000]
    server.break_after = []
    assert get(source_of(server), tmp_path).read_bytes() == CONTENT


def test_an_unreachable_server_is_reported_with_the_way_round(tmp_path: Path) -> None:
    source = Source("http://127.0.0.1:9/file.bin", "file.bin", 5, "0" * 64)
    with pytest.raises(NotReadyError, match=r"cannot be reached.*by hand: .*/file\.bin"):
        get(source, tmp_path)


def test_a_folder_that_cannot_be_made_is_reported(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file in the way")
    with pytest.raises(NotReadyError, match="cannot write"):
        get(source_of(server), tmp_path / "blocked")


SLOW_READER = """
import sys, time
from pathlib import Path
from ge_tui.evaluation.data.download import Source, fetch
url, size, digest, folder, pause = sys.argv[1:]
def report(done, total):
    print(done, flush=True)
    time.sleep(float(pause))
fetch(Source(url, "file.bin", int(size), digest), Path(folder), report)
"""


def start(source: Source, folder: Path, pause: float) -> "subprocess.Popen[str]":
    values = [source.url, str(source.size), source.sha256, str(folder), str(pause)]
    return subprocess.Popen(
        [sys.executable, "-c", SLOW_READER, *values], stdout=subprocess.PIPE, text=True, env=os.environ.copy()
    )


def test_killed_in_the_middle_it_leaves_only_the_part_and_goes_on(server: WebServer, tmp_path: Path) -> None:
    process = start(source_of(server), tmp_path, 0.3)
    assert process.stdout is not None
    while int(process.stdout.readline()) == 0:
        pass
    process.kill()
    process.communicate(timeout=60)
    assert not (tmp_path / "file.bin").exists()
    size = (tmp_path / "file.bin.part").stat().st_size
    assert 0 < size < len(CONTENT)
    assert get(source_of(server), tmp_path).read_bytes() == CONTENT
    assert server.ranges[-1] == f"bytes={size}-"


def test_a_second_process_waits_and_shows_how_far_the_first_is(server: WebServer, tmp_path: Path) -> None:
    first = start(source_of(server), tmp_path, 0.5)
    deadline = time.monotonic() + 30
    while not server.ranges and time.monotonic() < deadline:
        time.sleep(0.01)
    seen: list[int] = []
    file = get(source_of(server), tmp_path, on_progress=lambda done, _: seen.append(done))
    assert file.read_bytes() == CONTENT
    assert seen
    assert first.communicate(timeout=60)
    assert first.returncode == 0
    assert len(server.ranges) == 1
