"""Answers of a model that are nearly right: read as a child that keeps the rules, or refused with a reason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.genome import cut, find_problem, syntax_hash
from ge_tui.llm.answers import Child, Refusal, Request, read_answer
from tests.fuzz import budget
from tests.fuzz.texts import edited
from tests.llm.answers.cases.case import CONTRACT, PARENT
from tests.llm.answers.test_properties import ANSWERS, GENOME, marks


@given(
    st.sampled_from(ANSWERS).flatmap(lambda answer: edited(answer, marks)),
    st.sampled_from([None, *GENOME.names]),
    st.booleans(),
    st.booleans(),
)
@budget(60)
def test_an_answer_is_a_child_or_a_refusal(answer: str, segment: str | None, edits: bool, finished: bool) -> None:
    found = read_answer(answer, Request(GENOME, segment, edits, CONTRACT), finished=finished)
    if isinstance(found, Refusal):
        assert found.reason
        assert found.detail.strip()
        return
    assert isinstance(found, Child)
    child = cut(found.source, GENOME.names)
    assert syntax_hash(child) not in (None, syntax_hash(PARENT))
    assert find_problem(child, CONTRACT) is None
    if segment is not None:
        for name in GENOME.names:
            if name != segment:
                assert child.segment(name).code == GENOME.segment(name).code
