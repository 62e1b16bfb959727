"""Who is better than whom: Pareto dominance and the fronts it makes.

Non-dominated sorting after Deb, Pratap, Agarwal & Meyarivan, "A fast and elitist multiobjective genetic
algorithm: NSGA-II" (2002), §III.A; failures by the constraint domination of its §VI.A, the stage at
which a candidate failed being its constraint violation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ge_tui.search.objectives import Candidate, Objective, is_comparable, keys

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def rank(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> list[int]:
    """The front each candidate lies in, aligned with `candidates`; 0 is the best, exact copies share theirs.

    Those that are not comparable come after every front, ordered by the stage at which they failed.
    """
    usable = [i for i, candidate in enumerate(candidates) if is_comparable(candidate, objectives)]
    fronts = _fronts([candidates[i] for i in usable], objectives)
    behind = max(fronts, default=-1) + 1
    failed = set(range(len(candidates))) - set(usable)
    stages = sorted({candidates[i].stage for i in failed})
    ranks = dict(zip(usable, fronts, strict=True))
    ranks |= {i: behind + stages.index(candidates[i].stage) for i in failed}
    return [ranks[i] for i in range(len(candidates))]


def front(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> list[Candidate]:
    """The comparable candidates that none dominates, copies included, in the order given."""
    comparable = [candidate for candidate in candidates if is_comparable(candidate, objectives)]
    ranks = _fronts(comparable, objectives)
    return [candidate for candidate, value in zip(comparable, ranks, strict=True) if value == 0]


def dominates(a: Candidate, b: Candidate, objectives: Sequence[Objective]) -> bool:
    """Whether `a` is no worse than `b` in every objective and better in one.

    Equal values are told apart by the objective's tie break. Any comparable candidate dominates any other
    kind; of two that failed, the one that came further dominates.
    """
    a_usable, b_usable = is_comparable(a, objectives), is_comparable(b, objectives)
    if not (a_usable and b_usable):
        return a_usable or (not b_usable and a.stage < b.stage)
    a_keys, b_keys = keys(a, objectives), keys(b, objectives)
    return a_keys != b_keys and all(x <= y for x, y in zip(a_keys, b_keys, strict=True))


def ordinals(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> npt.NDArray[np.float64]:
    """Places in each objective, shape (candidates, objectives), for comparable candidates; 0 is the best.

    Dense ranks of (value, tie break): Pareto dominance between the rows is `dominates`.
    """
    import numpy as np  # noqa: PLC0415  (a tenth of a second, which screens do without)

    columns = []
    for column in zip(*(keys(candidate, objectives) for candidate in candidates), strict=True):
        places = {key: place for place, key in enumerate(sorted(set(column)))}
        columns.append([places[key] for key in column])
    return np.array(columns, dtype=np.float64).T.reshape(len(candidates), len(objectives))


def _fronts(comparable: Sequence[Candidate], objectives: Sequence[Objective]) -> list[int]:
    if not comparable:
        return []
    import moocore  # noqa: PLC0415  (a tenth of a second, which screens do without)

    ranks: list[int] = moocore.pareto_rank(ordinals(comparable, objectives)).tolist()
    return ranks
