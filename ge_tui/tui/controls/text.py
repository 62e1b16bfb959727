"""Text that fits a place of the pane: in one line, or in a few. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from ge_tui.tui.text import safe as cells


def safe(text: str) -> str:
    """In one line, as it may be shown; blanks stay as they are."""
    return cells.clean(text).replace("\n", " ")


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Exactly as wide as asked."""
    return cells.fit(safe(text), width, right=right)


def wrap(text: str, width: int, lines: int) -> list[str]:
    """At most so many lines; what does not fit ends in an ellipsis."""
    done: list[str] = []
    rest = safe(text).split()
    while rest and len(done) < lines:
        if len(done) == lines - 1:
            done.append(fit(" ".join(rest), width).rstrip())
            break
        line = rest.pop(0)
        while rest and cell_len(line) + 1 + cell_len(rest[0]) <= width:
            line += f" {rest.pop(0)}"
        done.append(fit(line, width).rstrip())
    return done
