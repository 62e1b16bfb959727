"""Reading what is new in a run since the last look. Blocking; for one thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import EventRow, RunReader, RunRow, Status
from ge_tui.run.store.acts import acts
from ge_tui.run.store.live_calls import LiveCall, live_calls, words_since
from ge_tui.run.store.queries import RUN_RUNG
from ge_tui.run.store.records import TRAINING_ENDED, Spread
from ge_tui.run.summary import highest_below
from ge_tui.tui.watch.spending import Spending, spending
from ge_tui.tui.watch.values import Individual, Progress, Update

EVENTS_KEPT = 5000
"""So many of the newest events are read when a run is opened."""
_QUIET = "progress"
"""Events of this kind come by the thousand and are shown in the table, not in the log."""
_ACTS = frozenset({"act", "act_done", "act_refused"})
_CHUNK = 500
_COLUMNS = (
    "number", "generation", "slot", "operator", "proposer", "status", "created_at", "persona", "category", "segment",
    "temperature", "outcome", "reason", "params", "duplicate_of",
)  # fmt: skip
_STATUS = {status.value: status for status in Status}


class Look:
    """Remembers what was seen of a run."""

    def __init__(self, reader: RunReader) -> None:
        self._reader = reader
        self._version = -1
        self._event = self._control = self._words = 0
        self._calls: list[LiveCall] | None = None
        self._steps: dict[int, int] = {}
        self._progress: dict[int, Progress] = {}
        self._spreads: dict[int, Spread] = {}

    def again(self) -> Update:
        """What is new. Raises sqlite3.Error."""
        connection = self._reader.connection
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return Update()
        connection.execute("BEGIN")  # one state of the run for all that is read
        try:
            update = self._read(connection, first=self._version < 0)
        finally:
            connection.execute("ROLLBACK")
        self._version = version
        return update

    def _read(self, connection: sqlite3.Connection, *, first: bool) -> Update:
        events = self._newest_events(connection) if first else self._reader.events(self._event)
        self._event = events[-1].seq if events else self._event
        controls = self._reader.controls(self._control)
        self._control = controls[-1].seq if controls else self._control
        words = words_since(connection, self._words)
        self._words = words[-1].seq if words else self._words
        calls = live_calls(connection)
        changed_calls, self._calls = calls if calls != self._calls else None, calls
        self._follow(events)
        kinds = {event.kind for event in events}
        if first or "retrained" in kinds:
            self._spreads = self._reader.spreads()
        run = self._reader.run()
        return Update(
            run=run,
            individuals=tuple(self._individuals(connection, events, first=first)),
            generations=tuple(self._reader.generations()) if first or _is_about_generations(kinds) else (),
            elites=self._elites(connection) if first or "generation_closed" in kinds else None,
            controls=tuple(controls),
            events=tuple(event for event in events if event.kind != _QUIET),
            calls=None if changed_calls is None else tuple(changed_calls),
            words=tuple(words),
            acts=tuple(acts(connection)) if first or not kinds.isdisjoint(_ACTS) else None,
            spent=self._spent(run, kinds, first=first),
        )

    def _spent(self, run: RunRow, kinds: set[str], *, first: bool) -> Spending | None:
        """Counted anew where a training or a call came to its end."""
        is_news = first or "answered" in kinds or not kinds.isdisjoint(TRAINING_ENDED)
        return spending(self._reader, run.settings) if is_news else None

    def _newest_events(self, connection: sqlite3.Connection) -> list[EventRow]:
        """The newest ones; of those about trainings, all that may still be under way."""
        row = connection.execute(
            "SELECT min(seq) FROM (SELECT seq FROM event WHERE kind <> ? ORDER BY seq DESC LIMIT ?)",
            (_QUIET, EVENTS_KEPT),
        ).fetchone()
        oldest = row[0] if row[0] is not None else 0
        return self._reader.events(int(oldest) - 1)

    def _follow(self, events: Iterable[EventRow]) -> None:
        """Keep in mind how far each training is."""
        for event in events:
            number = event.individual
            if number is None:
                continue
            if event.kind == "training":
                self._steps[number] = int(event.payload.get("steps") or 0)
                self._progress[number] = Progress(0, self._steps[number], 0.0)
            elif event.kind == _QUIET:
                loss = event.payload["train_loss"]
                loss = float(loss) if isinstance(loss, int | float) else 0.0
                self._progress[number] = Progress(int(event.payload["step"]), self._steps.get(number, 0), loss)
            elif event.kind in TRAINING_ENDED:
                self._progress.pop(number, None)
                self._steps.pop(number, None)

    def _individuals(
        self, connection: sqlite3.Connection, events: Iterable[EventRow], *, first: bool
    ) -> Iterable[Individual]:
        if first:
            return self._select(connection, "1", (), None)
        numbers = {event.individual for event in events if event.individual is not None}
        if any(event.kind == "recovered" for event in events):
            waiting = connection.execute("SELECT number FROM individual WHERE status = 'waiting' OR lost > 0")
            numbers |= {row[0] for row in waiting}
        found: list[Individual] = []
        ordered = sorted(numbers)
        for start in range(0, len(ordered), _CHUNK):
            some = ordered[start : start + _CHUNK]
            found += self._select(connection, f"number IN ({','.join('?' * len(some))})", some, some)
        return found

    def _select(
        self, connection: sqlite3.Connection, where: str, parameters: Iterable[int], numbers: list[int] | None
    ) -> list[Individual]:
        rows = connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM individual WHERE {where} ORDER BY number", tuple(parameters)
        ).fetchall()
        metrics = self._reader.metrics(numbers)
        below = highest_below(self._reader.lower_metrics(numbers))
        among = "1" if numbers is None else f"individual IN ({','.join('?' * len(numbers))})"
        parents: dict[int, list[int]] = {}
        which = among.replace("individual", "child")
        for child, parent in connection.execute(
            f"SELECT child, parent FROM parent WHERE {which} ORDER BY child, place", numbers or ()
        ):
            parents.setdefault(child, []).append(parent)
        rungs: dict[int, str] = {}
        latest: dict[int, int] = {}
        for evaluation, number, rung in connection.execute(
            f"SELECT id, individual, rung FROM evaluation WHERE {among} "
            f"ORDER BY status = 'ok' AND rung = {RUN_RUNG}, id",  # what it is ranked by goes before any other
            numbers or (),
        ):
            rungs[number], latest[number] = rung, evaluation
        curves = _curves(connection, latest, everything=numbers is None)
        return [
            Individual(
                **_columns(row),
                parents=tuple(parents.get(row[0], ())),
                rung=rungs.get(row[0]),
                metrics=metrics.get(row[0], {}),
                below=below[row[0]][1] if row[0] in below and row[0] not in metrics else {},
                curve=curves.get(row[0], ()),
                progress=self._progress.get(row[0]),
                spread=self._spreads.get(row[0]),
            )
            for row in rows
        ]

    def _elites(self, connection: sqlite3.Connection) -> frozenset[int]:
        rows = connection.execute(
            "SELECT individual FROM member WHERE elite = 1 AND generation = "
            "(SELECT max(number) FROM generation WHERE closed_at IS NOT NULL)"
        )
        return frozenset(row[0] for row in rows)


def _is_about_generations(kinds: set[str]) -> bool:
    return not kinds.isdisjoint({"generation_opened", "generation_closed"})


def _curves(
    connection: sqlite3.Connection, latest: dict[int, int], *, everything: bool
) -> dict[int, tuple[float, ...]]:
    """The accuracies of each individual's latest training, as far as it is."""
    owner = {evaluation: number for number, evaluation in latest.items()}
    among = "1" if everything else f"evaluation IN ({','.join('?' * len(owner))})"
    rows = connection.execute(
        f"SELECT evaluation, accuracy FROM curve WHERE {among} AND accuracy IS NOT NULL ORDER BY evaluation, step",
        () if everything else tuple(owner),
    )
    curves: dict[int, list[float]] = {}
    for evaluation, accuracy in rows:
        if evaluation in owner:
            curves.setdefault(owner[evaluation], []).append(accuracy)
    return {number: tuple(points) for number, points in curves.items()}


def _columns(row: tuple[Any, ...]) -> dict[str, Any]:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["status"] = _STATUS[values["status"]]
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return values
