"""Who chooses: the kinds of choice that can be left to the program, and what each is drawn by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ge_tui.llm.temperatures import band_widths
from ge_tui.search import Mode, Trial, as_weights, draw, probabilities
from ge_tui.settings import Controls

_MOST_FLOOR = 0.5
"""No more than this part of all calls is spent on giving every arm its floor."""
_FLOOR = 0.05
_RANGED = ("create", "mutate", "eot")
"""The operators whose range of temperatures holds several bands."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of choice: its arms, and the controls that say how they are chosen."""

    name: str
    """As trials call it."""
    control: str
    """What the names of its controls begin with: `{control}_mode`, `{control}_locked`, `{control}_share`."""
    weights: Callable[[Controls, Sequence[str]], Mapping[str, float]]
    """The user's own weights of its arms, from the controls and the names of the run's models."""
    operators: tuple[str, ...] = ()
    """Only trials of these operators left a choice, so only they teach; empty: all."""

    def mode(self, controls: Controls) -> Mode:
        """Who chooses."""
        return Mode(self._control(controls, "mode"))

    def locked(self, controls: Controls) -> str:
        """The one arm to be used; empty: none."""
        return str(self._control(controls, "locked"))

    def shares(self, controls: Controls) -> Mapping[str, float]:
        """What the program set last."""
        given: Mapping[str, float] = self._control(controls, "share")
        return given

    def _control(self, controls: Controls, what: str) -> Any:
        return getattr(controls, f"{self.control}_{what}")


def _operators(controls: Controls, _names: Sequence[str]) -> Mapping[str, float]:
    """How often a slot sees each operator where the user's probabilities decide."""
    mutation, thinking = controls.mutation_probability, controls.eot_probability
    return {
        "mutate": mutation * (1 - thinking),
        "eot": mutation * thinking,
        "crossover": controls.crossover_probability,
    }


def _models(controls: Controls, names: Sequence[str]) -> Mapping[str, float]:
    return {name: controls.model.get(name, 1.0) for name in names}


def _temperatures(controls: Controls, _names: Sequence[str]) -> Mapping[str, float]:
    """How much of the operators' ranges each band holds."""
    ranges = [band_widths(operator, controls.temperature, controls.temperature_spread) for operator in _RANGED]
    bands = sorted({band for widths in ranges for band in widths})
    return {band: math.fsum(widths.get(band, 0.0) for widths in ranges) for band in bands}


PERSONA = Kind("persona", "persona", lambda controls, _: controls.persona)
CATEGORY = Kind("category", "category", lambda controls, _: controls.category)
OPERATOR = Kind("operator", "llm_operator", _operators, ("mutate", "eot", "crossover"))
MODEL = Kind("model", "model", _models)
TEMPERATURE = Kind("temperature", "temperature", _temperatures, _RANGED)
KINDS = (PERSONA, CATEGORY, OPERATOR, MODEL, TEMPERATURE)
"""Everything that can be left to the program."""


def has_shares(controls: Controls, kind: Kind, models: Sequence[str]) -> bool:
    """Whether the program has shares to set: it may, and there is more than one arm."""
    weights = kind.weights(controls, models).values()
    return kind.mode(controls) is not Mode.MANUAL and sum(weight > 0 for weight in weights) > 1


def new_shares(
    controls: Controls, kind: Kind, models: Sequence[str], past: Sequence[Trial], seed: int, generation: int
) -> dict[str, float]:
    """How often each arm is to be drawn in a generation, by what came of the trials before it."""
    weights = kind.weights(controls, models)
    told = [trial for trial in past if not kind.operators or trial.arms["operator"] in kind.operators]
    rng = draw(seed, generation, 0, f"credit/{kind.name}")
    floor = min(_FLOOR, _MOST_FLOOR / len(weights))
    return as_weights(probabilities(weights, told, kind.name, kind.mode(controls), rng, floor=floor))


def weights_in_force(controls: Controls, kind: Kind, models: Sequence[str] = ()) -> Mapping[str, float]:
    """What the arms of a kind are drawn by: a locked one, the program's shares, or the user's weights.

    What the user turned off since the shares were set is off.
    """
    own = kind.weights(controls, models)
    locked = kind.locked(controls)
    if locked:
        return {locked: 1.0}
    if kind.mode(controls) is Mode.MANUAL:
        return own
    given = kind.shares(controls)
    shares = {arm: given.get(arm, 0.0) if weight > 0 else 0.0 for arm, weight in own.items()}
    return shares if any(shares.values()) else own


def program_chooses(controls: Controls, kind: Kind) -> bool:
    """Whether anything else than the user's own weights decides."""
    return bool(kind.locked(controls)) or kind.mode(controls) is not Mode.MANUAL


def as_the_user_set_it(controls: Controls) -> Controls:
    """The controls without anything that the program learned from the run."""
    return controls.model_copy(update={f"{kind.control}_mode": Mode.MANUAL.value for kind in KINDS})
