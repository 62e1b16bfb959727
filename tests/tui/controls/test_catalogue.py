"""The pane is made from the schema: what is added there appears, in a sensible way."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ge_tui.settings import Controls
from ge_tui.settings.schema import Probability, Weight
from ge_tui.tui.controls.catalogue import Kind, sections
from ge_tui.tui.controls.effect import when


class Grown(Controls):
    """Controls as a later version might have them."""

    model: dict[str, Weight] = Field(default_factory=dict, description="how often each model is asked")
    model_mode: Literal["manual", "assist", "auto"] = Field("manual", description="who chooses the model")
    model_locked: str = Field("", description="the one model to use")
    model_share: dict[str, Weight] = Field(default_factory=dict, description="the program's shares")
    temperature_mode: Literal["manual", "auto"] = Field("manual", description="who chooses the temperature")
    temperature_share: dict[str, Weight] = Field(default_factory=dict, description="the program's shares")
    llm_operator_mode: Literal["manual", "auto"] = Field("manual", description="who chooses the operator")
    llm_operator_locked: str = Field("", description="the one operator to use")
    llm_operator_share: dict[str, Weight] = Field(default_factory=dict, description="the program's shares")
    baseline_share: Probability = Field(0.0, description="of the budget")
    rephrase_probability: Probability = Field(0.0, description="of calls")
    careful: bool = Field(False, description="careful")
    lanes: int = Field(1, ge=1, le=64, description="at once")
    boldness: float = Field(5.0, ge=0, le=50, description="how bold")
    note: str = Field("", description="anything")


def test_every_control_of_this_version_has_its_place_once() -> None:
    keys = [control.key for section in sections() for control in section.controls]
    assert sorted(keys) == sorted(Controls.model_fields)
    assert all(control.description for section in sections() for control in section.controls)


def test_controls_that_come_later_appear_by_themselves() -> None:
    by_name = {section.name: section for section in sections(Grown)}
    model = by_name["model"]
    assert model.mix is not None
    assert model.mode is not None
    assert model.share is not None
    assert (model.mix.kind, model.mode.key, model.share.key, model.locked) == (
        Kind.MIX,
        "model_mode",
        "model_share",
        "model_locked",
    )
    warmth = {control.key: control.kind for control in by_name["temperature"].controls}
    assert warmth["temperature_mode"] is Kind.SWITCH
    assert warmth["temperature_share"] is Kind.SHARES
    operators = by_name["llm_operator"]
    assert operators.mix is None
    assert operators.mode is not None
    assert operators.share is not None
    assert operators.locked == "llm_operator_locked"
    chances = {control.key: control.kind for control in by_name["chances"].controls}
    assert chances["baseline_share"] is chances["rephrase_probability"] is Kind.SLIDER
    more = {control.key: control for control in by_name["more"].controls}
    assert more["careful"].choices == (False, True)
    assert (more["lanes"].kind, more["lanes"].low, more["lanes"].high) == (Kind.STEPPER, 1, 64)
    assert (more["boldness"].kind, more["boldness"].fine) == (Kind.SLIDER, 0.5)
    assert more["note"].kind is Kind.TEXT
    keys = [control.key for section in by_name.values() for control in section.controls]
    assert sorted(keys) == sorted(Grown.model_fields)


def test_it_is_said_when_a_change_comes_into_force() -> None:
    now = {
        "pause": False,
        "persona_mode": "manual",
        "persona_locked": "",
        "category_mode": "auto",
        "category_locked": "",
    }

    def at(key: str, value: object = 1) -> str:
        return when(key, value, now.__getitem__)

    assert at("pause", True) == at("stop", "now") == "at once"
    assert at("stop", "generation") == "after this generation"
    assert at("steps") == "once the run is paused"
    assert at("temperature") == at("persona.expert") == at("persona_locked", "expert") == "from the next call"
    assert at("category.params") == at("persona_mode", "auto") == "from the next generation"
    assert at("persona_mode", "manual") == "from the next call"
    assert at("crossover_probability") == at("operator.insert_norm") == "from the next child"
    now["persona_locked"] = "magoo"
    assert at("persona.expert") == "once it is not only magoo"
