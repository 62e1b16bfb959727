"""The second look at a training: what is believed, what is measured anew, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.executors.answers import TrainAnswers
from ge_tui.evaluation.executors.second_look import SecondLook
from ge_tui.evaluation.executors.slot import Data, Ending
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import (
    Answer,
    Built,
    Failed,
    Finished,
    Inputs,
    Job,
    JobLimits,
    Measured,
    ProtocolError,
    Recorded,
    StateRow,
    Validated,
    Verified,
)
from ge_tui.evaluation.report import TrainReport
from ge_tui.evaluation.weights import join

from .conftest import MAX_PARAMS, PLAN
from .genomes import CONTRACT, GOOD

pytestmark = pytest.mark.asyncio

WELL = Ending(0, "", 1.5, 1.25, 300.0, "words")
WEIGHTS = join({"w": ("F32", (7,), b"\1" * 28), "b": ("F32", (2,), b"\2" * 8)})
STATE = (StateRow(name="b", kind="F32", shape=(2,)), StateRow(name="w", kind="F32", shape=(7,)))
JOB = Job(
    kind="train", source=GOOD, network="Net", optimizer="o", inputs=Inputs(classes=10, channels=3, image_size=16),
    plan=PLAN, seed=0, limits=JobLimits(wall_s=9, memory_mb=64, params=MAX_PARAMS),
)  # fmt: skip

Said = NDArray[np.float32]


class Child:
    """Plays the children of a second look: the network built anew, and the measuring of its record."""

    def __init__(self, val: Said, train: Said) -> None:
        self.everything = np.concatenate([val, train])
        self.state = STATE
        self.measured: Said | None = None
        self.failed: Failed | None = None
        self.ending = WELL
        self.jobs: list[Job] = []

    async def __call__(
        self, job: Job, say: Callable[[Answer, bytes], None], _limit: int, data: tuple[Data, ...]
    ) -> Ending:
        self.jobs.append(job)
        assert "labels" not in "".join(map(str, data[:2])), "labels are not handed to what is looked at"
        answers = self.everything[list(job.images)]
        try:
            if self.failed is not None:
                say(self.failed, b"")
            elif job.kind == "measure":
                found = answers if self.measured is None else self.measured[: len(answers)]
                say(Measured(flops=77, latency_ms=0.5), found.astype("<f4").tobytes())
            elif self.ending is WELL:
                say(Built(state=self.state), b"")
                say(Verified(), answers.astype("<f4").tobytes())
                if "record" in job.wants:
                    say(Recorded(), b"record")
        except ProtocolError:
            return Ending(-9, "message")
        return self.ending


async def look(
    data: DataSet, change: Callable[[Said], Said] = lambda said: said, *, wants: tuple[str, ...] = (),
    judge: bool = True, **child: Any,
) -> tuple[TrainReport, Child]:  # fmt: skip
    """What becomes of a training's report where the network built anew answers with `change` of what was claimed."""
    draw = np.random.default_rng(0)
    said = draw.normal(size=(256, 10)).astype("<f4")
    request = TrainRequest(GOOD, CONTRACT, data, PLAN, 0, MAX_PARAMS, 9, wants)
    trained = TrainAnswers(request, lambda _point: None)
    trained(Validated(step=12, epoch=12 / 8, train_loss=1.0), said.tobytes())
    trained(Finished(metrics={"params": 9.0, "flops": 1.0}), WEIGHTS)
    player = Child(change(said), draw.normal(size=(data.counts["train"], 10)).astype("<f4"))
    for name, value in child.items():
        setattr(player, name, value)
    report = trained.report(WELL, 9)
    return await SecondLook(player, JOB, request, judge=judge).at(report, trained), player


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda said: said, Outcome.OK),
        (lambda said: said * 1.001, Outcome.OK),
        (lambda said: -said, Outcome.FORGED),
        (lambda said: said * np.nan, Outcome.FORGED),
    ],
)
async def test_a_network_built_anew_must_answer_alike(
    data: DataSet, change: Callable[[Said], Said], outcome: Outcome
) -> None:
    report, _ = await look(data, change)
    assert report.outcome is outcome
    assert report.metrics.get("flops") == (77 if outcome is Outcome.OK else None), "measured, whatever was claimed"


async def test_where_a_few_answers_differ_the_score_is_that_of_the_network_built_anew(data: DataSet) -> None:
    labels = data.val_labels()

    def wrong(said: Said) -> Said:
        found = said.copy()
        for number in range(0, 256, 16):
            found[number] = 0
            found[number, (labels[number] + 1) % 10] = 9
        return found

    honest, _ = await look(data)
    report, player = await look(data, wrong)
    assert report.outcome is Outcome.OK
    assert [(job.kind, len(job.images)) for job in player.jobs[:2]] == [("verify", 256), ("verify", 256)]
    assert list(player.jobs[1].images) != sorted(player.jobs[1].images), "in no order that tells anything"
    expected = (player.everything[:256].argmax(axis=1) == labels).mean()
    assert report.metrics["accuracy"] == pytest.approx(expected)
    assert report.metrics["accuracy"] < honest.metrics["accuracy"]


async def test_other_tensors_are_refused_before_any_number_is_given(data: DataSet) -> None:
    for other in (STATE[:1], (STATE[0], StateRow(name="w_is_3", kind="F32", shape=(7,)))):
        report, _ = await look(data, state=other)
        assert (report.outcome, report.metrics) == (Outcome.FORGED, {})
        assert "other tensors" in report.reason


async def test_the_gap_is_scored_outside_among_images_of_both_parts(data: DataSet) -> None:
    report, player = await look(data, wants=("overfit_gap", "latency_ms"))
    assert report.metrics["latency_ms"] == 0.5
    known = [number for number in player.jobs[0].images if number >= 256]
    assert len(known) == 256
    assert not all(number >= 256 for number in player.jobs[0].images[:256]), "they come mixed"
    assert -1 <= report.metrics["overfit_gap"] <= 1


async def test_a_record_that_answers_otherwise_measures_nothing(data: DataSet) -> None:
    report, _ = await look(data, wants=("latency_ms",), measured=np.zeros((256, 10), dtype="<f4"))
    assert report.outcome is Outcome.OK
    assert not {"flops", "latency_ms"} & report.metrics.keys()


async def test_a_network_that_cannot_be_built_anew_says_why(data: DataSet) -> None:
    report, _ = await look(data, ending=Ending(-9, "wall"))
    assert (report.outcome, report.reason) == (
        Outcome.TIMEOUT,
        "built anew from its weights: not done within 9 s",
    )
    report, _ = await look(data, failed=Failed(outcome=Outcome.FORGED, reason="do not fit\x1b"))
    assert (report.outcome, report.reason) == (
        Outcome.FORGED,
        "built anew from its weights: do not fit\N{REPLACEMENT CHARACTER}",
    )
    report, _ = await look(data, ending=Ending(-9, "wall"), judge=False)
    assert report.outcome is Outcome.OK, "nobody asked for a judgement"
