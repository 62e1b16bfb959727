"""What a caller relies on besides the corpus."""

from __future__ import annotations

import pytest

from ge_tui.genome import Contract, SegmentError, cut
from ge_tui.llm.answers import Child, Refusal, RefusalReason, Request, read_answer
from ge_tui.llm.answers.reader import MAX_LETTERS

from .cases.case import CONTRACT, GATE, HEADER, MARK, NEW_GATE, PARENT, fenced


def ask(answer: str, segment: str | None = "Gate", parent: str = PARENT) -> Child | Refusal:
    return read_answer(answer, Request(cut(parent), segment, False, CONTRACT))


def test_an_unknown_segment_is_the_callers_error() -> None:
    with pytest.raises(SegmentError):
        ask(fenced(NEW_GATE), "Gates")


def test_every_reason_has_a_name_of_its_own() -> None:
    assert len({str(reason) for reason in RefusalReason}) == len(RefusalReason)
    assert RefusalReason.EDIT_NOT_FOUND == "edit_not_found"


def test_the_detail_says_what_to_do() -> None:
    result = ask("<<<<<<< SEARCH\n        self.nrm = nn.LayerNorm(cin)\n=======\n        pass\n>>>>>>> REPLACE\n")
    assert isinstance(result, Refusal)
    assert "self.nrm = nn.LayerNorm(cin)" in result.detail


def test_too_long_an_answer_is_not_read() -> None:
    result = ask(fenced(NEW_GATE) + "x" * MAX_LETTERS)
    assert isinstance(result, Refusal)
    assert result.reason is RefusalReason.TOO_LONG


def test_thoughts_may_be_as_long_as_they_like() -> None:
    assert isinstance(ask("<think>" + "hm " * MAX_LETTERS + "</think>" + fenced(NEW_GATE)), Child)


def test_imports_of_two_generations_stay_together() -> None:
    first = ask(fenced("import math\n" + NEW_GATE))
    assert isinstance(first, Child)
    second = ask(fenced("import random\n" + NEW_GATE.replace("sigmoid", "tanh")), parent=first.source)
    assert isinstance(second, Child)
    assert cut(second.source).header == HEADER.rstrip("\n") + "\nimport math\nimport random\n\n\n"


def test_a_segment_keeps_its_name_when_a_helper_is_added() -> None:
    helped = ask(fenced("class Soft(nn.Module):\n    pass\n\n\n" + NEW_GATE))
    assert isinstance(helped, Child)
    assert cut(helped.source, cut(PARENT).names).names == cut(PARENT).names


def test_a_helper_that_another_segment_has_come_to_use_must_stay() -> None:
    parent = PARENT.replace(GATE, "def soft(x):\n    return x\n\n\n" + GATE).replace("x = self.act1(", "x = soft(")
    result = ask(fenced(NEW_GATE), parent=parent)
    assert isinstance(result, Refusal)
    assert result.reason is RefusalReason.MISSING_DEFINITION
    assert "soft" in result.detail


def test_a_helper_nobody_uses_any_more_may_go() -> None:
    parent = PARENT.replace(GATE, "def soft(x):\n    return x\n\n\n" + GATE)
    assert isinstance(ask(fenced(NEW_GATE), parent=parent), Child)


def test_a_contract_the_parent_does_not_meet_asks_for_nothing() -> None:
    request = Request(cut(PARENT), "Gate", False, Contract("Other", "other"))
    assert isinstance(read_answer(fenced(NEW_GATE), request), Child)


def test_a_header_without_imports_takes_one() -> None:
    parent = MARK + "def f(x):\n    return x\n"
    result = read_answer(
        fenced("import math\n\ndef f(x):\n    return math.sin(x)"), Request(cut(parent), "f", False, Contract("f", "f"))
    )
    assert isinstance(result, Child)
    assert result.source == "import math\n\n\n" + MARK + "def f(x):\n    return math.sin(x)\n"
