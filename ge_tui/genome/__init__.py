"""The source text of one evolvable file: segments, identity, differences. Pure; no torch."""

from ge_tui.genome.checks import Contract, Problem, find_problem
from ge_tui.genome.diff import changed_lines, unified_diff
from ge_tui.genome.genome import Genome, Segment, SegmentError, cut, normalise_newlines
from ge_tui.genome.identity import syntax_hash

__all__ = [
    "Contract",
    "Genome",
    "Problem",
    "Segment",
    "SegmentError",
    "changed_lines",
    "cut",
    "find_problem",
    "normalise_newlines",
    "syntax_hash",
    "unified_diff",
]
