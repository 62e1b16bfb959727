"""Putting edits into the parent: all of them or none, each in exactly one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ge_tui.llm.answers.edits.match import find_places
from ge_tui.llm.answers.edits.model import Change, Edit, EditBlock, Place
from ge_tui.llm.answers.edits.unified_diff import Hunk, hunk_places, not_a_place
from ge_tui.llm.answers.elided import placeholder_comment
from ge_tui.llm.answers.model import Refusal, RefusalReason, Request


@dataclass(frozen=True, slots=True)
class Window:
    """The lines of the file that may be changed."""

    name: str
    start: int
    end: int
    header_end: int
    """Imports may be added above this line."""

    def holds(self, change: Change) -> bool:
        """Whether a change lies inside."""
        return self.start <= change.start and change.end <= self.end

    def in_header(self, change: Change) -> bool:
        """Whether a change lies where imports may be added."""
        return change.end <= self.header_end


def window_of(request: Request) -> Window | None:
    """None: the whole file."""
    if request.segment is None:
        return None
    genome = request.parent
    above = genome.header.count("\n")
    for separator, segment in zip(genome.separators, genome.segments, strict=True):
        above += separator.count("\n")
        lines = segment.text.count("\n")
        if segment.name == request.segment:
            last = 1 if segment is genome.segments[-1] else 0
            return Window(segment.name, above, above + lines + last, genome.header.count("\n"))
        above += lines
    return None


def apply_blocks(blocks: Sequence[EditBlock], request: Request) -> str | Refusal:
    """The parent with search/replace edits applied.

    An edit may quote what an edit before it has written; apart from that all of them quote the parent.
    """
    source = request.parent.source
    lines = source.split("\n")
    window = window_of(request)
    if refusal := _unusable(blocks, source):
        return refusal
    pending = [(number, block) for number, block in enumerate(blocks) if not _changes_nothing(block)]
    while pending:
        found: list[tuple[int, Place]] = []
        waiting: list[tuple[int, EditBlock]] = []
        for number, block in pending:
            place = _resolve(lines, block, window)
            if isinstance(place, Place):
                found.append((number, place))
            elif place.reason is RefusalReason.EDIT_NOT_FOUND and (found or waiting or len(pending) < len(blocks)):
                waiting.append((number, block))
            else:
                return place
        if not found:
            return _not_found(waiting[0][1].choices[0])
        if waiting and waiting[0][0] < found[0][0]:
            return _not_found(waiting[0][1].choices[0])
        changes = [place.change for _, place in found]
        changed = changed_lines(lines, changes)
        if isinstance(changed, Refusal):
            return changed
        window = _moved(window, changes)
        lines, pending = changed, waiting
    return "\n".join(lines)


def apply_hunks(hunks: Sequence[Hunk], request: Request) -> str | Refusal:
    """The parent with the hunks of a diff applied."""
    source = request.parent.source
    lines = source.split("\n")
    window = window_of(request)
    changes: list[Change] = []
    for hunk in hunks:
        added = "\n".join(text for sign, text in hunk.rows if sign == "+")
        if refusal := _left_out(added, source):
            return refusal
        places = hunk_places(lines, hunk)
        place = _one_of(places, window, partial(not_a_place, hunk, places))
        if isinstance(place, Refusal):
            return place
        changes.append(place.change)
    changed = changed_lines(lines, changes)
    return changed if isinstance(changed, Refusal) else "\n".join(changed)


def changed_lines(lines: Sequence[str], changes: Sequence[Change]) -> list[str] | Refusal:
    """The lines after all changes; refused where two of them meet."""
    ordered = sorted(set(changes), key=lambda change: (change.start, change.end))
    result: list[str] = []
    at = 0
    last: Change | None = None
    for change in ordered:
        if change.start == change.end and not change.new:
            continue
        if last and (change.start < last.end or (change.start == last.start and change.end == last.end)):
            return Refusal(
                RefusalReason.EDITS_OVERLAP, f"two edits change line {change.start + 1}; make one edit of them"
            )
        result += [*lines[at : change.start], *change.new]
        at = change.end
        last = change
    return [*result, *lines[at:]]


def _unusable(blocks: Sequence[EditBlock], source: str) -> Refusal | None:
    for block in blocks:
        for edit in block.choices[:1]:
            if not any(line.strip() for line in edit.search):
                return Refusal(RefusalReason.MALFORMED_EDIT, "an edit does not say which lines it replaces")
        if any(line.lstrip().startswith(("<<<<<<<", ">>>>>>>")) for line in block.choices[0].replace):
            return Refusal(RefusalReason.MALFORMED_EDIT, "an edit holds the marks of another edit")
        for edit in block.choices[-1:]:
            if refusal := _left_out("\n".join(edit.replace), source):
                return refusal
    return None


def _left_out(text: str, source: str) -> Refusal | None:
    dots = next((line for line in text.split("\n") if line.strip() in ("...", "…", "....")), None)
    what = placeholder_comment(text, source) or ("'...' stands for code" if dots is not None else "")
    if dots is not None and dots.strip() in (line.strip() for line in source.split("\n")):
        what = ""
    return Refusal(RefusalReason.ELIDED, f"{what}; write the new lines in full") if what else None


def _changes_nothing(block: EditBlock) -> bool:
    return len(block.choices) == 1 and block.choices[0].search == block.choices[0].replace


def _resolve(lines: Sequence[str], block: EditBlock, window: Window | None) -> Place | Refusal:
    """The one place of an edit. Of several dividers the one counts that lets the longest quotation match."""
    results = [(edit, _one_of(find_places(lines, edit), window, partial(_why, lines, edit))) for edit in block.choices]
    fitting = [(len(edit.search), place) for edit, place in results if isinstance(place, Place)]
    if fitting:
        return max(fitting, key=lambda found: found[0])[1]
    refusals = [place for _, place in results if isinstance(place, Refusal)]
    told = [item for item in refusals if item.reason is not RefusalReason.EDIT_NOT_FOUND]
    return (told or refusals)[0]


def _one_of(places: Sequence[Place], window: Window | None, why: Callable[[], Refusal]) -> Place | Refusal:
    if window is None or not places:
        return places[0] if len(places) == 1 else why()
    inside = [place for place in places if window.holds(place.change)]
    if len(inside) == 1:
        return inside[0]
    if inside:
        return why()
    if len(places) == 1 and window.in_header(places[0].change):
        return places[0]
    line = places[0].change.start + 1
    return Refusal(
        RefusalReason.OUTSIDE_SEGMENT, f"an edit changes line {line}, outside segment {window.name}; stay inside it"
    )


def _why(lines: Sequence[str], edit: Edit) -> Refusal:
    places = find_places(lines, edit)
    if not places:
        return _not_found(edit, lines)
    first = next(line.strip() for line in edit.search if line.strip())
    where = ", ".join(str(place.start + 1) for place in places[:4])
    return Refusal(
        RefusalReason.EDIT_NOT_UNIQUE,
        f"the lines from '{first[:80]}' on are in the file {len(places)} times (lines {where}); quote more of them",
    )


def _not_found(edit: Edit, lines: Sequence[str] = ()) -> Refusal:
    known = {line.strip() for line in lines}
    wanted = [line.strip() for line in edit.search if line.strip()]
    strange = next((line for line in wanted if line not in known), wanted[0] if wanted else "")
    return Refusal(
        RefusalReason.EDIT_NOT_FOUND, f"the file has no such lines as an edit quotes: '{strange[:100]}'; quote exactly"
    )


def _moved(window: Window | None, changes: Sequence[Change]) -> Window | None:
    """The window after changes inside it and in the header above it."""
    if window is None:
        return None
    above = sum(len(item.new) - item.end + item.start for item in set(changes) if not window.holds(item))
    inside = sum(len(item.new) - item.end + item.start for item in set(changes) if window.holds(item))
    return replace(
        window, start=window.start + above, end=window.end + above + inside, header_end=window.header_end + above
    )
