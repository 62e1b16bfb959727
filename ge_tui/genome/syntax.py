"""Parsing a genome piece by piece, each piece once.

A child shares all segments but one or two with its parents, so what is known of a segment's text is
remembered: its statements' digests and the names it binds.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ge_tui.genome.genome import Genome


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a piece of source text that is Python by itself."""

    digests: tuple[bytes, ...]
    """Of each top-level statement's syntax tree, without comments, docstrings and layout."""
    names: frozenset[str]
    """What it binds at its top level."""


def facts_of(genome: Genome) -> Facts | None:
    """The facts of a whole genome; None where its text is not Python."""
    pieces = [facts_of_text(text) for text in (genome.header, *(segment.text for segment in genome.segments))]
    known = [piece for piece in pieces if piece is not None]
    if len(known) < len(pieces):  # a construct that spans a marker, or no Python at all
        return facts_of_text(genome.source)
    digests = tuple(digest for piece in known for digest in piece.digests)
    return Facts(digests, frozenset().union(*(piece.names for piece in known)))


@lru_cache(maxsize=2048)
def facts_of_text(text: str) -> Facts | None:
    """The facts of some text; None where it is not Python by itself."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = frozenset(_bound_names(tree.body))
    _drop_docstrings(tree)
    digests = tuple(hashlib.sha256(ast.dump(statement).encode()).digest() for statement in tree.body)
    return Facts(digests, names)


def _bound_names(body: list[ast.stmt]) -> Iterator[str]:
    """Names that statements of a module may bind, in its branches too."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for field in ("body", "orelse", "finalbody"):
                yield from _bound_names(getattr(node, field, []))
            for handler in getattr(node, "handlers", []):
                yield from _bound_names(handler.body)
        else:
            yield from (
                target.id
                for target in ast.walk(node)
                if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
            )


def _drop_docstrings(tree: ast.Module) -> None:
    """Remove strings that stand as statements; they change nothing a network does."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        kept = [statement for statement in body if not _is_bare_string(statement)]
        if not kept and not isinstance(node, ast.Module):
            kept = [ast.Pass()]
        body[:] = kept


def _is_bare_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
