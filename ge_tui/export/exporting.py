"""An export from beginning to end: train anew, prove, convert, write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ge_tui import paths
from ge_tui.errors import UsageError, UserError
from ge_tui.evaluation.executors import LocalExecutor, Machine, TrainRequest
from ge_tui.evaluation.protocol import Form
from ge_tui.export import folder
from ge_tui.export.ablation import Ablating, Ablation, changes_to
from ge_tui.export.card import Told, card
from ge_tui.export.forms import FILES, FormReport, facts_of, make_form, refuse_missing, take_sample, try_script
from ge_tui.export.model_file import model_file
from ge_tui.export.progress import Count, Teller
from ge_tui.export.record import genome_json, read_history
from ge_tui.export.subject import RunFacts, Subject, find_subject, find_subjects, read_run
from ge_tui.export.trainings import Trained, Trainings, together
from ge_tui.export.verifying import FEWEST, Verification, judge, measure, open_on_record
from ge_tui.run.directory import RunBusyError, RunDirectory
from ge_tui.run.local_trainings import local_settings
from ge_tui.run.opening import opened
from ge_tui.run.store import SEED, RunReader
from ge_tui.run.summary import format_metric
from ge_tui.settings import EvaluationSettings

MINIMAL = "minimal"
_NEAR = 0.01
"""Of an accuracy: what another device or version of torch may change."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    individual: str
    to: Path
    forms: tuple[Form, ...] = ()
    verify: bool = False
    ablate: bool = False
    seeds: int = 3
    force: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """One network that was exported."""

    folder: Path
    number: int
    label: str
    accuracy: float
    recorded: float | None
    agrees: bool
    verification: Verification | None
    ablation: Ablation | None
    forms: tuple[FormReport, ...]

    @property
    def good(self) -> bool:
        """Whether everything that was to be shown holds."""
        verified = self.verification is None or self.verification.verified
        return self.agrees and verified and not any(form.problem for form in self.forms)

    def as_json(self) -> dict[str, Any]:
        """In short, for programs."""
        found = self.verification
        return {
            "folder": str(self.folder), "individual": self.number, "accuracy": self.accuracy, "recorded": self.recorded,
            "agrees": self.agrees, "verified": None if found is None else found.verified,
            "verdict": None if found is None else found.verdict,
            "without": list(self.ablation.minimal.without) if self.ablation and self.ablation.minimal else [],
            "forms": {form.file: form.problem or "ok" for form in self.forms},
        }  # fmt: skip


@dataclass(slots=True)
class _Work:
    """One network on its way."""

    subject: Subject
    inside: str
    """Its folder in the export's; empty: the export's own."""
    shipped: Trained | None = None
    again: Trained | None = None
    """As it was trained in the run."""
    full: list[Trained] = field(default_factory=list)
    verification: Verification | None = None
    ablation: Ablation | None = None


async def export(
    directory: RunDirectory, wanted: Wanted, machine: EvaluationSettings, teller: Teller
) -> list[Exported]:
    """Write the folder. Raises UserError; cancelled, it leaves no folder and keeps what was trained."""
    going = directory.is_open()
    _refuse_at_once(directory, wanted, going=going)
    with RunReader(directory.database) as reader:
        facts = read_run(reader, going=going)
        subjects = find_subjects(reader, facts, wanted.individual)
        if going:
            teller.say(f"run {facts.row.name} still goes on; this is what it has so far")
        executor = LocalExecutor(local_settings(machine))
        try:
            exporting = _Exporting(directory, reader, facts, wanted, machine, teller, executor, await executor.start())
            return await exporting.run(subjects)
        finally:
            await executor.close()


def _refuse_at_once(directory: RunDirectory, wanted: Wanted, *, going: bool) -> None:
    """What would be found out only after hours otherwise. Raises UserError."""
    folder.refuse_unsuitable(wanted.to, force=wanted.force)
    refuse_missing(wanted.forms)
    if wanted.verify and wanted.seeds < FEWEST:
        raise UsageError(f"--verify needs at least {FEWEST} --seeds: one training says nothing of how far they scatter")
    if wanted.verify and going:
        raise RunBusyError(
            f"run {directory.name} still goes on, and --verify opens its test part, which nothing that is still "
            f"selected from may have seen; wait for its end, or end it: ge-tui steer {directory.name} stop=now"
        )


class _Exporting:
    def __init__(
        self, directory: RunDirectory, reader: RunReader, facts: RunFacts, wanted: Wanted,
        machine: EvaluationSettings, teller: Teller, executor: LocalExecutor, found: Machine,
    ) -> None:  # fmt: skip
        self._directory = directory
        self._reader = reader
        self._facts = facts
        self._wanted = wanted
        self._machine = machine
        self._teller = teller
        self._executor = executor
        self._found = found
        self._trainings = Trainings(executor, found, directory.path, Count(teller))
        self._seeds = range(facts.settings.seed, facts.settings.seed + wanted.seeds)

    async def run(self, subjects: Sequence[Subject]) -> list[Exported]:
        several = self._wanted.individual == "front"
        works = [_Work(subject, str(subject.number) if several else "") for subject in subjects]
        try:
            await self._train_again(works)
            if self._wanted.ablate:
                works = await self._ablate(works)
            if self._wanted.verify:
                await self._verify(works)
        finally:
            await self._trainings.close()
        exported, files = [], dict[str, bytes]()
        for work in works:
            found, content = await self._ship(work)
            exported.append(found)
            files |= {f"{work.inside}/{name}" if work.inside else name: each for name, each in content.items()}
        if several:
            files["front.json"] = _as_bytes([one.as_json() for one in exported])
        folder.put(self._wanted.to, files, force=self._wanted.force)
        self._put_on_record(works)
        self._trainings.forget()
        return exported

    # -- trainings -----------------------------------------------------------------------------------------

    async def _train_again(self, works: Sequence[_Work]) -> None:
        """Every network as the run trained it, to be shipped if nothing better comes; and is the record right?"""
        requests = [self._as_recorded(work.subject) for work in works]
        for request in requests:
            self._trainings.expect(request)
        if self._wanted.verify:
            for request in {r.source: r for work in works for r in self._in_full(work.subject)}.values():
                self._trainings.expect(request)
        trained = await together(
            self._trainings.train(work.subject.label, request) for work, request in zip(works, requests, strict=True)
        )
        for work, one in zip(works, trained, strict=True):
            if not one.ok:
                raise UserError(f"{work.subject.label} could not be trained again ({one.outcome}): {one.reason}")
            work.shipped = work.again = one

    async def _ablate(self, works: Sequence[_Work]) -> list[_Work]:
        """Measure every change; a reduced network that is as good is one more to be exported."""
        ablating = Ablating(self._executor, self._trainings, self._facts, self._machine, self._seeds, self._teller)
        result = []
        for work in works:
            result.append(work)
            changes = changes_to(self._reader, work.subject.number)
            work.ablation = await ablating.ablate(work.subject, changes)
            minimal = work.ablation and work.ablation.minimal
            if minimal:
                inside = f"{work.inside}/{MINIMAL}" if work.inside else MINIMAL
                request = replace(self._as_recorded(work.subject), source=minimal.source)
                trained = await self._trainings.train(minimal.label, request)
                result.append(_Work(minimal, inside, trained, trained))
        return result

    async def _verify(self, works: Sequence[_Work]) -> None:
        """All trainings first; then the test part is opened once, for all of them."""
        seed = _Work(find_subject(self._reader, self._facts, SEED), "")
        compared = [*works, seed]
        requests = [self._in_full(work.subject) for work in compared]
        for request in (r for each in requests for r in each):
            self._trainings.expect(request)
        labelled = [(w.subject.label, r) for w, each in zip(compared, requests, strict=True) for r in each]
        trained = iter(await together(self._trainings.train(label, request) for label, request in labelled))
        for work in compared:
            work.full = [next(trained) for _ in self._seeds]
            failed = next((one for one in work.full if not one.ok), None)
            if failed is not None:
                raise UserError(f"{work.subject.label} cannot be verified: its full training with seed "
                                f"{failed.request.seed} failed ({failed.outcome}): {failed.reason}")  # fmt: skip
            work.shipped = work.full[0]
        numbers = sorted({work.subject.number for work in compared})
        opened_at, before = open_on_record(self._directory, numbers, list(self._seeds))
        self._teller.say("the test part is open; that is on the run's record")
        measured = await measure(self._executor, self._facts, [w.subject for w in compared], [w.full for w in compared])
        for work, one in zip(works, measured, strict=False):
            gap, verified, verdict = judge(one, measured[-1])
            work.verification = Verification(
                tuple(self._seeds), self._facts.full, one, measured[-1], gap, verified, verdict, opened_at, before
            )
            self._teller.say(f"{work.subject.label} {verdict}")

    def _as_recorded(self, subject: Subject) -> TrainRequest:
        recorded = subject.recorded
        assert recorded is not None
        plan = self._facts.plan(recorded.recipe, recorded.rung)
        return self._facts.training(subject.source, plan, recorded.seed, self._machine)

    def _in_full(self, subject: Subject) -> list[TrainRequest]:
        return [self._facts.training(subject.source, self._facts.full, seed, self._machine) for seed in self._seeds]

    # -- one network's files -------------------------------------------------------------------------------

    async def _ship(self, work: _Work) -> tuple[Exported, dict[str, bytes]]:
        subject, trained, again = work.subject, work.shipped, work.again
        assert trained is not None
        assert again is not None
        recorded = subject.recorded.metrics.get("accuracy") if subject.recorded else None
        agrees, agreement = compare_with_record(again, recorded)
        self._teller.say(f"{subject.label}: {agreement}")
        sample = await take_sample(self._executor, trained)
        reports = [await try_script(self._executor, trained, sample, facts_of(trained.request, sample, {}))]
        files = {"weights.safetensors": trained.weights, "sample.safetensors": sample.as_file()}
        for form in self._wanted.forms:
            self._teller.say(f"making {FILES[form]} of {subject.label}")
            content, report = await make_form(self._executor, trained, form, sample)
            reports.append(report)
            if content:
                files[report.file] = content
            else:
                self._teller.say(f"{report.file} was left out: {report.problem}")
        history = read_history(self._reader, self._facts, subject)
        files["lineage.diff"] = history.diff.encode()
        exported = Exported(self._wanted.to / work.inside, subject.number, subject.label, again.metrics["accuracy"],
                            recorded, agrees, work.verification, work.ablation, tuple(reports))  # fmt: skip
        measured = self._measured(work, exported, trained)
        files["genome.json"] = _as_bytes(genome_json(self._facts, subject, history, measured, files))
        text = model_file(subject.source, facts_of(trained.request, sample, files))
        shipped_task = self._facts.task.folder.parent == paths.shipped_tasks()
        told = Told(self._facts, subject, history, trained, agreement, sample, reports, work.verification,
                    work.ablation, shipped_task)  # fmt: skip
        return exported, {"model.py": text.encode(), "README.md": card(told).encode(), **files}

    def _measured(self, work: _Work, exported: Exported, trained: Trained) -> dict[str, Any]:
        request = trained.request
        return {
            "weights": {"plan": request.plan.model_dump(mode="json"), "seed": request.seed, "metrics": trained.metrics,
                        "accuracy": trained.last_accuracy, "torch": self._found.torch, "device": self._found.device},
            "agreement": {"recorded": exported.recorded, "again": exported.accuracy, "agrees": exported.agrees},
            "forms": [asdict(report) for report in exported.forms],
            "verification": None if work.verification is None else work.verification.as_json(),
            "ablation": None if work.ablation is None else work.ablation.as_json(),
        }  # fmt: skip

    def _put_on_record(self, works: Sequence[_Work]) -> None:
        """That it was exported; where the run cannot be written to now, the folder is whole all the same."""
        try:
            with opened(self._directory) as store:
                for work in works:
                    verified = None if work.verification is None else work.verification.verified
                    store.note("exported", work.subject.number, to=str(self._wanted.to.absolute() / work.inside),
                               verified=verified, without=list(work.subject.without))  # fmt: skip
        except UserError as error:
            self._teller.say(f"the export is not on the run's record: {error}")


def compare_with_record(again: Trained, recorded: float | None) -> tuple[bool, str]:
    """Whether a training did as the run recorded, and that in words."""
    found = again.metrics["accuracy"]
    if recorded is None:
        return True, "The run has no training of it on record."
    words = f"trained again as in the run: accuracy {format_metric('accuracy', found)}, on record {recorded:.4f}"
    one_image = 1 / max(1, again.request.data.counts["val"])
    if found == recorded:
        return True, f"Agrees with the record to the last digit: {words}."
    if abs(found - recorded) <= max(_NEAR, 2 * one_image):
        return True, f"Agrees with the record nearly, as on another device or version of torch: {words}."
    return False, f"DIFFERS from the record: {words}."


def _as_bytes(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n").encode()
