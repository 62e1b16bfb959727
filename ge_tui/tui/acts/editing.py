"""Editing an individual's text: the editor, the checks, and what becomes of a text that does not pass."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from ge_tui.errors import UserError
from ge_tui.run.acts.editor import edit_text, editor
from ge_tui.run.acts.taking import edit_problem
from ge_tui.tui.screens.dialogs import Choice

if TYPE_CHECKING:
    from ge_tui.tui.acts.acting import Acting


async def edited(screen: Acting, number: int) -> str | None:
    """What the user made of an individual's text; None where there is nothing to enter. Raises UserError."""
    before = await screen.feed.ask(lambda reader: reader.source(number))
    if before is None:
        raise UserError(f"#{number} has no text")
    command = editor(os.environ)
    if command is None:
        raise UserError("no editor was found: set $EDITOR to one that is installed")
    text = before
    while True:
        text = _in_editor(screen, command, text, f"{screen.directory.name}-{number}.py")
        problem = await screen.feed.ask(partial(edit_problem, number=number, source=text))
        if not problem:
            return text
        if problem.startswith("nothing was changed"):
            screen.notify(f"{problem}: nothing was made of #{number}", markup=False)
            return None
        answers = [("again", "edit it again"), ("keep", "keep it as a file, and leave"), ("", "throw it away")]
        answer = await screen.app.push_screen_wait(
            Choice("This cannot be a network of the run.", answers, detail=problem)
        )
        if answer == "keep":
            file = _keep(screen.directory.path, number, text)
            screen.notify(str(file), title="Your text is in", markup=False, timeout=15)
        if answer != "again":
            return None


def _in_editor(screen: Acting, command: list[str], text: str, name: str) -> str:
    try:
        with screen.app.suspend():
            return edit_text(command, text, name)
    except SuspendNotSupported:
        raise UserError("this terminal cannot be given to an editor") from None


def _keep(folder: Path, number: int, text: str) -> Path:
    """A text that was not taken, on disk."""
    edits = folder / "edits"
    edits.mkdir(exist_ok=True)
    file = edits / f"{number}-{time.strftime('%Y%m%d-%H%M%S')}.py"
    file.write_text(text, encoding="utf-8", newline="")
    return file
