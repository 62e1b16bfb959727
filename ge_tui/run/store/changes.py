"""What the built-in operators did."""

from __future__ import annotations

import sqlite3


def offline_changes(connection: sqlite3.Connection) -> dict[str, list[int]]:
    """For each kind of change that the built-in operators made, the individuals it made."""
    changes: dict[str, list[int]] = {}
    rows = connection.execute(
        "SELECT json_extract(step.value, '$.kind'), number FROM individual, json_each(arguments, '$.steps') AS step "
        "WHERE proposer = 'offline' ORDER BY number"
    )
    for kind, number in rows:
        changes.setdefault(str(kind), []).append(number)
    return changes
