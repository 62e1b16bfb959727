"""What became of a call has words, whatever it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ge_tui.llm.answers
from ge_tui.llm.answers.model import RefusalReason
from ge_tui.llm.answers.readings import _MENDS
from ge_tui.llm.ollama.failure import FailureKind
from ge_tui.tui.llm.outcomes import FAILED, MENDED, READ, REFUSED, outcome_of, pace
from ge_tui.tui.text.numbers import short_duration


def test_every_refusal_and_failure_has_words() -> None:
    assert set(REFUSED) == set(RefusalReason)
    assert set(FAILED) == set(FailureKind)
    assert {name for name, _ in _MENDS if name} <= set(MENDED)


def test_every_way_of_reading_has_words() -> None:
    """The names of the rungs are strings in the reader's code."""
    folder = Path(str(ge_tui.llm.answers.__file__)).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    named = set(re.findall(r'rung="(\w+)"', code))
    assert named
    assert named <= set(READ)


@pytest.mark.parametrize(
    ("failure", "read_as", "sign", "long"),
    [
        (None, "fence", "✓", "Read as a block of code."),
        (None, "fence+line_numbers", "✓", "Read as a block of code; line numbers taken off."),
        (None, "edit_not_found", "✗",
         "No child came of it: the text that an edit quotes is not in the file (edit_not_found)."),
        (None, "", "…", "The answer was not read yet."),
        ("timeout", "", "✗", "No answer: it took longer than allowed (timeout)."),
        (None, "of_the_\x1bfuture", "✓", "Read as of the ␛future."),
        ("newer\nthing", "", "✗", "No answer: newer thing (newer thing)."),
    ],
)  # fmt: skip
def test_in_words(failure: str | None, read_as: str, sign: str, long: str) -> None:
    outcome = outcome_of(failure, read_as)
    assert (outcome.sign, outcome.long) == (sign, long)
    assert outcome.short in outcome.long or sign == "…"


def test_times_and_speeds() -> None:
    assert [short_duration(s) for s in (0.04, 9.94, 61.2, 600, 9000)] == ["0.0 s", "9.9 s", "61 s", "10 min", "2 h 30"]
    assert [pace(100, 2.0), pace(0, 2.0), pace(100, 0.0)] == ["50/s", "", ""]
