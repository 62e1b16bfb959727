"""What is taken back, and what never was a change of anybody's."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.run.store import ControlRow
from ge_tui.tui.controls.undo import Step, UndoLog


def row(seq: int, key: str, old: Any, new: Any, actor: str = "user", request: str | None = None) -> ControlRow:
    return ControlRow(seq, 0.0, actor, key, old, new, request)


def test_changes_made_together_are_taken_back_together_and_in_turn() -> None:
    log = UndoLog()
    log.did([Step("a", 1, 2), Step("b", 1, 3)], ["r1", "r2"])
    log.take([row(5, "a", 1, 2, request="r1"), row(6, "b", 1, 3, request="r2")])
    assert log.undo() == [Step("b", 3, 1), Step("a", 2, 1)]
    assert log.undo() == []
    assert log.redo() == [Step("a", 1, 2), Step("b", 1, 3)]
    assert log.redo() == []
    assert len(log.undo()) == 2


def test_what_others_changed_can_be_undone_and_housekeeping_cannot() -> None:
    log = UndoLog()
    log.take(
        [row(1, "a", None, 1, "launch"), row(2, "stop", "now", "no", "resume"), row(3, "a", 1, 5, "user", "other")]
    )
    log.take([row(4, "a", 5, 6, "auto")])
    assert log.undo() == [Step("a", 6, 5)]
    assert log.undo() == [Step("a", 5, 1)]
    assert log.undo() == []


def test_what_was_refused_is_forgotten() -> None:
    log = UndoLog()
    log.did([Step("a", 1, 2), Step("b", 1, 99)], ["r1", "r2"])
    log.did([Step("c", 1, 99)], ["r3"])
    log.refused("r2")
    log.refused("r3")
    assert log.undo() == [Step("a", 2, 1)]
    assert log.undo() == []


def test_a_new_change_ends_the_way_forward() -> None:
    log = UndoLog()
    log.did([Step("a", 1, 2)], ["r1"])
    log.undo()
    log.sent_again(["r2"])
    log.take([row(7, "a", 2, 1, request="r2")])
    log.did([Step("b", 1, 2)], ["r3"])
    assert log.redo() == []
    assert log.undo() == [Step("b", 2, 1)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=12), st.integers(0, 15))
def test_undoing_and_redoing_comes_back_to_the_same(changes: list[tuple[str, int]], times: int) -> None:
    log, state = UndoLog(), dict.fromkeys("abc", 0)
    states = [dict(state)]
    for number, (key, value) in enumerate(changes):
        log.did([Step(key, state[key], value)], [f"r{number}"])
        state[key] = value
        states.append(dict(state))
    undone = 0
    for _ in range(times):
        steps = log.undo()
        undone += bool(steps)
        state |= {step.key: step.new for step in steps}
    assert state == states[len(changes) - undone]
    for _ in range(times):
        state |= {step.key: step.new for step in log.redo()}
    assert state == states[-1]
