"""The record of the run that is replayed, read along its events."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.run.store import ControlRow, EvaluationRow, EventRow, RunReader
from ge_tui.run.store.acts import ActKind, ActRow, acts
from ge_tui.run.store.calls import KeptCall, find_call
from ge_tui.run.store.writer import ENDED_BY_USER


class Record:
    """What models, checks and trainings brought, in the order in which it came."""

    def __init__(self, run: RunReader) -> None:
        self.run = run
        self.events: list[EventRow] = run.events()
        self._changes = iter([row for row in run.controls() if row.actor != "launch"])
        self._evaluations = {row.id: row for row in run.evaluations()}
        self._begun = iter(sorted(self._evaluations))
        self._metrics = run.metrics_by_evaluation()
        self._curves: dict[int, dict[int, CurvePoint]] = {}
        self._acts = {row.seq: row for row in acts(run.connection)}
        self._wanted_by: dict[int, int] = {}
        """Of trainings that an act asked for: that act."""
        for ended, after in pairwise(self.events):
            told = after.payload
            if ended.kind == "retrained" and after.kind == "act_done" and told["act"] == ActKind.AGAIN:
                self._wanted_by[ended.payload["evaluation"]] = told["seq"]

    def launch_controls(self) -> dict[str, Any]:
        """The controls that the run was launched with."""
        return {row.key: row.new for row in self.run.controls() if row.actor == "launch"}

    def first_settings(self) -> Mapping[str, Any] | None:
        """The settings the run began with, where they were changed since."""
        changes = [event.payload for event in self.events if event.kind in ("settings", "forked")]
        return changes[0].get("before", changes[0]["settings"]) if changes else None

    def next_control(self) -> ControlRow | None:
        """The change of a control that the next event of that kind tells of."""
        return next(self._changes, None)

    def next_evaluation(self) -> EvaluationRow | None:
        """The evaluation that the next event of a training's begin tells of."""
        number = next(self._begun, None)
        return None if number is None else self._evaluations[number]

    def act(self, seq: int) -> ActRow | None:
        """An act by its number."""
        return self._acts.get(seq)

    def wanted_by(self, evaluation: int) -> int | None:
        """The act that asked for a training which came to its end."""
        return self._wanted_by.get(evaluation)

    def was_ended_by_user(self, evaluation: int) -> bool:
        """Whether the user ended a training, as far as is known: it may have been cut off before it came to that."""
        row = self._evaluations[evaluation]
        return row.status in ("lost", "running") or row.reason.startswith(ENDED_BY_USER)

    def call(self, individual: int, attempt: int, step: int) -> KeptCall | None:
        """A call that was made for an individual."""
        return find_call(self.run.connection, individual, attempt, step)

    def check(self, event: EventRow) -> CheckReport:
        """The report of the check that an event tells the outcome of."""
        number = event.individual
        assert number is not None
        if event.kind == "failed":
            return CheckReport(Outcome(event.payload["outcome"]), event.payload["reason"])
        row = self.run.individual(event.payload["of"] if event.kind == "duplicate" else number)
        assert row is not None
        shapes = self.run.modules(row.number) or ()
        return CheckReport(Outcome.OK, "", row.params, event.payload.get("flops"), shapes, row.fingerprint)

    def ended(self, event: EventRow, under_way: list[int]) -> int:
        """Which of the trainings of an individual an event ends; an old run does not say it."""
        named = event.payload.get("evaluation")
        if named in under_way:
            return int(named)
        rows = [self._evaluations[number] for number in under_way]
        matching = [row.id for row in rows if row.wall_s == event.payload.get("wall_s")]
        return (matching or under_way)[0]

    def report(self, evaluation: int) -> TrainReport:
        """What a training brought."""
        row = self._evaluations[evaluation]
        return TrainReport(
            row.outcome or Outcome.OK,
            row.reason,
            self._metrics.get(evaluation, {}),
            (),
            row.wall_s or 0.0,
            row.cpu_s or 0.0,
            row.peak_mb or 0.0,
            self.run.output_of(evaluation),
        )

    def point(self, evaluation: int, step: int) -> CurvePoint | None:
        """One point of a training's curve."""
        if evaluation not in self._curves:
            self._curves[evaluation] = {point.step: point for point in self.run.curve(evaluation)}
        return self._curves[evaluation].get(step)

    def points(self, evaluation: int) -> list[CurvePoint]:
        """The whole curve of a training."""
        return self.run.curve(evaluation)
