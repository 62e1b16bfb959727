"""Text that fits a place: safe, and exactly as wide as asked. Pure."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size


def safe(text: str) -> str:
    """In one line, with signs in place of what would steer a terminal."""
    return "".join("·" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in text)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Cut with an ellipsis or filled with spaces, in front where it is to stand right."""
    text = safe(text)
    if cell_len(text) > width:
        text = set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""
    missing = " " * (width - cell_len(text))
    return missing + text if right else text + missing


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
