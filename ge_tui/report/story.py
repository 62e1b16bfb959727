"""The champion's story: every step from the seed to the best, with what was changed and by whom."""

from __future__ import annotations

from collections.abc import Mapping

from ge_tui.genome import unified_diff
from ge_tui.report.values import Chapter, Said
from ge_tui.run.store import IndividualRow, RunReader
from ge_tui.run.store.calls import KeptCall, calls_of
from ge_tui.run.store.insights import insights_of
from ge_tui.run.summary import Standing


def tell_story(
    reader: RunReader, champion: int | None, where: Mapping[int, Standing], gains: Mapping[int, float]
) -> tuple[Chapter, ...]:
    """From the seed to the champion, along the parents whose text was changed."""
    line: list[IndividualRow] = []
    row = None if champion is None else reader.individual(champion)
    while row is not None and len(line) <= len(where):
        line.append(row)
        row = reader.individual(row.parents[0]) if row.parents else None
    insights = {insight.id: insight.text for insight in insights_of(reader.connection)}
    own = {insight.individual: insight.text for insight in insights_of(reader.connection)}
    return tuple(
        Chapter(
            row=row,
            standing=where[row.number],
            before=where[row.parents[0]] if row.parents else None,
            diff=_diff(reader, row),
            gain=gains.get(row.number, 0.0),
            calls=tuple(_said(kept) for kept in calls_of(reader.connection, row.number)),
            insight=insights.get(row.arguments.get("insight", -1), own.get(row.number, "")),
        )
        for row in reversed(line)
    )


def _diff(reader: RunReader, row: IndividualRow) -> str:
    if not row.parents:
        return ""
    before, after = reader.source(row.parents[0]) or "", reader.source(row.number) or ""
    return unified_diff(before, after, f"#{row.parents[0]}", f"#{row.number}")


def _said(kept: KeptCall) -> Said:
    call = kept.call
    heat = call.options.get("temperature")
    return Said(
        call.operator,
        call.persona,
        call.category,
        call.model,
        float(heat) if isinstance(heat, int | float) else None,
        call.segment or "the whole file",
        call.prompt_tokens + call.completion_tokens,
    )
