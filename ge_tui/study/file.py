"""The file of a study: what all runs share, the arms, and the seeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ge_tui.errors import UsageError
from ge_tui.run.directory import name_problem
from ge_tui.settings import Settings
from ge_tui.settings.load import own_files, settings_from
from ge_tui.toml_file import read_toml, shown

_MOST_RUNS = 1000


class _Content(BaseModel):
    """What the file may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = ""
    title: str = ""
    seeds: list[int] = Field(min_length=1)
    parallel: int = Field(1, ge=0, le=64)
    settings: dict[str, Any] = Field(default_factory=dict)
    arms: dict[str, dict[str, Any]] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class StudyRun:
    """One run that a study wants."""

    name: str
    arm: str
    seed: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Study:
    """What is to be run: every arm with every seed."""

    name: str
    title: str
    file: Path
    parallel: int
    """Runs at once; 0: as many as the machine has slots for."""
    runs: tuple[StudyRun, ...]
    """Seed by seed, so that every arm has had a turn before any has had two."""

    @property
    def arms(self) -> tuple[str, ...]:
        """Their names, in the order of the file."""
        return tuple(dict.fromkeys(run.arm for run in self.runs))

    @property
    def page(self) -> Path:
        """Where the comparison goes unless the user says otherwise."""
        return self.file.with_suffix(".html")


def read_study(file: Path, *, trust: bool = False) -> Study:
    """A study from its file. Raises UsageError with the file, the key and what is wrong with it."""
    try:
        content = _Content.model_validate(read_toml(file))
    except FileNotFoundError:
        raise UsageError(f"no study file {file}") from None
    except ValidationError as error:
        raise UsageError(f"{file}: {_complaint(error)}") from None
    name = content.name or _slug(file.stem)
    if len(set(content.seeds)) < len(content.seeds):
        raise UsageError(f"{file}: a seed is named twice; runs of the same seed are no independent trials")
    if len({_slug(arm) for arm in content.arms}) < len(content.arms):
        raise UsageError(f"{file}: two arms have names that differ in nothing but signs")
    if len(content.arms) * len(content.seeds) > _MOST_RUNS:
        raise UsageError(f"{file}: {len(content.arms) * len(content.seeds):,} runs; {_MOST_RUNS:,} are the most")
    for key in ("seed", "arms", "seeds"):
        if any(key in layer for layer in (content.settings, *content.arms.values())):
            raise UsageError(f"{file}: '{key}' cannot stand among settings; the seeds of all arms are `seeds`")
    runs = []
    for seed in content.seeds:
        for arm, own in content.arms.items():
            run = f"{name}-{_slug(arm)}-s{seed}"
            problem = name_problem(run)
            if problem:
                raise UsageError(f"{file}: {problem}")
            runs.append(StudyRun(run, arm, seed, _settings(file, content, arm, own, seed, trust=trust)))
    return Study(name, content.title or f"Study {name}", file, content.parallel, tuple(runs))


def _settings(file: Path, content: _Content, arm: str, own: Mapping[str, Any], seed: int, *, trust: bool) -> Settings:
    """The user's own settings, then those of all arms, then the arm's."""
    layers: list[tuple[str, Mapping[str, Any]]] = [(str(user), read_toml(user)) for user in own_files()]
    layers += [(f"{file}, settings", content.settings), (f"{file}, arms.{arm}", own)]
    return settings_from(layers, [f"seed={seed}", *(["evaluation.trust=true"] if trust else [])])


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-") or "x"


def _complaint(error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(map(str, problem["loc"]))
    match problem["type"]:
        case "missing":
            return f"{where} is missing; a study has `seeds = [1, 2, 3]` and a table [arms.NAME] for each arm"
        case "extra_forbidden":
            return f"no key '{where}'; settings of all arms stand under [settings], those of one under [arms.NAME]"
        case _:
            return f"{where}: {problem['msg'].removeprefix('Input ')}, not {shown(problem['input'])}"
