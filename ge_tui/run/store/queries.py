"""Reading rows; used by the writer's own connection and by read-only ones alike."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from statistics import stdev
from typing import Any

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint, ModuleShape
from ge_tui.run.store.blobs import get_text
from ge_tui.run.store.connection import StoreError
from ge_tui.run.store.modules import modules_from_text
from ge_tui.run.store.records import (
    Arm,
    ControlRow,
    EvaluationRow,
    EventRow,
    GenerationRow,
    IndividualRow,
    MemberRow,
    RunRow,
    Spread,
    Status,
)

_RUN = tuple(field.name for field in fields(RunRow))
RUN_RUNG = "(SELECT json_extract(settings, '$.evaluation.rung') FROM run)"
_RUNG = f"coalesce({RUN_RUNG}, e.rung)"
"""The rung of the run: the fidelity that its individuals are compared at."""
_JSON = frozenset({"settings", "task", "data", "objectives", "environment", "arguments"})
_OBJECTIVE = {"name", "direction", "scale", "tie_break", "reference"}
_INDIVIDUAL = tuple(field.name for field in fields(IndividualRow) if field.name != "parents")
_EVALUATION = tuple(field.name for field in fields(EvaluationRow))
_GENERATION = tuple(field.name for field in fields(GenerationRow))


class Queries:
    """Read access to a run over some connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> sqlite3.Connection:
        """For questions that have no method of their own."""
        return self._connection

    def run(self) -> RunRow:
        """The run. Raises StoreError in a database that has none yet."""
        row = self._connection.execute(f"SELECT {', '.join(_RUN)} FROM run").fetchone()
        if row is None:
            raise StoreError("the database holds no run: it was cut off while it was made; delete its folder")
        run = RunRow(**_named(_RUN, row))
        if any(not objective.keys() >= _OBJECTIVE for objective in run.objectives):
            raise StoreError("the run's objectives are damaged on record; bring the file back from a backup")
        return run

    def individuals(self, where: str = "1", parameters: Iterable[object] = ()) -> list[IndividualRow]:
        """Individuals by number; `where` is an SQL condition of the program's own, never a user's text."""
        rows = self._connection.execute(
            f"SELECT {', '.join(_INDIVIDUAL)} FROM individual WHERE {where} ORDER BY number", tuple(parameters)
        ).fetchall()
        parents: dict[int, list[int]] = {}
        if rows:
            pairs = self._connection.execute(
                "SELECT child, parent FROM parent WHERE child BETWEEN ? AND ? ORDER BY child, place",
                (rows[0][0], rows[-1][0]),
            )
            for child, parent in pairs:
                parents.setdefault(child, []).append(parent)
        return [IndividualRow(**_named(_INDIVIDUAL, row), parents=tuple(parents.get(row[0], ()))) for row in rows]

    def individual(self, number: int) -> IndividualRow | None:
        """One individual; None where there is none of this number."""
        found = self.individuals("number = ?", (number,))
        return found[0] if found else None

    def source(self, number: int) -> str | None:
        """An individual's source text; None before it has one."""
        row = self._connection.execute("SELECT source_blob FROM individual WHERE number = ?", (number,)).fetchone()
        return None if row is None or row[0] is None else get_text(self._connection, row[0])

    def modules(self, number: int) -> tuple[ModuleShape, ...] | None:
        """An individual's layers in the order of the forward pass; None where they are not on record."""
        row = self._connection.execute("SELECT modules_blob FROM individual WHERE number = ?", (number,)).fetchone()
        return None if row is None or row[0] is None else modules_from_text(get_text(self._connection, row[0]))

    def output(self, number: int) -> str:
        """The end of what an individual printed in its latest training; empty where nothing is on record."""
        row = self._connection.execute(
            "SELECT output_blob FROM evaluation WHERE individual = ? ORDER BY id DESC LIMIT 1", (number,)
        ).fetchone()
        return "" if row is None or row[0] is None else get_text(self._connection, row[0])

    def output_of(self, evaluation: int) -> str:
        """The end of what was printed in one training."""
        row = self._connection.execute("SELECT output_blob FROM evaluation WHERE id = ?", (evaluation,)).fetchone()
        return "" if row is None or row[0] is None else get_text(self._connection, row[0])

    def text(self, blob: int) -> str:
        """The text of a blob. Raises KeyError, StoreError."""
        return get_text(self._connection, blob)

    def twin(self, column: str, value: str, other_than: int, arm: Arm = Arm.EVOLUTION) -> int | None:
        """The earliest other individual with this `syntax_hash` or `fingerprint`, of the same arm or the seed.

        By syntax it may be a duplicate itself: whether that is known already depends on the order in which
        checks end, and no decision may.
        """
        row = self._connection.execute(
            f"SELECT number FROM individual WHERE {column} = ? AND number <> ? "
            "AND (number = 0 OR coalesce(json_extract(arguments, '$.arm'), ?) = ?) ORDER BY number LIMIT 1",
            (value, other_than, Arm.EVOLUTION, arm),
        ).fetchone()
        return None if row is None else int(row[0])

    def baseline(self) -> set[int]:
        """The individuals that were made for evolution to be compared with."""
        query = "SELECT number FROM individual WHERE json_extract(arguments, '$.arm') = ?"
        return {number for (number,) in self._connection.execute(query, (Arm.BASELINE,))}

    def original(self, number: int) -> int:
        """The individual that one stands for: itself, or the end of its chain of duplicates."""
        row = self._connection.execute(
            "WITH RECURSIVE chain(number) AS (SELECT ? UNION SELECT i.duplicate_of FROM individual i "
            "JOIN chain c ON i.number = c.number WHERE i.duplicate_of IS NOT NULL) "
            "SELECT c.number FROM chain c JOIN individual i ON i.number = c.number WHERE i.duplicate_of IS NULL",
            (number,),
        ).fetchone()
        return number if row is None else int(row[0])

    def rungs(self) -> dict[int, str]:
        """The rung of each individual's latest evaluation."""
        return dict(self._connection.execute("SELECT individual, rung FROM evaluation ORDER BY id").fetchall())

    def next_number(self) -> int:
        """The number of the next individual."""
        return int(self._connection.execute("SELECT coalesce(max(number) + 1, 0) FROM individual").fetchone()[0])

    def count_before(self, generation: int) -> int:
        """How many individuals the generations before one have; they bear the numbers below it."""
        query = "SELECT count(*) FROM individual WHERE generation < ?"
        return int(self._connection.execute(query, (generation,)).fetchone()[0])

    def evaluations(self, individual: int | None = None) -> list[EvaluationRow]:
        """The trainings of an individual, or of all, in the order they began."""
        condition, parameters = ("individual = ?", (individual,)) if individual is not None else ("1", ())
        query = f"SELECT {', '.join(_EVALUATION)} FROM evaluation WHERE {condition} ORDER BY id"
        return [EvaluationRow(**_named(_EVALUATION, row)) for row in self._connection.execute(query, parameters)]

    def metrics(self, individuals: Iterable[int] | None = None) -> dict[int, dict[str, float]]:
        """Each individual's metrics: the mean over its finished evaluations at the run's rung."""
        numbers = None if individuals is None else sorted(set(individuals))
        among = "" if numbers is None else f"AND e.individual IN ({','.join('?' * len(numbers))})"
        rows = self._means(f"e.rung = {_RUNG} {among}", tuple(numbers or ()))
        result: dict[int, dict[str, float]] = {}
        for _, number, name, value in rows:
            result.setdefault(number, {})[name] = value
        return result

    def metrics_of(self, evaluation: int) -> dict[str, float]:
        """What one training measured."""
        rows = self._connection.execute("SELECT name, value FROM metric WHERE evaluation = ?", (evaluation,))
        return dict(rows.fetchall())

    def metrics_by_evaluation(self) -> dict[int, dict[str, float]]:
        """What each training measured; one that measured nothing is left out."""
        found: dict[int, dict[str, float]] = {}
        for evaluation, name, value in self._connection.execute("SELECT evaluation, name, value FROM metric"):
            found.setdefault(evaluation, {})[name] = value
        return found

    def lower_metrics(self, individuals: Iterable[int] | None = None) -> dict[str, dict[int, dict[str, float]]]:
        """By rung what was measured at rungs other than the run's own; never to be ranked with `metrics`."""
        result: dict[str, dict[int, dict[str, float]]] = {}
        numbers = None if individuals is None else sorted(set(individuals))
        among = "" if numbers is None else f"AND e.individual IN ({','.join('?' * len(numbers))})"
        for rung, number, name, value in self._means(f"e.rung <> {_RUNG} {among}", tuple(numbers or ())):
            result.setdefault(rung, {}).setdefault(number, {})[name] = value
        return result

    def spreads(self) -> dict[int, Spread]:
        """Of individuals that were trained more than once at the run's rung: how often, and the deviations."""
        rows = self._connection.execute(
            "SELECT e.individual, m.name, m.value FROM evaluation e JOIN metric m ON m.evaluation = e.id "
            f"WHERE e.status = 'ok' AND e.rung = {_RUNG} AND e.individual IN (SELECT individual FROM evaluation e "
            f"WHERE e.status = 'ok' AND e.rung = {_RUNG} GROUP BY individual HAVING count(*) > 1)"
        )
        values: dict[int, dict[str, list[float]]] = {}
        for number, name, value in rows:
            values.setdefault(number, {}).setdefault(name, []).append(value)
        return {
            number: Spread(
                max(map(len, named.values())), {name: stdev(each) for name, each in named.items() if len(each) > 1}
            )
            for number, named in values.items()
        }

    def _means(self, where: str, parameters: tuple[int, ...] = ()) -> list[tuple[str, int, str, float]]:
        query = (
            "SELECT e.rung, e.individual, m.name, avg(m.value) FROM evaluation e JOIN metric m ON m.evaluation = e.id "
            f"WHERE e.status = 'ok' AND {where} GROUP BY e.individual, e.rung, m.name"
        )
        return self._connection.execute(query, parameters).fetchall()

    def curve(self, evaluation: int) -> list[CurvePoint]:
        """The learning curve of a training."""
        rows = self._connection.execute(
            "SELECT step, epoch, train_loss, accuracy, loss FROM curve WHERE evaluation = ? ORDER BY step",
            (evaluation,),
        )
        return [CurvePoint(*row) for row in rows]

    def curves(
        self, individuals: Iterable[int], rung: str, seed: int, metric: str
    ) -> dict[int, list[tuple[int, float]]]:
        """By individual the course of `accuracy` or `loss` in a finished training at a rung with a seed."""
        numbers = sorted(set(individuals))
        rows = self._connection.execute(
            f"SELECT e.individual, c.step, c.{metric} FROM evaluation e JOIN curve c ON c.evaluation = e.id "
            f"WHERE e.status = 'ok' AND e.rung = ? AND e.seed = ? AND c.{metric} IS NOT NULL "
            f"AND e.individual IN ({','.join('?' * len(numbers))}) ORDER BY e.individual, c.step",
            (rung, seed, *numbers),
        )
        found: dict[int, list[tuple[int, float]]] = {}
        for number, step, value in rows:
            found.setdefault(number, []).append((step, value))
        return found

    def checked_flops(self, number: int) -> float | None:
        """What an individual's check counted, before any training."""
        row = self._connection.execute(
            "SELECT json_extract(payload, '$.flops') FROM event WHERE individual = ? AND kind = 'checked'", (number,)
        ).fetchone()
        return None if row is None or row[0] is None else float(row[0])

    def generations(self) -> list[GenerationRow]:
        """Every generation that was begun."""
        rows = self._connection.execute(f"SELECT {', '.join(_GENERATION)} FROM generation ORDER BY number")
        return [GenerationRow(**_named(_GENERATION, row)) for row in rows]

    def generation_slots(self) -> dict[int, int]:
        """How many slots each generation was begun with; 0 for one that an older program began."""
        rows = self._connection.execute(
            "SELECT json_extract(payload, '$.generation'), coalesce(json_extract(payload, '$.slots'), 0) "
            "FROM event WHERE kind = 'generation_opened'"
        )
        return dict(rows.fetchall())

    def members(self, generation: int) -> list[MemberRow]:
        """Who lives at the close of a generation."""
        rows = self._connection.execute(
            "SELECT individual, rank, crowding, elite FROM member WHERE generation = ? ORDER BY individual",
            (generation,),
        )
        return [
            MemberRow(n, rank, math.inf if crowding is None else crowding, bool(e)) for n, rank, crowding, e in rows
        ]

    def carried(self, generation: int) -> dict[int, int]:
        """Slot to individual, for the slots whose parent went on unchanged."""
        return dict(
            self._connection.execute(
                "SELECT slot, individual FROM carried WHERE generation = ?", (generation,)
            ).fetchall()
        )

    def controls(self, after: int = 0) -> list[ControlRow]:
        """The changes of controls after one, the oldest first."""
        rows = self._connection.execute(
            "SELECT seq, at, actor, key, old, new, request FROM control WHERE seq > ? ORDER BY seq", (after,)
        )
        return [
            ControlRow(seq, at, actor, key, None if old is None else json.loads(old), json.loads(new), request)
            for seq, at, actor, key, old, new, request in rows
        ]

    def has_request(self, request: str) -> bool:
        """Whether a request has changed a control."""
        return self._connection.execute("SELECT 1 FROM control WHERE request = ?", (request,)).fetchone() is not None

    def events(self, after: int = 0, individual: int | None = None) -> list[EventRow]:
        """The events after one, of an individual or of all, the oldest first."""
        condition, parameters = "seq > ?", [after]
        if individual is not None:
            condition, parameters = "seq > ? AND individual = ?", [after, individual]
        rows = self._connection.execute(
            f"SELECT seq, at, kind, individual, payload FROM event WHERE {condition} ORDER BY seq", parameters
        )
        return [EventRow(seq, at, kind, number, json.loads(payload)) for seq, at, kind, number, payload in rows]

    def count_evaluations(self) -> int:
        """Trainings that came to an end, well or not."""
        return int(
            self._connection.execute("SELECT count(*) FROM evaluation WHERE status IN ('ok', 'failed')").fetchone()[0]
        )

    def count_tokens(self) -> int:
        """Tokens of every call to a language model on record, of prompts and answers."""
        query = "SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM llm_call"
        return int(self._connection.execute(query).fetchone()[0])

    def is_whole(self) -> bool:
        """SQLite's own check of the file, and that every reference leads somewhere."""
        quick = self._connection.execute("PRAGMA quick_check").fetchone()[0]
        broken = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        return quick == "ok" and broken is None


def _named(columns: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    """A row by column name, JSON and names of states turned into what they stand for."""
    values: dict[str, Any] = dict(zip(columns, row, strict=True))
    for name in _JSON & values.keys():
        values[name] = json.loads(values[name])
    if values.get("outcome"):
        values["outcome"] = Outcome(values["outcome"])
    if "generation" in values:
        values["status"] = Status(values["status"])
    return values
