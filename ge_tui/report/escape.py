"""Texts that others wrote (genomes, models, users) as something a page can hold. Pure."""

from __future__ import annotations

import html

from ge_tui.printable import printable


def escape(text: object) -> str:
    """A text as the content of an element or of a quoted attribute; nothing in it can be markup or steer anything."""
    return html.escape(printable(str(text)), quote=True)
