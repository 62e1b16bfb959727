"""What a prompt says."""

from __future__ import annotations

import pytest

from ge_tui.evaluation.report import CurvePoint
from ge_tui.genome import Contract, cut
from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.llm.prompts.compose import (
    Exemplar,
    Known,
    PromptTooLongError,
    Setting,
    Wish,
    crossover,
    evolution_of_thought,
    fit,
    mutation,
    repair,
)

SOURCE = """import torch

# --OPTION--
def get_optimizer(model):
    return {'a': 1}
# --OPTION--
class Net:
    x = 1
"""
GENOME = cut(SOURCE)
ELITE = cut(SOURCE.replace("x = 1", "x = 2"))
SETTING = Setting(
    load_catalogue(),
    Contract("Net", "get_optimizer"),
    "float images [n, 3, 16, 16] to class scores [n, 10]",
    (("accuracy", "max"), ("params", "min")),
    ({"accuracy": 0.91, "params": 518230.0},),
)
PARENT = Known(
    7, GENOME, {"accuracy": 0.8812, "params": 318406.0, "loss": 0.41},
    (CurvePoint(10, 0.1, 2.3), CurvePoint(50, 0.5, 1.1, 0.61, 1.2), CurvePoint(100, 1.0, 0.6, 0.8812, 0.41)),
)  # fmt: skip


def wish(segment: str | None = "Net", **more: object) -> Wish:
    values: dict[str, object] = {"edits": False, "persona": "expert", "category": "reduce_params", **more}
    return Wish(segment, **values)  # type: ignore[arg-type]


def test_a_mutation_tells_numbers_curve_front_contract_and_the_rest_of_the_file() -> None:
    text = mutation(SETTING, PARENT, wish()).text
    for told in (
        "individual 7",
        "0.8812",
        "318,406",
        "still rising",
        "0.91",
        "`Net(classes, channels)`",
        "get_optimizer",
    ):
        assert told in text
    assert "return {'a': 1}" in text
    assert text.count("x = 1") == 1
    assert SETTING.catalogue.categories["reduce_params"].ask.strip() in text


def test_the_persona_speaks_in_the_system_prompt_and_the_plain_engineer_has_none() -> None:
    assert SETTING.catalogue.personas["magoo"].text.strip() in mutation(SETTING, PARENT, wish(persona="magoo")).system
    assert mutation(SETTING, PARENT, wish(persona="engineer")).system.startswith("You improve")


def test_no_place_is_left_open_in_any_prompt() -> None:
    exemplar = Exemplar(Known(9, ELITE, {"accuracy": 0.9}), PARENT, "Net")
    known = Exemplar(exemplar.elite, PARENT, "Net", "wider is better")
    prompts = [
        mutation(SETTING, PARENT, wish()),
        mutation(SETTING, PARENT, wish(None, edits=True)),
        evolution_of_thought(SETTING, PARENT, exemplar, wish("get_optimizer")),
        evolution_of_thought(SETTING, PARENT, known, wish("get_optimizer")),
        crossover(SETTING, PARENT, exemplar.elite, wish()),
        crossover(SETTING, PARENT, exemplar.elite, wish(None)),
        repair(SETTING, PARENT, "shape", "96 channels, but got 95", wish()),
        repair(SETTING, PARENT, "import", "no Net", wish(None)),
    ]
    for prompt in prompts:
        assert "{{" not in prompt.text + prompt.system
        assert "\n\n\n\n" not in prompt.text


def test_evolution_of_thought_shows_both_versions_with_their_numbers() -> None:
    exemplar = Exemplar(Known(9, ELITE, {"accuracy": 0.9}), PARENT, "Net")
    text = evolution_of_thought(SETTING, PARENT, exemplar, wish("get_optimizer")).text
    assert text.index("x = 1") < text.index("x = 2") < text.index("return {'a': 1}")
    assert "0.8812" in text
    assert "0.9" in text


def test_edits_are_asked_for_in_their_own_form() -> None:
    assert "<<<<<<< SEARCH" in mutation(SETTING, PARENT, wish(edits=True)).text
    assert "<<<<<<< SEARCH" not in mutation(SETTING, PARENT, wish()).text


def test_lessons_and_an_instruction_are_told() -> None:
    text = mutation(SETTING, PARENT, wish(lessons=("ReLU instead of SiLU",), instruction="Use no dropout.")).text
    assert "- ReLU instead of SiLU" in text
    assert "Use no dropout." in text


def test_a_prompt_is_shortened_by_rule_or_refused() -> None:
    full = mutation(SETTING, PARENT, wish(lessons=("one",)))
    room = len(full.system) + len(full.forms[-1].text)
    shortest = fit(full, room)
    assert "rest of the file" not in shortest.text
    assert shortest.left_out == ("lessons", "context", "standing")
    assert "x = 1" in shortest.text
    assert fit(full, 10**6) == full
    with pytest.raises(PromptTooLongError, match="num_ctx"):
        fit(full, room - 1)
