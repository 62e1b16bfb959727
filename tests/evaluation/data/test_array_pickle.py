"""Pickles of unknown origin: arrays of bytes come out, nothing else happens."""

import contextlib
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.evaluation.data.array_pickle import RefusedPickleError, read_pickle

from .cifar_archive import python2_pickle

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 12)


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_arrays_written_by_python_3_are_read(protocol: int) -> None:
    content = pickle.dumps({b"data": ARRAY, b"labels": [1, 2]}, protocol=protocol)
    value = read_pickle(content)
    assert np.array_equal(value[b"data"], ARRAY)
    assert value[b"data"].dtype == np.uint8
    assert value[b"labels"] == [1, 2]


def test_arrays_written_by_python_2_are_read() -> None:
    content = python2_pickle({b"data": ARRAY, b"labels": [1, 2]})
    assert b"numpy.core.multiarray" in content
    value = read_pickle(content)
    assert np.array_equal(value[b"data"], ARRAY)
    assert value[b"labels"] == [1, 2]


class Attack:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> object:
        return os.system, (f"touch {self.file}",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_runs_a_command_is_refused(tmp_path: Path, protocol: int) -> None:
    victim = tmp_path / "victim"
    with pytest.raises(RefusedPickleError, match=r"asks for (posix|nt)\.system"):
        read_pickle(pickle.dumps({b"data": Attack(victim)}, protocol=protocol))
    assert not victim.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cbuiltins\ngetattr\n.",
        b"cnumpy\nload\n.",
        b"cnumpy.core.multiarray\nscalar\n.",
        b"cnumpy\nndarray.tofile\n.",
        b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.",
        b"(S'true'\niposix\nsystem\n.",
        b"Psome id\n.",
        b"\x82\x01.",
    ],
)
def test_every_other_name_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedPickleError):
        read_pickle(content)


@pytest.mark.parametrize(
    "array",
    [np.arange(3.0), np.array([{}, None]), np.asfortranarray(ARRAY), np.arange(3, dtype=np.int64)],
)
def test_arrays_of_anything_but_plain_bytes_are_refused(array: np.ndarray) -> None:
    with pytest.raises(RefusedPickleError):
        read_pickle(pickle.dumps({b"data": array}, protocol=2))


def test_a_shape_that_does_not_fit_the_bytes_is_refused() -> None:
    content = pickle.dumps({b"data": ARRAY}, protocol=2)
    with pytest.raises(RefusedPickleError):
        read_pickle(content.replace(b"K\x02K\x0c\x86", b"K\x02K\x0d\x86"))


def test_a_pickle_of_something_else_is_refused() -> None:
    with pytest.raises(RefusedPickleError, match="a list, not a dictionary"):
        read_pickle(pickle.dumps([1]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    content = bytearray(python2_pickle({b"data": ARRAY, b"labels": [1, 2]}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(RefusedPickleError):
        assert isinstance(read_pickle(bytes(content)), dict)
