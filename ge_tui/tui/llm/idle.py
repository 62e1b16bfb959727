"""What the pane says while no call is under way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ge_tui.run.store import Status
from ge_tui.tui.llm.evidence import helped_of
from ge_tui.tui.llm.reading import Reading
from ge_tui.tui.text.document import Document, Part
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.watch import RunModel

_REPLAY = "replay:"


def source_of(model: RunModel) -> str:
    """Where a run's proposals come from: its setting `llm`; empty before it is known."""
    return str(model.run.settings.get("llm", "")) if model.run is not None else ""


def is_offline(model: RunModel) -> bool:
    """Whether no language model is asked in this run."""
    return source_of(model) == "offline"


def idle_reading(model: RunModel, calls: int, waiting: int, changes: Mapping[str, Sequence[int]]) -> Reading:
    """Why no call is to be seen, and what there is instead."""
    document = _offline(model, changes) if is_offline(model) else _waiting(model, calls, waiting)
    return Reading(document, raw_answer="\n".join(document.lines))


def empty_reading(mode: str, model: RunModel, individual: int | None) -> Reading:
    """Why a list is empty; `individual` is the one that calls are shown for, where they are filtered."""
    if is_offline(model):
        why = "There is no language model in this run."
    elif mode == "insights":
        why = "Nothing was learned yet. Insights are made by Evolution of Thought."
    elif individual is not None:
        why = f"No call was made for #{individual}; s shows all."
    else:
        why = "No call was made yet."
    return Reading(Document(Part(lines=[why])))


def _waiting(model: RunModel, calls: int, waiting: int) -> Document:
    source = clean_line(source_of(model))
    lines = [f"No call to a language model is under way ({source})." if source else "The run is not known yet."]
    if source.startswith(_REPLAY):
        lines = [f"This run takes its answers from run {source.removeprefix(_REPLAY)}; nothing is asked anew."]
    elif not model.alive and source:
        lines.append(f"The run is {model.status}: no engine works on it.")
    elif waiting:
        lines.append(f"{waiting} {'individual waits' if waiting == 1 else 'individuals wait'} for a call.")
    elif source:
        lines.append("The next one begins when a place in the population is to be filled.")
    if calls:
        lines += ["", f"c shows the {calls:,} calls that were made, i what was learned in them."]
    return Document(Part(lines=lines))


def _offline(model: RunModel, changes: Mapping[str, Sequence[int]]) -> Document:
    lines = [
        "There is no language model in this run: the built-in operators change the code.",
        "To have one write it, begin a run with --llm ollama:MODEL.",
    ]
    return Document(Part(lines=lines), Part("what the built-in operators did", lines=_table(model, changes)))


def _table(model: RunModel, changes: Mapping[str, Sequence[int]]) -> list[str]:
    if not changes:
        return ["nothing yet"]
    lines = [f"{'change':<24} {'children':>8} {'measured':>8} {'improved':>8}"]
    for kind, numbers in sorted(changes.items(), key=lambda item: (-len(item[1]), item[0])):
        known = [model.individuals[number] for number in numbers if number in model.individuals]
        measured = sum(one.status is Status.EVALUATED for one in known)
        improved = sum(helped_of(one, model.individuals, model.objectives) is True for one in known)
        lines.append(f"{clean_line(kind)[:24]:<24} {len(numbers):>8} {measured:>8} {improved:>8}")
    return lines
