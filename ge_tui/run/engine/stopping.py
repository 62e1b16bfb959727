"""When a run has had enough. Small values that compose; the first that says so ends the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ge_tui.settings import BudgetSettings

_ROUNDING = 1e-6
"""Parts of trainings do not add up to whole ones exactly."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has used so far."""

    evaluations: float
    """Trainings at the run's rung; one at a lower rung is a part of one."""
    hours: float
    tokens: int = 0
    """Of prompts and answers; counted only where a budget asks for it."""


class StopRule(Protocol):
    """Why the run should end now, or an empty string."""

    def __call__(self, spent: Spent, /) -> str: ...


@dataclass(frozen=True, slots=True)
class EvaluationLimit:
    """No more than so many trainings."""

    most: int

    def __call__(self, spent: Spent, /) -> str:
        return f"the budget of {self.most} evaluations is used up" if spent.evaluations > self.most - _ROUNDING else ""


@dataclass(frozen=True, slots=True)
class HourLimit:
    """No more than so many hours of work."""

    most: float

    def __call__(self, spent: Spent, /) -> str:
        return f"the budget of {self.most:g} hours is used up" if spent.hours >= self.most else ""


@dataclass(frozen=True, slots=True)
class TokenLimit:
    """No more than so many tokens."""

    most: int

    def __call__(self, spent: Spent, /) -> str:
        return f"the budget of {self.most:,} tokens is used up" if spent.tokens >= self.most else ""


def stop_rules(budget: BudgetSettings) -> tuple[StopRule, ...]:
    """The rules a budget asks for."""
    rules: list[StopRule] = []
    if budget.evaluations:
        rules.append(EvaluationLimit(budget.evaluations))
    if budget.hours:
        rules.append(HourLimit(budget.hours))
    if budget.tokens:
        rules.append(TokenLimit(budget.tokens))
    return tuple(rules)


def reason_to_stop(rules: tuple[StopRule, ...], spent: Spent) -> str:
    """The first rule's reason, or an empty string."""
    return next((reason for rule in rules if (reason := rule(spent))), "")
