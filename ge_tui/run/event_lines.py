"""Events of a run as lines of text."""

from __future__ import annotations

from collections.abc import Callable

from ge_tui.printable import one_line
from ge_tui.run.acts.words import said
from ge_tui.run.store import EventRow
from ge_tui.run.summary import format_metric


def line_of(event: EventRow) -> str:
    """What happened, in one line; empty for what is not worth one."""
    return _LINES[event.kind](event) if event.kind in _LINES else ""


def _evaluated(event: EventRow) -> str:
    metrics = event.payload["metrics"]
    shown = "  ".join(f"{name} {format_metric(name, metrics[name])}" for name in ("accuracy", "loss", "params"))
    return f"#{event.individual} {event.kind}: {shown}  ({event.payload['wall_s']:.1f} s)"


def _generation(event: EventRow) -> str:
    p = event.payload
    return (
        f"generation {p['generation']} closed: {p['evaluated']} evaluated, {p['failed']} failed, "
        f"{p['duplicates']} duplicates; front of {p['front']}, hypervolume {p['hypervolume']:.5f}"
    )


def _freed(event: EventRow) -> str:
    held, freed = event.payload["held_mb"], event.payload["freed_mb"]
    if not held or freed is None:
        return ""
    return f": {freed:,} of its {held:,} MB came back" if freed < held / 2 else f": {freed:,} MB came back"


def _act(event: EventRow) -> str:
    p = event.payload
    return said(p["act"], event.individual, p.get("other"), p.get("arguments") or {})


def _act_done(event: EventRow) -> str:
    p = event.payload
    if p.get("child") is not None:
        return f"{_act(event)}: child #{p['child']}"
    return f"{_act(event)}: {one_line(p['reason'])}" if p.get("reason") else ""


def _retrained(event: EventRow) -> str:
    p = event.payload
    if p.get("outcome") not in (None, "ok"):
        return f"#{event.individual} trained again, and failed ({p['outcome']}): {one_line(p['reason'])}"
    rung = f" at rung {p['rung']}" if p.get("rung") else ""
    return (
        f"#{event.individual} trained again{rung}: accuracy {format_metric('accuracy', p['metrics'].get('accuracy'))}"
    )


_LINES: dict[str, Callable[[EventRow], str]] = {
    "evaluated": _evaluated,
    "measured": lambda e: f"{_evaluated(e)} at rung {e.payload['rung']}",
    "retrained": _retrained,
    "pruned": lambda e: f"#{e.individual} ended early by {one_line(e.payload['reason'])}",
    "not_promoted": lambda e: f"#{e.individual} {one_line(e.payload['reason'])}",
    "failed": lambda e: f"#{e.individual} failed ({e.payload['outcome']}): {one_line(e.payload['reason'])}",
    "duplicate": lambda e: f"#{e.individual} is a duplicate of #{e.payload['of']} (by {e.payload['how']})",
    "rejected": lambda e: f"#{e.individual} rejected: {one_line(e.payload['reason'])}",
    "generation_closed": _generation,
    "all_failed": lambda e: f"every child of generation {e.payload['generation']} failed; going on with those before",
    "control": lambda e: f"control {e.payload['key']}: {e.payload['old']} -> {e.payload['new']} ({e.payload['actor']})",
    "control_refused": lambda e: f"control refused: {one_line(e.payload['reason'])}",
    "act": lambda e: f"{_act(e)} by the user",
    "act_done": _act_done,
    "act_refused": lambda e: f"refused: {_act(e)}: {one_line(e.payload['reason'])}",
    "recovered": lambda e: f"resumed; {e.payload['lost']} cut off in mid-training" if e.payload["lost"] else "",
    "llm_away": lambda e: f"waiting for the language model: {one_line(e.payload['reason'])}",
    "prompt_cut": lambda e: (
        f"#{e.individual}: a prompt of {e.payload['chars']:,} characters did not fit {e.payload['model']}; "
        f"the next have at most {e.payload['next_chars']:,}"
    ),
    "llm_back": lambda _: "the language model is back",
    "wording_born": lambda e: f"a new wording of {one_line(e.payload['of'])}: {one_line(e.payload['wording'])}",
    "wording_refused": lambda e: (
        f"a new wording of {one_line(e.payload['of'])} was refused: {one_line(e.payload['detail'])}"
    ),
    "wording_won": lambda e: f"wording {one_line(e.payload['wording'])} takes the place of the one before",
    "wording_gone": lambda e: f"wording {one_line(e.payload['wording'])} goes: {one_line(e.payload['reason'])}",
    "residency": lambda e: f"language model {e.payload['mode']}: {one_line(e.payload['reason'])}",
    "llm_unloaded": lambda e: f"unloaded {', '.join(e.payload['models'])}{_freed(e)} ({e.payload['seconds']:.1f} s)",
    "llm_spilled": lambda e: (
        f"only {e.payload['gpu_mb'] / e.payload['mb']:.0%} of {e.payload['model']} is on the GPU, so it writes slowly; "
        "free GPU memory, or choose a smaller model or ollama.residency=phased"
    ),
    "llm_unload_failed": lambda e: f"the model could not be unloaded: {one_line(e.payload['reason'])}",
    "test_opened": lambda e: (
        f"the test part was opened, for {', '.join(f'#{number}' for number in e.payload['individuals'])}"
    ),
    "exported": lambda e: f"#{e.individual} exported to {one_line(e.payload['to'], 1000)}",
    "run_failed": lambda e: f"the run failed: {one_line(e.payload['reason'], 1000)}",
}
