"""Pieces of an answer that may be code, with what the words around them say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What the words above a block call it."""

    PLAIN = "plain"
    OLD = "old"
    """The code as it was, quoted."""
    DRAFT = "draft"
    """Tried and given up."""
    USAGE = "usage"
    """How to call it."""
    FINAL = "final"
    """In so many words the answer, or a correction of what came before."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an answer that may be code."""

    text: str
    above: str
    """The words between the block before and this one."""
    language: str
    """The first word of a fence's info string, in lower case; empty where there is none."""
    closed: bool
    """Whether its end was marked; a block at the end of an answer may be cut off."""
    rung: str

    @property
    def role(self) -> Role:
        """What the words above it call it; plain where they say nothing."""
        label = _label(self)
        for role, pattern in _ROLES:
            if pattern.search(label):
                return role
        return Role.PLAIN


_ROLES = (
    (
        Role.FINAL,
        re.compile(
            r"\bfinal\b|\bcorrected\b|\bfixed (?:version|code)|\bmerged\b|\bcombined\b"
            r"|\bfull (?:code|answer|class|implementation|file|version)|\bcomplete (?:code|class|implementation|file)"
            r"|^\W*(?:answer|solution)\b",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    (
        Role.OLD,
        re.compile(
            r"\boriginal(?:ly)?\b|\bbefore\b|\bcurrent(?:ly)? (?:code|version|class|implementation|block|looks)"
            r"|\bexisting\b|\bgiven (?:code|snippet|class)|\bold\b|\byou (?:gave|provided|posted|sent)|\bparent\b"
            r"|\bsnippet (?:1|2|one|two|a|b)\b|\b(?:first|second|initial) (?:snippet|code)\b|\bfor reference\b"
            r"|\bprevious\b|\binitial (?:code|version)|\bthe modified code\b",
            re.IGNORECASE,
        ),
    ),
    (
        Role.DRAFT,
        re.compile(
            r"\bdraft\b|\bfirst (?:attempt|idea|try|thought|version|cut)|\battempt\b|\bsketch\b|\boutline\b"
            r"|\babandon|\bdiscard|\bnaive|\bdoes(?:n't| not) work|\bwon't work|\bwould (?:fail|break|be wrong)"
            r"|\bwrong\b|\breasoning\b|\bthinking\b|\bscratch\b|\brejected\b|\binstead of\b|\bnot\b this",
            re.IGNORECASE,
        ),
    ),
    (
        Role.USAGE,
        re.compile(
            r"\busage\b|\bexample\b|\bhow to use\b|\bto test\b|\btest (?:it|code|script)|\bverify\b|\bdemo\b"
            r"|\buse it\b|\bquick (?:test|check)\b|\bsanity\b|\bcall it\b",
            re.IGNORECASE,
        ),
    ),
)  # fmt: skip

_OPTION = re.compile(
    r"\b(?:option|alternative(?:ly)?|variant|version|approach|candidate|choice|proposal)\s*(?:[A-D1-4]\b|one\b|two\b)"
    r"|\balternative(?:ly)?\b|\banother (?:option|way|version|approach)\b|\bor,? if you\b|\beither\b",
    re.IGNORECASE,
)


def is_option(block: Block) -> bool:
    """Whether the words above offer the block as one of several."""
    return bool(_OPTION.search(_label(block)))


def _label(block: Block) -> str:
    """The last lines of prose above a block, and a comment it begins with."""
    prose = [line.strip() for line in block.above[-600:].split("\n") if line.strip()]
    first = block.text.lstrip()[:120].split("\n")[0]
    return "\n".join([*prose[-2:], first if first.startswith("#") else ""])[-400:]
