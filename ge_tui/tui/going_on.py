"""How a run that no engine works on may go on: what is offered for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ge_tui.tui.watch import RunModel

_FEW = (1, 5, 20)
"""Generations that a finished run is offered."""


@dataclass(frozen=True, slots=True)
class WayOn:
    """One answer to how a run is to go on."""

    words: str
    options: tuple[str, ...] = ()
    """Of `ge-tui run --resume`."""


def ways_on(model: RunModel) -> list[WayOn]:
    """What can be done; nothing where a budget is used up: only the user knows how much more may be spent."""
    if model.status != "finished" or model.run is None:
        return [WayOn("begin it" if model.status == "new" else "resume it")]
    if "budget" in model.run.status_reason:
        return []
    done = int(model.run.settings["search"]["generations"])
    return [
        WayOn(f"go on with {more} more generation{'s' if more > 1 else ''}", ("--generations", str(done + more)))
        for more in _FEW
    ]


def how_by_hand(model: RunModel) -> str:
    """What to type where nothing is offered; empty: something is."""
    if model.run is None or model.status != "finished" or "budget" not in model.run.status_reason:
        return ""
    return (
        f"{model.run.status_reason}. With a larger one it goes on: "
        f"ge-tui run --resume {model.run.name} --set budget.{_spent(model.run.status_reason)}=..."
    )


def _spent(reason: str) -> str:
    """The budget that is used up."""
    return next((name for name in ("evaluations", "hours", "tokens") if name in reason), "evaluations")
