"""Screens as text files: what stands where, and below it in which style. Written anew with UPDATE_SNAPSHOTS=1."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase

from textual.app import App

FOLDER = Path(__file__).with_name("snapshots")
_LETTERS = "." + ascii_lowercase + ascii_uppercase + "0123456789"


def picture(app: App[object]) -> str:
    """The screen: its lines, then its lines with a letter for each style, then the styles."""
    letters: dict[str, str] = {}
    text: list[str] = []
    styles: list[str] = []
    for line in app.screen._compositor.render_strips():
        words = letter = ""
        for segment in line:
            style = str(segment.style or "")
            sign = letters.setdefault(style, _LETTERS[len(letters)] if len(letters) < len(_LETTERS) else "?")
            words += segment.text
            letter += sign * segment.cell_length
        text.append(words.rstrip())
        styles.append(letter)
    legend = [f"{sign} {style}" for style, sign in letters.items()]
    return "\n".join([*text, "-" * 20, *map(_shortened, styles), "-" * 20, *legend]) + "\n"


def check(app: App[object], name: str) -> None:
    """Compare the screen with the one on file."""
    file, now = FOLDER / f"{name}.txt", picture(app)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8")
        return
    assert file.is_file(), f"no snapshot {file.name}: look at the screen, then run with UPDATE_SNAPSHOTS=1"
    before = file.read_text(encoding="utf-8")
    changes = difflib.unified_diff(before.splitlines(), now.splitlines(), "on file", "now", lineterm="", n=1)
    assert before == now, "\n".join(changes)


def ticking(start: float = 1_760_000_000.0) -> Iterator[float]:
    """A clock that goes on a second each time it is looked at."""
    return (start + tick for tick in count())


def _shortened(letters: str) -> str:
    """Runs of a letter as its number: `a12b3`."""
    parts: list[str] = []
    for letter in letters:
        if parts and parts[-1][0] == letter:
            parts[-1] = f"{letter}{int(parts[-1][1:]) + 1}"
        else:
            parts.append(f"{letter}1")
    return " ".join(parts)
