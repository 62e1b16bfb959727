"""What the pane says where there is nothing to show: what will come, when, and by which key."""

from __future__ import annotations

import pytest

from ge_tui.tui.keys.keymap import Keymap
from ge_tui.tui.llm.idle import empty_reading
from ge_tui.tui.watch import RunModel


def said(keymap: Keymap, **controls: object) -> str:
    model = RunModel()
    model.controls = {"llm_operator_mode": "manual", **controls}
    return "\n".join(empty_reading("insights", model, None, keymap).answer.lines)


@pytest.mark.parametrize(
    ("controls", "when"),
    [
        ({"eot_probability": 0.25}, "about 25 % of the mutations"),
        ({"eot_probability": 0.0}, "eot_probability is 0 (3 goes to the controls)"),
        ({"eot_probability": 0.0, "llm_operator_mode": "auto"}, "some of the mutations"),
    ],
)
def test_an_empty_list_of_insights_tells_what_will_come_and_when(controls: dict[str, object], when: str) -> None:
    text = said(Keymap(), **controls)
    assert "Nothing was learned yet" in text
    assert "Evolution of Thought" in text
    assert when in text


def test_keys_that_are_named_are_those_of_the_user() -> None:
    assert "(f7 goes to the controls)" in said(Keymap({"go.controls": ("f7",)}), eot_probability=0.0)
    lines = empty_reading("calls", RunModel(), 4, Keymap({"llm.mine": ("f8",)})).answer.lines
    assert lines == ["No call was made for #4; f8 shows all."]
