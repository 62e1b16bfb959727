"""Which children go back to their proposer with the error they failed their checks with."""

from __future__ import annotations

from collections.abc import Collection

from ge_tui.evaluation.outcome import Outcome
from ge_tui.llm.proposer import Proposer
from ge_tui.run.engine.selection import Maker, SlotPlan, repair_slot, tries_before
from ge_tui.run.store import IndividualRow, Status

REPAIR = "repair"
MENDABLE = frozenset({Outcome.SYNTAX, Outcome.IMPORT, Outcome.BUILD, Outcome.SHAPE, Outcome.DIVERGED, Outcome.CRASHED,
                      Outcome.FORBIDDEN, Outcome.PROCESSES, Outcome.OPEN_FILES, Outcome.DISK,
                      Outcome.FILE_SIZE})  # fmt: skip
"""What a child may fail its checks with and still be sent back."""


def may_repair(row: IndividualRow, vetoed: Collection[int], slots: int, proposer: Proposer, most: int) -> bool:
    """Whether a child goes back; `slots` are those of its generation, `most` the tries a slot has."""
    return (
        proposer.asks
        and row.number not in vetoed
        and row.proposer == proposer.name
        and row.status is Status.FAILED
        and row.outcome in MENDABLE
        and row.slot >= 0
        and row.fingerprint is None
        and tries_before(row.slot, slots) < most
    )


def repair_plan(row: IndividualRow, slots: int, proposer: Proposer) -> SlotPlan:
    """The next try to mend a child."""
    return SlotPlan(repair_slot(row.slot, slots), (row.number,), (REPAIR,), Maker.of(row, proposer.name))
