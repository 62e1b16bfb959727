"""Putting code in the place of one segment."""

from __future__ import annotations

from dataclasses import dataclass

from ge_tui.llm.answers.checks import missing
from ge_tui.llm.answers.code import Code, Statement, code_of
from ge_tui.llm.answers.demo import demo_statements
from ge_tui.llm.answers.imports import plan_imports, with_imports
from ge_tui.llm.answers.lines import first_definition, shares_lines, without_markers, without_statements
from ge_tui.llm.answers.model import Refusal, RefusalReason, Request
from ge_tui.llm.answers.scope import BUILTINS, Scope


@dataclass(slots=True)
class _Sorted:
    """The statements of an answer by what becomes of them."""

    dropped: set[int]
    imports: list[int]


def assemble_segment(code: Code, request: Request, scope: Scope) -> str | Refusal:
    """The parent's source with the code in the segment's place.

    Definitions of other segments may come with it if they are equal to the parent's; they are left out.
    """
    assert request.segment is not None
    code = code_of(without_markers(code.text)) or code
    sorted_ = _sort(code, scope)
    if isinstance(sorted_, Refusal):
        return sorted_
    plan = plan_imports([code.statements[number] for number in sorted_.imports], code, scope)
    if isinstance(plan, Refusal):
        return plan
    if scope.header is None:  # a header that is no Python by itself cannot take imports
        plan.kept, plan.header = [*plan.header, *plan.kept], []
    text = without_statements(code, {*sorted_.dropped, *sorted_.imports}).strip("\n")
    text = "\n".join([*plan.kept, *([""] if plan.kept else []), text])
    here = code_of(text)
    if here is None:
        return Refusal(RefusalReason.NOT_PYTHON, "the segment is not Python once other parts are taken out")
    if gone := sorted(scope.required - here.own_names):
        return missing(gone, f"segment {request.segment} does not define")
    header = with_imports(request.parent.header, plan.header)
    return request.parent.with_segment(request.segment, text).with_header(header).source


def _sort(code: Code, scope: Scope) -> _Sorted | Refusal:
    result = _Sorted(set(demo_statements(code, scope.code)), [])
    foreign = any(item.names & scope.elsewhere.own_names for item in code.definitions)
    is_file = foreign or any(item.is_import for item in code.statements)
    top = first_definition(code)
    for number, item in enumerate(code.statements):
        if number in result.dropped:
            continue
        if item.is_import and not shares_lines(code, number):
            result.imports.append(number)
        elif number < top and item.is_docstring and is_file:
            result.dropped.add(number)
        elif clash := _clash(item, scope):
            if not _is_known(item, scope.elsewhere) or shares_lines(code, number):
                return Refusal(
                    RefusalReason.OUTSIDE_SEGMENT,
                    f"the answer changes {clash}, which belongs to another part of the file; change the segment only",
                )
            result.dropped.add(number)
    return result


def _clash(item: Statement, scope: Scope) -> str:
    """A name the statement binds that another part of the file defines or relies on; empty: none."""
    own = scope.here.own_names if scope.here else frozenset()
    for name in sorted(item.names - own - {"*"}):
        if name in scope.elsewhere.own_names:
            return name
        if name in scope.elsewhere.loads and (name in scope.elsewhere.names or name in BUILTINS):
            return name
    return ""


def _is_known(item: Statement, elsewhere: Code) -> bool:
    return any(item.digests == other.digests for other in elsewhere.statements if item.names & other.names)
