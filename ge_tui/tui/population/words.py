"""The line below the table: how much of the run it shows. Pure."""

from __future__ import annotations

from ge_tui.run.store import Status


def status_line(
    shown: int, total: int, counts: dict[Status, int], *, sort: str, filter_text: str, following: bool, separator: str
) -> str:
    """What the table shows, the most important first: the end may be cut."""
    parts = [f"{shown} of {total}" if shown != total else f"{total}"]
    if filter_text:
        parts.append(f"/{filter_text}")
    parts += [
        f"{counts[status]} {word}"
        for status, word in ((Status.EVALUATING, "in training"), (Status.FAILED, "failed"))
        if counts.get(status)
    ]
    if following:
        parts.append("following the newest")
    parts.append(f"by {sort}")
    return f" {separator} ".join(parts)
