"""When two genomes are the same program."""

from __future__ import annotations

import hashlib

from ge_tui.genome.genome import Genome, cut
from ge_tui.genome.syntax import facts_of


def syntax_hash(source: str | Genome) -> str | None:
    """The hash of a genome's normalised syntax tree, 64 hex digits; None where the text is not Python.

    Genomes that differ in comments, blank space, docstrings or markers alone have the same hash.
    """
    facts = facts_of(cut(source) if isinstance(source, str) else source)
    return None if facts is None else hashlib.sha256(b"".join(facts.digests)).hexdigest()
