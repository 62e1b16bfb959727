"""What a run will cost: how many children, how much disk, how long. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ge_tui.errors import UsageError
from ge_tui.evaluation.task import Task
from ge_tui.llm.ollama import ModelInfo, TokenRate
from ge_tui.run.language_models import longest_prompt, sampling_for
from ge_tui.settings import Settings
from ge_tui.tui.new_run.models import Shelf, chosen
from ge_tui.tui.new_run.probe import Measured
from ge_tui.tui.text.numbers import duration

CHILD_BYTES = 10_000
"""Of the database for one child: its source, its evaluation, its events."""
CALL_BYTES = 20_000
"""More where a model is asked: prompt, answer and what was read from it."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is to be done, at most."""

    children: int
    trainings: int
    """The seed's included."""
    rounds: int
    """Trainings one after another, as many at once as there are slots."""


def amount(settings: Settings, slots: int) -> Amount:
    """At most: a child that equals one already known is not trained."""
    search, budget, each = settings.search, settings.budget, settings.controls.population
    first = search.initial_population or each
    children = first + search.generations * each
    left = min(children, budget.evaluations - 1) if budget.evaluations else children
    left = max(0, left)
    trainings = 1 + left
    rounds = 1 + math.ceil(min(first, left) / slots)
    left -= min(first, left)
    whole = left // each
    rounds += whole * math.ceil(each / slots) + math.ceil((left - whole * each) / slots)
    return Amount(children, trainings, rounds)


def seconds(settings: Settings, steps: int, measured: Measured) -> float:
    """How long the trainings take, if children train as long as the seed."""
    whole = amount(settings, _slots(settings, measured)).rounds * steps * measured.per_step
    return min(whole, settings.budget.hours * 3600) if settings.budget.hours else whole


def _slots(settings: Settings, measured: Measured) -> int:
    return settings.controls.slots or measured.slots


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the preview."""

    name: str
    words: str
    grave: bool = False
    """Whether the run cannot be what was asked for."""
    apart: bool = False
    """Whether the words want lines of their own."""
    short_name: str = ""
    """Instead, where there is little room."""
    extra: bool = False
    """Whether it is left out where there is little room."""


def children_line(settings: Settings) -> Line:
    """How many children there will be at most."""
    search, each, much = settings.search, settings.controls.population, amount(settings, 1)
    first = search.initial_population or each
    words = f"{much.children:,}: {first:,} at the start, then {search.generations:,} x {each:,}"
    if not search.generations:
        words = f"{much.children:,}, from the seed"
    if much.trainings <= much.children:
        words += f"; the budget ends it after {much.trainings:,} trainings"
    return Line("children", words, extra=True)


def trainings_line(settings: Settings, steps: int) -> Line:
    """How many trainings, and of how many steps."""
    much = amount(settings, 1)
    each = f", {steps:,} steps each ({settings.evaluation.rung})" if steps else ""
    return Line("trainings", f"at most {much.trainings:,}{each}")


def prompt_lines(settings: Settings, task: Task | None, shelf: Shelf) -> list[Line]:
    """For each model: the longest prompt against its window."""
    models = chosen(settings.llm)
    if settings.llm.startswith("replay:"):
        return [Line("prompts", "none: the answers on record are used")]
    if not models:
        return [Line("prompts", "none: the built-in operators need no model")]
    if task is None:
        return []
    found = [(name, shelf.find(name)) for name in models]
    return [
        _prompt_line(settings, task, name, info, alone=len(models) == 1) for name, info in found if info is not None
    ]


def _prompt_line(settings: Settings, task: Task, name: str, info: ModelInfo, *, alone: bool) -> Line:
    title = "prompts" if alone else name
    try:
        sampling = sampling_for(settings.ollama, name, info, task)
    except UsageError as error:
        return Line(title, str(error), grave=True)
    options = sampling.options
    worst = TokenRate().tokens(longest_prompt(task))
    room = options.num_ctx - options.num_predict
    window = f"window of {options.num_ctx:,}"
    if info.context_length:
        window += f" (of {info.context_length:,})"
    fits = "fits" if worst <= room else f"longer ones are shortened to {room:,}"
    return Line(title, f"up to {worst:,} tokens + {options.num_predict:,} for the answer, {window}: {fits}")


def disk_line(settings: Settings, free_bytes: int) -> Line:
    """What the database will take, and what is free."""
    each = CHILD_BYTES + (CALL_BYTES if chosen(settings.llm) else 0)
    need = each * amount(settings, 1).children
    return Line("disk", f"about {_size(need)}; {_size(free_bytes)} free", grave=need > free_bytes > 0)


def _size(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1e3:.0f} kB"


def time_words(settings: Settings, steps: int, measured: Measured) -> str:
    """What a measurement means for the run."""
    one = steps * measured.per_step
    slots = _slots(settings, measured)
    at_once = f", {slots} at once" if slots > 1 else ""
    where = f" on the {measured.device}" if measured.device else ""
    words = f"about {duration(seconds(settings, steps, measured))}: {duration(one)} a training{at_once}{where}"
    return f"{words}; the model's answers come on top" if chosen(settings.llm) else words
