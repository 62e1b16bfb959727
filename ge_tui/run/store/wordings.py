"""How prompts are worded, on record: every version of every wording, what calls used, and who was asked for another."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ge_tui.llm.calls import NO_CHILD, CallRecord
from ge_tui.llm.prompts.wordings import Version
from ge_tui.llm.rephrasing import Refused
from ge_tui.run.store.blobs import get_text, put_text
from ge_tui.run.store.values import to_json, to_text
from ge_tui.run.store.writer import Store

_REPHRASING = (
    "generation", "refusal", "model", "digest", "server_version", "options", "prompt_blob", "answer_blob",
    "thinking_blob", "failure", "detail", "finished", "prompt_tokens", "completion_tokens", "first_token_s", "load_s",
    "total_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptWording:
    """A version as it stands on record."""

    id: int
    version: Version
    parent: int | None
    """What it was made from; None for an original, which is as the files have it."""
    original: int
    """The first of its line; itself for an original."""
    born: int
    """The generation it came in."""
    holds_since: int | None
    """The generation from which others are measured against it; None for one that is yet to win."""
    ended: int | None
    ending: str

    @property
    def lives(self) -> bool:
        """Whether it is drawn from."""
        return self.ended is None


@dataclass(frozen=True, slots=True)
class KeptRephrasing:
    """A call that asked for another wording."""

    generation: int
    of: str
    """The ref of what was to be reworded."""
    made: str | None
    """The ref of what came of it; None where it was refused."""
    refusal: str
    call: CallRecord


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a version: it goes, for this reason, or from now on it is the one to beat."""

    wording: KeptWording
    ending: str | None
    """None: it won."""


def wordings_of(connection: sqlite3.Connection) -> list[KeptWording]:
    """Every version there ever was, in the order they came."""
    rows = connection.execute(
        "SELECT id, key, text_blob, parent, coalesce(original, id), born, holds_since, ended, ending "
        "FROM wording ORDER BY id"
    ).fetchall()
    return [KeptWording(id_, Version(key, get_text(connection, blob)), *rest) for id_, key, blob, *rest in rows]


def living_versions(connection: sqlite3.Connection) -> Mapping[str, tuple[Version, ...]]:
    """What to draw from, by key, where that is anything else than the original alone."""
    rows = connection.execute(
        "SELECT key, text_blob FROM wording WHERE ended IS NULL AND key IN "
        "(SELECT key FROM wording WHERE ended IS NULL AND parent IS NOT NULL) ORDER BY id"
    ).fetchall()
    living: dict[str, list[Version]] = {}
    for key, blob in rows:
        living.setdefault(key, []).append(Version(key, get_text(connection, blob)))
    return {key: tuple(versions) for key, versions in living.items()}


def wordings_used(connection: sqlite3.Connection, where: tuple[int, int, int]) -> tuple[str, ...]:
    """The refs of what a call was worded by."""
    rows = connection.execute(
        "SELECT w.ref FROM call_wording c JOIN wording w ON w.id = c.wording "
        "WHERE c.individual = ? AND c.attempt = ? AND c.step = ? ORDER BY w.id",
        where,
    )
    return tuple(ref for (ref,) in rows)


def uses(connection: sqlite3.Connection) -> list[tuple[int, int, str, str]]:
    """Individual, attempt, key and ref of each use of a version in a call that was answered."""
    return connection.execute(
        "SELECT c.individual, c.attempt, w.key, w.ref FROM call_wording c JOIN wording w ON w.id = c.wording "
        "JOIN llm_call l USING (individual, attempt, step) WHERE l.failure IS NULL "
        "ORDER BY c.individual, c.attempt, c.step, w.id"
    ).fetchall()


def note_wordings(connection: sqlite3.Connection, call: CallRecord) -> None:
    """What a call used, inside the step that keeps the call. A version that this run does not know is left out."""
    connection.executemany(
        "INSERT INTO call_wording (individual, attempt, step, wording) SELECT ?, ?, ?, id FROM wording WHERE ref = ?",
        [(call.individual, call.attempt, call.step, ref) for ref in call.wordings],
    )


def rephrasings_of(connection: sqlite3.Connection) -> list[KeptRephrasing]:
    """Every call that asked for another wording, the oldest first."""
    return _rephrasings(connection, "1", ())


def find_rephrasing(connection: sqlite3.Connection, generation: int) -> KeptRephrasing | None:
    """The call that asked for another wording in a generation."""
    found = _rephrasings(connection, "r.generation = ?", (generation,))
    return found[0] if found else None


def keep_originals(store: Store, versions: Iterable[Version]) -> None:
    """Put the texts of the files on record. Where a file changed since, what came of its old text goes."""
    current = {version.ref: version for version in versions}
    known = {kept.version.ref: kept for kept in wordings_of(store.connection)}
    by_id = {kept.id: kept for kept in known.values()}
    stale = [kept for kept in known.values() if kept.lives and by_id[kept.original].version.ref not in current]
    going_on = {by_id[kept.original].version.ref for kept in known.values() if kept.lives}
    if not stale and current.keys() <= going_on:
        return
    now = max((row.number for row in store.generations()), default=0)
    with store.step() as connection:
        for kept in stale:
            _end(store, connection, kept, now, "its file was changed")
        for ref, version in current.items():
            if ref in known and ref not in going_on:
                connection.execute(
                    "UPDATE wording SET ended = NULL, ending = '', holds_since = ? WHERE ref = ?", (now, ref)
                )
            elif ref not in known:
                _insert(connection, version, None, now, holds=True)


def settle(store: Store, generation: int, changes: Iterable[Change]) -> None:
    """Put on record how contests ended, all in one step."""
    with store.step() as connection:
        for change in changes:
            kept = change.wording
            if change.ending is not None:
                _end(store, connection, kept, generation, change.ending)
                continue
            connection.execute("UPDATE wording SET holds_since = ? WHERE id = ?", (generation, kept.id))
            store.event("wording_won", None, wording=kept.version.ref, generation=generation)


def keep_rephrasing(
    store: Store,
    generation: int,
    of: KeptWording,
    call: CallRecord,
    outcome: Version | Refused,
    clock: Callable[[], float] = time.time,
) -> None:
    """Put a call on record together with what came of it: a version that lives from now on, or a refusal."""
    with store.step() as connection:
        made = _insert(connection, outcome, of, generation) if isinstance(outcome, Version) else None
        values = {
            **{name: getattr(call, name) for name in _REPHRASING if hasattr(call, name)},
            "generation": generation, "at": clock(), "wording": of.id, "made": made,
            "refusal": outcome.reason if isinstance(outcome, Refused) else "",
            "detail": to_text(outcome.detail if isinstance(outcome, Refused) else call.detail),
            "options": to_json(dict(call.options)), "finished": int(call.finished),
            "prompt_blob": put_text(connection, call.prompt), "answer_blob": put_text(connection, call.answer),
            "thinking_blob": put_text(connection, call.thinking) if call.thinking else None,
        }  # fmt: skip
        connection.execute(
            f"INSERT INTO rephrasing ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            tuple(values.values()),
        )
        if isinstance(outcome, Version):
            store.event("wording_born", None, wording=outcome.ref, of=of.version.ref, generation=generation)
        else:
            store.event("wording_refused", None, of=of.version.ref, generation=generation, reason=outcome.reason,
                        detail=outcome.detail)  # fmt: skip


def _insert(
    connection: sqlite3.Connection, version: Version, parent: KeptWording | None, born: int, *, holds: bool = False
) -> int:
    made = connection.execute(
        "INSERT INTO wording (ref, key, text_blob, parent, original, born, holds_since) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            version.ref, version.key, put_text(connection, version.text), parent.id if parent else None,
            parent.original if parent else None, born, born if holds else None,
        ),
    )  # fmt: skip
    return int(made.lastrowid or 0)


def _end(store: Store, connection: sqlite3.Connection, kept: KeptWording, generation: int, why: str) -> None:
    connection.execute("UPDATE wording SET ended = ?, ending = ? WHERE id = ?", (generation, why, kept.id))
    store.event("wording_gone", None, wording=kept.version.ref, generation=generation, reason=why)


def _rephrasings(connection: sqlite3.Connection, where: str, parameters: tuple[int, ...]) -> list[KeptRephrasing]:
    columns = ", ".join(f"r.{name}" for name in _REPHRASING)
    rows = connection.execute(
        f"SELECT {columns}, w.ref, m.ref FROM rephrasing r JOIN wording w ON w.id = r.wording "
        f"LEFT JOIN wording m ON m.id = r.made WHERE {where} ORDER BY r.generation",
        parameters,
    ).fetchall()
    return [_rephrasing(connection, row) for row in rows]


def _rephrasing(connection: sqlite3.Connection, row: tuple[Any, ...]) -> KeptRephrasing:
    *found, of, made = row
    values: dict[str, Any] = dict(zip(_REPHRASING, found, strict=True))
    generation, refusal = values.pop("generation"), values.pop("refusal")
    for name in ("prompt", "answer", "thinking"):
        blob = values.pop(f"{name}_blob")
        values[name] = "" if blob is None else get_text(connection, blob)
    values |= {"options": json.loads(values["options"]), "finished": bool(values["finished"])}
    call = CallRecord(NO_CHILD, 0, 0, "rephrase", "rephrase", "", "", None, system="", **values)
    return KeptRephrasing(generation, of, made, refusal, call)
