"""What can be known of a child without running it."""

from __future__ import annotations

from dataclasses import dataclass

from ge_tui.genome.genome import Genome, cut, normalise_newlines
from ge_tui.genome.parse import NotPythonError, parse
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


def find_problem(source: str | Genome, contract: Contract) -> Problem | None:
    """The first thing that is wrong with a source text, or None."""
    facts = facts_of(cut(source) if isinstance(source, str) else source)
    if facts is None:
        return _syntax_problem(source if isinstance(source, str) else source.source)
    missing = [name for name in (contract.network, contract.optimizer) if name not in facts.names]
    if missing and "*" not in facts.names:  # a star import may bind anything
        return Problem("import", f"the file defines no {' and no '.join(missing)} at its top level")
    return None


def _syntax_problem(source: str) -> Problem:
    try:
        parse(source)
    except NotPythonError as error:
        if error.line is None:
            return Problem("syntax", f"the text cannot be parsed: {error.detail}")
        return Problem("syntax", f"line {error.line}: {error.detail}{_place(source, error.line)}", error.line)
    return Problem("syntax", "the text cannot be parsed in parts")


def _place(source: str, line: int) -> str:
    source = normalise_newlines(source)
    lines = source.split("\n")
    if not 1 <= line <= len(lines) or not lines[line - 1].strip():
        return ""
    segment = _segment_at(source, line)
    where = f" (in segment {segment})" if segment else ""
    shown = "".join(letter if letter.isprintable() else "?" for letter in lines[line - 1].strip()[:80])
    return f": {shown}{where}"


def _segment_at(source: str, line: int) -> str:
    """The segment a line of a marked file lies in; empty for the header, and in a file without markers."""
    genome = cut(source)
    end = genome.header.count("\n")
    if line <= end or not any(genome.separators):
        return ""
    for separator, segment in zip(genome.separators, genome.segments, strict=True):
        end += separator.count("\n") + segment.text.count("\n")
        if line <= end:
            return segment.name
    return genome.names[-1]
