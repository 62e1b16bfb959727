"""The individuals of a run as a search would leave them, made up: who descends from whom is what matters."""

from __future__ import annotations

import random

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import RunRow, Status
from ge_tui.tui.watch import Individual, RunModel, Update

OBJECTIVES = [
    {"name": "accuracy", "direction": "max", "scale": "linear", "tie_break": "loss", "reference": 0.4},
    {"name": "params", "direction": "min", "scale": "log10", "tie_break": None, "reference": 2e6},
]
RUN = RunRow("family", 0.0, "finished", "", {}, {}, {}, OBJECTIVES, {}, 0.0)
_PERSONAS = ("expert", "mad_scientist", "magoo", "engineer")
_FAILED, _CROSSED = 0.2, 0.3


def evolved(count: int, generation: int = 50, seed: int = 3) -> RunModel:
    """A run of so many individuals whose parents are the best of what there was; three in ten have two."""
    draw = random.Random(seed)
    made: list[Individual] = []
    merit: dict[int, float] = {}
    params: dict[int, float] = {}
    pool = [0]
    for number in range(count):
        if number % generation == 1:
            recent = [other for other in merit if other >= number - generation]
            pool = sorted({*pool, *recent}, key=lambda other: -merit[other])[: max(4, generation // 2)]
        parents = _parents(draw, pool) if number else ()
        base = max((merit[parent] for parent in parents), default=0.3)
        params[number] = (params[parents[0]] if parents else 5e5) * draw.uniform(0.8, 1.2)
        failed = number > 0 and draw.random() < _FAILED
        if not failed:
            merit[number] = base + (0.98 - base) * draw.gauss(-0.01, 0.03)
        metrics = {} if failed else {"accuracy": merit[number], "loss": 1 - merit[number], "params": params[number]}
        made.append(Individual(
            number, -(-number // generation), number % generation,
            "seed" if not number else "crossover" if len(parents) > 1 else draw.choice(("mutate", "eot")),
            "ollama:coder:7b", parents, Status.FAILED if failed else Status.EVALUATED, 1.7e9 + 30.0 * number,
            persona=draw.choice(_PERSONAS), category="complex", segment="head", temperature=0.3,
            outcome=Outcome.SHAPE if failed else Outcome.OK, metrics=metrics,
        ))  # fmt: skip
    model = RunModel()
    model.apply(Update(run=RUN, individuals=tuple(made), elites=frozenset(pool), alive=False))
    return model


def _parents(draw: random.Random, pool: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(draw.choice(pool) for _ in range(2 if draw.random() < _CROSSED else 1)))
