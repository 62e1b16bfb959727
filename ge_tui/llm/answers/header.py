"""The header of a file without markers: its imports are protected, its constants are not."""

from __future__ import annotations

from ge_tui.llm.answers.code import Code, Statement
from ge_tui.llm.answers.imports import plan_imports, with_imports
from ge_tui.llm.answers.model import Refusal
from ge_tui.llm.answers.scope import Scope


def merged_header(text: str, before: Code, head: Code, scope: Scope) -> str | Refusal:
    """The parent's header with new imports at its end; changed constants in the place of the old ones."""
    plan = plan_imports([item for item in head.statements if item.is_import], head, scope)
    if isinstance(plan, Refusal):
        return plan
    lines = [*plan.header, *plan.kept]
    known = {item.digests for item in before.statements}
    changed = [
        item for item in head.statements if not item.is_import and not item.is_docstring and item.digests not in known
    ]
    if not changed:
        return with_imports(text, lines)
    return _with_changes(text, before, lines, changed)


def _with_changes(text: str, before: Code, imports: list[str], changed: list[Statement]) -> str:
    rows: list[str | None] = list(text.split("\n"))
    added: list[str] = []
    for item in changed:
        old = [other for other in before.statements if other.names & item.names and not other.is_import]
        if len(old) == 1 and old[0].names == item.names:
            rows[old[0].start : old[0].end] = [item.text, *[None] * (old[0].end - old[0].start - 1)]
        else:
            added.append(item.text)
    last = max((item.end for item in before.statements if item.is_import or item.is_docstring), default=0)
    rows[last:last] = imports
    return with_imports("\n".join(row for row in rows if row is not None), added)
