"""The lines above the page: what is compared with what, and by how much they differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.run.store import Status
from ge_tui.run.summary import format_metric
from ge_tui.search import Objective
from ge_tui.tui.diff.against import Choice
from ge_tui.tui.diff.pieces import Piece, Pieces, cells, cut_short, joined
from ge_tui.tui.diff.texts import visible
from ge_tui.tui.watch import Individual, RunModel


def title_line(individual: Individual, choice: Choice | None, right: str, width: int) -> Pieces:
    """`#12 mutate · expert · SE against parent #7`, and on the right where one is in the changes."""
    making = [individual.operator]
    making += [visible(word) for word in (individual.persona, individual.category, individual.segment) if word]
    left = [Piece(f"#{individual.number} ", "heading"), Piece(" · ".join(making), "")]
    if choice is not None:
        left += [Piece(" against ", "quiet"), Piece(choice.words, "heading")]
    room = width - len(right) - 2
    line = _squeezed(left, making, room)
    if not right or cells(line) > room:  # who is compared with whom comes first
        return cut_short(_squeezed(left, making, width), width)
    return (*line, Piece(" " * (width - cells(line) - len(right))), Piece(right, "quiet"))


def _squeezed(left: list[Piece], making: Sequence[str], room: int) -> list[Piece]:
    """Without category and segment, then persona, where there is no room for them."""
    kept = list(making)
    while len(kept) > 1 and cells(left) > room:
        kept.pop()
        left = [left[0], Piece(" · ".join(kept)), *left[2:]]
    return left


def figures_line(individual: Individual, other: Individual | None, counts: str, model: RunModel, width: int) -> Pieces:
    """`+12 −3 lines  accuracy 0.8102 → 0.8211 (+0.0109 better)`; where that is too long, without the value before."""
    own = model.original(individual)
    before = None if other is None else model.original(other)
    for short in (False, True):
        parts = [_counted(counts)] if counts else []
        if state := _state(individual):
            parts.append((Piece(state, "notice"),))
        figures = (_figure(objective, own, before, short=short) for objective in model.objectives)
        parts += [figure for figure in figures if figure]
        if own.rung and own.metrics and not short:
            parts.append((Piece(f"rung {own.rung}", "quiet"),))
        line = joined(parts, Piece("   "))
        if cells(line) <= width:
            return line
    while len(parts) > 1 and cells(line) > width:  # a number that is cut would be another number
        parts.pop()
        line = joined(parts, Piece("   "))
    return cut_short(line, width)


def _counted(counts: str) -> Pieces:
    """The counts, each in the colour of its sign."""
    kinds = {"+": "plus", "−": "minus"}
    words = counts.split(" ")
    return tuple(Piece(word if i == 0 else f" {word}", kinds.get(word[:1], "")) for i, word in enumerate(words))


def _state(individual: Individual) -> str:
    if individual.status is Status.EVALUATED:
        return ""
    if individual.status is Status.FAILED and individual.outcome is not None:
        return f"failed: {individual.outcome}"
    return {Status.EVALUATING: "in training", Status.WAITING: "waiting"}.get(individual.status, individual.status)


def _figure(objective: Objective, own: Individual, before: Individual | None, *, short: bool) -> Pieces | None:
    """One objective of both, with the difference."""
    name = objective.name
    now, then = _value(own, name), None if before is None else _value(before, name)
    if now is None:
        return None
    title = Piece(f"{visible(name)} ", "quiet")
    if then is None or before is own:
        return title, Piece(format_metric(name, now))
    if now == then:
        return title, Piece(f"{format_metric(name, now)} (the same)")
    better = (now > then) == (objective.direction == "max")
    difference = format_metric(name, abs(now - then))
    verdict = f"({'+' if now > then else '−'}{difference} {'better' if better else 'worse'})"
    figures = f"{format_metric(name, now)} " if short else f"{format_metric(name, then)} → {format_metric(name, now)} "
    return title, Piece(figures), Piece(verdict, "better" if better else "worse")


def _value(individual: Individual, name: str) -> float | None:
    if name == "params" and name not in individual.metrics and individual.params is not None:
        return float(individual.params)
    return individual.metrics.get(name)
