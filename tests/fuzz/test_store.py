"""A run's file with flipped bits or its end missing: read as it was, or one message; and never made worse."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.cli import main
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader, StoreError
from ge_tui.run.store.blobs import damaged_texts
from ge_tui.run.store.calls import calls_of
from ge_tui.run.store.connection import open_writer
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.summary import standings
from tests.fuzz import budget
from tests.run.fakes import Rig, settings_of


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a finished run, its write-ahead log folded in."""
    rig = Rig(tmp_path_factory.mktemp("sound"), settings_of("population=3", "generations=1")).create()
    rig.run()
    with closing(open_writer(rig.directory.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return rig.directory.database.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


def read_all(file: Path) -> None:
    with RunReader(file) as run:
        run.run(), run.events(), run.controls(), run.metrics(), run.spreads(), run.generations()
        Pool(run, objectives_from(run.run().objectives))
        standings(run)
        for row in run.individuals():
            run.source(row.number), run.modules(row.number), run.output(row.number)
            calls_of(run.connection, row.number)
        for evaluation in run.evaluations():
            run.curve(evaluation.id)


def write(file: Path) -> None:
    with closing(open_writer(file)):
        pass


def fresh(place: Path, data: bytes) -> Path:
    shutil.rmtree(place)
    (place / "runs" / "hurt").mkdir(parents=True)
    file = place / "runs" / "hurt" / "run.sqlite"
    file.write_bytes(data)
    return file


def assert_read_or_told(file: Path, data: bytes, use: Callable[[Path], None]) -> None:
    with suppress(StoreError):
        use(file)
        return
    assert file.read_bytes() == data, "what cannot be used is not touched"


flips = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=6)


@given(flips, st.sampled_from([read_all, write]))
@budget(60)
def test_flipped_bits(sound: bytes, place: Path, places: list[tuple[float, int]], use: Callable[[Path], None]) -> None:
    data = bytearray(sound)
    for at, bit in places:
        data[int(at * len(data))] ^= 1 << bit
    assert_read_or_told(fresh(place, bytes(data)), bytes(data), use)


@given(st.floats(0, 1), st.sampled_from([read_all, write]))
@budget(25)
def test_a_file_that_was_cut_off(sound: bytes, place: Path, part: float, use: Callable[[Path], None]) -> None:
    data = sound[: int(part * len(sound))]
    if data:
        assert_read_or_told(fresh(place, data), data, use)


@given(flips)
@budget(6)
def test_commands_on_a_damaged_run_end_in_one_message(
    sound: bytes, place: Path, places: list[tuple[float, int]]
) -> None:
    data = bytearray(sound)
    for at, bit in places:
        data[int(at * len(data))] ^= 1 << bit
    file = fresh(place, bytes(data))
    for words in (["show", "hurt"], ["show", "hurt", "1", "--source"], ["runs"], ["replay", "hurt"]):
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*words, "--runs", str(file.parents[1])])
        assert code in (0, 1, 2)
        assert not code or out.getvalue() or err.getvalue().startswith("ge-tui: ")


def test_a_damaged_text_is_found(sound: bytes, place: Path) -> None:
    file = fresh(place, sound)
    with closing(open_writer(file)) as connection:
        assert damaged_texts(connection) == []
        connection.execute("UPDATE blob SET data = substr(data, 2) WHERE id = 1")
        assert damaged_texts(connection) == [1]
    with pytest.raises(StoreError, match="damaged"), RunReader(file) as run:
        run.text(1)
