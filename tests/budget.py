"""How much of a long test is done: all of it by hand, less where the whole must be quick (`.ci/run` sets CI)."""

from __future__ import annotations

import os


def budget(whole: int, in_ci: int) -> int:
    """A count of rounds, cases or kills."""
    return in_ci if os.environ.get("CI") else whole
