"""Putting a prompt together from what is known, and making it fit the model's window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ge_tui.errors import UserError
from ge_tui.evaluation.report import CurvePoint
from ge_tui.genome import Contract, Genome
from ge_tui.llm.prompts import telling
from ge_tui.llm.prompts.catalogue import Catalogue

_DISPENSABLE = ("lessons", "context", "standing")
"""What may be left out of a prompt, the first first."""


class PromptTooLongError(UserError):
    """What must be said does not fit the model's window even without all that may be left out."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent to the model."""

    template: str
    system: str
    text: str
    left_out: tuple[str, ...] = ()
    """What was dropped to fit the window."""
    forms: tuple[Prompt, ...] = ()
    """Shorter forms of it, the fullest first."""


@dataclass(frozen=True, slots=True)
class Known:
    """An individual as the model is told of it."""

    number: int
    genome: Genome
    metrics: Mapping[str, float]
    curve: tuple[CurvePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A change that helped: one segment before and after, with the numbers."""

    elite: Known
    base: Known
    segment: str
    insight: str = ""
    """What was learned from it before; empty: the model is to say it now."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for all prompts of a run."""

    catalogue: Catalogue
    contract: Contract
    inputs: str
    """What the network maps, in words: shapes of images and answers."""
    objectives: tuple[tuple[str, str], ...]
    """Metric and direction."""
    front: tuple[Mapping[str, float], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the metrics that are objectives."""
        return tuple(name for name, _ in self.objectives)

    @property
    def goals(self) -> str:
        """What is sought, in words."""
        return ", ".join(f"{name} ({'more' if way == 'max' else 'less'} is better)" for name, way in self.objectives)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    segment: str | None
    """None: the whole file."""
    edits: bool
    persona: str
    category: str
    instruction: str = ""
    """The user's own words."""
    lessons: tuple[str, ...] = ()


def mutation(setting: Setting, parent: Known, wish: Wish) -> Prompt:
    """A change of one kind, by one persona."""
    values = {**_values(setting, parent, wish), "ask": setting.catalogue.categories[wish.category].ask}
    return _prompt(setting, "mutate_segment" if wish.segment else "mutate_file", values, wish)


def evolution_of_thought(setting: Setting, parent: Known, exemplar: Exemplar, wish: Wish) -> Prompt:
    """Say why a change helped, and carry the idea over (Morris et al. 2024, section 3.2.2), with the numbers."""
    values = {
        **_values(setting, parent, wish),
        "exemplar": exemplar.segment,
        "elite": str(exemplar.elite.number),
        "insight": exemplar.insight,
        "before_code": exemplar.base.genome.segment(exemplar.segment).code,
        "after_code": exemplar.elite.genome.segment(exemplar.segment).code,
        "before_metrics": telling.metrics_in_words(exemplar.base.metrics, _shown(setting)),
        "after_metrics": telling.metrics_in_words(exemplar.elite.metrics, _shown(setting)),
    }
    return _prompt(setting, "eot_reuse" if exemplar.insight else "eot", values, wish)


def crossover(setting: Setting, first: Known, second: Known, wish: Wish) -> Prompt:
    """Join two parents' versions of one segment, or of the whole file."""
    segment = wish.segment
    values = {
        **_values(setting, first, wish),
        "first_code": first.genome.segment(segment).code if segment else first.genome.source,
        "second_code": second.genome.segment(segment).code if segment else second.genome.source,
        "first_metrics": telling.metrics_in_words(first.metrics, _shown(setting)),
        "second_metrics": telling.metrics_in_words(second.metrics, _shown(setting)),
    }
    return _prompt(setting, "crossover_segment" if segment else "crossover_file", values, wish)


def repair(setting: Setting, child: Known, outcome: str, reason: str, wish: Wish) -> Prompt:
    """Mend a child that failed the checks, by the exact error."""
    values = {**_values(setting, child, wish), "outcome": outcome, "reason": reason}
    if not wish.segment:
        values["segment"] = "the whole file"
    return _prompt(setting, "repair", values, wish)


def fit(prompt: Prompt, limit: int, most: int = 0) -> Prompt:
    """The fullest form of a prompt that has at most `limit` characters, else the shortest if it has at most `most`.

    Left out are, in this order, lessons, the rest of the file, and what is known of the parent.
    Raises PromptTooLongError where the code itself does not fit.
    """
    forms = (prompt, *prompt.forms)
    for form in forms:
        if len(form.system) + len(form.text) <= limit:
            return form
    least = len(forms[-1].system) + len(forms[-1].text)
    if least <= most:
        return forms[-1]
    raise PromptTooLongError(
        f"the shortest form of the prompt has {least:,} characters, and the model's window has room for about "
        f"{max(limit, most):,}; raise ollama.num_ctx or choose a model with a longer context"
    )


def _values(setting: Setting, parent: Known, wish: Wish) -> dict[str, str]:
    segment = wish.segment
    return {
        "contract": telling.contract_in_words(setting.contract, setting.inputs, setting.goals),
        "standing": telling.standing(parent.number, parent.metrics, parent.curve, setting.front, setting.names),
        "context": telling.rest_of_file(parent.genome, segment) if segment else "",
        "segment": segment or "",
        "code": parent.genome.segment(segment).code if segment else parent.genome.source,
        "instruction": wish.instruction,
        "lessons": telling.lessons_in_words(wish.lessons),
    }


def _prompt(setting: Setting, template: str, values: dict[str, str], wish: Wish) -> Prompt:
    what = f"`{wish.segment}`" if wish.segment else "the file"
    names = f"`{wish.segment}`" if wish.segment else f"`{setting.contract.network}` and `{setting.contract.optimizer}`"
    rules = setting.catalogue.fill("rules_edits" if wish.edits else "rules_rewrite", {"what": what, "names": names})
    persona = setting.catalogue.personas[wish.persona].text
    system = setting.catalogue.fill("system", {"persona": persona, "objectives": setting.goals})
    values = {**values, "rules": rules}
    prompt = Prompt(template, system, setting.catalogue.fill(template, values))
    return replace(prompt, forms=tuple(_shorter_forms(setting, prompt, values)))


def _shorter_forms(setting: Setting, prompt: Prompt, values: Mapping[str, str]) -> Iterator[Prompt]:
    dropped: tuple[str, ...] = ()
    for name in _DISPENSABLE:
        dropped = (*dropped, name)
        text = setting.catalogue.fill(prompt.template, {**values, **dict.fromkeys(dropped, "")})
        yield Prompt(prompt.template, prompt.system, text, dropped)


def _shown(setting: Setting) -> tuple[str, ...]:
    return (*setting.names, *(() if "loss" in setting.names else ("loss",)))
