"""The store's steps: what each leaves behind, and that it leaves all of it or nothing."""

import json
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run.store import EventRow, MemberRow, NewIndividual, RunReader, Status, Store
from ge_tui.run.store.blobs import get_text, put_text
from ge_tui.run.store.connection import open_writer, transaction
from ge_tui.run.store.writer import POISON

from .fakes import run_row, settings_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "run.sqlite", clock=lambda: 1000.0)) as store:
        store.create_run(run_row("run", settings_of()), {"pause": False, "temperature": 1.0})
        yield store


def add(store: Store, number: int, *, parents: tuple[int, ...] = (), source: str | None = None, seq: int = 1) -> None:
    slot = number - 1
    store.propose(NewIndividual(number, 0, slot, "create", "fake", parents, f"1/0/{slot}", seq, arguments={"a": 1}))
    if source is not None:
        store.accept(number, source, f"hash of {source}", arguments={"steps": []})


def ok(**metrics: float) -> TrainReport:
    return TrainReport(Outcome.OK, "", {"accuracy": 0.5, "loss": 1.0, "params": 10.0, **metrics}, (), 1.0, 2.0, 3.0)


# -- texts -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(open_writer(tmp_path_factory.mktemp("blobs") / "run.sqlite")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        yield connection


@given(text=st.text(st.characters()) | st.text("ab\n", min_size=200))
def test_any_text_comes_back(blobs: sqlite3.Connection, text: str) -> None:
    with transaction(blobs):
        blob = put_text(blobs, text)
        assert put_text(blobs, text) == blob, "once"
    assert get_text(blobs, blob) == text


@pytest.mark.parametrize("text", ["", "\0", "a\0b\0", "\ud800 alone", "é\r\n\u2028", "x" * 100_000])
def test_awkward_texts_come_back(blobs: sqlite3.Connection, text: str) -> None:
    with transaction(blobs):
        blob = put_text(blobs, text)
    assert get_text(blobs, blob) == text


def test_equal_sources_are_stored_once_and_small(store: Store) -> None:
    source = "class Net: pass\n" * 500
    for number in range(5):
        add(store, number, source=source)
    rows = store._connection.execute("SELECT count(*), sum(length(data)) FROM blob").fetchone()
    assert rows[0] == 1
    assert rows[1] < 200


def test_a_blob_that_is_not_there(store: Store) -> None:
    with pytest.raises(KeyError):
        store.text(99)


# -- steps -------------------------------------------------------------------------------------------------


def test_an_individuals_life_is_on_record(store: Store) -> None:
    add(store, 0, source="seed")
    add(store, 1, parents=(0,), source="child")
    row = store.individual(1)
    assert row is not None
    assert (row.status, row.parents, row.control_seq, row.draw) == (Status.WAITING, (0,), 1, "1/0/0")
    store.checked(1, 10, "print", 5)
    evaluation = store.start_evaluation(1, "fast", "short", 7)
    assert store.individual(1).status is Status.EVALUATING
    store.add_curve_point(evaluation, 1, CurvePoint(1, 0.1, 2.0, None, None))
    store.add_curve_point(evaluation, 1, CurvePoint(2, 0.2, 1.0, 0.5, 1.5))
    store.finish_evaluation(evaluation, 1, ok())
    row = store.individual(1)
    assert (row.status, row.outcome, row.params, row.fingerprint) == (Status.EVALUATED, Outcome.OK, 10, "print")
    assert store.metrics([1]) == {1: {"accuracy": 0.5, "loss": 1.0, "params": 10.0}}
    assert [point.accuracy for point in store.curve(evaluation)] == [None, 0.5]
    [seen] = store.evaluations(1)
    assert (seen.recipe, seen.rung, seen.seed, seen.attempt, seen.wall_s) == ("fast", "short", 7, 1, 1.0)
    kinds = [event.kind for event in store.events(individual=1)]
    assert kinds == ["proposing", "accepted", "checked", "training", "progress", "progress", "evaluated"]
    assert store.rungs() == {1: "short"}
    assert store.is_whole()


def test_a_slot_is_taken_once(store: Store) -> None:
    add(store, 0)
    with pytest.raises(sqlite3.IntegrityError):
        store.propose(NewIndividual(1, 0, -1, "create", "fake", (), "1/0/-1", 1))
    assert store.next_number() == 1


def test_references_must_lead_somewhere(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        add(store, 1, parents=(99,))
    with pytest.raises(sqlite3.IntegrityError):
        add(store, 1, seq=99)
    assert store.individuals() == []


@pytest.mark.parametrize("value", [math.nan, None])
def test_the_database_takes_no_metric_that_is_not_a_number(store: Store, value: float | None) -> None:
    add(store, 0, source="seed")
    evaluation = store.start_evaluation(0, "fast", "short", 0)
    with pytest.raises(sqlite3.IntegrityError):
        store._connection.execute("INSERT INTO metric VALUES (?, 'accuracy', ?)", (evaluation, value))


def test_metrics_that_are_not_finite_are_left_out_and_told(store: Store) -> None:
    add(store, 0, source="seed")
    evaluation = store.start_evaluation(0, "fast", "short", 0)
    store.finish_evaluation(evaluation, 0, ok(latency_ms=math.inf, overfit_gap=math.nan))
    assert store.metrics()[0].keys() == {"accuracy", "loss", "params"}
    told = store.events()[-1].payload["metrics"]
    assert told["latency_ms"] == "inf"
    assert told["overfit_gap"] == "nan"


@pytest.mark.parametrize("reason", ["\ud800", "a\0b", "\x1b[2J", "é" * 10_000, "'; DROP TABLE run; --"])
def test_a_genome_may_fail_with_any_words(store: Store, reason: str) -> None:
    add(store, 0, source="seed")
    add(store, 1, source="child")
    evaluation = store.start_evaluation(0, "fast", "short", 0)
    store.finish_evaluation(evaluation, 0, TrainReport(Outcome.CRASHED, reason, output=reason))
    store.fail(1, Outcome.IMPORT, reason)
    shown = reason.replace("\ud800", "\\ud800")
    assert store.individual(0).reason == store.individual(1).reason == store.evaluations(0)[0].reason == shown
    assert store.events()[-1].payload["reason"] == reason


def test_arguments_may_be_called_anything(store: Store) -> None:
    add(store, 0)
    arguments = {"kind": "x", "individual": 5, "self": 1, "segment": "theirs", "number": math.nan, "deep": [math.inf]}
    store.accept(0, "source", "hash", segment="ours", arguments=arguments)
    assert store.individual(0).arguments["kind"] == "x"
    assert store.individual(0).arguments["deep"] == ["inf"]
    event = store.events()[-1]
    assert (event.kind, event.individual, event.payload["segment"]) == ("accepted", 0, "ours")
    json.loads(json.dumps(event.payload, allow_nan=False))


def test_twins_and_originals(store: Store) -> None:
    for number in range(4):
        add(store, number, source="same" if number != 1 else "other")
    store.checked(0, 10, "print", None)
    assert store.twin("syntax_hash", "hash of same", 3) == 0
    assert store.twin("syntax_hash", "hash of same", 0) == 2
    assert store.twin("fingerprint", "print", 1) == 0
    assert store.twin("fingerprint", "print", 0) is None
    store.link_duplicate(2, 0, "syntax")
    store.link_duplicate(3, 2, "syntax", "same, in other words")
    assert [store.original(number) for number in range(4)] == [0, 1, 0, 0]
    assert store.original(99) == 99
    assert store.individual(3).duplicate_of == 2
    assert store.source(3) == "same, in other words"


def test_generations(store: Store) -> None:
    add(store, 0, source="seed")
    store.open_generation(0, 2)
    store.open_generation(0, 2)
    store.carry(0, 1, 0)
    counts = {"children": 3, "evaluated": 1, "failed": 1, "duplicates": 1}
    store.close_generation(0, [MemberRow(0, 0, math.inf, True)], 0.5, 1, counts)
    [row] = store.generations()
    assert (row.hypervolume, row.front_size, row.children, row.closed_at) == (0.5, 1, 3, 1000.0)
    assert store.members(0) == [MemberRow(0, 0, math.inf, True)]
    assert store.carried(0) == {1: 0}
    assert [event.kind for event in store.events()].count("generation_opened") == 1


# -- events are told with what they tell of ----------------------------------------------------------------


class _BrokenError(Exception):
    pass


STEPS = {
    "propose": lambda store: add(store, 5),
    "accept": lambda store: store.accept(1, "text", "hash", arguments={}),
    "reject": lambda store: store.reject(1, "no", "text"),
    "link": lambda store: store.link_duplicate(1, 0, "syntax", "text"),
    "checked": lambda store: store.checked(1, 5, "print", 5),
    "fail": lambda store: store.fail(1, Outcome.SHAPE, "no"),
    "start": lambda store: store.start_evaluation(0, "fast", "short", 0),
    "point": lambda store: store.add_curve_point(1, 2, CurvePoint(1, 0.1, 2.0)),
    "finish": lambda store: store.finish_evaluation(1, 2, ok()),
    "open": lambda store: store.open_generation(1, 2),
    "carry": lambda store: store.carry(0, 3, 0),
    "close": lambda store: store.close_generation(
        0, [MemberRow(0, 0, 1.0, True)], 0.5, 1, {"children": 0, "evaluated": 0, "failed": 0, "duplicates": 0}
    ),
    "recover": lambda store: store.recover(),
    "forgive": lambda store: store.forgive_loss(2, 1),
    "control": lambda store: store.add_control("user", "pause", False, True, "id"),
    "status": lambda store: store.set_status("running"),
    "settings": lambda store: store.set_settings({}),
    "environment": lambda store: store.set_environment({}),
    "objectives": lambda store: store.set_objectives([]),
    "note": lambda store: store.note("all_failed"),
}


def dump(store: Store) -> list[str]:
    return list(store._connection.iterdump())


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_breaks_leaves_neither_state_nor_event(
    step: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.open_generation(0, 2)
    add(store, 0, source="seed")
    add(store, 1)
    add(store, 2, source="child")
    store.start_evaluation(2, "fast", "short", 0)
    told: list[EventRow] = []
    store.listen(told.append)
    before = dump(store)

    def break_down(*_: object, **__: object) -> None:
        raise _BrokenError

    with monkeypatch.context() as patch:
        patch.setattr(store, "event", break_down)
        with pytest.raises(_BrokenError):
            STEPS[step](store)
    assert dump(store) == before
    assert told == []
    STEPS[step](store)
    assert dump(store) != before
    assert len(told) == 1, "and once it works, it is told once"
    assert store.events()[-1] == told[0]
    assert store.is_whole()


def test_a_listener_hears_of_a_step_when_others_can_see_it(store: Store, tmp_path: Path) -> None:
    seen = []
    with RunReader(tmp_path / "run.sqlite") as reader:
        store.listen(lambda event: seen.append(reader.events()[-1] == event))
        add(store, 0, source="seed")
        store.fail(0, Outcome.SHAPE, "no")
    assert seen == [True, True, True]


# -- after a crash -----------------------------------------------------------------------------------------


def test_what_was_under_way_is_given_back(store: Store) -> None:
    for number, source in enumerate(("seed", "one", "two")):
        add(store, number, source=source)
    done = store.start_evaluation(0, "fast", "short", 0)
    store.finish_evaluation(done, 0, ok())
    lost = store.start_evaluation(1, "fast", "short", 0)
    store.add_curve_point(lost, 1, CurvePoint(1, 0.1, 2.0))
    assert store.recover() == 1
    assert [row.status for row in store.individuals()] == [Status.EVALUATED, Status.WAITING, Status.WAITING]
    assert [row.status for row in store.evaluations()] == ["ok", "lost"]
    again = store.start_evaluation(1, "fast", "short", 0)
    assert store.evaluations(1)[-1].attempt == 2
    store.finish_evaluation(again, 1, ok())
    assert store.count_evaluations() == 2
    assert store.recover() == 0


def test_what_is_lost_too_often_is_not_tried_again(store: Store) -> None:
    add(store, 0, source="seed")
    for loss in range(1, POISON + 1):
        store.start_evaluation(0, "fast", "short", 0)
        assert store.recover() == 1
        assert store.individual(0).lost == loss
    row = store.individual(0)
    assert (row.status, row.outcome) == (Status.FAILED, Outcome.KILLED)
    assert "3 times" in row.reason
    assert store.events()[-2].kind == "failed"


def test_what_is_cut_off_on_purpose_does_not_count(store: Store) -> None:
    add(store, 0, source="seed")
    for _ in range(POISON + 1):
        store.forgive_loss(0, store.start_evaluation(0, "fast", "short", 0))
        store.recover()
    assert store.individual(0).status is Status.WAITING
    assert store.individual(0).lost == 0
