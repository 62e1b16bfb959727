"""The run's one SQLite file: the only truth about a run."""

from ge_tui.run.store.connection import StoreError, is_disk_error
from ge_tui.run.store.reader import RunReader
from ge_tui.run.store.records import (
    SEED,
    Arm,
    ControlRow,
    EvaluationRow,
    EventRow,
    GenerationRow,
    IndividualRow,
    MemberRow,
    NewIndividual,
    RunRow,
    Status,
)
from ge_tui.run.store.writer import Store

__all__ = [
    "SEED",
    "Arm",
    "ControlRow",
    "EvaluationRow",
    "EventRow",
    "GenerationRow",
    "IndividualRow",
    "MemberRow",
    "NewIndividual",
    "RunReader",
    "RunRow",
    "Status",
    "Store",
    "StoreError",
    "is_disk_error",
]
