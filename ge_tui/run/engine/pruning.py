"""Giving up a training whose curve cannot reach the front any more.

A child's rivals are the living individuals that are no larger (no worse in every objective that is known before a
training): as long as one of them does better, the child comes onto no front. Rivals are of the generation before, so
that nothing depends on the order in which trainings end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.report import CurvePoint
from ge_tui.run.controls import ControlBoard
from ge_tui.run.pool import Pool
from ge_tui.run.store import Arm, IndividualRow, Store
from ge_tui.search import Objective
from ge_tui.search.pruning import FEWEST_RIVALS, Curve, Shortfall, median_rule, patience_rule

_LEARNED = {"accuracy": 1, "loss": -1}
"""What a curve shows, and the sign that makes larger better."""
_KNOWN_BEFORE = frozenset({"params", "flops"})


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Why a training was ended, with the curves that say so."""

    shortfall: Shortfall
    reason: str
    figures: dict[str, Any]


class Watch:
    """Follows one training."""

    def __init__(
        self, metric: str, steps: int, after: float, *, median: bool, patience: int, rivals: Mapping[int, Curve]
    ) -> None:
        self._metric = metric
        self._steps = steps
        self._after = after * steps
        self._median = median
        self._patience = patience
        self._rivals = rivals
        self._curve: list[tuple[int, float]] = []

    def see(self, point: CurvePoint) -> GivenUp | None:
        """Take in a point; what is said against going on. Never at the last step: that training is done."""
        value = getattr(point, self._metric)
        if value is None:
            return None
        self._curve.append((point.step, _LEARNED[self._metric] * value))
        if point.step < self._after or point.step >= self._steps:
            return None
        shortfall = median_rule(self._curve, list(self._rivals.values())) if self._median else None
        if shortfall is None and self._patience:
            reached = [curve[-1][1] for curve in self._upto(point.step).values()]
            shortfall = patience_rule(self._curve, self._patience, max(reached)) if reached else None
        return None if shortfall is None else self._given_up(shortfall)

    def _upto(self, step: int) -> dict[int, Curve]:
        cut = {number: [at for at in curve if at[0] <= step] for number, curve in self._rivals.items()}
        return {number: curve for number, curve in cut.items() if curve}

    def _given_up(self, shortfall: Shortfall) -> GivenUp:
        sign, rivals = _LEARNED[self._metric], self._upto(shortfall.step)
        nearest = min(rivals, key=lambda number: (abs(rivals[number][-1][1] - shortfall.against), number))
        line = {"median": "the median of", "patience": "the best of"}[shortfall.rule]
        stalled = f", not better for {self._patience} validations" if shortfall.rule == "patience" else ""
        compared = f"{line} the {len(rivals)} living that are no larger"
        reason = (
            f"{shortfall.rule}: {self._metric} {sign * shortfall.value:.4f} at step {shortfall.step} of {self._steps}"
            f"{stalled}; {compared} had {sign * shortfall.against:.4f}"
        )
        curves = {"own": self._curve, "rival": rivals[nearest]}
        figures = {
            **asdict(shortfall), "value": sign * shortfall.value, "against": sign * shortfall.against,
            "metric": self._metric, "steps": self._steps, "rivals": sorted(rivals), "rival": nearest,
            "curves": {name: [[step, sign * value] for step, value in curve] for name, curve in curves.items()},
        }  # fmt: skip
        return GivenUp(shortfall, reason, figures)


class Pruning:
    """Says what a training is to be measured against, if anything."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        board: ControlBoard,
        objectives: Sequence[Objective],
        living: Callable[[int], list[int]],
    ) -> None:
        """`living` is the population of a generation."""
        self._store = store
        self._pool = pool
        self._board = board
        self._objectives = objectives
        self._living = living

    def watch(self, row: IndividualRow, training: TrainingPlan, seed: int) -> Watch | None:
        """A watch over a training; None where it is not to be ended early.

        That is so for the seed and for the baseline, where no control asks for it, and where an objective is
        measured only at the end, for then nobody can say before what will reach the front.
        """
        if row.slot < 0 or row.arm is not Arm.EVOLUTION or row.generation == 0:
            return None
        median = bool(self._board.value_at("prune_median", row.control_seq))
        patience = int(self._board.value_at("prune_patience", row.control_seq))
        learned = [objective.name for objective in self._objectives if objective.name in _LEARNED]
        known = [objective for objective in self._objectives if objective.name in _KNOWN_BEFORE]
        if not (median or patience) or len(learned) != 1 or len(known) + 1 != len(self._objectives):
            return None
        rivals = self._rivals(row, training.rung, [objective.name for objective in known])
        curves = self._store.curves(rivals, training.rung, seed, learned[0])
        signed = {n: [(step, _LEARNED[learned[0]] * value) for step, value in curve] for n, curve in curves.items()}
        if len(signed) < FEWEST_RIVALS:
            return None
        after = float(self._board.value_at("prune_after", row.control_seq))
        return Watch(learned[0], training.steps, after, median=median, patience=patience, rivals=signed)

    def _rivals(self, row: IndividualRow, rung: str, known: Sequence[str]) -> list[int]:
        """The living of the generation before that were measured at a rung and are no larger."""
        own = {"params": row.params, "flops": self._store.checked_flops(row.number) if "flops" in known else None}
        found = []
        for number in self._living(row.generation - 1):
            other = self._pool.below(rung, number) or self._pool.candidate(number)
            sizes = [(other.metrics.get(name), own[name]) for name in known] if other else [(None, None)]
            if all(theirs is not None and ours is not None and theirs <= ours for theirs, ours in sizes):
                found.append(number)
        return found
