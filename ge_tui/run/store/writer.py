"""Writing what happened: one method a step of the life of a run, each one transaction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint, ModuleShape, TrainReport
from ge_tui.run.store.blobs import put_text
from ge_tui.run.store.modules import modules_to_text
from ge_tui.run.store.records import MemberRow, NewIndividual, RunRow, Status
from ge_tui.run.store.steps import Steps
from ge_tui.run.store.values import to_json, to_text

POISON = 3
"""So many times may an individual be under way when the engine dies; then it is not tried again."""

POISONED = f"its training was cut off {POISON} times; it is not tried again"
ENDED_BY_USER = "its training was ended by the user"


class Store(Steps):
    """The one writer of a run's database; the caller holds the run's lock.

    Every method commits before it returns, the event that tells of it in the same transaction.
    """

    # -- the run ---------------------------------------------------------------------------------------

    def create_run(self, run: RunRow, controls: Mapping[str, Any]) -> None:
        """Begin a run in an empty database, with the controls it is launched with."""
        with self.step():
            self._connection.execute(
                "INSERT INTO run (id, name, created_at, status, status_reason, settings, task, data, objectives, "
                "environment, seconds) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run.name,
                    run.created_at,
                    run.status,
                    run.status_reason,
                    *(to_json(v) for v in (run.settings, run.task, run.data, run.objectives, run.environment)),
                    run.seconds,
                ),
            )
            for key, value in controls.items():
                self._add_control("launch", key, None, value, None)
            self.event("run_created", None, name=run.name)

    def set_status(self, status: str, reason: str = "") -> None:
        """The run is at work, or came to rest; no call is under way at either moment."""
        with self.step():
            self._connection.execute("UPDATE run SET status = ?, status_reason = ?", (status, to_text(reason)))
            self._forget_live()
            self.event(f"run_{status}", None, reason=reason)

    def add_time(self, seconds: float) -> None:
        """Add to the run's working time."""
        with self.step():
            self._connection.execute("UPDATE run SET seconds = seconds + ?", (seconds,))

    def set_settings(self, settings: dict[str, Any]) -> None:
        """Settings changed on resume; a replay needs those before, too."""
        before = self.run().settings
        with self.step():
            self._connection.execute("UPDATE run SET settings = ?", (to_json(settings),))
            self.event("settings", None, settings=settings, before=before)

    def set_environment(self, environment: dict[str, Any]) -> None:
        """Where this session of the engine works."""
        with self.step():
            self._connection.execute("UPDATE run SET environment = ?", (to_json(environment),))
            self.event("session", None, **environment)

    def set_slots(self, slots: int) -> None:
        """So many trainings may run at once from now on."""
        with self.step():
            self._connection.execute("UPDATE run SET environment = json_set(environment, '$.slots', ?)", (slots,))
            self.event("slots", None, slots=slots)

    def set_objectives(self, objectives: list[dict[str, Any]]) -> None:
        """The objectives, with the reference points that the seed's measurement gave them."""
        with self.step():
            self._connection.execute("UPDATE run SET objectives = ?", (to_json(objectives),))
            self.event("references_frozen", None, objectives=objectives)

    def add_control(self, actor: str, key: str, old: Any, new: Any, request: str | None = None) -> int:
        """Put a control's new value in force; its sequence number."""
        with self.step():
            seq = self._add_control(actor, key, old, new, request)
            self.event("control", None, actor=actor, key=key, old=old, new=new)
        return seq

    def note(self, kind: str, individual: int | None = None, /, **payload: Any) -> None:
        """Record an event that changes no other state."""
        with self.step():
            self.event(kind, individual, **payload)

    # -- an individual's life --------------------------------------------------------------------------

    def propose(self, new: NewIndividual) -> None:
        """Take a slot for an individual whose source is yet to be made."""
        with self.step():
            self._connection.execute(
                "INSERT INTO individual (number, generation, slot, operator, proposer, persona, category, segment, "
                "temperature, arguments, draw, control_seq, status, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'proposing', ?)",
                (
                    new.number, new.generation, new.slot, new.operator, new.proposer, new.persona, new.category,
                    new.segment, new.temperature, to_json(dict(new.arguments)), new.draw, new.control_seq,
                    self.now(),
                ),
            )  # fmt: skip
            self._connection.executemany(
                "INSERT INTO parent (child, parent, place) VALUES (?, ?, ?)",
                [(new.number, parent, place) for place, parent in enumerate(new.parents)],
            )
            self.event("proposing", new.number, generation=new.generation, slot=new.slot, operator=new.operator)

    def accept(
        self,
        number: int,
        source: str,
        syntax_hash: str,
        *,
        segment: str | None = None,
        arguments: Mapping[str, Any],
        persona: str | None = None,
        category: str | None = None,
        temperature: float | None = None,
    ) -> None:
        """A proposal became an individual: its source is known, it waits for its evaluation."""
        with self.step():
            self._connection.execute(
                "UPDATE individual SET status = 'waiting', source_blob = ?, syntax_hash = ?, segment = ?, "
                "arguments = ?, persona = ?, category = ?, temperature = coalesce(?, temperature) WHERE number = ?",
                (
                    put_text(self._connection, source), syntax_hash, segment, to_json(dict(arguments)), persona,
                    category, temperature, number,
                ),
            )  # fmt: skip
            self.event("accepted", number, **{**arguments, "segment": segment})

    def reject(self, number: int, reason: str, source: str | None = None) -> None:
        """No usable source came of a slot."""
        with self.step():
            blob = None if source is None else put_text(self._connection, source)
            self._finish(number, Status.REJECTED, None, reason)
            self._connection.execute("UPDATE individual SET source_blob = ? WHERE number = ?", (blob, number))
            self.event("rejected", number, reason=reason)

    def link_duplicate(self, number: int, original: int, how: str, source: str | None = None) -> None:
        """An individual turned out to be one that is known; `how`: syntax or fingerprint."""
        with self.step():
            self._finish(number, Status.DUPLICATE, None, f"the same {how} as individual {original}")
            self._connection.execute("UPDATE individual SET duplicate_of = ? WHERE number = ?", (original, number))
            if source is not None:
                blob = put_text(self._connection, source)
                self._connection.execute("UPDATE individual SET source_blob = ? WHERE number = ?", (blob, number))
            self.event("duplicate", number, of=original, how=how)

    def checked(
        self, number: int, params: int, fingerprint: str, flops: int | None, modules: Sequence[ModuleShape] = ()
    ) -> None:
        """An individual passed the checks before training, in which its layers were traced."""
        with self.step():
            layers = put_text(self._connection, modules_to_text(modules)) if modules else None
            self._connection.execute(
                "UPDATE individual SET params = ?, fingerprint = ?, modules_blob = ? WHERE number = ?",
                (params, fingerprint, layers, number),
            )
            self.event("checked", number, params=params, flops=flops)

    def fail(self, number: int, outcome: Outcome, reason: str) -> None:
        """An individual failed before its training began."""
        with self.step():
            self._finish(number, Status.FAILED, outcome, reason)
            self.event("failed", number, outcome=outcome, reason=reason)

    # -- evaluations -----------------------------------------------------------------------------------

    def start_evaluation(
        self, number: int, recipe: str, rung: str, seed: int, steps: int = 0, *, again: bool = False
    ) -> int:
        """The id of a new evaluation, under way; those who watch are told its length.

        `again`: of an individual that is evaluated, and stays so.
        """
        with self.step():
            attempt = self._connection.execute(
                "SELECT count(*) + 1 FROM evaluation WHERE individual = ? AND recipe = ? AND rung = ? AND seed = ?",
                (number, recipe, rung, seed),
            ).fetchone()[0]
            cursor = self._connection.execute(
                "INSERT INTO evaluation (individual, recipe, rung, seed, attempt, status, started_at) "
                "VALUES (?, ?, ?, ?, ?, 'running', ?)",
                (number, recipe, rung, seed, attempt, self.now()),
            )
            if not again:
                self._connection.execute("UPDATE individual SET status = 'evaluating' WHERE number = ?", (number,))
            evaluation = int(cursor.lastrowid or 0)
            self.event("training", number, recipe=recipe, rung=rung, seed=seed, steps=steps, evaluation=evaluation)
        return evaluation

    def add_curve_point(self, evaluation: int, number: int, point: CurvePoint) -> None:
        """One point of a learning curve, as it is measured."""
        with self.step():
            self._connection.execute(
                "INSERT OR REPLACE INTO curve (evaluation, step, epoch, train_loss, accuracy, loss) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (evaluation, point.step, point.epoch, point.train_loss, point.accuracy, point.loss),
            )
            self.event("progress", number, step=point.step, train_loss=point.train_loss, accuracy=point.accuracy)

    def finish_evaluation(
        self,
        evaluation: int,
        number: int,
        report: TrainReport,
        *,
        last: bool = True,
        again: bool = False,
        also: Callable[[], None] = lambda: None,
        **figures: Any,
    ) -> None:
        """An evaluation came to its end, well or not. After a good one that is not the last, more may follow.

        `also` is done in the same step. `figures` are kept with the event: why a training was ended early.
        """
        ok = report.outcome is Outcome.OK
        kind = "retrained" if again else "pruned" if report.outcome is Outcome.PRUNED else "failed"
        if ok and not again:
            kind = "evaluated" if last else "measured"
        with self.step():
            output = put_text(self._connection, report.output) if report.output else None
            rung = self._connection.execute(
                "UPDATE evaluation SET status = ?, outcome = ?, reason = ?, wall_s = ?, cpu_s = ?, peak_mb = ?, "
                "output_blob = ? WHERE id = ? RETURNING rung",
                (
                    "ok" if ok else "failed", report.outcome, to_text(report.reason), report.wall_s, report.cpu_s,
                    report.peak_mb, output, evaluation,
                ),
            ).fetchone()[0]  # fmt: skip
            self._connection.executemany(
                "INSERT INTO metric (evaluation, name, value) VALUES (?, ?, ?)",
                [(evaluation, name, value) for name, value in sorted(report.metrics.items()) if math.isfinite(value)],
            )
            if kind == "measured":
                self._finish(number, Status.WAITING, None, "")
            elif not again:
                status = Status.FAILED if kind == "failed" else Status.EVALUATED
                self._finish(number, status, report.outcome, report.reason)
            self.event(
                kind, number, outcome=report.outcome, reason=report.reason, metrics=report.metrics,
                wall_s=report.wall_s, rung=rung, evaluation=evaluation, **figures,
            )  # fmt: skip
            also()

    def settle(self, number: int, rung: str, reason: str) -> None:
        """An individual stays with what it measured below the run's rung; the reason says why."""
        with self.step():
            self._finish(number, Status.EVALUATED, Outcome.OK, reason)
            self.event("not_promoted", number, rung=rung, reason=reason)

    # -- generations -----------------------------------------------------------------------------------

    def open_generation(self, number: int, slots: int) -> None:
        """Begin a generation with so many slots; nothing happens where it was begun before."""
        with self.step():
            cursor = self._connection.execute(
                "INSERT OR IGNORE INTO generation (number, opened_at) VALUES (?, ?)", (number, self.now())
            )
            if cursor.rowcount:
                self.event("generation_opened", None, generation=number, slots=slots)

    def carry(self, generation: int, slot: int, number: int) -> None:
        """A slot's draws left its parent unchanged."""
        with self.step():
            self._connection.execute("INSERT INTO carried VALUES (?, ?, ?)", (generation, slot, number))
            self.event("carried", number, generation=generation, slot=slot)

    def close_generation(
        self,
        number: int,
        members: Iterable[MemberRow],
        hypervolume: float,
        front_size: int,
        counts: Mapping[str, int],
    ) -> None:
        """Selection is done: the population that goes on."""
        with self.step():
            self._connection.execute(
                "UPDATE generation SET closed_at = ?, hypervolume = ?, front_size = ?, children = ?, evaluated = ?, "
                "failed = ?, duplicates = ? WHERE number = ?",
                (
                    self.now(), hypervolume, front_size, counts["children"], counts["evaluated"], counts["failed"],
                    counts["duplicates"], number,
                ),
            )  # fmt: skip
            self._connection.executemany(
                "INSERT INTO member (generation, individual, rank, crowding, elite) VALUES (?, ?, ?, ?, ?)",
                [
                    (number, m.individual, m.rank, m.crowding if math.isfinite(m.crowding) else None, int(m.elite))
                    for m in members
                ],
            )
            self.event(
                "generation_closed",
                None,
                generation=number,
                hypervolume=hypervolume,
                front=front_size,
                **counts,
            )

    # -- resume ----------------------------------------------------------------------------------------

    def recover(self) -> int:
        """Give back what was under way when the last engine ended; how many individuals that were.

        One that was under way three times is not tried again: a genome that kills the machine must not loop. Nor is
        one whose training the user had ended, when the engine died before that was done. A seed that failed is tried
        again, for nothing can be done without it, and the machine may have been to blame.
        """
        with self.step():
            self._connection.execute(
                "UPDATE individual SET status = 'waiting', outcome = NULL, reason = '', lost = 0 "
                "WHERE number = 0 AND status = 'failed'"
            )
            for number in self._killed_under_way():
                self._finish(number, Status.FAILED, Outcome.KILLED, ENDED_BY_USER)
                self.event("failed", number, outcome=Outcome.KILLED, reason=ENDED_BY_USER)
            self._connection.execute("UPDATE evaluation SET status = 'lost' WHERE status = 'running'")
            lost = self._connection.execute(
                "UPDATE individual SET status = 'waiting', lost = lost + 1 WHERE status = 'evaluating'"
            ).rowcount
            poisonous = [
                row[0] for row in self._connection.execute(
                    "SELECT number FROM individual WHERE status = 'waiting' AND lost >= ?", (POISON,)
                )
            ]  # fmt: skip
            for number in poisonous:
                self._finish(number, Status.FAILED, Outcome.KILLED, POISONED)
                self.event("failed", number, outcome=Outcome.KILLED, reason=POISONED)
            self._forget_live()
            self.event("recovered", None, lost=lost)
        return lost

    def _killed_under_way(self) -> list[int]:
        """Those whose training was cut off by the end of the last engine, though the user had it ended."""
        latest = "SELECT max(seq) FROM event WHERE individual = number AND kind"
        rows = self._connection.execute(
            f"SELECT number FROM individual WHERE status IN ('evaluating', 'waiting') AND "
            f"({latest} = 'act_done' AND json_extract(payload, '$.act') = 'kill') > ({latest} = 'training')"
        )
        return [number for (number,) in rows]

    def forgive_loss(self, number: int, evaluation: int, *, gave_way: bool = False) -> None:
        """A training that was cut off on purpose does not count against an individual.

        `gave_way`: it had a place only as long as nobody else needed it.
        """
        with self.step():
            self._connection.execute(
                "UPDATE evaluation SET status = 'lost' WHERE id = ? AND status = 'running'", (evaluation,)
            )
            self._connection.execute(
                "UPDATE individual SET status = 'waiting' WHERE number = ? AND status = 'evaluating'",
                (number,),
            )
            self.event("interrupted", number, evaluation=evaluation, **({"gave_way": True} if gave_way else {}))

    # -- inside a step -----------------------------------------------------------------------------------

    def _add_control(self, actor: str, key: str, old: Any, new: Any, request: str | None) -> int:
        cursor = self._connection.execute(
            "INSERT INTO control (at, actor, key, old, new, request) VALUES (?, ?, ?, ?, ?, ?)",
            (self.now(), actor, key, None if old is None else to_json(old), to_json(new), request),
        )
        return int(cursor.lastrowid or 0)

    def _forget_live(self) -> None:
        """No call is under way."""
        for table in ("live_words", "live_call"):
            self._connection.execute(f"DELETE FROM {table}")

    def _finish(self, number: int, status: Status, outcome: Outcome | None, reason: str) -> None:
        self._connection.execute(
            "UPDATE individual SET status = ?, outcome = ?, reason = ? WHERE number = ?",
            (status, outcome, to_text(reason), number),
        )
