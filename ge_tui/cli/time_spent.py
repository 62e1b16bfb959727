"""`ge-tui show RUN --time`: where a run's time went."""

from __future__ import annotations

from dataclasses import asdict

from ge_tui.cli.output import print_json
from ge_tui.run.store import RunReader
from ge_tui.run.timeline import Busy, Stage, timeline_of

_STAGES = {
    Stage.PROPOSAL: "being proposed",
    Stage.CHECK: "being checked, and waiting for that",
    Stage.SLOT: "waiting for a training slot",
    Stage.TRAINING: "being trained",
}
_CAUSES = {
    "proposal": "waiting for a proposal",
    "check": "waiting for a check",
    "nothing": "nothing under way (beginning, end, between generations)",
}


def print_time(reader: RunReader, *, as_json: bool) -> None:
    """How busy slots and lanes were, and what individuals waited for."""
    found = timeline_of(reader)
    if as_json:
        print_json(asdict(found))
        return
    sessions = "one session" if found.sessions == 1 else f"{found.sessions} sessions"
    print(f"worked {found.worked_s:,.0f} s in {sessions}, pauses not counted; {found.individuals} individuals")
    print(f"training slots {_busy(found.slots)}")
    print(f"{'LLM lanes' if found.asks else 'proposals':14} {_busy(found.lanes)}")
    print("\nwhere the time of the training slots went")
    every = found.slots.offered_s
    for name, seconds in (("training", found.slots.seconds), *((_CAUSES[c], s) for c, s in found.idle_s.items())):
        print(f"  {seconds:10,.0f} s  {seconds / every if every else 0:6.1%}  {name}")
    print("\nwhat individuals spent their time with, all together")
    for stage, seconds in found.stages.items():
        mean = seconds / found.individuals if found.individuals else 0.0
        print(f"  {seconds:10,.0f} s  {mean:6.1f} s each  {_STAGES[stage]}")


def _busy(busy: Busy) -> str:
    return f"{busy.utilisation:6.1%} busy ({busy.places} at once)"
