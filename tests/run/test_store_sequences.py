"""Any sequence of steps, with crashes in between, leaves a whole database that says what happened."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from ge_tui.evaluation.outcome import STAGES, Outcome
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run.store import NewIndividual, RunReader, Status
from ge_tui.run.store.records import FINAL
from ge_tui.run.store.writer import POISON

from .fakes import FastStore, run_row, settings_of

FAILURES = [outcome for outcome in STAGES if outcome is not Outcome.OK]
texts = st.text(st.characters(), max_size=40)
numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)


class StoreMachine(RuleBasedStateMachine):
    """A model of what must be on record, beside the store."""

    proposing: Bundle[int] = Bundle("proposing")
    waiting: Bundle[int] = Bundle("waiting")
    training: Bundle[tuple[int, int]] = Bundle("training")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ge-tui-store-"))
        self.store = FastStore(self.folder / "run.sqlite")
        self.store.create_run(run_row("run", settings_of()), {"pause": False})
        self.sources: dict[int, str] = {}
        self.statuses: dict[int, Status] = {}
        self.lost: dict[int, int] = {}
        self.finished: dict[int, dict[str, float]] = {}
        self.events_seen = 0

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(target=proposing, parents=st.integers(0, 2), arguments=st.dictionaries(texts, texts | numbers, max_size=3))
    def propose(self, parents: int, arguments: dict[str, Any]) -> int:
        number = self.store.next_number()
        known = tuple(sorted(self.statuses))[:parents]
        self.store.propose(
            NewIndividual(number, 0, number, "create", "fake", known, f"1/0/{number}", 1, arguments=arguments)
        )
        self.statuses[number] = Status.PROPOSING
        self.lost[number] = 0
        return number

    @rule(target=waiting, number=consumes(proposing), source=texts)
    def accept(self, number: int, source: str) -> int:
        self.store.accept(number, source, str(hash(source)), arguments={})
        self.sources[number] = source
        self.statuses[number] = Status.WAITING
        return number

    @rule(number=consumes(proposing), reason=texts)
    def reject(self, number: int, reason: str) -> None:
        self.store.reject(number, reason)
        self.statuses[number] = Status.REJECTED

    @rule(number=consumes(waiting), original=st.integers(0, 50))
    def duplicate(self, number: int, original: int) -> None:
        if self.statuses[number] is Status.WAITING:
            self.store.link_duplicate(number, min(original, number), "syntax")
            self.statuses[number] = Status.DUPLICATE

    @rule(number=consumes(waiting), outcome=st.sampled_from(FAILURES), reason=texts)
    def fail(self, number: int, outcome: Outcome, reason: str) -> None:
        if self.statuses[number] is Status.WAITING:
            self.store.fail(number, outcome, reason)
            self.statuses[number] = Status.FAILED

    @rule(target=training, number=waiting)
    def train(self, number: int) -> tuple[int, int]:
        if self.statuses[number] is not Status.WAITING:
            return -1, number
        evaluation = self.store.start_evaluation(number, "fast", "short", 0)
        self.statuses[number] = Status.EVALUATING
        return evaluation, number

    @rule(at=training, step=st.integers(0, 5), loss=st.floats(allow_nan=False, allow_infinity=False))
    def point(self, at: tuple[int, int], step: int, loss: float) -> None:
        evaluation, number = at
        if self._is_running(evaluation, number):
            self.store.add_curve_point(evaluation, number, CurvePoint(step, 0.1, loss))

    @rule(at=consumes(training), metrics=st.dictionaries(texts.filter(str.isprintable), numbers), reason=texts)
    def finish(self, at: tuple[int, int], metrics: dict[str, float], reason: str) -> None:
        evaluation, number = at
        if self._is_running(evaluation, number):
            outcome = Outcome.OK if not reason else Outcome.CRASHED
            self.store.finish_evaluation(evaluation, number, TrainReport(outcome, reason, metrics, output=reason))
            self.statuses[number] = Status.FAILED if reason else Status.EVALUATED
            if not reason:
                self.finished[number] = self.store.metrics([number]).get(number, {})

    @rule(at=training)
    def interrupt(self, at: tuple[int, int]) -> None:
        evaluation, number = at
        if self._is_running(evaluation, number):
            self.store.forgive_loss(number, evaluation)
            self.statuses[number] = Status.WAITING

    @rule()
    def crash(self) -> None:
        """The connection goes without a word; the next engine recovers."""
        self.store.close()
        self.store = FastStore(self.folder / "run.sqlite")
        running = [number for number, status in self.statuses.items() if status is Status.EVALUATING]
        assert self.store.recover() == len(running)
        for number in running:
            self.lost[number] += 1
            self.statuses[number] = Status.FAILED if self.lost[number] >= POISON else Status.WAITING

    def _is_running(self, evaluation: int, number: int) -> bool:
        return evaluation > 0 and any(
            row.id == evaluation and row.status == "running" for row in self.store.evaluations(number)
        )

    @invariant()
    def is_whole(self) -> None:
        if not hasattr(self, "store"):
            return
        assert self.store.is_whole()
        with RunReader(self.folder / "run.sqlite") as reader:
            rows = reader.individuals()
            assert {row.number: row.status for row in rows} == self.statuses
            assert {row.number: row.lost for row in rows} == self.lost
            assert {n: reader.source(n) for n in self.sources} == self.sources
            evaluations = reader.evaluations()
            for row in rows:
                own = [e.status for e in evaluations if e.individual == row.number]
                assert own.count("ok") == (row.status is Status.EVALUATED)
                assert own.count("running") == (row.status is Status.EVALUATING)
                assert (row.outcome is not None) == (row.status in (Status.EVALUATED, Status.FAILED))
                assert row.status in FINAL or row.reason == ""
            kept = reader.metrics(self.finished)
            assert {n: kept.get(n, {}) for n in self.finished} == self.finished
            events = reader.events()
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            assert len(events) >= self.events_seen
            self.events_seen = len(events)


StoreMachine.TestCase.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStore = StoreMachine.TestCase
