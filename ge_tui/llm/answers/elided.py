"""Parts left out of an answer: placeholders that stand where code should."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ge_tui.llm.answers.code import Code, Function
from ge_tui.llm.answers.scan import own_line_comments

_WHAT = (
    r"(?:code|class(?:es)?|file|functions?|methods?|implementations?|definitions?|body|segments?|layers?|init\w*|forward"
    r"|__init__|parts?|logic|imports?|blocks?|helpers?|stages?|attributes?|stuff|lines?|model|network|module|it|everything)"
)
_KEPT = (
    r"(?:unchanged|(?:exactly |just )?(?:the )?same(?: as (?:before|above|(?:in )?(?:the )?original|parent|it was))?"
    r"|as (?:before|is|it is|it was|above)|identical|omitted|untouched|elided|unmodified|not shown|not changed"
    r"|(?:goes|continues|follows) here|here)"
)
_BE = r"(?:is|are|remains?|stays?|keeps?|left|be|kept)"
_FILL = r"(?:\s+(?:of|the|this|that|these|those|your|its|all|other|previous|original|existing|in|for|code))*"
_PLACEHOLDER = re.compile(
    r"(?:the\s+)?(?:rest|remainder|remaining|everything else|all other|other|others)"
    rf"{_FILL}(?:\s+{_WHAT})*(?:\s+{_BE})*(?:\s+{_KEPT})?"
    rf"|(?:the\s+)?{_WHAT}(?:\s+{_WHAT})*(?:\s+{_BE})*\s+{_KEPT}"
    rf"|{_KEPT}(?:\s+{_WHAT})?"
    r"|(?:the\s+)?(?:existing|previous|original|your|old|unchanged|same|more|additional|actual)"
    rf"(?:\s+\w+)?\s+{_WHAT}(?:\s+{_KEPT})?"
    r"|(?:[\w.()]+[\s,:]+){1,9}(?:unchanged|unmodified|untouched|omitted|not shown|the same)"
    r"(?: as before| for brevity)?"
    r"|(?:keep|leave|copy|insert|add|put|paste)\s+.{0,40}(?:unchanged|as is|here|as before)"
    r"|(?:no changes?|nothing changes?|unchanged)(?:\s+(?:here|needed|required|below|above|from here))?"
    r"|omitted for brevity|etc|and so on|todo|snip(?:ped)?",
    re.IGNORECASE,
)  # fmt: skip
_DOTS = re.compile(r"\.{3}|…")
_ABOUT_CODE = re.compile(
    r"\b(?:rest|remain\w*|unchanged|same|existing|omitted|previous|other|others|original|as before|as is|your|here"
    r"|elided|implementation|continue\w*|code|forward|init|brevity|unmodified|identical|skip\w*|more)\b",
    re.IGNORECASE,
)


def elision(code: Code, parent: Code | None) -> str:
    """What shows that something was left out, in a few words; an empty string where nothing does.

    What the parent has as well shows nothing.
    """
    known = parent.text if parent else ""
    return (
        placeholder_comment(code.text, known)
        or ("" if parent and _dots(parent) else _dots(code))
        or _emptied(code, parent)
    )


def placeholder_comment(text: str, known: str) -> str:
    """The comment in a text (not Python by itself, perhaps) that stands for code, unless it is in `known` too."""
    lines = text.split("\n")
    for number, comment in own_line_comments(text):
        words = comment.lstrip("#").strip()
        if comment in known and words:
            continue
        bare = re.sub(r"^[\s(\[<{.…\-—*=~]+|[\s)\]>}.…\-—*=~!]+$", "", words)[:160]
        has_dots = _DOTS.search(words.strip("()[]<>{} ")[:4] + " " + words.strip("()[]<>{} ")[-4:]) is not None
        if has_dots and (not bare or (_ABOUT_CODE.search(words) and len(words) < 120)):
            return f"'{comment.strip()[:60]}' stands for code"
        if bare and _PLACEHOLDER.fullmatch(bare) and (words[:1] in "[<(" or not _describes_next(lines, number)):
            return f"'{comment.strip()[:60]}' stands for code"
    return ""


def _describes_next(lines: list[str], number: int) -> bool:
    """Whether code of the same block follows, which the comment may be about."""
    margin = len(lines[number]) - len(lines[number].lstrip())
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(following.strip()) and len(following) - len(following.lstrip()) == margin


def _dots(code: Code) -> str:
    for statement in code.statements:
        for node in ast.walk(statement.node):
            if any(_is_dots(value) for value in _values(node)):
                return f"line {getattr(node, 'lineno', 0)} has '...' in the place of code"
    return ""


def _values(node: ast.AST) -> Iterator[ast.expr | None]:
    match node:
        case ast.Expr(value=value) | ast.Assign(value=value) | ast.Return(value=value) | ast.AnnAssign(value=value):
            yield value
        case ast.Call(args=[value]):
            yield value


def _is_dots(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _emptied(code: Code, parent: Code | None) -> str:
    """A function that did something in the parent and does nothing here."""
    if parent is None:
        return ""
    before = dict(functions(parent))
    for name, function in functions(code):
        old = before.get(name)
        if old is not None and _does_nothing(function) and not _does_nothing(old):
            return f"{name} has lost its body"
    return ""


def functions(code: Code) -> Iterator[tuple[str, Function]]:
    """Functions and methods by name: `f`, `C.f`."""
    for statement in code.definitions:
        node = statement.node
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, Function):
                    yield f"{node.name}.{item.name}", item
        elif isinstance(node, Function):
            yield node.name, node


def _does_nothing(function: Function) -> bool:
    return all(_is_nothing(statement) for statement in function.body)


def _is_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False
