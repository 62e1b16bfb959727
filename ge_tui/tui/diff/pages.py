"""Which page is shown for what was read, in the mode the user has chosen. Pure."""

from __future__ import annotations

from ge_tui.evaluation.report import ModuleShape
from ge_tui.run.store import Status
from ge_tui.tui.diff import notes
from ge_tui.tui.diff.compare import Comparison
from ge_tui.tui.diff.folds import Key
from ge_tui.tui.diff.loading import Loaded
from ge_tui.tui.diff.mode import Mode, What
from ge_tui.tui.diff.module_page import module_page
from ge_tui.tui.diff.modules import as_tree, total
from ge_tui.tui.diff.page import Page, Row, page_of_lines, text_line
from ge_tui.tui.diff.pieces import prose
from ge_tui.tui.diff.text_page import Options, Style, text_page
from ge_tui.tui.diff.texts import visible
from ge_tui.tui.watch import Individual

Layers = tuple[ModuleShape, ...]
SPLIT_FROM = 100
"""So many columns side by side needs."""


def page_for(loaded: Loaded, individual: Individual, mode: Mode, opened: frozenset[Key], width: int) -> Page:
    """The page of what was read."""
    if mode.what is What.MODULES:
        return _modules(loaded, individual, mode, opened, width)
    return _text(loaded, individual, mode, opened, width)


def counts_of(loaded: Loaded, mode: Mode) -> str:
    """`+12 −3 lines`, or by how much the layers differ."""
    if mode.what is What.MODULES:
        old, new = _both_modules(loaded)
        if not old or not new:
            return ""
        before, after = total(as_tree(old))[0], total(as_tree(new))[0]
        return f"{before} → {after} layers" if before != after else f"{after} layers"
    comparison = loaded.comparison
    if comparison is None or not _has_two(loaded):
        return ""
    return "no difference" if comparison.equal else f"+{comparison.added} −{comparison.removed} lines"


def words_page(text: str, width: int) -> Page:
    """A page that says something."""
    return page_of_lines([text_line(part, "quiet") for part in prose(visible(text), width)] if text else [])


def _has_two(loaded: Loaded) -> bool:
    return loaded.answered.other is not None and loaded.answered.other.source is not None


# -- text ----------------------------------------------------------------------------------------------


def _text(loaded: Loaded, individual: Individual, mode: Mode, opened: frozenset[Key], width: int) -> Page:
    answered = loaded.answered
    above = notes.above(individual, answered.subject, width)
    below = notes.below(answered.subject, width) if individual.status is Status.FAILED else []
    if loaded.comparison is None:
        above += _said(notes.without_source(individual), width)
        return page_of_lines([*above, *below])
    style = _style(loaded, mode, width)
    if style in ("before", "after"):
        above = []
        below = []
    elif loaded.comparison.equal:
        above += _said(_same(loaded.comparison), width)
    if not _has_two(loaded):
        why = (
            "It has nothing to be compared with"
            if answered.other is None
            else f"#{answered.other.number} has no source"
        )
        above += _said(f"{why}: this is its whole source.", width)
    if above:
        above.append(text_line(""))
    options = Options(width, style, mode.wrap, mode.lines_around, opened)
    return text_page(loaded.comparison, options, above, below)


def _style(loaded: Loaded, mode: Mode, width: int) -> Style:
    if mode.what is What.SOURCE or not _has_two(loaded):
        return "after"
    if mode.what is What.BASE_SOURCE:
        return "before"
    return "split" if mode.split and width >= SPLIT_FROM else "unified"


def _same(comparison: Comparison) -> str:
    return f"The two texts are the same, all {len(comparison.after.lines)} lines."


def _said(text: str, width: int) -> list[Row]:
    return [text_line(part, "notice") for part in prose(visible(text), width)]


# -- layers --------------------------------------------------------------------------------------------


def _modules(loaded: Loaded, individual: Individual, mode: Mode, opened: frozenset[Key], width: int) -> Page:
    subject, other = loaded.answered.subject, loaded.answered.other
    old, new = _both_modules(loaded)
    if not new:
        return page_of_lines(_said(_no_layers(subject.number, individual), width))
    above: list[Row] = []
    for one in (other, subject):
        if one is not None and one.modules_of not in (None, one.number):
            above += _said(f"#{one.number} duplicates #{one.modules_of}: these are the layers of that one.", width)
    if other is not None and not old:
        above += _said(f"Layers of #{other.number} are not on record: these are all of #{subject.number}.", width)
    if above:
        above.append(text_line(""))
    return module_page(old or None, new, width, mode.lines_around, opened, above)


def _both_modules(loaded: Loaded) -> tuple[Layers, Layers]:
    answered = loaded.answered
    return () if answered.other is None else answered.other.modules or (), answered.subject.modules or ()


def _no_layers(number: int, individual: Individual) -> str:
    if individual.params is not None:
        return f"Layers of #{number} are not on record: the ge-tui that checked it did not keep them."
    if individual.status in (Status.FAILED, Status.REJECTED):
        return f"#{number} has no layers on record: its check did not get so far."
    return f"Layers of #{number} are known when its check has passed."
