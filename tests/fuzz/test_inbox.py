"""Requests in a run's inbox as another program might write them: each is taken or refused on record, and is gone."""

from __future__ import annotations

import json
import zlib
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.run import inbox
from ge_tui.run.acts.taking import refusal
from ge_tui.run.controls import ControlBoard, checker, in_force
from ge_tui.run.store.acts import ActKind
from ge_tui.settings import Controls
from tests.fuzz import budget
from tests.fuzz.test_files import KEYS
from tests.fuzz.texts import edited
from tests.run.fakes import SEED_SOURCE, FastStore, Rig

ODD_TEXTS = st.sampled_from(["", "\ud800", "\x00", "best", "x" * 5000, "é", "mad_scientist", "Net", SEED_SOURCE, "\n"])
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), ODD_TEXTS, st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
WORDS = ("persona", "segment", "operator", "instruction", "seed", "rung")
numbers = st.one_of(st.integers(-1, 16), VALUES)
controls = st.fixed_dictionaries({"key": st.one_of(st.sampled_from(KEYS), ODD_TEXTS), "value": VALUES})
acts = st.fixed_dictionaries(
    {"kind": st.one_of(st.sampled_from(list(ActKind)), VALUES), "individual": numbers},
    optional={
        "other": numbers,
        "source": VALUES,
        "arguments": st.one_of(VALUES, st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=3)),
    },
)
requests = st.one_of(controls, acts).map(json.dumps)
texts = st.one_of(requests, requests.flatmap(edited), VALUES.map(json.dumps))


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    rig = Rig(tmp_path_factory.mktemp("inbox")).create()
    rig.run()
    return rig


@given(st.lists(texts, min_size=1, max_size=4))
@budget(60)
def test_a_request_is_taken_or_refused(rig: Rig, files: list[str]) -> None:
    for number, text in enumerate(files):
        data = text.encode("utf-8", "surrogatepass")
        name = f"{number:020d}-{zlib.crc32(data):x}.json"
        (rig.directory.inbox / name).write_bytes(data)
    waiting: list[Any] = [request for _, request in inbox.waiting(rig.directory.inbox)]
    with closing(FastStore(rig.directory.database)) as store:
        board = ControlBoard(store, rig.directory.inbox, checker(store))
        before = len(store.controls()) + len(store.events())
        now = board.refresh()
        assert list(rig.directory.inbox.iterdir()) == []
        assert len(store.controls()) + len(store.events()) >= before
        assert in_force(store) == now
        for request in waiting:
            if isinstance(request, inbox.ActRequest):
                assert isinstance(refusal(store, request.act, Controls()), str)
