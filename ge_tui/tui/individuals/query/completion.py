"""What the word that is being typed may become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ge_tui.tui.individuals.query.vocabulary import ALIASES, FLAGS, NUMBERS, TEXTS, field_named

_LAST = re.compile(r'(?:^|[\s(])-?(?:([\w]+)([:=]))?([^\s()"<>=:!]*)$')


def complete(text: str, values: Mapping[str, Iterable[str]]) -> str | None:
    """The text with its last word completed; `values` are the words that fields of words hold in this run."""
    match = _LAST.search(text)
    if match is None:
        return None
    name, _, begun = match.groups()
    if name is None:
        words: Iterable[str] = () if not begun else (*FLAGS, *(f"{field}:" for field in TEXTS), *NUMBERS)
        if begun.casefold() in ALIASES or begun.casefold() in NUMBERS:
            return None
    else:
        words = sorted(
            word for word in values.get(field_named(name) or "", ()) if not re.search(r"[\s()\"<>=:!]", word)
        )
    found = next((word for word in words if word.casefold().startswith(begun.casefold()) and word != begun), None)
    return None if found is None else text + found[len(begun) :]


def without_beginning(text: str) -> str:
    """The text while it is typed: without a last word that is only the beginning of a field or a flag."""
    begun = re.search(r"(?:^|(?<=[\s(]))-?(\w+)$", text)
    if begun is None or begun[1].casefold() in FLAGS:
        return text
    known = (*FLAGS, *TEXTS, *NUMBERS, *ALIASES)
    return text[: begun.start()] if any(word.startswith(begun[1].casefold()) for word in known) else text
