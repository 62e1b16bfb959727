"""Putting code in the place of a whole file."""

from __future__ import annotations

from ge_tui.genome import Genome
from ge_tui.genome.genome import SEGMENT_MARKER
from ge_tui.llm.answers.checks import missing
from ge_tui.llm.answers.code import Code, Statement, code_of
from ge_tui.llm.answers.demo import demo_statements
from ge_tui.llm.answers.header import merged_header
from ge_tui.llm.answers.imports import plan_imports, with_imports
from ge_tui.llm.answers.lines import first_definition, without_markers, without_statements
from ge_tui.llm.answers.model import Refusal, RefusalReason, Request
from ge_tui.llm.answers.order import used_too_early
from ge_tui.llm.answers.scope import Scope


def assemble_file(code: Code, request: Request, scope: Scope) -> str | Refusal:
    """The whole file from the code: the parent's header, its markers and its note blocks stay."""
    if gone := sorted(scope.required - code.names):
        return missing(gone, "the file does not define")
    if not scope.marked:
        return _unmarked(code, request, scope)
    groups = _grouped(code, request, scope)
    return groups if isinstance(groups, Refusal) else _joined(groups, request, scope)


def _unmarked(code: Code, request: Request, scope: Scope) -> str | Refusal:
    plain = code_of(without_markers(code.text)) or code
    plain = code_of(without_statements(plain, demo_statements(plain, scope.code))) or plain
    first = next((number for number, item in enumerate(plain.statements) if item.is_definition), None)
    if first is None or scope.header is None:
        return plain.text
    head = Code(plain.text, plain.statements[:first])
    header = merged_header(request.parent.header, scope.header, head, scope)
    if isinstance(header, Refusal):
        return header
    body = "\n".join(plain.text.split("\n")[plain.statements[first].start :])
    return header + body.rstrip("\n") + "\n"


def _grouped(code: Code, request: Request, scope: Scope) -> tuple[list[str], dict[str, list[str]]] | Refusal:
    """New import lines, and the texts of each segment."""
    regions = _regions(code)
    code = code_of(without_markers(code.text)) or code
    left = set(demo_statements(code, scope.code))
    header_names = scope.header.own_names if scope.header else frozenset()
    imports: list[Statement] = []
    top = first_definition(code)
    for number, item in enumerate(code.statements):
        if number in left:
            continue
        if item.is_import:
            imports.append(item)
            left.add(number)
        elif number < top and item.is_docstring:
            left.add(number)
        elif clash := sorted(item.names & header_names):
            known = scope.header.statements if scope.header else ()
            if not any(item.digests == other.digests for other in known):
                return Refusal(RefusalReason.OUTSIDE_SEGMENT, f"the answer changes {clash[0]} in the protected header")
            left.add(number)
    plan = plan_imports(imports, code, scope)
    if isinstance(plan, Refusal):
        return plan
    homes = _homes(code, left, regions, request.parent)
    texts: dict[str, list[str]] = {}
    lines = code.text.split("\n")
    last: tuple[str, int] | None = None
    for number, item in enumerate(code.statements):
        if number in left:
            continue
        home = homes[number]
        if last == (home, number - 1):
            start = code.statements[number - 1].end
            texts[home][-1] += "\n" + "\n".join(lines[start : item.end])
        else:
            texts.setdefault(home, []).append("\n".join(lines[item.start : item.end]))
        last = (home, number)
    return [*plan.header, *plan.kept], texts


def _regions(code: Code) -> list[int]:
    """For each statement the number of segment markers above its first line of code; comments above may hold one."""
    marks = [number for number, line in enumerate(code.text.split("\n")) if line.strip() == SEGMENT_MARKER]
    return [sum(mark < item.node.lineno for mark in marks) for item in code.statements]


def _homes(code: Code, left: set[int], regions: list[int], parent: Genome) -> dict[int, str]:
    """The segment each statement goes to: where its names are defined in the parent, else where its neighbours go."""
    owner: dict[str, str] = {}
    for segment in parent.segments:
        part = code_of(segment.text)
        for name in part.own_names if part else ():
            owner.setdefault(name, segment.name)
    known = {
        number: owner[name]
        for number, item in enumerate(code.statements)
        if number not in left
        for name in sorted(item.names, key=lambda name: (name not in parent.names, name))[:1]
        if name in owner
    }
    return _spread(known, [number for number in range(len(code.statements)) if number not in left], regions, parent)


def _spread(known: dict[int, str], numbers: list[int], regions: list[int], parent: Genome) -> dict[int, str]:
    """Homes of all statements: a helper goes with the next known statement, unless only a marker parts them."""
    before: dict[int, int] = {}
    last: int | None = None
    for number in numbers:
        last = number if number in known else last
        if last is not None:
            before[number] = last
    homes: dict[int, str] = {}
    following: int | None = None
    for number in reversed(numbers):
        following = number if number in known else following
        neighbour = following
        above = before.get(number)
        if above is not None and (
            following is None or _region(regions, number) == _region(regions, above) != _region(regions, following)
        ):
            neighbour = above
        homes[number] = known[neighbour] if neighbour is not None else parent.names[-1]
    return homes


def _region(regions: list[int], number: int) -> int:
    return regions[number] if number < len(regions) else -1


def _joined(groups: tuple[list[str], dict[str, list[str]]], request: Request, scope: Scope) -> str | Refusal:
    imports, texts = groups
    child = request.parent
    for segment in request.parent.segments:
        if segment.name not in texts:
            old = code_of(segment.text)
            if old is not None and not old.statements:
                continue
            return missing([segment.name], "the file does not define")
        text = "\n\n\n".join(texts[segment.name])
        new, old = code_of(text), code_of(segment.text)
        if new and old and [item.digests for item in new.statements] == [item.digests for item in old.statements]:
            continue
        child = child.with_segment(segment.name, text)
    child = child.with_header(with_imports(request.parent.header, imports))
    assembled = code_of(child.source)
    early = used_too_early(assembled) if assembled else ""
    if early and not (scope.code and used_too_early(scope.code)):
        return Refusal(
            RefusalReason.AMBIGUOUS,
            f"in the order of the parent's segments {early} would be used before it is defined; keep the order",
        )
    return child.source
