"""Whether a winner holds: it and the seed trained anew in full, with several seeds, then measured on the test part."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ge_tui.evaluation.data import open_test_part
from ge_tui.evaluation.executors import LocalExecutor
from ge_tui.evaluation.executors.shipping import predict
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.scoring import score
from ge_tui.export.subject import RunFacts, Subject
from ge_tui.export.trainings import Trained, together
from ge_tui.run.directory import RunDirectory
from ge_tui.run.opening import opened
from ge_tui.statistics import Difference, Summary, paired_difference

MARGIN = 0.01
"""A smaller network is as accurate as the seed where it is surely not this much worse."""
FEWEST = 2
OPENED = "test_opened"


@dataclass(frozen=True, slots=True)
class Measured:
    """One network over several full trainings."""

    number: int
    test_accuracy: Summary
    test_loss: Summary
    val_accuracy: Summary
    params: float
    flops: float | None
    latency_ms: Summary | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it for one winner."""

    seeds: tuple[int, ...]
    plan: TrainingPlan
    winner: Measured
    seed: Measured
    difference: Difference
    """Test accuracy of the winner minus the seed's, by training seed."""
    verified: bool
    verdict: str
    opened_at: float
    opened_before: int
    """How often the run's test part had been opened until then."""

    def as_json(self) -> dict[str, Any]:
        """As genome.json has it."""
        record: dict[str, Any] = asdict(self)
        record["plan"] = self.plan.model_dump(mode="json")
        return record


def open_on_record(directory: RunDirectory, numbers: Sequence[int], seeds: Sequence[int]) -> tuple[float, int]:
    """Put it on the run's record that the test part is opened; when, and how often it was before.

    Raises RunBusyError where an engine works on the run: what is still selected from must not have been tested.
    """
    with opened(directory) as store:
        before = sum(event.kind == OPENED for event in store.events())
        now = time.time()
        store.note(OPENED, numbers[0], individuals=list(numbers), seeds=list(seeds), times_before=before)
    return now, before


async def measure(
    executor: LocalExecutor, facts: RunFacts, subjects: Sequence[Subject], trained: Sequence[Sequence[Trained]]
) -> list[Measured]:
    """Every network on the test part, which is opened here and nowhere else. Raises ShippingError."""
    images, labels = open_test_part(facts.data)
    asked = [predict(executor, one.request, one.weights, np.asarray(images)) for each in trained for one in each]
    answers = iter(await together(asked))
    return [
        _measured(subject, each, [next(answers) for _ in each], labels)
        for subject, each in zip(subjects, trained, strict=True)
    ]


def judge(winner: Measured, seed: Measured) -> tuple[Difference, bool, str]:
    """The difference in test accuracy, whether the winner's claim holds, and that in words."""
    gap = paired_difference(winner.test_accuracy.values, seed.test_accuracy.values)
    if winner.number == seed.number and winner.params == seed.params:
        return gap, False, "not verified: this is the seed, so there is nothing it could be better than"
    if gap.low is None or gap.high is None:
        return gap, False, "not verified: one training says nothing of how far they scatter"
    span = f"{gap.mean:+.4f}, 95 % interval {gap.low:+.4f} to {gap.high:+.4f}"
    if gap.low > 0:
        return gap, True, f"verified: more accurate than the seed on the test part ({span})"
    if winner.params < seed.params and gap.low > -MARGIN:
        fewer = 1 - winner.params / seed.params
        words = f"verified: {fewer:.0%} fewer parameters than the seed, and less than {MARGIN:.0%} of accuracy lost"
        return gap, True, f"{words} on the test part ({span})"
    return gap, False, f"not verified: the test part does not show it to be better than the seed ({span})"


def _measured(
    subject: Subject, trained: Sequence[Trained], answers: Sequence[NDArray[np.float32]], labels: NDArray[np.int64]
) -> Measured:
    scores = [score(each, labels) for each in answers]
    latencies = tuple(one.metrics["latency_ms"] for one in trained if "latency_ms" in one.metrics)
    first = trained[0].metrics
    return Measured(
        subject.number,
        Summary(tuple(each.accuracy for each in scores)),
        Summary(tuple(each.loss for each in scores)),
        Summary(tuple(one.metrics["accuracy"] for one in trained)),
        first["params"],
        first.get("flops"),
        Summary(latencies) if latencies else None,
    )
