"""What the pane says while no call is under way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ge_tui.run.store import Status
from ge_tui.tui.keys.help_text import with_keys
from ge_tui.tui.keys.keymap import Keymap
from ge_tui.tui.llm.actions import ACTIONS
from ge_tui.tui.llm.evidence import helped_of
from ge_tui.tui.llm.reading import Reading
from ge_tui.tui.panes.entries import GO_ACTIONS
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


def idle_reading(
    model: RunModel, calls: int, waiting: int, changes: Mapping[str, Sequence[int]], keymap: Keymap
) -> Reading:
    """Why no call is to be seen, and what there is instead."""
    document = _offline(model, changes) if is_offline(model) else _waiting(model, calls, waiting, keymap)
    return Reading(document, raw_answer="\n".join(document.lines))


def empty_reading(mode: str, model: RunModel, individual: int | None, keymap: Keymap) -> Reading:
    """Why a list is empty; `individual` is the one that calls are shown for, where they are filtered."""
    if is_offline(model):
        why = ["There is no language model in this run."]
    elif mode == "insights":
        why = _no_insights(model)
    elif individual is not None:
        why = [f"No call was made for #{individual}; {{llm.mine}} shows all."]
    else:
        why = ["No call was made yet."]
    return Reading(Document(Part(lines=_named(why, keymap))))


def _no_insights(model: RunModel) -> list[str]:
    """What will stand here, and when."""
    over = model.status == "finished"
    chance, drawn = model.controls.get("eot_probability"), model.controls.get("llm_operator_mode") != "manual"
    if drawn:
        when = "From generation 1 on some of the mutations are made so; the program draws how many."
    elif chance:
        when = f"From generation 1 on about {chance * 100:.0f} % of the mutations are: the control eot_probability."
    else:
        when = "None is made so now: the control eot_probability is 0 ({go.controls} goes to the controls)."
    return [
        "Nothing was learned in this run." if over else "Nothing was learned yet.",
        "",
        "An insight is what the model says of why an elite is better than the seed. It is asked for when a child is "
        "made by Evolution of Thought, and the child is then made by it.",
        *([] if over else ["", when]),
        "",
        "Each insight stands here with what speaks for it: the elite it came from, and whether the children it was "
        "used in were improved.",
    ]


def _named(lines: Sequence[str], keymap: Keymap) -> list[str]:
    """With the keys that do what is named."""
    return [with_keys(line, (*ACTIONS, *GO_ACTIONS), keymap, quoted=False) for line in lines]


def _waiting(model: RunModel, calls: int, waiting: int, keymap: Keymap) -> Document:
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
        lines += [
            "",
            f"{{llm.calls}} shows the {calls:,} calls that were made, {{llm.insights}} what was learned in them.",
        ]
    return Document(Part(lines=_named(lines, keymap)))


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
