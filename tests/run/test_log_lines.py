"""Every event has a line and a level; what matters has the line that the headless display prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from ge_tui.run.event_lines import line_of
from ge_tui.run.log_lines import Level, full_line_of, level_of
from ge_tui.run.store import EventRow, RunReader
from tests.tui.rig import llm_run


def event(kind: str, individual: int | None = None, **payload: object) -> EventRow:
    return EventRow(1, 0.0, kind, individual, payload)


async def test_every_event_of_a_run_is_told_once(tmp_path: Path) -> None:
    directory = await llm_run(tmp_path, "population=8", "eot_probability=0.5")
    with RunReader(directory.database) as reader:
        events = [one for one in reader.events() if one.kind != "progress"]
        calls = reader.connection.execute("SELECT count(*) FROM llm_call").fetchone()[0]
    lines = [full_line_of(one) for one in events]
    assert all("\n" not in line and line.isprintable() for line in lines)
    assert sum(" answered: " in line for line in lines) == calls
    silent = {one.kind for one, line in zip(events, lines, strict=True) if not line}
    assert silent <= {"answered", "recovered"}
    for one, line in zip(events, lines, strict=True):
        if line_of(one):
            assert level_of(one) > Level.DEBUG
            assert line == line_of(one)
    levels = {one.kind: level_of(one) for one in events}
    assert levels["asking"] == levels["training"] == levels["proposing"] == Level.DEBUG
    assert levels["evaluated"] == levels["insight"] == Level.GOOD


@pytest.mark.parametrize(
    ("one", "line", "level"),
    [
        (event("failed", 3, outcome="build", reason="x" * 900), f"#3 failed (build): {'x' * 900}", Level.WARNING),
        (event("rejected", 3, reason="a\x1b[1m\n b"), "#3 rejected: a\ufffd[1m b", Level.WARNING),
        (event("answered", 3, persona="expert", failure="timeout", detail="too slow"),
         "#3 not answered (timeout): too slow", Level.WARNING),
        (event("answered", 3, failure=None, tokens=4), "", Level.DEBUG),
        (event("asking", 3, operator="mutate", persona="mad_scientist", category="params", temperature=0.2),
         "#3 asking mad scientist for params in the whole file (mutate, temperature 0.2)", Level.DEBUG),
        (event("recovered", lost=0), "", Level.INFO),
        (event("recovered", lost=2), "resumed; 2 cut off in mid-training", Level.INFO),
        (event("llm_away", 3, reason="gone"), "waiting for the language model: gone", Level.ERROR),
        (event("run_failed", reason="disk full"), "the run failed: disk full", Level.ERROR),
        (event("of_the_future", 7, speed=3), "#7 of the future speed 3", Level.DEBUG),
    ],
)  # fmt: skip
def test_lines_to_their_end(one: EventRow, line: str, level: Level) -> None:
    assert (full_line_of(one), level_of(one)) == (line, level)
