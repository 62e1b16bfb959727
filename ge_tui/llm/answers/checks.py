"""What every child must pass, however it was read."""

from __future__ import annotations

import ast
import re
import warnings

from ge_tui.genome import find_problem, syntax_hash
from ge_tui.llm.answers.code import Code, Function, code_of
from ge_tui.llm.answers.model import Child, Refusal, RefusalReason, Request
from ge_tui.llm.answers.scope import Scope


def finish(source: str, rung: str, request: Request, scope: Scope) -> Child | Refusal:
    """The child, if the assembled file stands all checks that need no running."""
    code = code_of(source)
    if code is None:
        syntax = find_problem(source, request.contract)
        return Refusal(RefusalReason.NOT_PYTHON, syntax.detail if syntax else "the file is not Python")
    if problem := compile_problem(source):
        return Refusal(RefusalReason.NOT_PYTHON, problem)
    refusal = _missing(code, request, scope) or _twice(code, scope) or _odd_methods(code, scope)
    if refusal:
        return refusal
    if syntax_hash(source) == syntax_hash(request.parent):
        return Refusal(RefusalReason.UNCHANGED, "the answer is the parent's code again; nothing was changed")
    return Child(source, rung, request.segment)


def compile_problem(source: str) -> str:
    """What Python's compiler has against a text that parses: `return` outside a function. Nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "child", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return f"it cannot be compiled: {error}"
    return ""


def missing(names: list[str], what: str) -> Refusal:
    """What is refused where definitions are gone."""
    return Refusal(RefusalReason.MISSING_DEFINITION, f"{what} {' and '.join(names)} any more; define it in full")


def _missing(code: Code, request: Request, scope: Scope) -> Refusal | None:
    before = scope.code.names if scope.code else frozenset()
    contract = (request.contract.network, request.contract.optimizer)
    gone = [name for name in dict.fromkeys(contract) if name in before and name not in code.names]
    if gone:
        return missing(gone, "the file does not define")
    here = scope.here.own_names if scope.here else frozenset()
    gone = sorted(name for name in here | before if name not in code.names and name in code.loads and name in before)
    if gone:
        return missing(gone, "the file uses but does not define")
    return None


def _twice(code: Code, scope: Scope) -> Refusal | None:
    name = code.defined_twice()
    if not name or (scope.code and scope.code.defined_twice()):
        return None
    return Refusal(RefusalReason.AMBIGUOUS, f"the answer defines {name} twice, differently; send one version")


def _odd_methods(code: Code, scope: Scope) -> Refusal | None:
    """Methods that lost their indentation or their class: Python, but not what was meant."""
    before = {item.text for item in scope.code.definitions} if scope.code else set()
    for item in code.definitions:
        node = item.node
        if isinstance(node, Function) and item.text not in before and _takes_self(node):
            return Refusal(RefusalReason.NOT_PYTHON, f"{node.name}(self, ...) stands outside any class; indent it")
        if isinstance(node, ast.ClassDef) and scope.code is not None and _lost_forward(node, scope.code):
            return Refusal(RefusalReason.MISSING_DEFINITION, f"class {node.name} has no forward any more")
    return None


def _takes_self(function: Function) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    return bool(arguments) and arguments[0].arg == "self"


def _lost_forward(node: ast.ClassDef, parent: Code) -> bool:
    old = parent.definition(node.name)
    if old is None or not isinstance(old.node, ast.ClassDef) or "forward" not in body_names(old.node):
        return False
    return "forward" not in body_names(node) and _bases(node) == _bases(old.node)


def body_names(node: ast.ClassDef) -> frozenset[str]:
    """Methods and attributes in a class body."""
    found: set[str] = set()
    for item in node.body:
        if isinstance(item, Function | ast.ClassDef):
            found.add(item.name)
        elif isinstance(item, ast.Assign):
            found.update(target.id for target in item.targets if isinstance(target, ast.Name))
    return frozenset(found)


def _bases(node: ast.ClassDef) -> list[str]:
    return [re.sub(r"\s|lineno=\d+|col_offset=\d+", "", ast.dump(base)) for base in node.bases]
