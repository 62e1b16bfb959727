"""What users may ask of a run, drawn at random: any control of the schema, any act; most of it sensible, not all."""

from __future__ import annotations

import random
import typing
from collections.abc import Sequence
from typing import Any

from annotated_types import Ge, Gt, Le

from ge_tui.run.store.acts import ActKind, NewAct
from ge_tui.settings import Controls
from ge_tui.settings.schema import BANDS, CATEGORIES, LLM_OPERATORS, PERSONAS

from .moody_server import MODELS

SEGMENTS = ("SE", "SE", "FCT", "EVE", "ME", "DFSEBV2", "no such segment")
_MODEST = {"population": (1, 8), "slots": (0, 4), "steps": (0, 5), "repairs": (0, 3), "prune_patience": (0, 3)}
"""Where the schema allows more than the machine of a test."""
_TEXTS = {
    "aim_segment": ("", *SEGMENTS),
    "aim_instruction": ("", "be bold", "\x00\u202e" * 50),
    "persona_locked": ("", "", *PERSONAS),
    "category_locked": ("", "", *CATEGORIES),
    "model_locked": ("", "", *MODELS),
    "llm_operator_locked": ("", "", *LLM_OPERATORS),
    "temperature_locked": ("", "", *BANDS),
}
_NAMES = {"persona": PERSONAS, "category": CATEGORIES, "model": MODELS, "operator": ("width", "activation", "remove"),
          "llm_operator": LLM_OPERATORS, "temperature": BANDS}  # fmt: skip
_NONSENSE: tuple[tuple[str, object], ...] = (
    ("no.such.control", 1), ("temperature", "hot"), ("temperature", float("1e300")), ("population", 0),
    ("population", True), ("pause", "maybe"), ("persona.nobody", 1), ("model.other:7b", 1), ("operator.nothing", 2),
    ("", ""), ("stop", "never"), ("slots", -1), ("prune_after", None), ("persona", {"expert": 1}),
)  # fmt: skip
ONLY_CALM = frozenset({"stop", "pause"})
"""These would hold or end the run more than the soak can bear; it sends them by ways of its own."""


def draw_control(rng: random.Random) -> tuple[str, object]:
    """A control and a value for it."""
    if rng.random() < 0.1:
        return rng.choice(_NONSENSE)
    name = rng.choice([name for name in Controls.model_fields if name not in ONLY_CALM])
    if isinstance(Controls.model_fields[name].get_default(call_default_factory=True), dict):
        named = rng.choice(_NAMES[name.removesuffix("_share")])
        return f"{name}.{named}", rng.choice((0, 0.5, 1, 1, 4))
    return name, _value(name, rng)


def _value(name: str, rng: random.Random) -> Any:
    info = Controls.model_fields[name]
    if name in _TEXTS:
        return rng.choice(_TEXTS[name])
    if info.annotation is bool:
        return rng.random() < 0.5
    if typing.get_origin(info.annotation) is typing.Literal:
        return rng.choice(typing.get_args(info.annotation))
    low = next(item.ge if isinstance(item, Ge) else item.gt for item in info.metadata if isinstance(item, Ge | Gt))
    high = next(item.le for item in info.metadata if isinstance(item, Le))
    low, high = _MODEST.get(name, (low, high))
    return rng.randint(int(low), int(high)) if info.annotation is int else round(rng.uniform(low, high), 3) or high


def draw_act(
    rng: random.Random, everyone: Sequence[int], measured: Sequence[int], marked: Sequence[int], text: str | None
) -> NewAct:
    """Something to be done with an individual: mostly one of whom it can be done.

    `marked` are pinned or vetoed; `text` is what may be edited.
    """
    kind = rng.choice([kind for kind in ActKind if kind is not ActKind.EDIT or text is not None])
    likely = {ActKind.KILL: everyone[-6:], ActKind.UNPIN: marked, ActKind.UNVETO: marked}.get(kind, measured)
    individual, other = (rng.choice(likely if likely and rng.random() < 0.8 else everyone) for _ in range(2))
    words: dict[str, Any] = {}
    if kind in (ActKind.BREED, ActKind.AIM) and rng.random() < 0.8:
        words = {"segment": rng.choice(SEGMENTS), "instruction": "smaller", "persona": rng.choice(PERSONAS)}
    if kind is ActKind.BREED and rng.random() < 0.5:
        words["operator"] = rng.choice(("mutate", "eot", "remove"))
    if kind is ActKind.AGAIN and rng.random() < 0.5:
        words = {"seed": rng.randrange(4), "rung": rng.choice(("", "full", "look"))}
    source = f"{text}\n# edited {rng.random()}\nEDITED = {rng.randrange(10**6)}\n" if kind is ActKind.EDIT else None
    return NewAct(kind, individual, other if kind is ActKind.CROSS else None, words, source)
