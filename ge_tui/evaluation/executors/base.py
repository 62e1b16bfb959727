"""What every place that runs evaluations must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ge_tui.errors import NotReadyError
from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs
from ge_tui.evaluation.report import CheckReport, OnProgress, TrainReport
from ge_tui.genome import Contract


class ExecutorError(NotReadyError):
    """The executor itself cannot work: no worker starts, the cluster is away. Never a genome's fault."""


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """A genome to be checked."""

    source: str
    contract: Contract
    inputs: Inputs
    plan: TrainingPlan
    max_params: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """A genome to be trained once, at one fidelity, with one seed."""

    source: str
    contract: Contract
    data: DataSet
    plan: TrainingPlan
    seed: int
    max_params: int
    timeout_s: float
    wants: tuple[str, ...] = ()


class Executor(Protocol):
    """Runs checks and trainings somewhere else than in this process.

    A genome that fails in whatever way is a report with an outcome, never an exception. Both calls may be
    cancelled: the work is then ended and its processes are gone when the cancellation has been delivered.
    Both raise ExecutorError when the executor cannot do its work for any genome.
    """

    @property
    def slots(self) -> int:
        """How many trainings run at once."""
        ...

    async def resize(self, slots: int) -> int:
        """Run so many at once from now on, 0: as many as suits the place; how many that is.

        What runs is finished. Never called twice at once.
        """
        ...

    async def check(self, request: CheckRequest) -> CheckReport:
        """Put a genome through what comes before training."""
        ...

    async def train(self, request: TrainRequest, on_progress: OnProgress) -> TrainReport:
        """Train a genome, telling each point of its curve as it comes."""
        ...

    async def close(self) -> None:
        """End everything that runs; no process is left."""
        ...
