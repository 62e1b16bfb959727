"""What the header says, as pieces that fit any width. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.run.store import Status
from ge_tui.run.summary import format_metric
from ge_tui.tui.header.machine_meter import Load
from ge_tui.tui.population.text import compact
from ge_tui.tui.spark import bar, duration, sparkline
from ge_tui.tui.watch import Individual, RunModel

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Fact:
    """A piece of a line."""

    text: str
    style: str = ""
    """A component class of the header: `good`, `bad`, `warn`, `dim`, `strong`; empty: plain."""
    need: int = 5
    """1: never left out; the higher, the sooner it goes where there is no room."""


def lines(model: RunModel, loads: Sequence[Load], width: int, *, unicode: bool = True) -> list[list[Fact]]:
    """The header's two lines, cut to a width."""
    run = model.run
    if run is None:
        return [[Fact(model.trouble or "opening the run ...", "bad" if model.trouble else "dim", 1)], []]
    first = [Fact(run.name, "strong", 1), _status(model, unicode=unicode), *_progress(model, unicode=unicode)]
    first += [*_budget(model), Fact(f"{run.task['name']} on {run.data['name']}", "dim", 8)]
    second = [*_results(model, unicode=unicode), *_work(model), *map(_load, loads), _box(model)]
    return [_fitting(first, width), _fitting(second, width)]


def _fitting(facts: list[Fact], width: int) -> list[Fact]:
    """Without the least needed, until the rest fits or cannot be done without; two blanks stand between facts."""
    kept = [fact for fact in facts if fact.text]
    while len(kept) > 1 and sum(len(fact.text) + 2 for fact in kept) - 2 > width:
        least = max(range(len(kept)), key=lambda index: (kept[index].need, index))
        if kept[least].need == 1:
            break
        del kept[least]
    return kept


def _status(model: RunModel, *, unicode: bool) -> Fact:
    run, status = model.run, model.status
    assert run is not None
    if model.trouble:
        return Fact(f"cannot be read: {model.trouble}", "bad", 1)
    if status == "running" and model.controls.get("pause"):
        return Fact("‖ paused" if unicode else "= paused", "warn", 1)
    if status == "running" and model.controls.get("stop") != "no":
        when = "this generation" if model.controls.get("stop") == "generation" else "now"
        return Fact(f"ending after {when}" if when != "now" else "ending", "warn", 1)
    sign, style = {
        "running": ("●", "good"), "crashed": ("✗", "bad"), "failed": ("✗", "bad"), "finished": ("✓", "good"),
    }.get(status, ("○", "warn"))  # fmt: skip
    sign = sign if unicode else {"●": "*", "✗": "x", "✓": "+", "○": "o"}[sign]
    return Fact(f"{sign} {status}", style, 1)


def _progress(model: RunModel, *, unicode: bool) -> list[Fact]:
    assert model.run is not None
    planned = int(model.run.settings["search"]["generations"])
    number = len(model.generations) - 1
    text = "measuring the seed" if number < 0 else f"generation {number}/{planned}"
    done = Fact(bar(_done(model), 10, unicode=unicode), "good", 6) if model.status != "finished" else Fact("")
    return [Fact(text, "", 2), done]


def _done(model: RunModel) -> float:
    """The part of the run that is done: by generations, or by a budget that ends sooner."""
    assert model.run is not None
    planned = int(model.run.settings["search"]["generations"]) + 1
    to_come = max(0, planned - len(model.generations)) * model.slots_of(planned)
    slots = [model.slots_of(row.number) for row in model.generations]
    done = float(sum(size for size, row in zip(slots, model.generations, strict=True) if row.closed_at is not None))
    if model.generations and model.generations[-1].closed_at is None:
        number = model.generations[-1].number
        ended = sum(one.generation == number and one.status not in _UNDER_WAY for one in model.individuals.values())
        done += min(0.99 * slots[-1], ended)
    part = done / max(1, sum(slots) + to_come)
    return min(1.0, max([part, *(used / most for used, most in _limits(model))]))


def _limits(model: RunModel) -> list[tuple[float, float]]:
    """What was used of each part of the budget, and how much there is."""
    assert model.run is not None
    budget, spent = model.run.settings["budget"], model.spent
    used = {"evaluations": spent.evaluations, "hours": model.run.seconds / 3600, "tokens": spent.tokens}
    return [(amount, float(budget[name])) for name, amount in used.items() if budget.get(name)]


_UNDER_WAY = (Status.PROPOSING, Status.WAITING, Status.EVALUATING)


def _budget(model: RunModel) -> list[Fact]:
    """How long it has worked and how long it may take."""
    run = model.run
    assert run is not None
    hours = float(run.settings["budget"].get("hours") or 0)
    facts = [Fact(duration(run.seconds) + (f" of {duration(hours * 3600)}" if hours else ""), "dim", 4)]
    done = _done(model)
    if model.status == "running" and 0.02 < done < 1 and run.seconds > 20:
        facts.append(Fact(f"about {duration(run.seconds * (1 - done) / done)} left", "dim", 4))
    return facts


def _results(model: RunModel, *, unicode: bool) -> list[Fact]:
    facts: list[Fact] = []
    best = model.best
    if best is not None and model.objectives:
        facts.append(_best(model, best))
    if model.front:
        facts.append(Fact(f"front {len(model.front)}", "", 4))
    volumes = [row.hypervolume for row in model.generations if row.hypervolume is not None]
    if volumes:
        trend = sparkline(volumes, 8, unicode=unicode) if len(volumes) > 1 else ""
        facts.append(Fact(f"hypervolume {volumes[-1]:.4f} {trend}".rstrip(), "", 5))
    return facts


def _best(model: RunModel, best: Individual) -> Fact:
    """The best by the first objective, beside the seed, whose figure it has to beat."""
    name = model.objectives[0].name
    text = f"best #{best.number} {name} {format_metric(name, best.metrics.get(name))}"
    seed = model.individuals[0].metrics.get(name) if 0 in model.individuals else None
    if seed is not None and best.number:
        text += f" (seed {format_metric(name, seed)})"
    return Fact(text, "strong", 1)


def _work(model: RunModel) -> list[Fact]:
    assert model.run is not None
    facts = []
    if model.alive:
        settings = model.run.settings
        slots = model.run.environment.get("slots")
        training = len(model.in_training)
        facts.append(Fact(f"training {training}/{slots}" if slots else f"training {training}", "", 6))
        if settings["llm"] != "offline":
            lanes = settings.get("ollama", {}).get("lanes", 1)
            facts.append(Fact(f"LLM {len(model.calls)}/{lanes}", "", 6))
    ended = sum(one.status is Status.EVALUATED for one in model.individuals.values())
    budget, spent = model.run.settings["budget"], model.spent
    limit, tokens = budget.get("evaluations"), budget.get("tokens")
    facts.append(Fact(f"{spent.evaluations:.4g} of {limit} evaluations" if limit else f"{ended} evaluated", "dim", 7))
    if tokens:
        facts.append(Fact(f"{compact(spent.tokens)} of {compact(tokens)} tokens", "dim", 5))
    return facts


def _load(load: Load) -> Fact:
    text = f"{load.name} {load.busy:.0%}"
    if load.memory_total:
        text += f" {load.memory_used / _GIB:.1f}/{load.memory_total / _GIB:.0f} GiB"
    return Fact(text, "dim", 6 if load.name.startswith("GPU") else 9)


def _box(model: RunModel) -> Fact:
    """Whether the code of the language model is kept in a box; a red badge where it is not."""
    assert model.run is not None
    box = model.run.environment.get("box")
    if not model.run.environment.get("torch"):  # no engine has begun yet
        return Fact("")
    if isinstance(box, dict) and box.get("safe"):
        return Fact("boxed", "good", 7)
    return Fact(" NO BOX ", "badge", 1)
