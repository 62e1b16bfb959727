"""A new run from any moment of an old one.

What is kept is a true beginning of the old run: its individuals with their numbers, up to one of them or to the close
of a generation, with the words, the controls and the events of that time. Of the last generation, whoever was
accepted by then keeps the checks and first trainings that came later: these depend on nothing else.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ge_tui.errors import UsageError
from ge_tui.run.controls import ControlBoard, checker, flatten
from ge_tui.run.directory import RunDirectory, create_numbered_directory, create_run_directory
from ge_tui.run.store import RunReader, Store
from ge_tui.run.store.queries import Queries
from ge_tui.run.store.shorten import Cut, shorten
from ge_tui.run.store.values import to_json
from ge_tui.run.stored_settings import settings_of
from ge_tui.settings import Settings, parse_assignment
from ge_tui.settings.load import with_values

FORKED = "forked"
"""The kind of the event that tells where a run came from."""
_MUST_STAY = frozenset({"task", "data", "seed", "search.objectives", "evaluation.recipe", "evaluation.rung",
                        "evaluation.first_rung"})  # fmt: skip
_BETWEEN_GENERATIONS = frozenset({"search.initial_population"})


@dataclass(frozen=True, slots=True)
class Moment:
    """After so many children, or after a generation."""

    children: int | None = None
    generation: int | None = None

    @classmethod
    def parse(cls, text: str) -> Moment:
        """`30`: after 30 children; `g3`: after generation 3. Raises UsageError."""
        number = text.removeprefix("g")
        if not number.isascii() or not number.isdigit():
            raise UsageError(f"--at {text}: write a number of children, as in 30, or a generation, as in g3")
        return cls(generation=int(number)) if text.startswith("g") else cls(children=int(number))

    def __str__(self) -> str:
        if self.generation is not None:
            return f"after generation {self.generation}"
        return f"after {self.children} child{'' if self.children == 1 else 'ren'}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fork came from."""

    run: str
    moment: str
    last: int
    """The highest number that both have."""


def origin_of(run: Queries) -> Origin | None:
    """Where a run was forked from; None for one that was not."""
    row = run.connection.execute(
        "SELECT payload FROM event WHERE kind = ? ORDER BY seq DESC LIMIT 1", (FORKED,)
    ).fetchone()
    if row is None:
        return None
    told = json.loads(row[0])
    return Origin(told["run"], told["moment"], told["last"])


def fork(
    original: RunDirectory, base: Path, moment: Moment, name: str = "", changes: Iterable[str] = ()
) -> RunDirectory:
    """Make the new run; the original is only read. Raises UsageError, StoreError."""
    with RunReader(original.database) as run:
        run.connection.execute("BEGIN")  # an engine may be at work
        cut = _find(run, original.name, moment)
        settings, controls = _changed(run, changes, cut)
        directory = (
            create_run_directory(base, name) if name else create_numbered_directory(base, f"{original.name}-fork")
        )
        try:
            with directory.locked():
                _copy(run.connection, directory.database)
                with closing(Store(directory.database)) as store:
                    old = settings_of(store.run())
                    shorten(store, cut, old.evaluation.first_rung or old.evaluation.rung, old.seed)
                    _begin(store, directory, settings, Origin(original.name, str(moment), cut.last))
                    _set_controls(store, directory, controls)
        except BaseException:
            shutil.rmtree(directory.path, ignore_errors=True)
            raise
    return directory


def _find(run: RunReader, name: str, moment: Moment) -> Cut:
    events = run.events()
    rows = run.individuals()
    if moment.generation is not None:
        closed = [e for e in events if e.kind == "generation_closed" and e.payload["generation"] == moment.generation]
        if not closed:
            done = sum(row.closed_at is not None for row in run.generations())
            there = f"generations 0 to {done - 1} are closed" if done else "no generation is closed yet"
            raise UsageError(f"run {name} cannot be cut {moment}: {there}")
        last = max(row.number for row in rows if row.generation <= moment.generation)
        return Cut(closed[0].seq + 1, last, moment.generation, is_open=False)
    children = moment.children or 0
    if children > len(rows) - 1:
        raise UsageError(f"run {name} cannot be cut {moment}: it has {max(0, len(rows) - 1)}")
    first = next((e.seq for e in events if e.kind == "proposing" and e.individual == children + 1), events[-1].seq + 1)
    opened = [e for e in events if e.kind == "generation_opened" and e.seq < first]
    if not opened:
        return Cut(first, children, 0, is_open=True)
    generation = opened[-1].payload["generation"]
    closes = [e for e in events if e.kind == "generation_closed" and e.payload["generation"] == generation]
    return Cut(first, children, generation, is_open=not (closes and closes[0].seq < first))


def _changed(run: RunReader, changes: Iterable[str], cut: Cut) -> tuple[Settings, dict[str, Any]]:
    """The settings of the fork, and the controls that are changed in it."""
    values, controls = [], {}
    for text in changes:
        path, value = parse_assignment(text)
        key = ".".join(path)
        if key in _MUST_STAY:
            raise UsageError(f"'{text}': {key} cannot be another in a fork, for its results would not compare")
        if key in _BETWEEN_GENERATIONS and cut.is_open:
            raise UsageError(f"'{text}': {key} can only change between generations; cut it there, as in --at g2")
        if path[0] == "controls":
            controls[".".join(path[1:])] = value
        else:
            values.append((path, value))
    return with_values(settings_of(run.run()), values, "the settings"), controls


def _copy(connection: sqlite3.Connection, file: Path) -> None:
    with closing(sqlite3.connect(file)) as copy:
        connection.backup(copy)


def _begin(store: Store, directory: RunDirectory, settings: Settings, origin: Origin) -> None:
    """Make the copy a run of its own, to be gone on with."""
    before = store.run()
    seed_is_measured = store.connection.execute("SELECT 1 FROM event WHERE kind = 'references_frozen'").fetchone()
    objectives = before.objectives if seed_is_measured else [{**row, "reference": None} for row in before.objectives]
    new = settings.model_dump(mode="json")
    with store.step() as connection:
        connection.execute(
            "UPDATE run SET name = ?, created_at = ?, status = 'stopped', status_reason = ?, settings = ?, "
            "objectives = ?, seconds = 0",
            (directory.name, time.time(), f"forked from {origin.run} {origin.moment}", to_json(new),
             to_json(objectives)),
        )  # fmt: skip
        store.event(FORKED, None, **asdict(origin), settings=new, before=before.settings)


def _set_controls(store: Store, directory: RunDirectory, controls: dict[str, Any]) -> None:
    """Raises UsageError."""
    board = ControlBoard(store, directory.inbox, checker(store))
    changed = with_values(
        Settings(controls=board.current),
        [(("controls", *key.split(".", maxsplit=1)), value) for key, value in controls.items()],
        "the controls of the fork",
    )
    checker(store)(changed.controls)
    for key, value in controls.items():
        board.set("user", key, flatten(changed.controls).get(key, value))
