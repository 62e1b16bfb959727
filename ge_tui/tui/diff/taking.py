"""Taking what is shown elsewhere: the clipboard, an editor."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported
from textual.widget import Widget

from ge_tui.genome import unified_diff
from ge_tui.tui.diff import editor
from ge_tui.tui.diff.loading import Loaded
from ge_tui.tui.diff.mode import Mode, What
from ge_tui.tui.diff.module_page import module_text
from ge_tui.tui.terminal.clipboard import is_long

if TYPE_CHECKING:
    from ge_tui.tui.panes.pane import Watched


class Taking(Widget):
    """The actions of the pane that hand its texts out."""

    mode: Mode
    loaded: Loaded | None
    watched: Watched

    def say(self, text: str, *, trouble: bool = False) -> None:
        """A word to the user."""
        self.app.notify(text, severity="warning" if trouble else "information", markup=False)

    def action_copy(self) -> None:
        found = self._difference()
        if found is None:
            self.say("there is nothing to copy", trouble=True)
        else:
            self._copy(*found)

    def action_copy_source(self) -> None:
        found = self._source()
        if found is None:
            self.say("there is no source to copy", trouble=True)
        else:
            number, text = found
            self._copy(text, f"the source of #{number}")

    def action_edit(self) -> None:
        found = self._source()
        if found is None:
            self.say("there is no source to open", trouble=True)
            return
        command = editor.viewer(os.environ)
        if command is None:
            self.say("no editor was found: set $EDITOR to one that is installed", trouble=True)
            return
        number, text = found
        self._edit(command, text, f"{self.watched.feed.directory.name}-{number}.py")

    def _edit(self, command: list[str], text: str, name: str) -> None:
        try:
            with editor.read_only_copy(text, name) as file, self.app.suspend():
                status = editor.show(command, file)
        except SuspendNotSupported:
            self.say("this terminal cannot be given to an editor", trouble=True)
        except OSError as error:
            self.say(f"{command[0]} could not be started: {error}", trouble=True)
        else:
            if status:
                self.say(f"{command[0]} ended with status {status}", trouble=True)

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        lines = text.count("\n")
        warning = "; it is long, and some terminals may not take it" if is_long(text) else ""
        self.say(f"copied {what}, {lines} line{'' if lines == 1 else 's'}{warning}")

    def _difference(self) -> tuple[str, str] | None:
        """What is compared, as a text; and what that is."""
        if self.loaded is None or self.loaded.answered.other is None:
            return None
        one, other = self.loaded.answered.subject, self.loaded.answered.other
        if self.mode.what is What.MODULES:
            if not one.modules or not other.modules:
                return None
            return module_text(other.modules, one.modules), f"the layers of #{other.number} and #{one.number}"
        if one.source is None or other.source is None:
            return None
        names = f"individual-{other.number}", f"individual-{one.number}"
        context = min(self.mode.lines_around, len(one.source))
        return unified_diff(other.source, one.source, *names, context), f"the diff of #{other.number} and #{one.number}"

    def _source(self) -> tuple[int, str] | None:
        """The source that is meant: the other's only while it is the one that is shown."""
        if self.loaded is None:
            return None
        answered = self.loaded.answered
        subject = answered.subject
        if self.mode.what is What.BASE_SOURCE and answered.other is not None:
            subject = answered.other
        return None if subject.source is None else (subject.number, subject.source)
