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
from ge_tui.genome.parse import NotPythonError, parse


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
        tree = parse(text)
    except NotPythonError:
        return None
    names = frozenset(_bound_names(tree))
    return Facts(tuple(_digest(statement) for statement in tree.body if not _is_bare_string(statement)), names)


def _digest(statement: ast.stmt) -> bytes:
    """The hash of a tree written in prefix form; without recursion, for a tree may be deeper than the stack.

    Strings that stand as statements are left out; they change nothing a network does.
    """
    parts: list[str] = []
    waiting: list[object] = [statement]
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.AST):
            parts.append(type(item).__name__)
            waiting.extend(_fields(item))
        elif isinstance(item, list):
            kept = [part for part in item if not _is_bare_string(part)]
            parts.append(f"[{len(kept)}]")
            waiting.extend(reversed(kept))
        else:  # the decimal form of a long number takes too long, so Python refuses it
            parts.append(hex(item) if type(item) is int else repr(item))
    return hashlib.sha256("\n".join(parts).encode()).digest()


def _bound_names(tree: ast.Module) -> Iterator[str]:
    """Names that a module may bind, in its branches too; not those of functions, classes and comprehensions."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.alias(name=name, asname=asname):
                yield (asname or name).split(".")[0]
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name
                waiting.extend(ast.iter_child_nodes(node))
            case ast.comprehension():
                waiting += [node.iter, *node.ifs]
            case ast.Lambda():
                pass
            case _:
                waiting.extend(ast.iter_child_nodes(node))


def _fields(node: ast.AST) -> Iterator[object]:
    """A node's fields, the last first. A body of nothing but strings counts as `pass`."""
    for field in reversed(node._fields):
        value = getattr(node, field, None)
        if field == "body" and isinstance(value, list) and value and all(map(_is_bare_string, value)):
            yield [ast.Pass()]
        elif field != "kind":
            yield value


def _is_bare_string(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
