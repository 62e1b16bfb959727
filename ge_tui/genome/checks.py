"""What can be known of a child without running it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ge_tui.genome.genome import cut
from ge_tui.genome.syntax import facts_of


@dataclass(frozen=True, slots=True)
class Contract:
    """What a task asks of every genome."""

    network: str
    """The class to build."""
    optimizer: str
    """The function that makes the optimiser."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a source text cannot be a child."""

    kind: str
    """`syntax`: not Python. `import`: a required name is missing."""
    detail: str
    line: int | None = None


def find_problem(source: str, contract: Contract) -> Problem | None:
    """The first thing that is wrong with a source text, or None."""
    facts = facts_of(cut(source))
    if facts is None:
        return _syntax_problem(source)
    missing = [name for name in (contract.network, contract.optimizer) if name not in facts.names]
    if missing and "*" not in facts.names:  # a star import may bind anything
        return Problem("import", f"the file defines no {' and no '.join(missing)} at its top level")
    return None


def _syntax_problem(source: str) -> Problem:
    try:
        ast.parse(source)
    except SyntaxError as error:
        line = error.lineno
        return Problem("syntax", f"line {line}: {error.msg}{_place(source, line)}", line)
    except (ValueError, RecursionError, MemoryError) as error:
        return Problem("syntax", f"the text cannot be parsed: {error or type(error).__name__}")
    return Problem("syntax", "the text cannot be parsed in parts")


def _place(source: str, line: int | None) -> str:
    if line is None:
        return ""
    lines = source.split("\n")
    if not 1 <= line <= len(lines) or not lines[line - 1].strip():
        return ""
    segment = _segment_at(source, line)
    where = f" (in segment {segment})" if segment else ""
    return f": {lines[line - 1].strip()[:80]}{where}"


def _segment_at(source: str, line: int) -> str:
    """The segment a line of a marked file lies in; empty for the header."""
    genome = cut(source)
    end = genome.header.count("\n")
    for separator, segment in zip(genome.separators, genome.segments, strict=True):
        end += separator.count("\n") + segment.text.count("\n")
        if line <= end:
            return segment.name if line > genome.header.count("\n") else ""
    return ""
