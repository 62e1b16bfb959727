"""Selection over several objectives, and the draws of every decision. Pure and seeded; no I/O, no torch.

All functions take candidates (a number, metrics by name, the stage at which it failed) and objectives
(a metric's name, a direction, a scale), and hold to one order: `dominates`. Candidates that failed, or
lack a finite value for an objective, come after all others and never breed.
"""

from ge_tui.search.archive import Archive
from ge_tui.search.bandit import Mode, as_weights, choose, probabilities
from ge_tui.search.contest import Tally, Verdict, judge
from ge_tui.search.credit import Credit, Trial, credit, temperature_band
from ge_tui.search.crowding import crowding
from ge_tui.search.draws import draw, weighted_choice
from ge_tui.search.growth import Growth
from ge_tui.search.halving import Rung
from ge_tui.search.hypervolume import contributions, hypervolume
from ge_tui.search.objectives import Candidate, Objective, is_comparable
from ge_tui.search.ranking import dominates, front, rank
from ge_tui.search.spea2 import spea2
from ge_tui.search.tiers import Place, places
from ge_tui.search.tournament import tournament

__all__ = [
    "Archive",
    "Candidate",
    "Credit",
    "Growth",
    "Mode",
    "Objective",
    "Place",
    "Rung",
    "Tally",
    "Trial",
    "Verdict",
    "as_weights",
    "choose",
    "contributions",
    "credit",
    "crowding",
    "dominates",
    "draw",
    "front",
    "hypervolume",
    "is_comparable",
    "judge",
    "places",
    "probabilities",
    "rank",
    "spea2",
    "temperature_band",
    "tournament",
    "weighted_choice",
]
