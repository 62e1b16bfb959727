"""What was asked of a language model, and what its answer became."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ge_tui.genome import Contract, Genome


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    parent: Genome
    """As `genome.cut` gives it."""
    segment: str | None
    """The one segment to change; None: the whole file."""
    edits: bool
    """Search/replace edits were asked for. A full rewrite that comes instead is read all the same, and the
    other way round."""
    contract: Contract


class RefusalReason(StrEnum):
    """Why an answer did not become a child."""

    EMPTY = "empty"
    """Nothing was said, or nothing but thoughts."""
    NO_CODE = "no_code"
    """Words, but neither code nor edits."""
    TOO_LONG = "too_long"
    """Longer than any answer that could be meant."""
    TRUNCATED = "truncated"
    """The answer ends in the middle."""
    ELIDED = "elided"
    """Parts are left out: `...`, `# rest unchanged`."""
    AMBIGUOUS = "ambiguous"
    """Two different things could be meant."""
    OUTSIDE_SEGMENT = "outside_segment"
    """It changes what it was not to change: another segment, the header, a note block."""
    IMPORT_CONFLICT = "import_conflict"
    """It imports under a name that means something else in the rest of the file."""
    UNCHANGED = "unchanged"
    """The child would be the parent again."""
    NOT_PYTHON = "not_python"
    """The code, or the file after assembly, is not Python."""
    MISSING_DEFINITION = "missing_definition"
    """A class or function is gone that the rest of the file or the task needs."""
    MALFORMED_EDIT = "malformed_edit"
    """An edit lacks a part: its divider, its end, its search text."""
    EDIT_NOT_FOUND = "edit_not_found"
    """The text an edit quotes is not in the file."""
    EDIT_NOT_UNIQUE = "edit_not_unique"
    """The text an edit quotes is in the file more than once."""
    EDITS_OVERLAP = "edits_overlap"
    """Two edits change the same lines."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer did not become a child."""

    reason: RefusalReason
    detail: str
    """One sentence for the user and, in a repair, for the LLM."""


@dataclass(frozen=True, slots=True)
class Child:
    """A whole source file, ready for the checks that run it."""

    source: str
    rung: str
    """How the answer was read: `fence`, `fences`, `bare`, `tag`, `json`, `search_replace`, `unified_diff`,
    `labelled_edits`; after a `+`, what had to be mended: `fence+line_numbers`."""
    segment: str | None
    """The segment that was asked for."""
