"""What a parent defines and needs: what a child must keep, and what it must leave alone."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from ge_tui.llm.answers.code import Code, code_of
from ge_tui.llm.answers.model import Request

BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of a parent, seen from what is to be changed."""

    code: Code | None
    """The whole parent; None where it is not Python."""
    header: Code | None
    here: Code | None
    """The part that is to be changed."""
    elsewhere: Code
    """The rest, header included; empty where the whole file is to be changed."""
    required: frozenset[str]
    """What the changed part must define."""
    marked: bool
    """Whether markers part the segments of the file."""

    @property
    def source(self) -> str:
        """The whole parent; empty where it is not Python."""
        return self.code.text if self.code else ""


def scope_of(request: Request) -> Scope:
    """What is to be kept and left alone, for a request."""
    genome = request.parent
    code, header = code_of(genome.source), code_of(genome.header)
    contract = {request.contract.network, request.contract.optimizer}
    marked = any(genome.separators)
    if request.segment is None:
        required = _required_of_file(code, contract) | (_segment_names(request, code) if marked else frozenset())
        return Scope(code, header, code, Code("", ()), required, marked)
    segment = genome.segment(request.segment)
    here = code_of(segment.text)
    others = [code_of(item.text) for item in genome.segments if item.name != segment.name]
    parts = [part for part in (header, *others) if part is not None]
    elsewhere = Code(
        "\n".join(part.text for part in parts), tuple(statement for part in parts for statement in part.statements)
    )
    own = here.own_names if here else frozenset({segment.name})
    required = frozenset(name for name in own if name in elsewhere.loads | contract or name == segment.name)
    return Scope(code, header, here, elsewhere, required, marked)


def _segment_names(request: Request, code: Code | None) -> frozenset[str]:
    names = code.own_names if code else frozenset()
    return frozenset(name for name in request.parent.names if name in names)


def _required_of_file(code: Code | None, contract: set[str]) -> frozenset[str]:
    """The contract, and every class and function nothing in the file uses: it is there for others."""
    if code is None:
        return frozenset()
    defined = {str(getattr(item.node, "name", "")) for item in code.definitions}
    used = {name for item in code.statements for name in item.loads if name not in item.names}
    return frozenset((contract & code.names) | {name for name in defined if name not in used})
