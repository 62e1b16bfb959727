"""Replaying a run: in a place of its own, without touching the original."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ge_tui.run.controls import ControlBoard
from ge_tui.run.replay.conductor import Conductor
from ge_tui.run.replay.difference import Difference, DiffersError
from ge_tui.run.replay.making import as_created, data_of
from ge_tui.run.replay.record import Record
from ge_tui.run.replay.scratch import Scratch
from ge_tui.run.store import RunReader


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay."""

    individuals: int
    evaluations: int
    calls: int
    generations: int
    events: int
    difference: Difference | None
    """The first; None: all came out again."""


async def replay(run: RunReader) -> Replayed:
    """Derive a run again from its record, as far as it has come. Raises UserError where its record does not do."""
    run.connection.execute("BEGIN")  # an engine may be at work: what is replayed is one moment of it
    record = Record(run)
    with tempfile.TemporaryDirectory(prefix="ge-tui-replay-") as folder:
        difference = await _difference(record, Path(folder))
    return Replayed(
        len(run.individuals()),
        run.count_evaluations(),
        run.connection.execute("SELECT count(*) FROM llm_call").fetchone()[0],
        len(run.generations()),
        len(record.events),
        difference,
    )


async def _difference(record: Record, folder: Path) -> Difference | None:
    """The first difference of what is derived in an empty folder."""
    row = record.run.run()
    data = data_of(row)
    with closing(Scratch(folder / "run.sqlite", record.events)) as store:
        store.create_run(as_created(row, record.first_settings()), record.launch_controls())
        try:
            await Conductor(record, store, ControlBoard(store, folder / "inbox"), data).run()
        except DiffersError as error:
            return error.difference
    return None
