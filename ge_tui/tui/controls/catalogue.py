"""The controls as the pane arranges them, made from the schema: a control that is added there appears here. Pure."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any

import annotated_types
from pydantic.fields import FieldInfo

from ge_tui.settings import Controls

RUN, SIZE, CHANCES, MORE = "run", "size", "chances", "more"
_HOLDS = ("pause", "steps", "stop")
_PLACES = {"population": SIZE, "slots": SIZE, "repairs": SIZE, "top_p": "temperature"}
"""Where controls stand whose names do not say it."""
_ORDER = (RUN, "persona", "category", "model", "temperature", CHANCES, SIZE, "llm_operator", "operator")
_TITLES = {
    RUN: "This run",
    "persona": "Personas",
    "category": "Kinds of change",
    "model": "Models",
    "temperature": "Temperature",
    CHANCES: "Chances",
    SIZE: "Size and effort",
    "llm_operator": "Operators of the model",
    "operator": "Offline operators",
    MORE: "More",
}
DELIBERATE = frozenset({"stop"})
"""Sent only when it is confirmed: an arrow key too many must not end a run."""


class Kind(Enum):
    """What a control is changed by."""

    MIX = auto()
    """Weights by name: a slider each, shown as shares."""
    SHARES = auto()
    """Set by the program; only shown."""
    SWITCH = auto()
    SLIDER = auto()
    STEPPER = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Control:
    """One control, or one table of weights."""

    key: str
    kind: Kind
    label: str
    description: str
    default: Any
    low: float = 0.0
    high: float = 1.0
    choices: tuple[Any, ...] = ()
    zero: str = ""
    """What 0 means, where it is no amount."""

    @property
    def fine(self) -> float:
        """A small step of a slider or a stepper."""
        return 1.0 if self.kind is Kind.STEPPER else (self.high - self.low) / 100

    @property
    def coarse(self) -> float:
        """A large step."""
        return self.fine * 10


@dataclass(frozen=True, slots=True)
class Section:
    """Controls under one heading."""

    name: str
    title: str
    controls: tuple[Control, ...]
    mix: Control | None = None
    """The table of weights that the section is about."""
    mode: Control | None = None
    """Who chooses: the weights, the program, or both."""
    share: Control | None = None
    """The program's own shares."""
    locked: str = ""
    """The control that names the only one to use."""


@cache
def sections(model: type[Controls] = Controls) -> tuple[Section, ...]:
    """All controls, under their headings."""
    controls = {name: _control(name, field) for name, field in model.model_fields.items()}
    roots = {name for name, one in controls.items() if one.kind is Kind.MIX or _is_root(name, controls)}
    roots |= {name.removesuffix("_share") for name, one in controls.items() if one.kind is Kind.SHARES}
    grouped: dict[str, list[Control]] = {}
    for name, one in controls.items():
        grouped.setdefault(_section_of(name, one, roots), []).append(one)
    ordered = sorted(grouped, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name == MORE))
    return tuple(_section(name, grouped[name]) for name in ordered)


@cache
def by_key() -> dict[str, Control]:
    """Each control by its key; a table by its name."""
    return {one.key: one for section in sections() for one in section.controls}


def control_of(key: str) -> Control | None:
    """The control, or the table, that a key such as `persona.expert` belongs to."""
    return by_key().get(key.partition(".")[0])


def section_of(key: str) -> Section | None:
    """The section that a control, or a key of a table, stands in."""
    name = key.partition(".")[0]
    return next((section for section in sections() if any(one.key == name for one in section.controls)), None)


def table_default(key: str) -> float | None:
    """The weight of a name in a table where nothing is said of it: 1; None for what is no weight."""
    control = control_of(key)
    return 1.0 if control is not None and control.kind is Kind.MIX and "." in key else None


def default_of(key: str) -> Any:
    """A control's value by default. Raises KeyError."""
    weight = table_default(key)
    return by_key()[key].default if weight is None else weight


def _is_root(name: str, controls: dict[str, Control]) -> bool:
    return any(other.startswith(f"{name}_") for other in controls)


def _section_of(name: str, control: Control, roots: set[str]) -> str:
    if name in _HOLDS:
        return RUN
    if name in _PLACES:
        return _PLACES[name]
    owners = [root for root in roots if name == root or name.startswith(f"{root}_")]
    if owners:
        return max(owners, key=len) if name not in owners else name
    return CHANCES if control.kind is Kind.SLIDER and (control.low, control.high) == (0, 1) else MORE


def _section(name: str, controls: list[Control]) -> Section:
    keyed = {control.key: control for control in controls}
    root = keyed.get(name)
    mix = root if root is not None and root.kind is Kind.MIX else None
    title = _TITLES.get(name) or name.replace("_", " ").capitalize()
    locked = f"{name}_locked" if f"{name}_locked" in keyed else ""
    return Section(name, title, tuple(controls), mix, keyed.get(f"{name}_mode"), keyed.get(f"{name}_share"), locked)


def _control(name: str, field: FieldInfo) -> Control:
    annotation, default = field.annotation, field.get_default(call_default_factory=True)
    label = name.removesuffix("_probability").replace("_", " ")
    words = label, field.description or "", default
    if typing.get_origin(annotation) is dict:
        return Control(name, Kind.SHARES if name.endswith("_share") else Kind.MIX, *words)
    if typing.get_origin(annotation) is typing.Literal:
        return Control(name, Kind.SWITCH, *words, choices=typing.get_args(annotation))
    if annotation is bool:
        return Control(name, Kind.SWITCH, *words, choices=(False, True))
    low, high = _limits(field)
    if annotation in (int, float) and low is not None and high is not None:
        kind = Kind.STEPPER if annotation is int else Kind.SLIDER
        return Control(name, kind, *words, low=low, high=high, zero=_zero(field))
    return Control(name, Kind.TEXT, *words)


def _zero(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("zero_in_words", "")) if isinstance(extra, dict) else ""


def _limits(field: FieldInfo) -> tuple[float | None, float | None]:
    low = high = None
    for item in field.metadata:
        if isinstance(item, annotated_types.Ge):
            low = float(item.ge)  # type: ignore[arg-type]
        elif isinstance(item, annotated_types.Le):
            high = float(item.le)  # type: ignore[arg-type]
    return low, high
