"""Frames and messages: everything gets through whole, nothing else gets through."""

from __future__ import annotations

import contextlib
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import (
    MAX_COUNT,
    MAX_HEADER,
    Checked,
    Failed,
    Finished,
    FrameReader,
    Measured,
    Progress,
    ProtocolError,
    ShapeRow,
    Validated,
    encode,
    parse_answer,
)

_LENGTHS = struct.Struct("!II")
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_COUNTS = st.integers(0, MAX_COUNT)
_ANSWERS = st.one_of(
    st.builds(
        Checked,
        params=_COUNTS,
        flops=st.none() | _COUNTS,
        shapes=st.lists(
            st.builds(
                ShapeRow,
                path=st.text(max_size=20),
                kind=st.text(max_size=20),
                shape=st.lists(_COUNTS, max_size=4).map(tuple),
                params=_COUNTS,
            ),
            max_size=3,
        ).map(tuple),
        fingerprint=st.text("0123456789abcdef", min_size=64, max_size=64),
    ),
    st.builds(
        Failed, outcome=st.sampled_from([o for o in Outcome if o is not Outcome.OK]), reason=st.text(max_size=50)
    ),
    st.builds(Progress, step=_COUNTS, epoch=st.floats(0, 1e6), train_loss=_FINITE),
    st.builds(Validated, step=_COUNTS, epoch=st.floats(0, 1e6), train_loss=_FINITE),
    st.builds(Measured, flops=_COUNTS, latency_ms=st.floats(0, 1e6)),
    st.builds(Finished, metrics=st.dictionaries(st.from_regex("[a-z][a-z0-9_]{0,20}", fullmatch=True), _FINITE)),
)


@given(frames=st.lists(st.tuples(_ANSWERS, st.binary(max_size=200)), max_size=6), cuts=st.lists(st.integers(1, 50)))
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(
    frames: list[tuple[Checked, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(encode(answer, payload) for answer, payload in frames)
    reader = FrameReader(max_payload=200)
    received = []
    sizes = iter(cuts)
    while stream:
        size = next(sizes, len(stream))
        received += reader.feed(stream[:size])
        stream = stream[size:]
    assert [(parse_answer(header), payload) for header, payload in received] == frames


def test_frames_are_handed_out_as_soon_as_they_are_whole() -> None:
    reader = FrameReader()
    frame = encode({"n": 1})
    assert list(reader.feed(frame + frame[:-1])) == [(b'{"n": 1}', b"")]
    assert list(reader.feed(frame[-1:])) == [(b'{"n": 1}', b"")]


def test_a_reader_left_early_keeps_the_next_frame() -> None:
    reader = FrameReader()
    next(iter(reader.feed(encode({"n": 1}) + encode({"n": 2}))))
    assert [json.loads(header) for header, _ in reader.feed(b"")] == [{"n": 2}]


@pytest.mark.parametrize(
    ("head", "payload", "allowed"),
    [(MAX_HEADER + 1, 0, 0), (2**32 - 1, 0, 10), (0, 1, 0), (0, 11, 10), (1, 2**32 - 1, 10)],
)
def test_lengths_out_of_bounds_are_refused_before_anything_is_read(head: int, payload: int, allowed: int) -> None:
    with pytest.raises(ProtocolError, match="longer than allowed"):
        list(FrameReader(allowed).feed(_LENGTHS.pack(head, payload)))


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_a_protocol_error(data: bytes) -> None:
    try:
        frames = list(FrameReader(max_payload=16).feed(data))
    except ProtocolError:
        return
    assert sum(8 + len(header) + len(payload) for header, payload in frames) <= len(data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
_NEARLY = st.fixed_dictionaries(
    {"kind": st.sampled_from(["checked", "failed", "progress", "validated", "finished", "built", "measured", "other"])},
    optional=dict.fromkeys(
        ("params", "flops", "shapes", "fingerprint", "outcome", "reason", "step", "epoch", "metrics", "state"), _JSON
    ),
)


@given(st.binary(max_size=100) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_protocol_error(header: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_answer(header)


@given(_NEARLY.map(lambda value: json.dumps(value).encode()))
def test_what_nearly_is_an_answer_raises_nothing_but_protocol_errors(header: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        parse_answer(header)


@pytest.mark.parametrize(
    "header",
    [
        '{"kind": "progress", "step": 1, "epoch": 1, "train_loss": NaN}',
        '{"kind": "progress", "step": 1, "epoch": 1, "train_loss": Infinity}',
        '{"kind": "progress", "step": 1, "epoch": 1, "train_loss": 1e999}',
        '{"kind": "progress", "step": 1, "epoch": -1, "train_loss": 1}',
        '{"kind": "progress", "step": 1.5, "epoch": 1, "train_loss": 1}',
        '{"kind": "progress", "step": -1, "epoch": 1, "train_loss": 1}',
        f'{{"kind": "progress", "step": {10**30}, "epoch": 1, "train_loss": 1}}',
        f'{{"kind": "progress", "step": {"9" * 6000}, "epoch": 1, "train_loss": 1}}',
        '{"kind": "finished", "metrics": {"params": NaN}}',
        '{"kind": "finished", "metrics": {"params": -Infinity}}',
        '{"kind": "finished", "metrics": {"Params; drop table": 1}}',
        '{"kind": "finished", "metrics": {"x": 1}, "more": 1}',
        '{"kind": "failed", "outcome": "ok", "reason": ""}',
        '{"kind": "failed", "outcome": "shape", "reason": "' + "x" * 4001 + '"}',
        '{"kind": "failed", "outcome": "shape", "reason": "\\ud800"}',
        '{"kind": "checked", "params": 1, "flops": null, "shapes": [], "fingerprint": "zz"}',
        "[" * 100_000,
        '{"kind": ' * 10_000,
        "null",
        "",
    ],
)
def test_what_is_not_finite_not_bounded_or_not_named_is_refused(header: str) -> None:
    with pytest.raises(ProtocolError, match="not a message of a worker"):
        parse_answer(header.encode())
