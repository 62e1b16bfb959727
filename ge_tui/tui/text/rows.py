"""A row of text as pieces of one colour each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.tui.text.document import Span


def pieces(start: int, end: int, spans: Sequence[Span], above: Sequence[Span] = ()) -> list[Span]:
    """A row, from and to, cut where its colour changes; what lies above hides the spans below it.

    Spans are in order and do not overlap within either sequence; a piece without a kind has an empty one.
    """
    return _laid_over(_laid_over([(start, end, "")] if start < end else [], spans), above)


def _laid_over(below: list[Span], spans: Sequence[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end, kind in below:
        at = start
        for a, b, above in spans:
            a, b = max(a, at), min(b, end)  # noqa: PLW2901
            if a >= b:
                continue
            if at < a:
                result.append((at, a, kind))
            result.append((a, b, above))
            at = b
        if at < end:
            result.append((at, end, kind))
    return result
