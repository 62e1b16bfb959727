"""Texts kept once, by their content."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib

from ge_tui.run.store.connection import StoreError


def put_text(connection: sqlite3.Connection, text: str) -> int:
    """Store a text inside the caller's transaction; the id of its blob, an old one where it is known."""
    raw = text.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(raw).digest()
    known = connection.execute("SELECT id FROM blob WHERE sha256 = ?", (digest,)).fetchone()
    if known:
        return int(known[0])
    packed = zlib.compress(raw, 6)
    codec, data = ("zlib", packed) if len(packed) < len(raw) else ("raw", raw)
    cursor = connection.execute(
        "INSERT INTO blob (sha256, size, codec, data) VALUES (?, ?, ?, ?)", (digest, len(raw), codec, data)
    )
    return int(cursor.lastrowid or 0)


def get_text(connection: sqlite3.Connection, blob: int) -> str:
    """The text of a blob. Raises KeyError where there is none, StoreError where it is damaged."""
    row = connection.execute("SELECT codec, data FROM blob WHERE id = ?", (blob,)).fetchone()
    if row is None:
        raise KeyError(blob)
    try:
        raw = zlib.decompress(row[1]) if row[0] == "zlib" else row[1]
        return str(raw.decode("utf-8", "surrogatepass"))
    except (zlib.error, UnicodeDecodeError) as error:
        raise StoreError(f"a text of the run's database is damaged ({error}); bring it back from a backup") from None


def damaged_texts(connection: sqlite3.Connection) -> list[int]:
    """The blobs that are not what their digests say."""
    found = []
    for number, digest, codec, data in connection.execute("SELECT id, sha256, codec, data FROM blob"):
        try:
            raw = zlib.decompress(data) if codec == "zlib" else data
        except zlib.error:
            raw = None
        if raw is None or hashlib.sha256(raw).digest() != digest:
            found.append(number)
    return found
