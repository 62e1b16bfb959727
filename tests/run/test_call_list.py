"""Calls in short, and what became of insights and of built-in operators, as the store has them."""

from __future__ import annotations

from pathlib import Path

from ge_tui.run.store import RunReader
from ge_tui.run.store.call_list import call_list
from ge_tui.run.store.calls import calls_of
from ge_tui.run.store.changes import offline_changes
from ge_tui.run.store.insights import insight_uses, insights_of
from tests.tui.rig import llm_run


async def test_calls_in_short_are_the_calls(tmp_path: Path) -> None:
    directory = await llm_run(tmp_path, "population=10", "generations=5", "eot_probability=0.6")
    with RunReader(directory.database) as reader:
        short = call_list(reader.connection)
        whole = [kept for row in reader.individuals() for kept in calls_of(reader.connection, row.number)]
        assert {(one.key, one.read_as, one.persona, one.temperature, one.completion_tokens) for one in short} == {
            ((k.call.individual, k.call.attempt, k.call.step), k.read_as, k.call.persona,
             k.call.options["temperature"], k.call.completion_tokens)
            for k in whole
        }  # fmt: skip
        assert [one.id for one in short] == sorted(one.id for one in short)
        assert all(one.settled for one in short)
        assert call_list(reader.connection, short[-3].id) == short[-2:]
        assert call_list(reader.connection, short[-1].id) == []
        uses = insight_uses(reader.connection)
        known = {insight.id for insight in insights_of(reader.connection)}
        assert uses
        assert uses.keys() <= known
        rows = {row.number: row for row in reader.individuals()}
        assert all(rows[n].arguments["insight"] == insight for insight, used in uses.items() for n in used)
        assert offline_changes(reader.connection) == {}


async def test_what_built_in_operators_did(tmp_path: Path) -> None:
    directory = await llm_run(tmp_path, "llm=offline")
    with RunReader(directory.database) as reader:
        assert call_list(reader.connection) == []
        changes = offline_changes(reader.connection)
        rows = reader.individuals()
        made = {(step["kind"], row.number) for row in rows for step in row.arguments.get("steps", [])}
        assert len(made) > 5
        assert {(kind, number) for kind, numbers in changes.items() for number in numbers} == made
