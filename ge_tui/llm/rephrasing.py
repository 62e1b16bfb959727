"""Wording a text of the prompts in another way: what may be reworded, how it is asked for, what is accepted.

Only one passage at a time is shown to the model and replaced: a paragraph of prose. Headings, code, places that
stand alone and everything else that gives a prompt its form are out of its reach.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from ge_tui.llm.answers.thoughts import without_thoughts
from ge_tui.llm.prompts.render import TemplateError, places, render

LEAST_LENGTH, MOST_LENGTH = 0.5, 2.0
"""How long a new wording may be, as a part of the old one's length, and of the original's."""
_LEAST_WORDS = 5
"""A paragraph with fewer words of its own says nothing that could be said better."""

_PLACE = re.compile(r"\{\{\w+\}\}")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FORM = re.compile(r"```|~~~|^ {0,3}#|^[ \t]*(?:<{5,}|={5,}|>{5,}|[-*+] |\d+[.)] )", re.MULTILINE)
"""Fences, headings, edit markers and list items: form, not prose."""
_PARAGRAPH = re.compile(r"(?:^[^\n]*\S[^\n]*\n?)+", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_ANSWER = re.compile(r"<request>(.*?)</request>", re.DOTALL | re.IGNORECASE)
_ANSWER_TAG = re.compile(r"</?request>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of prose in a text."""

    start: int
    end: int
    text: str

    def replaced(self, whole: str, text: str) -> str:
        """The whole text with another passage in the place of this one."""
        return whole[: self.start] + text + whole[self.end :]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a rephrasing is not used."""

    reason: str
    """`no_request`, `unfinished`, `form`, `places`, `tags`, `length`, `unchanged`, `known`, `broken`."""
    detail: str


def passages(text: str) -> list[Passage]:
    """The paragraphs of a text that may be reworded.

    One that leads over to what follows by a colon belongs to the form, and so does what is in a fence.
    """
    code = [match.span() for match in _FENCED.finditer(text)]
    found = []
    for match in _PARAGRAPH.finditer(text):
        prose = match[0].strip()
        start = match.start() + match[0].index(prose)
        in_code = any(begin <= start < end for begin, end in code)
        if not in_code and not prose.endswith(":") and _is_prose(prose):
            found.append(Passage(start, start + len(prose), prose))
    return found


def read_rephrasing(answer: str, passage: Passage, whole: str, original: str, known: Collection[str]) -> str | Refused:
    """The whole text with the passage reworded by an answer, or why not.

    `original` is the text that the first rephrasing began from, `known` are all versions there ever were. Pure;
    whatever the answer, what is accepted has the places and the tags of `whole`, and can be filled.
    """
    said, _ = without_thoughts(answer)
    found = _ANSWER.findall(said)
    if len(found) != 1 or len(_ANSWER_TAG.findall(said)) != 2:
        return Refused("no_request", "the answer does not hold one request between <request> and </request>")
    new = found[0].strip()
    problem = _problem(new, passage.text)
    if problem is not None:
        return problem
    text = passage.replaced(whole, new)
    if any(_same(text, other) for other in known):
        return Refused("known", "this wording was tried before")
    if not _fits(text, original):
        return Refused("length", f"the text has {len(text)} characters now, the original {len(original)}")
    return _filled(text, whole) or text


def _problem(new: str, old: str) -> Refused | None:
    """What is wrong with a new passage in the place of an old one."""
    bare = _PLACE.sub("", new)
    if not new or not all(character.isprintable() or character in "\n\t" for character in new):
        return Refused("form", "the new wording is empty, or holds characters that cannot be printed")
    if _same(new, old):
        return Refused("unchanged", "the wording is the same as before")
    if _FORM.search(new) or new.count("\n\n") > old.count("\n\n"):
        return Refused("form", "the new wording is not one passage of prose: it has code, headings, a list or a gap")
    if Counter(_PLACE.findall(new)) != Counter(_PLACE.findall(old)) or "{{" in bare or "}}" in bare:
        wanted = ", ".join(_PLACE.findall(old)) or "none"
        return Refused("places", f"the new wording must have the places of the old one: {wanted}")
    if _TAG.findall(new) != _TAG.findall(old):
        wanted = ", ".join(_TAG.findall(old)) or "none"
        return Refused("tags", f"the new wording must name the tags of the old one, in their order: {wanted}")
    if not _fits(new, old):
        return Refused("length", f"the new wording has {len(new)} characters, the old one {len(old)}")
    return None


def _filled(text: str, whole: str) -> Refused | None:
    """Fill the new text with samples, as a prompt would: whatever the checks before it overlooked shows here."""
    samples = {name: f"[{name} of the sample]" for name in places(whole)}
    try:
        filled = render(text, samples)
    except TemplateError as error:
        return Refused("broken", str(error))
    wanted = Counter(_PLACE.findall(whole))
    lost = [name for name, sample in samples.items() if filled.count(sample) != wanted[f"{{{{{name}}}}}"]]
    return Refused("broken", f"filled with samples, it has lost {', '.join(lost)}") if lost else None


def _is_prose(text: str) -> bool:
    words = _WORD.findall(_TAG.sub("", _PLACE.sub("", text)))
    return len(words) >= _LEAST_WORDS and not _FORM.search(text) and not _ANSWER_TAG.search(text)


def _fits(new: str, old: str) -> bool:
    return LEAST_LENGTH * len(old) <= len(new) <= MOST_LENGTH * len(old)


def _same(first: str, second: str) -> bool:
    return first.casefold().split() == second.casefold().split()
