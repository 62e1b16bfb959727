"""Scores against their plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ge_tui.evaluation.scoring import NotFiniteError, read_predictions, score

_LOGITS = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(2, 6)),
    elements=st.floats(-50, 50, width=32),
)


@given(_LOGITS, st.data())
def test_accuracy_and_cross_entropy_are_the_textbook_ones(logits: np.ndarray, data: st.DataObject) -> None:
    count, classes = logits.shape
    labels = np.array(data.draw(st.lists(st.integers(0, classes - 1), min_size=count, max_size=count)))
    result = score(logits, labels)
    losses = []
    for row, label in zip(logits.astype(float), labels, strict=True):
        probabilities = np.exp(row) / np.exp(row).sum()
        losses.append(-np.log(probabilities[label]))
    assert result.loss == pytest.approx(np.mean(losses), rel=1e-9, abs=1e-9)
    assert result.accuracy == np.mean([row.argmax() == label for row, label in zip(logits, labels, strict=True)])


def test_huge_logits_do_not_overflow() -> None:
    largest = np.finfo(np.float32).max
    result = score(np.array([[largest, -largest], [0, 0]], dtype=np.float32), np.array([0, 1]))
    assert result.accuracy == 0.5
    assert result.loss == pytest.approx(np.log(2) / 2)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(value: float) -> None:
    predictions = np.zeros((3, 2), dtype=np.float32)
    predictions[1, 1] = value
    with pytest.raises(NotFiniteError):
        score(predictions, np.array([0, 1, 0]))


@given(hnp.arrays(np.float32, (3, 4), elements=st.floats(width=32)))
def test_predictions_are_read_bit_by_bit(predictions: np.ndarray) -> None:
    read = read_predictions(predictions.astype("<f4").tobytes(), 3, 4)
    assert read.shape == (3, 4)
    assert read.tobytes() == predictions.tobytes()


@pytest.mark.parametrize("size", [0, 1, 47, 49, 96])
def test_any_other_number_of_bytes_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes of predictions, but 3 x 4 numbers"):
        read_predictions(bytes(size), 3, 4)
