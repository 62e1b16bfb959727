"""What of the pane is kept from one start to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ge_tui.tui.lineage.family import Ancestry
from ge_tui.tui.lineage.picture import View, Wish

MOST_HOPS = 8


def as_dict(wish: Wish, zoom: int) -> dict[str, Any]:
    """What is kept, as JSON has it."""
    return {
        "view": wish.view.value,
        "ancestry": wish.ancestry.name.lower(),
        "hops": wish.hops,
        "collapsed": sorted(view.value for view in wish.collapsed),
        "zoom": zoom,
    }


def from_dict(kept: Mapping[str, Any]) -> tuple[Wish, int]:
    """Never raises: what cannot be used is left out."""
    usual = Wish()
    views = {view.value: view for view in View}
    ancestries = {ancestry.name.lower(): ancestry for ancestry in Ancestry}
    collapsed = kept.get("collapsed")
    wish = Wish(
        views.get(_text(kept.get("view")), usual.view),
        ancestries.get(_text(kept.get("ancestry")), usual.ancestry),
        _whole(kept.get("hops"), 1, MOST_HOPS, usual.hops),
        frozenset(view for name, view in views.items() if name in collapsed) | {View.LANES}
        if isinstance(collapsed, list)
        else usual.collapsed,
    )
    return wish, _whole(kept.get("zoom"), -2, 2, 0)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object, least: int, most: int, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else otherwise
