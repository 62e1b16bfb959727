"""From messages and endings to reports, without a process."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.executors.answers import CheckAnswers, TrainAnswers
from ge_tui.evaluation.executors.slot import Ending
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Checked, Failed, Finished, Progress, ProtocolError, Validated
from ge_tui.evaluation.report import CurvePoint
from ge_tui.evaluation.weights import join

from .conftest import MAX_PARAMS, PLAN
from .genomes import CONTRACT, GOOD

WELL = Ending(0, "", 1.5, 1.25, 300.0, "words")
CHECKED = Checked(params=7, flops=9, shapes=(), fingerprint="0" * 64)
FINISHED = Finished(metrics={"params": 7.0})
WEIGHTS = join({"w": ("F32", (7,), b"\0" * 28)})
WEIGHTS_AT = {step: join({"w": ("F32", (7,), bytes([step]) * 28)}) for step in (4, 8, 12)}


def answers(data: DataSet, keep: str = "last", steps: int = PLAN.steps) -> TrainAnswers:
    plan = PLAN.model_copy(update={"keep": keep, "steps": steps})
    return TrainAnswers(TrainRequest(GOOD, CONTRACT, data, plan, 0, MAX_PARAMS, 9), lambda _point: None)


def predictions(data: DataSet, right: int, confidence: float = 5.0) -> bytes:
    """Raw outputs of which the first so many are right and the others wrong."""
    labels = data.val_labels().copy()
    labels[right:] = (labels[right:] + 1) % data.classes
    outputs = np.zeros((len(labels), data.classes), dtype="<f4")
    outputs[np.arange(len(labels)), labels] = confidence
    return outputs.tobytes()


def validated(step: int) -> Validated:
    return Validated(step=step, epoch=step / 8, train_loss=1.0)


@pytest.mark.parametrize(
    ("ending", "outcome", "reason"),
    [
        (Ending(-9, "wall"), Outcome.TIMEOUT, "not done within 9 s"),
        (Ending(-9, "memory", peak_mb=1234.0), Outcome.OUT_OF_MEMORY, "peak 1,234 MB"),
        (Ending(-9, "cpu", cpu_s=12.0), Outcome.CPU_TIME, "12 s"),
        (Ending(-9, "processes"), Outcome.PROCESSES, "more processes"),
        (Ending(-9, "disk"), Outcome.DISK, "its folder"),
        (Ending(-24, "", cpu_s=12.0), Outcome.CPU_TIME, "12 s"),
        (Ending(-25, ""), Outcome.FILE_SIZE, "larger than allowed"),
        (Ending(-31, ""), Outcome.FORBIDDEN, "system call"),
        (Ending(-9, "output"), Outcome.OUTPUT, "printed more than allowed"),
        (Ending(-9, "message"), Outcome.FORGED, "no answer of a worker"),
        (Ending(-9, "cancelled"), Outcome.KILLED, "on request"),
        (Ending(-9, "server"), Outcome.CRASHED, "worker process died"),
        (Ending(-9, "something new"), Outcome.KILLED, "something new"),
        (Ending(-9, ""), Outcome.KILLED, "from outside"),
        (Ending(-11, ""), Outcome.CRASHED, "SIGSEGV"),
        (Ending(-99, ""), Outcome.CRASHED, "signal 99"),
        (Ending(0, ""), Outcome.CRASHED, "exit code 0 before it had answered"),
        (Ending(4, ""), Outcome.CRASHED, "exit code 4"),
    ],
)
def test_an_end_without_an_answer(data: DataSet, ending: Ending, outcome: Outcome, reason: str) -> None:
    checked = CheckAnswers().report(ending, 9)
    trained = answers(data).report(ending, 9)
    assert checked.outcome is trained.outcome is outcome
    assert reason in checked.reason
    assert reason in trained.reason


def test_an_answer_before_a_bad_end_counts_only_if_it_is_a_failure(data: DataSet) -> None:
    for ending in (Ending(-9, "wall"), Ending(-11, ""), Ending(1, "")):
        good = CheckAnswers()
        good(CHECKED, b"")
        assert good.report(ending, 9).outcome is not Outcome.OK
        bad = CheckAnswers()
        bad(Failed(outcome=Outcome.SHAPE, reason="why"), b"")
        assert bad.report(ending, 9).outcome is Outcome.SHAPE
        trained = answers(data)
        trained(validated(12), predictions(data, 3))
        trained(FINISHED, WEIGHTS)
        assert trained.report(ending, 9).outcome is not Outcome.OK


def test_a_good_training_is_reported_with_its_cost(data: DataSet) -> None:
    points: list[CurvePoint] = []
    trained = TrainAnswers(TrainRequest(GOOD, CONTRACT, data, PLAN, 0, MAX_PARAMS, 9), points.append)
    trained(Progress(step=1, epoch=1 / 8, train_loss=2.0), b"")
    trained(validated(12), predictions(data, 64))
    trained(FINISHED, WEIGHTS)
    report = trained.report(WELL, 9)
    assert report.outcome is Outcome.OK
    assert report.metrics["accuracy"] == 64 / 256
    assert report.metrics["peak_mb"] == 300
    assert (report.wall_s, report.cpu_s, report.peak_mb, report.output) == (1.5, 1.25, 300.0, "words")
    assert report.curve == tuple(points)
    assert points[0] == CurvePoint(1, 1 / 8, 2.0)


@pytest.mark.parametrize(("keep", "step"), [("last", 12), ("best", 8)])
def test_which_validation_counts(data: DataSet, keep: str, step: int) -> None:
    trained = answers(data, keep)
    kept = {step: WEIGHTS_AT[step] if keep == "best" else b"" for step in (4, 8, 12)}
    trained(validated(4), predictions(data, 100, confidence=9.0) + kept[4])  # as right as the next, but surer of errors
    trained(validated(8), predictions(data, 100) + kept[8])
    trained(validated(12), predictions(data, 50) + kept[12])
    trained(Finished(metrics={"params": 7.0, "latency_ms": 0.0, "accuracy": 1.0}), WEIGHTS)
    report = trained.report(WELL, 9)
    counted = next(point for point in report.curve if point.step == step)
    assert (report.metrics["accuracy"], report.metrics["loss"]) == (counted.accuracy, counted.loss)
    assert "latency_ms" not in report.metrics, "it is not the training's to say"
    assert report.weights == (WEIGHTS if keep == "last" else WEIGHTS_AT[8]), "those that the numbers are of"


def test_predictions_that_are_not_finite_diverge(data: DataSet) -> None:
    trained = answers(data)
    trained(validated(8), np.full((256, 10), np.nan, dtype="<f4").tobytes())
    with pytest.raises(ProtocolError):
        trained(validated(12), predictions(data, 1))
    report = trained.report(Ending(-9, "message"), 9)
    assert report.outcome is Outcome.DIVERGED
    assert "step 8" in report.reason


def test_a_training_without_a_validation_or_an_end_is_none(data: DataSet) -> None:
    without = answers(data)
    without(Progress(step=12, epoch=12 / 8, train_loss=1.0), b"")
    without(FINISHED, WEIGHTS)
    assert without.report(WELL, 9).outcome is Outcome.CRASHED
    unfinished = answers(data)
    unfinished(validated(8), predictions(data, 1))
    assert unfinished.report(WELL, 9).outcome is Outcome.CRASHED


def test_answers_out_of_turn_are_refused(data: DataSet) -> None:
    checks = CheckAnswers()
    with pytest.raises(ProtocolError):
        checks(FINISHED, WEIGHTS)
    with pytest.raises(ProtocolError):
        checks(CHECKED, b"payload")
    checks(CHECKED, b"")
    with pytest.raises(ProtocolError):
        checks(CHECKED, b"")

    trained = answers(data)
    with pytest.raises(ProtocolError):
        trained(CHECKED, b"")
    with pytest.raises(ProtocolError):
        trained(Finished(metrics={"accuracy": 1.0}), WEIGHTS)
    with pytest.raises(ProtocolError, match="were asked for"):
        trained(validated(8), b"1234")
    trained(validated(8), predictions(data, 1))
    for step in (8, 7):
        with pytest.raises(ProtocolError, match="forward"):
            trained(Progress(step=step, epoch=1, train_loss=1.0), b"")
    with pytest.raises(ProtocolError, match="without its metrics"):
        trained(FINISHED, WEIGHTS)  # four steps are missing
    trained(validated(12), predictions(data, 1))
    with pytest.raises(ProtocolError, match="weights"):
        trained(FINISHED, WEIGHTS[:-1])
    trained(FINISHED, WEIGHTS)
    with pytest.raises(ProtocolError):
        trained(FINISHED, WEIGHTS)


@pytest.mark.parametrize(("step", "epoch"), [(13, 13 / 8), (8, 2.0), (8, 0.0), (0, 1.0)])
def test_steps_and_epochs_must_be_those_of_the_plan(data: DataSet, step: int, epoch: float) -> None:
    with pytest.raises(ProtocolError, match="not part of this training"):
        answers(data)(Progress(step=step, epoch=epoch, train_loss=1.0), b"")


def test_a_curve_has_an_end(data: DataSet) -> None:
    trained = answers(data, steps=20_000)
    for step in range(10_000):
        trained(Progress(step=step, epoch=step / 8, train_loss=1.0), b"")
    with pytest.raises(ProtocolError, match="without end"):
        trained(Progress(step=10_000, epoch=10_000 / 8, train_loss=1.0), b"")


def test_time_is_the_engines_and_the_size_is_that_of_the_weights(data: DataSet) -> None:
    trained = answers(data)
    trained(validated(12), predictions(data, 9))
    trained(Finished(metrics={"params": 1.0, "train_s": 0.001}), WEIGHTS)
    report = trained.report(replace(WELL, answered_s=2.0), 9)
    assert report.metrics["params"] == 7
    assert report.metrics["train_s"] == 2.0
    assert report.metrics["images_per_s"] == 12 * 64 / 2.0
    assert report.weights == WEIGHTS


def test_reasons_and_output_cannot_steer_a_terminal(data: DataSet) -> None:
    checks = CheckAnswers()
    checks(Failed(outcome=Outcome.BUILD, reason="a\x1b[31mb\x00\n\tc"), b"")
    assert checks.report(WELL, 9).reason == "a�[31mb�\n\tc"
    report = answers(data).report(Ending(1, "", output="x\r\ny\x1b]0;title\x07"), 9)
    assert report.output == "x\ny�]0;title�"
