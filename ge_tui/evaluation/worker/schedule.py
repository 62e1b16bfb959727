"""Learning rate schedules as factors of the optimiser's own rates. No torch."""

from __future__ import annotations

import math
from typing import Protocol

from ge_tui.evaluation.plan import Plateau, TrainingPlan

WARMUP_START = 1e-3
"""The first step's rate as a part of the full one (facts of the published recipe)."""
_RELATIVE_THRESHOLD = 1e-4


class Schedule(Protocol):
    """A factor for each step; `end_epoch` may change it and says whether to go on."""

    def factor(self, step: int) -> float:
        """What the optimiser's own rate is multiplied by at a step, counted from 0."""
        ...

    def end_epoch(self, train_loss: float) -> bool:
        """Told the epoch's mean loss; whether to go on."""
        ...


class Linear:
    """Warm up, then fall linearly to zero just after the last step."""

    def __init__(self, steps: int, warmup_steps: int) -> None:
        self._steps = steps
        self._warmup = min(warmup_steps, steps - 1)

    def factor(self, step: int) -> float:
        if step < self._warmup:
            return _warm(step, self._warmup)
        return (self._steps - step) / (self._steps - self._warmup)

    def end_epoch(self, train_loss: float) -> bool:  # noqa: ARG002  (the protocol's argument)
        return True


class ReduceOnPlateau:
    """Warm up, then reduce whenever the training loss has not fallen for more than `patience` epochs."""

    def __init__(self, plateau: Plateau, lr: float, warmup_steps: int) -> None:
        self._plateau = plateau
        self._lr = lr
        self._warmup = warmup_steps
        self._factor = 1.0
        self._best = math.inf
        self._bad_epochs = 0

    def factor(self, step: int) -> float:
        return self._factor * (_warm(step, self._warmup) if step < self._warmup else 1.0)

    def end_epoch(self, train_loss: float) -> bool:
        if train_loss < self._best * (1 - _RELATIVE_THRESHOLD):
            self._best, self._bad_epochs = train_loss, 0
        else:
            self._bad_epochs += 1
        if self._bad_epochs > self._plateau.patience:
            self._factor *= self._plateau.factor
            self._bad_epochs = 0
        return self._lr * self._factor >= self._plateau.stop_lr


def make_schedule(plan: TrainingPlan) -> Schedule:
    """The schedule a plan asks for."""
    if plan.schedule == "plateau":
        return ReduceOnPlateau(plan.plateau or Plateau(), plan.lr, plan.warmup_steps)
    return Linear(plan.steps, plan.warmup_steps)


def _warm(step: int, warmup_steps: int) -> float:
    return WARMUP_START + (1 - WARMUP_START) * step / warmup_steps
