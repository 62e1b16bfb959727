"""The corpus: each answer becomes the child it means, to the letter, or is refused for the right reason."""

from __future__ import annotations

import pytest

from ge_tui.llm.answers import Child, Refusal

from .cases import diffs, dressed, edits, elided, fences, scope, several, wrapped
from .cases.case import Case

MODULES = (fences, dressed, wrapped, several, elided, scope, edits, diffs)
CASES = [
    pytest.param(case, id=f"{module.__name__.rsplit('.')[-1]}: {case.name}")
    for module in MODULES
    for case in module.CASES
]


@pytest.mark.parametrize("case", CASES)
def test_answer(case: Case) -> None:
    result = case.read()
    if case.reasons:
        assert isinstance(result, Refusal), f"read by {result.rung}:\n{result.source}"
        assert result.reason in case.reasons, f"{result.reason}: {result.detail}"
        assert result.detail
        assert "\n" not in result.detail
    else:
        assert isinstance(result, Child), f"{result.reason}: {result.detail}"
        assert result.source == case.source
        assert result.segment == case.segment
        if case.rung:
            assert result.rung == case.rung


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 300
    assert sum(bool(param.values[0].reasons) for param in CASES) >= 100
