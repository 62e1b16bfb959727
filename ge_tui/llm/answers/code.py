"""Code of an answer as statements: what each defines, and what it needs."""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ge_tui.genome.parse import NotPythonError, parse
from ge_tui.genome.syntax import facts_of_text
from ge_tui.llm.answers.readings import readings

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Import = ast.Import | ast.ImportFrom

MAX_STATEMENTS = 1000
"""At the top of one text."""


@dataclass(frozen=True)
class Statement:
    """One statement at the top of a text, with the lines it stands on."""

    node: ast.stmt
    start: int
    """The first line, from 0, decorators and the comments right above included."""
    end: int
    """The line after the last."""
    text: str

    @property
    def names(self) -> frozenset[str]:
        """What it binds."""
        facts = facts_of_text(self.text)
        return facts.names if facts else frozenset()

    @property
    def is_definition(self) -> bool:
        """Whether it is a class or a function."""
        return isinstance(self.node, Definition)

    @property
    def is_import(self) -> bool:
        """Whether it is an import."""
        return isinstance(self.node, Import)

    @property
    def is_docstring(self) -> bool:
        """Whether it is a string that stands by itself."""
        node = self.node
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

    @cached_property
    def loads(self) -> frozenset[str]:
        """Names it looks up in the file or among the builtins, its own included."""
        return globals_of(self.text, self.node)

    @property
    def digests(self) -> tuple[bytes, ...]:
        """Equal for equal code; comments, layout and docstrings do not count."""
        facts = facts_of_text(self.text)
        return facts.digests if facts else (self.text.encode("utf-8", "replace"),)


@dataclass(frozen=True)
class Code:
    """Text that is Python."""

    text: str
    statements: tuple[Statement, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """What it binds."""
        return frozenset().union(*(statement.names for statement in self.statements))

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Names it binds other than by imports."""
        return frozenset().union(*(item.names for item in self.statements if not item.is_import))

    @cached_property
    def loads(self) -> frozenset[str]:
        """Names its statements look up in the file or among the builtins."""
        return frozenset().union(*(statement.loads for statement in self.statements))

    @property
    def definitions(self) -> list[Statement]:
        """Its classes and functions."""
        return [statement for statement in self.statements if statement.is_definition]

    def definition(self, name: str) -> Statement | None:
        """The last definition of a name: the one that counts."""
        found = [item for item in self.definitions if getattr(item.node, "name", "") == name]
        return found[-1] if found else None

    def defined_twice(self) -> str:
        """A name with two different definitions, or an empty string."""
        seen: dict[str, tuple[bytes, ...]] = {}
        for item in self.definitions:
            name = str(getattr(item.node, "name", ""))
            if seen.setdefault(name, item.digests) != item.digests:
                return name
        return ""


def globals_of(text: str, node: ast.AST) -> frozenset[str]:
    """Names a statement looks up at the top of the file; every name it reads where Python cannot tell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            waiting = [symtable.symtable(text, "answer", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        names = (item for item in ast.walk(node) if isinstance(item, ast.Name))
        return frozenset(name.id for name in names if isinstance(name.ctx, ast.Load))
    found: set[str] = set()
    while waiting:
        table = waiting.pop()
        at_top = table.get_type() == "module"
        found.update(
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (at_top or symbol.is_global())
        )
        waiting += table.get_children()
    return frozenset(found)


@lru_cache(maxsize=256)
def code_of(text: str) -> Code | None:
    """The statements of a text; None where it is not Python."""
    try:
        tree = parse(text)
    except NotPythonError:
        return None
    return Code(text, tuple(_statements(tree, text.split("\n"))))


def _statements(tree: ast.Module, lines: list[str]) -> Iterator[Statement]:
    above = 0
    for node in tree.body:
        decorators = node.decorator_list if isinstance(node, Definition) else []
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
        while first > above and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        end = node.end_lineno or node.lineno
        yield Statement(node, first, end, "\n".join(lines[first:end]))
        above = end


@dataclass(frozen=True)
class ReadCode:
    """Code and what had to be undone to read it."""

    code: Code
    mended: str


def read_code(text: str) -> ReadCode | NotPythonError:
    """A block as Python, dressed up or not; else why it is not, as it stands."""
    error: NotPythonError | None = None
    for mended, variant in readings(text):
        code = code_of(variant)
        if code is None or (mended == "tabs" and _depends_on_tabs(text, code)):
            continue
        error = error or _odd(code)
        if not _odd(code):
            return ReadCode(code, mended)
    if error:
        return error
    try:
        parse(text)
    except NotPythonError as problem:
        return problem
    return NotPythonError("it mixes Python with HTML entities")


def _odd(code: Code) -> NotPythonError | None:
    """What is Python by accident: words such as `Done` among the code; or more of it than can be meant."""
    if len(code.statements) > MAX_STATEMENTS:
        return NotPythonError(f"it has {len(code.statements):,} statements")
    for item in code.statements:
        node = item.node
        if isinstance(node, ast.Expr) and not item.is_docstring and not isinstance(node.value, ast.Call):
            line = code.text.split("\n")[node.lineno - 1].strip()
            return NotPythonError(f"'{line[:40]}' among the code does nothing", node.lineno)
    return None


def _depends_on_tabs(text: str, read: Code) -> bool:
    """Whether a tab of eight columns would make it another program."""
    other = code_of(text.expandtabs(8))
    return other is not None and [item.digests for item in other.statements] != [
        item.digests for item in read.statements
    ]
