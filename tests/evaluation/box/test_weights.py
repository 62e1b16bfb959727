"""Weights as bytes: what comes from a worker is read as data, or refused."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.weights import SIZES, count_numbers, join, read_entries

SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)
TENSORS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda name: name != "__metadata__"),
    st.tuples(st.sampled_from(sorted(SIZES)), SHAPES),
    max_size=5,
)


def filled(tensors: dict[str, tuple[str, tuple[int, ...]]]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    made = {}
    for number, (name, (kind, shape)) in enumerate(tensors.items()):
        count = 1
        for side in shape:
            count *= side
        made[name] = (kind, shape, bytes([number + 1]) * (count * SIZES[kind]))
    return made


@given(TENSORS)
def test_what_is_joined_is_read_again(tensors: dict[str, tuple[str, tuple[int, ...]]]) -> None:
    made = filled(tensors)
    data = join(made)
    found = read_entries(data)
    assert {name: (e.kind, e.shape, data[e.start : e.end]) for name, e in found.items()} == made


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_any_bytes_are_weights_or_a_value_error(header: bytes, rest: bytes) -> None:
    for data in (header, struct.pack("<Q", len(header)) + header + rest):
        try:
            read_entries(data)
        except ValueError:
            continue


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F33", "shape": [1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0]},
        {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]},
        {"shape": [1], "data_offsets": [0, 4]},
        7,
    ],
)
def test_a_tensor_that_does_not_fit_is_refused(entry: object) -> None:
    header = json.dumps({"w": entry}).encode()
    with pytest.raises(ValueError, match="weights"):
        read_entries(struct.pack("<Q", len(header)) + header + b"\0" * 4)


def test_a_nested_header_is_refused() -> None:
    header = b"[" * 100_000
    with pytest.raises(ValueError, match="weights"):
        read_entries(struct.pack("<Q", len(header)) + header)


def test_ties_count_once_and_running_statistics_not_at_all() -> None:
    one, other = b"\1" * 40, b"\2" * 40
    tensors = {
        "a.weight": ("F32", (10,), one),
        "b.weight": ("F32", (10,), one),
        "c.weight": ("F32", (10,), other),
        "bn.running_mean": ("F32", (10,), b"\3" * 40),
        "bn.num_batches_tracked": ("I64", (), b"\4" * 8),
    }
    assert count_numbers(join(tensors)) == 20


@pytest.mark.parametrize(
    ("tensors", "count"),
    [
        ({"w": (1,), "x.running_mean": (1000,)}, 1001),
        ({"w": (40, 10), "x.running_mean": (40, 10)}, 800),
        ({"w": (40, 10), **{f"{n}.running_mean": (40,) for n in range(9)}}, 400 + 7 * 40),
        ({"w": (40, 10), "x.running_mean": (40,), "x.running_var": (40,)}, 400),
    ],
)
def test_a_network_does_not_hide_in_its_statistics(tensors: dict[str, tuple[int, ...]], count: int) -> None:
    made = filled({name: ("F32", shape) for name, shape in tensors.items()})
    assert count_numbers(join(made)) == count


def test_two_numbers_in_one_are_two() -> None:
    small, large = struct.pack("<2q", 7, -7), struct.pack("<2q", 1 << 40, 7)
    assert count_numbers(join({"a": ("I64", (2,), small)})) == 2
    assert count_numbers(join({"a": ("I64", (2,), large)})) == 3
    assert count_numbers(join({"a": ("F64", (2,), struct.pack("<2d", 0.5, 1 / 3))})) == 3
