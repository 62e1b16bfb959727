"""The lines below the drawing: what is shown, and the individual under the cursor in words. Pure."""

from __future__ import annotations

from ge_tui.tui.lineage.family import Ancestry
from ge_tui.tui.lineage.picture import Answer, View, Wish


def status_line(answer: Answer, wish: Wish, total: int, filter_text: str, *, dead: int, separator: str) -> str:
    """What is shown, the most important first: the end may be cut."""
    parts = [_what(answer, wish, total)]
    kin = answer.lit.kin
    if kin.number is not None:
        ancestors, descendants = len(kin.ancestors), len(kin.descendants)
        parts.append(f"#{kin.number}: {_count(ancestors, 'ancestor')}, {_count(descendants, 'descendant')}")
        if ancestors:
            parts.append(f"main line of {len(kin.line)}")
    if answer.lit.matches is not None:
        parts.append(f"/{filter_text}: {len(answer.lit.matches)} found")
    if dead:
        parts.append(f"{dead} dead below")
    return f" {separator} ".join(parts)


def _what(answer: Answer, wish: Wish, total: int) -> str:
    if wish.view is View.LANES:
        return f"lanes: {wish.ancestry.value}" if wish.ancestry is not Ancestry.ANCESTORS else "lanes"
    if wish.view is View.LAYERS:
        less = f", {answer.left_out} left out" if answer.left_out else ""
        return f"layers: {_count(wish.hops, 'step')}{less}"
    return f"grid of {total:,}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
