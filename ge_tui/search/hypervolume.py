"""How much has been achieved: the hypervolume.

Zitzler & Thiele, "Multiobjective evolutionary algorithms: a comparative case study and the Strength Pareto
approach" (1999). An objective's gain is how far a value lies on the good side of its reference, in scaled
units: on a log10 scale one unit is a factor of ten. The hypervolume is the measure of the gains that some
candidate reaches, so its unit is the product of the objectives' units (accuracy points times decades of
parameters), and it is 0 where nothing lies inside the reference box. The scale matters: on a linear one the
largest networks count the most, on log10 the smallest; the reference keeps tiny bad ones from counting.
"""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.search.objectives import Candidate, Objective, cost, is_comparable, keys


def hypervolume(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> float:
    """The hypervolume of the comparable candidates; those outside the reference box add nothing.

    Raises ValueError where an objective has no reference.
    """
    gains = [gain for gain in _gains(candidates, objectives) if gain is not None]
    if not gains:
        return 0.0
    import moocore  # noqa: PLC0415  (a tenth of a second, which screens do without)
    import numpy as np  # noqa: PLC0415

    return float(moocore.hypervolume(np.array(gains), ref=np.zeros(len(objectives)), maximise=True))


def contributions(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> list[float]:
    """What the front's hypervolume would lose without each candidate, aligned with `candidates`.

    0 for failed ones, those outside the reference box, and those no better in value than another: areas know
    no tie breaks. Of candidates with the same values the best by tie break, then by number, has the
    contribution of them all; the others have 0.
    Raises ValueError where an objective has no reference.
    """
    inside = [
        (keys(candidates[position], objectives), candidates[position].number, position, gain)
        for position, gain in enumerate(_gains(candidates, objectives))
        if gain is not None
    ]
    holders: dict[tuple[float, ...], int] = {}
    for _, _, position, gain in sorted(inside):
        holders.setdefault(gain, position)
    result = [0.0] * len(candidates)
    if holders:
        import moocore  # noqa: PLC0415  (a tenth of a second, which screens do without)
        import numpy as np  # noqa: PLC0415

        # A column of ones changes no volume; moocore wants two columns at least.
        points = np.array([(*gain, 1.0) for gain in holders])
        values = moocore.hv_contributions(points, ref=np.zeros(len(objectives) + 1), maximise=True)
        for position, value in zip(holders.values(), values.tolist(), strict=True):
            result[position] = value
    return result


def _gains(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> list[tuple[float, ...] | None]:
    """The gain in each objective, all above 0; None for those not comparable or outside the reference box."""
    references = []
    for objective in objectives:
        if objective.reference is None:
            raise ValueError(f"objective '{objective.name}' has no reference: the hypervolume needs one")
        references.append(cost(objective.reference, objective))
    gains: list[tuple[float, ...] | None] = []
    for candidate in candidates:
        gain = None
        if is_comparable(candidate, objectives):
            gain = tuple(
                reference - cost(candidate.metrics[objective.name], objective)
                for objective, reference in zip(objectives, references, strict=True)
            )
        gains.append(gain if gain is not None and min(gain) > 0 else None)
    return gains
