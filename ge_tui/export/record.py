"""genome.json: all that is known of a network's making, its measurements and its place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ge_tui.evaluation.report import ModuleShape
from ge_tui.export.ablation import maker_of
from ge_tui.export.subject import RunFacts, Subject, main_line
from ge_tui.genome import changed_lines, syntax_hash, unified_diff
from ge_tui.run.individuals import what_was_done
from ge_tui.run.store import SEED, IndividualRow, RunReader
from ge_tui.run.store.calls import calls_of

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the main line, the seed's first."""

    number: int
    parents: tuple[int, ...]
    generation: int
    made_by: str
    what: str
    persona: str | None
    category: str | None
    segment: str | None
    temperature: float | None
    proposer: str
    calls: tuple[dict[str, Any], ...]
    evaluations: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """How a text and its layers differ from the seed's."""

    lines_added: int
    lines_removed: int
    code_lines: int
    seed_code_lines: int
    layers_added: tuple[str, ...]
    layers_removed: tuple[str, ...]
    layers_changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What the run knows of a network."""

    steps: tuple[Step, ...]
    changed: Changed
    diff: str
    """Against the seed, with the story of its steps in front."""


def read_history(reader: RunReader, facts: RunFacts, subject: Subject) -> History:
    """The main line of a network, and how it differs from the seed."""
    seed = facts.task.seed_source
    steps = tuple(_step(reader, row) for row in main_line(reader, subject.number))
    layers = None if subject.without else reader.modules(subject.number)
    diff = unified_diff(seed, subject.source, "seed/network.py", f"individual-{subject.number}/network.py")
    changed = _changed(seed, subject.source, diff, reader.modules(SEED) or (), layers or ())
    return History(steps, changed, "".join(f"{line}\n" for line in _story(steps, subject)) + diff)


def genome_json(facts: RunFacts, subject: Subject, history: History, measured: dict[str, Any],
                files: dict[str, bytes]) -> dict[str, Any]:  # fmt: skip
    """As JSON values. `measured`: what the export itself found."""
    row = facts.row
    task = {"name": facts.task.name, "network": facts.contract.network, "optimizer": facts.contract.optimizer}
    data = facts.data
    return {
        "format": FORMAT,
        "run": {"name": row.name, "created_at": row.created_at, "settings": _without_paths(row.settings),
                "environment": row.environment, "objectives": row.objectives},
        "task": task,
        "data": {"name": _name_of(data.name), "digest": data.digest, "counts": data.counts,
                 "classes": list(data.class_names), "channels": data.channels, "image_size": data.image_size},
        "individual": {"number": subject.number, "without": list(subject.without),
                       "syntax_hash": syntax_hash(subject.source), "sha256": _digest(subject.source.encode())},
        "lineage": [asdict(step) for step in history.steps],
        "changed": asdict(history.changed),
        **measured,
        "files": {name: _digest(content) for name, content in files.items()},
    }  # fmt: skip


def _without_paths(settings: dict[str, Any]) -> dict[str, Any]:
    """A run's settings without the folders of the machine it was made on."""
    evaluation = {name: value for name, value in settings["evaluation"].items() if name != "box"}
    task = settings["task"].rstrip("/").rpartition("/")[2]
    return {**settings, "task": task, "data": _name_of(settings["data"]), "evaluation": evaluation}


def _name_of(data: str) -> str:
    """A data set's name without the path of a user's own folder."""
    kind, colon, rest = data.partition(":")
    return f"folder:{rest.rstrip('/').rpartition('/')[2]}" if kind == "folder" and colon else data


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _step(reader: RunReader, row: IndividualRow) -> Step:
    calls = []
    for kept in calls_of(reader.connection, row.number):
        call = kept.call
        calls.append(
            {
                "operator": call.operator, "template": call.template, "persona": call.persona,
                "category": call.category, "segment": call.segment, "model": call.model, "digest": call.digest,
                "server_version": call.server_version, "options": dict(call.options), "read_as": kept.read_as,
                "failure": call.failure, "prompt_sha256": _digest(f"{call.system}\n{call.prompt}".encode()),
                "answer_sha256": _digest(call.answer.encode()),
            }
        )  # fmt: skip
    evaluations = [
        {"recipe": e.recipe, "rung": e.rung, "seed": e.seed, "wall_s": e.wall_s, "metrics": reader.metrics_of(e.id)}
        for e in reader.evaluations(row.number)
        if e.status == "ok"
    ]
    return Step(
        row.number, row.parents, row.generation, maker_of(row), what_was_done(row), row.persona, row.category,
        row.segment, row.temperature, row.proposer, tuple(calls), tuple(evaluations),
    )  # fmt: skip


def _story(steps: Sequence[Step], subject: Subject) -> list[str]:
    """Lines that `patch` takes for a preamble; none of them looks like a diff."""
    lines = []
    for step in steps:
        parents = " x ".join(f"#{parent}" for parent in step.parents)
        what = " ".join(step.what.split())
        lines.append(f"# #{step.number}: {step.made_by}" + (f" of {parents}" if parents else "")
                     + (f": {what}" if what else ""))  # fmt: skip
    if subject.without:
        lines.append(f"# taken out again: {', '.join(f'#{number}' for number in subject.without)}")
    return lines


def _changed(seed: str, source: str, diff: str, old: Sequence[ModuleShape], new: Sequence[ModuleShape]) -> Changed:
    added, removed = changed_lines(diff)
    was = {module.path: module for module in old}
    now = {module.path: module for module in new} if new else was
    return Changed(
        added, removed, _code_lines(source), _code_lines(seed),
        tuple(f"{path} ({module.kind})" for path, module in now.items() if path not in was),
        tuple(f"{path} ({module.kind})" for path, module in was.items() if path not in now),
        tuple(
            _change(was[path], module)
            for path, module in now.items()
            if path in was and (was[path].kind, was[path].shape[1:], was[path].params)
            != (module.kind, module.shape[1:], module.params)
        ),
    )  # fmt: skip


def _change(old: ModuleShape, new: ModuleShape) -> str:
    kind = old.kind if old.kind == new.kind else f"{old.kind} -> {new.kind}"
    params = "" if old.params == new.params else f", {old.params:,} -> {new.params:,} parameters"
    shape = "" if old.shape[1:] == new.shape[1:] else f", {_size(old)} -> {_size(new)}"
    return f"{new.path} ({kind}{params}{shape})"


def _size(module: ModuleShape) -> str:
    return "x".join(map(str, module.shape[1:]))


def _code_lines(text: str) -> int:
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in text.splitlines())
