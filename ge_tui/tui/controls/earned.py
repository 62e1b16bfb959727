"""What each choice has earned so far, from the run's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ge_tui.run.crediting import KINDS
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader
from ge_tui.run.trials import all_trials
from ge_tui.search import Credit, Objective, credit

Earned = Mapping[str, Mapping[str, Credit]]
"""By kind of choice, called as its controls are (`persona`), then by what was chosen."""


def earned(reader: RunReader, objectives: Sequence[Objective]) -> Earned:
    """Blocking: reads every call to a language model."""
    if not objectives:
        return {}
    past = all_trials(reader, Pool(reader, objectives), objectives)
    return {kind.control: found for kind in KINDS if (found := credit(past, kind.name))}
