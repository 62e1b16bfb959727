"""The edited file: its header and note blocks must have survived."""

from __future__ import annotations

from ge_tui.genome import Genome, cut
from ge_tui.llm.answers.code import Code, code_of
from ge_tui.llm.answers.imports import header_bindings, plan_imports, with_imports
from ge_tui.llm.answers.model import Refusal, RefusalReason, Request
from ge_tui.llm.answers.scope import Scope


def assemble_edited(source: str, request: Request, scope: Scope) -> str | Refusal:
    """The child's source from the edited text; new imports in the header are merged, all else there is protected."""
    if not scope.marked:
        return _unmarked(source, scope)
    child = cut(source, request.parent.names)
    if len(child.segments) != len(request.parent.segments):
        return _outside("an edit adds or removes a segment marker")
    for old, new in zip(request.parent.segments, child.segments, strict=True):
        if old.note != new.note:
            return _outside(f"an edit changes the note block of {old.name}")
    if child.header == request.parent.header:
        return source
    return _with_header(child, request, scope)


def _with_header(child: Genome, request: Request, scope: Scope) -> str | Refusal:
    rows = iter([line.rstrip() for line in child.header.split("\n") if line.strip()])
    kept = all(line.rstrip() in rows for line in request.parent.header.split("\n") if line.strip())
    new = code_of(child.header)
    if not kept or new is None or scope.header is None:
        return _outside("an edit changes the protected header; it may only add imports there")
    known = {item.digests for item in scope.header.statements}
    added = [item for item in new.statements if not item.is_docstring and item.digests not in known]
    if not all(item.is_import for item in added):
        return _outside("an edit adds more than imports to the protected header")
    plan = plan_imports(added, Code(child.header, tuple(added)), scope)
    if isinstance(plan, Refusal):
        return plan
    return child.with_header(with_imports(request.parent.header, [*plan.header, *plan.kept])).source


def _unmarked(source: str, scope: Scope) -> str | Refusal:
    new = code_of(cut(source).header)
    bound = {(item.name, item.target) for item in header_bindings(new or code_of(source))}
    for item in header_bindings(scope.header):
        if code_of(source) is not None and (item.name, item.target) not in bound:
            return _outside(f"an edit takes '{item.line}' out of the header")
    return source


def _outside(what: str) -> Refusal:
    return Refusal(RefusalReason.OUTSIDE_SEGMENT, what)
