"""What a genome is made of: its classes, functions and imported names, and where each stands in the text.

Every segment is parsed by itself and remembered by its text. A child shares all segments but one or two
with its parent, so looking at a child costs the parsing of what changed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ge_tui.genome import Genome
from ge_tui.genome.parse import NotPythonError, parse
from ge_tui.llm.offline.source import PlacedText


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The header or one segment, parsed."""

    text: PlacedText
    tree: ast.Module | None
    """None where the piece is not Python by itself; it then offers no handle."""
    parents: dict[ast.AST, ast.AST]


@dataclass(eq=False)
class ClassInfo:
    """A class at the top level of the file."""

    name: str
    node: ast.ClassDef
    methods: dict[str, ast.FunctionDef]

    @cached_property
    def members(self) -> dict[str, ast.Assign]:
        """`self.name = ...` statements directly in `__init__`, for names that are assigned once."""
        found: dict[str, ast.Assign] = {}
        init = self.methods.get("__init__")
        for statement in init.body if init else []:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                name = self_attribute(statement.targets[0])
                if name is not None and self.attributes.count(name, ast.Store) == 1:
                    found[name] = statement
        return found

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """Values assigned to names in the body of the class."""
        found: dict[str, ast.expr] = {}
        for statement in self.node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    found[name] = value
        return found

    @cached_property
    def attributes(self) -> AttributeCount:
        """The attributes it reads and writes."""
        return AttributeCount(self.node)

    def fresh(self, stem: str) -> str:
        """A name for a new attribute that the class does not use yet."""
        number = 2
        while f"{stem}_{number}" in self.attributes.names:
            number += 1
        return f"{stem}_{number}"


class AttributeCount:
    """How often a class reads and writes each `self.name`."""

    def __init__(self, node: ast.ClassDef) -> None:
        self._counts: dict[tuple[str, type[ast.expr_context]], int] = {}
        self.names: set[str] = set()
        self.locals: set[str] = set()
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                self.locals.add(inner.id)
            elif isinstance(inner, ast.Attribute):
                self.names.add(inner.attr)
                name = self_attribute(inner)
                if name is not None:
                    key = (name, type(inner.ctx))
                    self._counts[key] = self._counts.get(key, 0) + 1

    def count(self, name: str, context: type[ast.expr_context]) -> int:
        """How often an attribute is read or written."""
        return self._counts.get((name, context), 0)


@dataclass(frozen=True, eq=False)
class Anatomy:
    """A genome in parsed pieces: the header first, then each segment."""

    genome: Genome
    pieces: tuple[Piece, ...]
    classes: dict[str, ClassInfo] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    """Values assigned to names at the top level."""
    owners: dict[ast.FunctionDef, ClassInfo] = field(default_factory=dict)
    """The class of each method."""
    obscure: set[str] = field(default_factory=set)
    """Names that other statements at the top level may bind: branches, loops, several targets at once."""
    imports: dict[str, str] = field(default_factory=dict)
    """Names bound by imports, each with its full dotted path: `nn` is `torch.nn`."""

    def place(self, node: ast.AST) -> int:
        """The number of the piece a node stands in. Raises KeyError for a node of another file."""
        for number, piece in enumerate(self.pieces):
            if node in piece.parents:
                return number
        raise KeyError(node)

    @cached_property
    def knows_all_names(self) -> bool:
        """Whether every name of the module can be listed."""
        return "*" not in self.imports and all(piece.tree is not None for piece in self.pieces)

    def segment_name(self, number: int) -> str:
        """Of a piece; empty for the header."""
        return self.genome.segments[number - 1].name if number else ""

    def parent(self, node: ast.AST) -> ast.AST:
        """The node that holds a node."""
        return self.pieces[self.place(node)].parents[node]

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from the inside out."""
        parents = self.pieces[self.place(node)].parents
        while not isinstance(node, ast.Module):
            node = parents[node]
            yield node

    def class_of(self, node: ast.AST) -> ClassInfo | None:
        """The top-level class a node stands in."""
        for outer in self.ancestors(node):
            if isinstance(outer, ast.ClassDef):
                info = self.classes.get(outer.name)
                return info if info is not None and info.node is outer else None
        return None

    def function_of(self, node: ast.AST) -> ast.FunctionDef | None:
        """The innermost function that a node stands in."""
        return next((outer for outer in self.ancestors(node) if isinstance(outer, ast.FunctionDef)), None)

    def written(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """A node's text, as it is written."""
        return self.pieces[self.place(node)].text.of(node)

    def spell(self, path: str) -> str | None:
        """How this file can write a dotted path, say `torch.nn.SiLU`; None where no import leads to it."""
        best: tuple[int, str] | None = None
        for name, target in self.imports.items():
            if path == target or path.startswith(f"{target}."):
                found = (len(target), name + path[len(target) :])
                best = found if best is None or found[0] > best[0] else best
        return best[1] if best else None


def self_attribute(node: ast.AST) -> str | None:
    """`name` where the node is `self.name`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return None


@lru_cache(maxsize=128)
def _parse(text: str) -> Piece:
    placed = PlacedText(text)
    if "\r" in text:  # the parser would count lines in another way
        return Piece(placed, None, {})
    try:
        tree = parse(text)
    except NotPythonError:
        return Piece(placed, None, {})
    parents: dict[ast.AST, ast.AST] = {tree: tree}
    queue: list[ast.AST] = [tree]
    for node in queue:
        children = list(ast.iter_child_nodes(node))
        parents.update(dict.fromkeys(children, node))
        queue += children
    return Piece(placed, tree, parents)


@lru_cache(maxsize=32)
def dissect(genome: Genome) -> Anatomy:
    """Look at a genome. Never fails: a piece that is not Python offers nothing."""
    try:
        pieces = tuple(_parse(text) for text in (genome.header, *(part.text for part in genome.segments)))
    except UnicodeEncodeError:  # half a surrogate pair: no file could hold it
        return Anatomy(genome, ())
    anatomy = Anatomy(genome, pieces)
    for piece in pieces:
        for statement in piece.tree.body if piece.tree else []:
            _note(anatomy, statement)
    return anatomy


def _note(anatomy: Anatomy, statement: ast.stmt) -> None:
    match statement:
        case ast.ClassDef(name=name, body=body):
            methods = {inner.name: inner for inner in body if isinstance(inner, ast.FunctionDef)}
            info = anatomy.classes[name] = ClassInfo(name, statement, methods)
            anatomy.owners.update(dict.fromkeys(methods.values(), info))
        case ast.FunctionDef(name=name):
            anatomy.functions[name] = statement
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            anatomy.constants[name] = value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            anatomy.constants[name] = value
        case ast.Import() | ast.ImportFrom():
            anatomy.imports.update(imported(statement))
        case _:
            stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name | ast.alias))
            anatomy.obscure.update(node.id if isinstance(node, ast.Name) else node.name for node in stored)


def imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names an import binds, each with its full dotted path; `*` for a star import."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            first = alias.name.split(".")[0]
            yield alias.asname or first, alias.name if alias.asname else first
        else:
            yield alias.asname or alias.name, f"{'.' * statement.level}{statement.module or ''}.{alias.name}"
