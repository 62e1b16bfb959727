"""Which lines the log has, and which it shows."""

from __future__ import annotations

from ge_tui.run.log_lines import Level
from ge_tui.run.store import EventRow
from ge_tui.tui.log.entries import KEPT, Book, details, entry_of, when
from ge_tui.tui.watch import RunModel, Update


def event(seq: int, kind: str = "failed", individual: int | None = 1, **payload: object) -> EventRow:
    return EventRow(seq, 1000.0 + seq, kind, individual, payload or {"outcome": "build", "reason": f"reason {seq}"})


def model_of(*events: EventRow) -> RunModel:
    model = RunModel()
    model.apply(Update(events=events))
    return model


def texts(book: Book) -> list[str]:
    return [entry.text for entry in book.shown]


def test_new_events_come_once_and_at_the_end() -> None:
    model, book = model_of(event(1), event(2)), Book()
    assert book.take(model) == (0, 2)
    assert book.take(model) == (0, 0)
    model.apply(Update(events=(event(3),)))
    assert book.take(model) == (0, 1)
    assert texts(book) == [f"failed (build): reason {n}" for n in (1, 2, 3)]


def test_a_run_that_is_read_anew_brings_nothing_twice() -> None:
    model, book = model_of(event(1), event(2)), Book()
    book.take(model)
    model.apply(Update(events=(event(1), event(2), event(3))))
    book.take(model)
    assert [entry.event.seq for entry in book.shown] == [1, 2, 3]


def test_the_number_of_an_individual_stands_once() -> None:
    """In a column of its own, so not in the words."""
    cut = event(1, "prompt_cut", 8, chars=7909, model="coder", next_chars=4000)
    entry = entry_of(cut)
    assert entry is not None
    assert entry.text == "a prompt of 7,909 characters did not fit coder; the next have at most 4,000"


def test_levels_and_words_filter_and_all_words_count() -> None:
    model = model_of(
        event(1, "asking", 4, operator="mutate", persona="expert", category="params", segment="SE", temperature=0.1),
        event(2, "evaluated", 4, metrics={"accuracy": 0.5, "loss": 1.0, "params": 3}, wall_s=1.0),
        event(3, "failed", 14, outcome="build", reason="Shapes differ"),
        event(4, "llm_away", 4, reason="no answer"),
    )
    book = Book()
    book.take(model)

    def shown(level: Level, words: str) -> list[int]:
        book.filter(level, words)
        return [entry.event.seq for entry in book.shown]

    assert shown(Level.DEBUG, "") == [1, 2, 3, 4]
    assert shown(Level.INFO, "") == [2, 3, 4]
    assert shown(Level.WARNING, "") == [3, 4]
    assert shown(Level.ERROR, "") == [4]
    assert shown(Level.DEBUG, "SHAPES fail") == [3]
    assert shown(Level.DEBUG, "#4") == [1, 2, 4]
    assert shown(Level.DEBUG, "nowhere") == []
    book.filter(Level.WARNING, "")
    assert [book.index_at(seq) for seq in (1, 3, 9)] == [-1, 0, 1]


def test_the_oldest_go_all_at_once() -> None:
    model, book = RunModel(), Book()
    gone = 0
    for start in range(1, 7001, 100):
        model.apply(Update(events=tuple(event(start + n) for n in range(100))))
        went, _ = book.take(model)
        gone += went
        assert len(book.entries) <= KEPT + 500
    assert gone + len(book.shown) == 7000
    assert book.shown[0].event.seq == gone + 1
    book.filter(Level.ERROR, "")
    assert book.shown == []


def test_the_whole_of_an_event_cannot_steer_the_terminal() -> None:
    entry = entry_of(event(1, "failed", 3, outcome="build", reason="first\nsecond \x1b[31mred\x1b[0m " + "x" * 500))
    assert entry is not None
    assert "\n" not in entry.text
    assert "\x1b" not in details(entry)
    assert "second ␛[31mred␛[0m" in details(entry)
    assert "x" * 500 in details(entry)


def test_times_are_of_the_day_or_since_the_beginning() -> None:
    assert when(1000.0 + 3 * 3600 + 62, 1000.0) == "+3:01:02"
    assert when(1000.0, 2000.0) == "+0:00:00"
    assert len(when(1000.0, None)) == 8
