"""The lines of the list as values: what each says, not how it looks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from ge_tui.llm.temperatures import RANGES, temperature_in
from ge_tui.search import Credit
from ge_tui.tui.controls import mix
from ge_tui.tui.controls.catalogue import Control, Kind, Section, by_key, sections
from ge_tui.tui.controls.earned import Earned
from ge_tui.tui.controls.wanted import NO_NEWS, News, Wanted

SETTINGS = "settings"
_HOTTEST = max(high for _, high in RANGES.values()) * 2
"""The end of the scale on which ranges of temperatures are drawn: the highest at the boldest."""


class Look(Enum):
    """What a line looks like."""

    HEADING = auto()
    SHARE = auto()
    """A slider of a mix."""
    SLIDER = auto()
    STEPPER = auto()
    SWITCH = auto()
    TEXT = auto()
    BAR = auto()
    """A share that is only shown."""
    RANGE = auto()
    """A part of a scale; not to be selected."""
    FIXED = auto()
    """A setting that is only shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    id: str
    """The control's key; of a heading, the section's name after a `§`."""
    look: Look
    label: str
    value: str = ""
    level: float = 0.0
    """Of a slider or a bar, from 0 to 1."""
    choices: tuple[str, ...] = ()
    chosen: int = 0
    is_locked: bool = False
    is_only: bool = False
    program: float | None = None
    """The program's share, where it has a say."""
    earned: Credit | None = None
    span: tuple[float, float] = (0.0, 0.0)
    news: News = NO_NEWS
    note: str = ""
    is_folded: bool = False
    has_program: bool = False
    """Of a heading: below it stand shares of the program's."""
    has_earned: bool = False

    @property
    def can_be_selected(self) -> bool:
        """Whether the cursor stops there."""
        return self.look is not Look.RANGE


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the lines are made of."""

    wanted: Wanted
    now: float
    folded: Collection[str] = ()
    locked: Collection[str] = ()
    """Keys of the shares that are locked against rescaling."""
    earned: Earned = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the run, by their full names."""
    unused: Mapping[str, str] = field(default_factory=dict)
    """Sections that do nothing in this run, and why."""


def build(scene: Scene) -> list[Line]:
    """All lines, from top to bottom."""
    lines: list[Line] = []
    for section in sections():
        body = list(_body(section, scene))
        if body:
            lines += _under_heading(section.name, section.title, body, scene)
    if scene.settings:
        body = [Line(f"{SETTINGS}.{k}", Look.FIXED, k, value=_written(v)) for k, v in scene.settings.items()]
        lines += _under_heading(SETTINGS, "Settings", body, scene, "fixed while the run runs")
    return lines


def weights(table: str, wanted: Wanted) -> dict[str, float]:
    """A mix as it is wanted, by name."""
    return {name: float(wanted.value(f"{table}.{name}")) for name in wanted.names(table)}


def program_shares(section: Section, wanted: Wanted) -> dict[str, float]:
    """What the program draws by; empty where it has no say, or has not had one yet."""
    if section.share is None:
        return {}
    if section.mode is not None and wanted.in_force(section.mode.key) == "manual":
        return {}
    table = section.share.key
    return mix.shares({name: float(wanted.in_force(f"{table}.{name}") or 0) for name in wanted.names(table)})


def percent(share: float) -> str:
    """A share, 0 to 1, as people read it."""
    return f"{share * 100:.0f} %"


def number(control: Control, value: Any) -> str:
    """A control's value as it is shown."""
    if control.zero and value == 0:
        return control.zero
    if control.kind is Kind.SLIDER:
        return f"{value:.3f}".removesuffix("0") if isinstance(value, int | float) else str(value)
    return _written(value)


def _under_heading(name: str, title: str, body: list[Line], scene: Scene, note: str = "") -> list[Line]:
    note = scene.unused.get(name, note)
    folded = name in scene.folded
    summary = "" if not folded or note else ", ".join(filter(None, map(_in_brief, body)))
    shown = [] if folded else body
    has_program, has_earned = (any(getattr(line, one) is not None for line in shown) for one in ("program", "earned"))
    heading = Line(
        f"§{name}",
        Look.HEADING,
        title,
        note=note or summary,
        is_folded=folded,
        has_program=has_program,
        has_earned=has_earned,
    )
    return [heading, *shown]


def _in_brief(line: Line) -> str:
    if line.look is Look.SWITCH:
        return f"{line.label} {line.choices[line.chosen]}"
    return f"{line.label} {line.value}" if line.look in (Look.SHARE, Look.SLIDER) and line.level > 0 else ""


def _body(section: Section, scene: Scene) -> Iterator[Line]:
    if section.mix is not None:
        shares = list(_shares(section, scene))
        if not shares:
            return
        if section.mode is not None:
            yield _line(section.mode, scene, "chosen by")
        yield from shares
    for control in section.controls:
        if control.kind in (Kind.MIX, Kind.SHARES) or control == section.mode:
            continue
        if control.key != section.locked:
            yield _line(control, scene, _shorter(control.label, section.name))
    if section.name == "temperature":
        yield from _ranges(scene.wanted)
    if section.mix is None:
        if section.mode is not None:
            yield _line(section.mode, scene, "chosen by")
        if section.locked:
            yield _line(by_key()[section.locked], scene, "only")
        yield from _bars(section, scene)


def _shares(section: Section, scene: Scene) -> Iterator[Line]:
    assert section.mix is not None
    table, wanted = section.mix.key, scene.wanted
    now = weights(table, wanted)
    exact, whole, program = mix.shares(now), mix.percents(now), program_shares(section, wanted)
    only = wanted.value(section.locked) if section.locked else ""
    for name in now:
        key = f"{table}.{name}"
        yield Line(
            key,
            Look.SHARE,
            name,
            value=percent(whole[name] / 100),
            level=exact[name],
            is_locked=key in scene.locked,
            is_only=bool(only) and name == only,
            program=program.get(name),
            earned=scene.earned.get(table, {}).get(name),
            news=wanted.news(key, scene.now),
        )


def _bars(section: Section, scene: Scene) -> Iterator[Line]:
    """Shares of the program's that stand beside no sliders."""
    only = scene.wanted.value(section.locked) if section.locked else ""
    for name, share in program_shares(section, scene.wanted).items():
        assert section.share is not None
        credit = scene.earned.get(section.name, {}).get(name)
        key = f"{section.share.key}.{name}"
        yield Line(key, Look.BAR, name, percent(share), level=share, is_only=name == only, earned=credit)


def _line(control: Control, scene: Scene, label: str) -> Line:
    value, news = scene.wanted.value(control.key), scene.wanted.news(control.key, scene.now)
    if control.kind is Kind.SWITCH:
        chosen = control.choices.index(value) if value in control.choices else 0
        return Line(control.key, Look.SWITCH, label, choices=_choices(control), chosen=chosen, news=news)
    if control.kind is Kind.SLIDER and isinstance(value, int | float):
        level = (value - control.low) / (control.high - control.low)
        return Line(control.key, Look.SLIDER, label, number(control, value), level=level, news=news)
    look = Look.STEPPER if control.kind is Kind.STEPPER else Look.TEXT
    return Line(control.key, look, label, number(control, value), news=news)


def _choices(control: Control) -> tuple[str, ...]:
    return ("off", "on") if control.choices == (False, True) else tuple(map(str, control.choices))


def _ranges(wanted: Wanted) -> Iterator[Line]:
    """With which temperatures a language model is asked, operator by operator."""
    heat, spread = float(wanted.value("temperature")), float(wanted.value("temperature_spread"))
    for operator in RANGES:
        ends = [temperature_in(operator, end, heat, spread) for end in (0.0, 1.0)]
        span = ends[0] / _HOTTEST, ends[1] / _HOTTEST
        yield Line(f"temperature/{operator}", Look.RANGE, operator, value=f"{ends[0]:.2f}–{ends[1]:.2f}", span=span)


def _shorter(label: str, section: str) -> str:
    """`temperature spread` is `spread` under `Temperature`."""
    return label.removeprefix(f"{section.replace('_', ' ')} ") or label


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "—"
    return f"{value:g}" if isinstance(value, float) else str(value) or "—"
