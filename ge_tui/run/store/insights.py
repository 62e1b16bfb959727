"""What a language model said it learned, and where that was used again."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from ge_tui.run.store.blobs import get_text


@dataclass(frozen=True, slots=True)
class KeptInsight:
    """What a model said it learned from how an elite differs from the seed in a segment."""

    id: int
    text: str
    elite: int
    segment: str
    individual: int
    """In whose making it was said."""


def insights_of(
    connection: sqlite3.Connection, elites: Collection[int] | None = None, after: int = 0
) -> list[KeptInsight]:
    """The insights on record with a higher id than `after`, of all elites or of some, the oldest first."""
    condition = "1" if elites is None else f"elite IN ({', '.join('?' * len(elites))})"
    query = f"SELECT id, text_blob, elite, segment, individual FROM insight WHERE id > ? AND {condition} ORDER BY id"
    rows = connection.execute(query, (after, *(elites or ()))).fetchall()
    return [KeptInsight(number, get_text(connection, blob), *rest) for number, blob, *rest in rows]


def insight_uses(connection: sqlite3.Connection) -> dict[int, list[int]]:
    """For each insight that was used again, the individuals in whose making it was, the oldest first."""
    uses: dict[int, list[int]] = {}
    rows = connection.execute(
        "SELECT json_extract(arguments, '$.insight') AS insight, number FROM individual "
        "WHERE operator = 'eot' AND insight IS NOT NULL ORDER BY number"
    )
    for insight, number in rows:
        uses.setdefault(insight, []).append(number)
    return uses
