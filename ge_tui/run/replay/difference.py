"""How what was derived again differs from what is on record."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

_LONG = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that did not come out as it is on record."""

    where: str
    """Whose it is: `individual 7`, `generation 2`, `call 7/0/1`."""
    field: str
    recorded: Any
    derived: Any
    moment: int
    """The number of the event at which it showed; 0: in the end."""

    def lines(self) -> list[str]:
        """For the user: whose, which field, both values; texts as a diff."""
        head = f"{self.where}: {self.field}"
        if isinstance(self.recorded, str) and isinstance(self.derived, str) and _is_long(self.recorded, self.derived):
            diff = difflib.unified_diff(
                self.recorded.splitlines(), self.derived.splitlines(), "recorded", "derived", lineterm=""
            )
            return [head, *diff]
        return [head, f"  recorded: {_shown(self.recorded)}", f"  derived:  {_shown(self.derived)}"]


class DiffersError(Exception):
    """A replay came to its first difference."""

    def __init__(self, difference: Difference) -> None:
        super().__init__("; ".join(difference.lines()[:3]))
        self.difference = difference


def _is_long(*texts: str) -> bool:
    return any("\n" in text or len(text) > _LONG for text in texts)


def _shown(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) and value else repr(value)
