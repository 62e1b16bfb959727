"""The little language of the filter: `front persona:expert acc>0.9`. Pure."""

from ge_tui.tui.individuals.query.completion import complete, without_beginning
from ge_tui.tui.individuals.query.matching import matcher
from ge_tui.tui.individuals.query.nodes import And, Compare, Flag, Node, Not, Or, QueryError, Said, Text
from ge_tui.tui.individuals.query.parser import parse

__all__ = [
    "And", "Compare", "Flag", "Node", "Not", "Or", "QueryError", "Said", "Text",
    "complete", "matcher", "parse", "without_beginning",
]  # fmt: skip
