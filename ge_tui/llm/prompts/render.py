"""Filling a template. Each place is filled once; what is put in is never read as a template again."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\{(\w+)\}\}")


class TemplateError(ValueError):
    """A template asks for something that there is not."""


def places(template: str) -> frozenset[str]:
    """The names of the places in a template."""
    return frozenset(_PLACE.findall(template))


def render(template: str, values: Mapping[str, str]) -> str:
    """The template with its places filled. Raises TemplateError for a place without a value.

    A line that holds nothing but an empty place goes, with the gap it would leave. Code is put in as it is:
    a source text with braces, even with doubled ones, stays as it stands.
    """
    unknown = sorted(places(template) - values.keys())
    if unknown:
        raise TemplateError(f"the template asks for {', '.join(unknown)}; it may ask for: {', '.join(sorted(values))}")
    parts: list[str] = []
    end = 0
    for match in _PLACE.finditer(template):
        parts.append(template[end : match.start()])
        parts.append(values[match[1]].strip("\n"))
        end = match.end()
    parts.append(template[end:])
    return _tidy(parts)


def _tidy(parts: list[str]) -> str:
    """Join, closing the gaps around places that were left empty. Odd parts are values."""
    text = ""
    for number, part in enumerate(parts):
        closes_gap = number % 2 == 0 and (not text or text.endswith("\n\n"))
        text += part.lstrip("\n") if closes_gap else part
    return text.strip("\n") + "\n"
