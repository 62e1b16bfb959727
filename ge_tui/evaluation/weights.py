"""A network's weights as bytes, in the safetensors format: a JSON header, then raw numbers. Nothing is unpickled."""

from __future__ import annotations

import hashlib
import json
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
"""Bytes of one number, by the format's names of types."""
_LENGTH = struct.Struct("<Q")
_MAX_HEADER = 1 << 24
_MAX_TENSORS = 100_000
_A_PAIR = 2
"""Statistics of one thing: the means and the variances of its channels."""
_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor: where its bytes are."""

    kind: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)


def join(tensors: Mapping[str, tuple[str, Sequence[int], bytes]]) -> bytes:
    """Types, shapes and bytes by name as one piece."""
    header: dict[str, object] = {}
    position = 0
    for name, (kind, shape, data) in tensors.items():
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [position, position + len(data)]}
        position += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([_LENGTH.pack(len(text)), text, *(data for _, _, data in tensors.values())])


def read_entries(data: bytes) -> dict[str, Entry]:
    """The tensors of a file, with positions in it. Raises ValueError for anything that is not one."""
    if len(data) < _LENGTH.size:
        raise ValueError("the weights end before they begin")
    (length,) = _LENGTH.unpack_from(data)
    base = _LENGTH.size + length
    if length > _MAX_HEADER or base > len(data):
        raise ValueError("the weights have a header without end")
    try:
        header = json.loads(data[_LENGTH.size : base])
    except (RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"the weights have a header that is none: {error}") from None
    if not isinstance(header, dict) or len(header) > _MAX_TENSORS:
        raise ValueError("the weights have a header that is none")
    entries = {name: _entry(name, found, base) for name, found in header.items() if name != "__metadata__"}
    end = base
    for entry in sorted(entries.values(), key=lambda entry: (entry.start, entry.end)):
        if entry.start != end:
            raise ValueError("the weights have holes, or lie one over another")
        end = entry.end
    if end != len(data):
        raise ValueError("the weights have more bytes than tensors")
    return entries


def count_numbers(data: bytes) -> int:
    """How many numbers a network must be given: tied ones once, and without BatchNorm's running statistics.

    What goes by the name of statistics is a vector with as many numbers as something beside it has channels, once for
    each such thing, and never more than all the rest. One of eight bytes that does not fit into four counts twice.
    Raises ValueError.
    """
    entries = read_entries(data)
    seen: set[bytes] = set()
    statistics: list[Entry] = []
    channels: Counter[int] = Counter()
    counted = 0
    for name, entry in entries.items():
        if name.rpartition(".")[2] in _STATISTICS and len(entry.shape) <= 1:
            statistics.append(entry)
            continue
        channels.update(dict.fromkeys(entry.shape, _A_PAIR))
        content = data[entry.start : entry.end]
        digest = hashlib.sha256(content).digest()
        if digest not in seen or entry.count <= 1:
            seen.add(digest)
            counted += entry.count + _overlong(entry, content)
    free = 0
    for entry in statistics:
        if entry.count == 1 or channels[entry.count] > 0:
            channels[entry.count] -= 1
            free += entry.count
        else:
            counted += entry.count
    return counted + max(0, free - counted)


def _overlong(entry: Entry, content: bytes) -> int:
    """How many numbers of eight bytes hold more than fits into four."""
    if entry.kind not in ("I64", "F64"):
        return 0
    numbers = np.frombuffer(content, dtype="<i8" if entry.kind == "I64" else "<f8")
    with np.errstate(over="ignore"):
        shorter = numbers.astype(np.int32 if entry.kind == "I64" else np.float32)
    return int((shorter.astype(numbers.dtype) != numbers).sum())


def _entry(name: str, found: Any, base: int) -> Entry:
    try:
        kind, shape, (start, end) = found["dtype"], tuple(found["shape"]), found["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise ValueError(f"the weights describe '{name[:100]}' in a way that is none") from None
    whole = all(type(number) is int and number >= 0 for number in (*shape, start, end))
    if (
        not isinstance(kind, str)
        or kind not in SIZES
        or not whole
        or len(shape) > 16
        or end - start != prod(shape) * SIZES[kind]
    ):
        raise ValueError(f"the weights describe '{name[:100]}' in a way that does not fit")
    return Entry(kind, shape, base + start, base + end)
