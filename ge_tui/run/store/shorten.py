"""Cutting a run's database back to an earlier moment, in a copy that nobody works on yet."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ge_tui.run.store.records import TRAINING_ENDS
from ge_tui.run.store.writer import Store


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a run is cut."""

    event: int
    """The first event that is not kept."""
    last: int
    """The highest number that is."""
    generation: int
    """The last generation of which anything is."""
    is_open: bool
    """Whether that generation goes on."""


_LATER = frozenset({"checked", "failed", "duplicate", "training", "progress", "measured", "evaluated", "pruned"})
"""What may be told of an individual after the moment and is kept."""
_DONE = ("evaluated", "failed", "pruned", "duplicate", "rejected", "not_promoted")


def shorten(store: Store, cut: Cut, lowest_rung: str, seed: int) -> None:
    """Take out what came after a moment.

    Kept beyond it, to the end of that session of the engine: of whoever was accepted by then, the checks and the
    first trainings, at the lowest rung with the run's own seed.
    """
    with store.step() as connection:
        later = _Later(connection, cut, lowest_rung, seed)
        _count_losses(connection, cut)
        _cut_acts(connection, cut, later)
        _cut_trainings(connection, cut, later)
        _cut_events(connection, cut, later)
        _cut_proposals(connection, cut)
        _reset_individuals(connection, cut, later.accepted)
        _cut_generations(connection, cut)
        _cut_wordings(connection, cut)
        _cut_controls(connection, cut)
        _drop_loose_texts(connection)


class _Later:
    """What of the time after the moment is kept."""

    def __init__(self, connection: sqlite3.Connection, cut: Cut, rung: str, seed: int) -> None:
        rows = connection.execute("SELECT individual FROM event WHERE kind = 'accepted' AND seq < ?", (cut.event,))
        self.accepted = {number for (number,) in rows if number <= cut.last}
        self.rung, self.seed = rung, seed
        end = connection.execute(
            "SELECT min(seq) FROM event WHERE seq >= ? AND kind IN "
            "('recovered', 'interrupted', 'run_stopped', 'run_failed', 'run_finished') "
            "AND json_extract(payload, '$.gave_way') IS NULL",
            (cut.event,),
        ).fetchone()[0]
        self.end = cut.event if not cut.is_open else end or 1 << 62
        """The first event that nothing is kept from on."""
        self.killed = _killed(connection, cut, self.end)
        """The ends of trainings after the moment that came of an act after it."""

    def is_first(self, rung: str | None, seed: int | None) -> bool:
        """Whether a training, or what is told of one, is that which every individual begins with."""
        return rung in (None, self.rung) and seed in (None, self.seed)


def _count_losses(connection: sqlite3.Connection, cut: Cut) -> None:
    """How often an individual was under way when the engine died before the moment."""
    told = connection.execute(
        "SELECT kind, individual FROM event WHERE seq < ? AND kind IN ('training', 'interrupted', 'recovered', "
        "'measured', 'evaluated', 'pruned', 'failed', 'not_promoted') ORDER BY seq",
        (cut.event,),
    )
    under_way, done, lost = set[int](), set[int](), dict[int, int]()
    for kind, individual in told:
        if kind == "recovered":
            lost |= {number: lost.get(number, 0) + 1 for number in under_way}
            under_way.clear()
        elif kind == "training":
            under_way |= {individual} - done
        else:
            under_way.discard(individual)
            if kind not in ("measured", "interrupted"):
                done.add(individual)
    connection.execute("UPDATE individual SET lost = 0")
    connection.executemany("UPDATE individual SET lost = ? WHERE number = ?", [(n, of) for of, n in lost.items()])


def _killed(connection: sqlite3.Connection, cut: Cut, end: int) -> set[int]:
    """The events from the moment on that tell of trainings ended by acts that were not carried out by then."""
    rows = connection.execute(
        "SELECT seq, individual FROM event WHERE seq >= ? AND seq < ? AND kind = 'failed' "
        "AND json_extract(payload, '$.outcome') = 'killed'",
        (cut.event, end),
    ).fetchall()
    found = set()
    for seq, individual in rows:
        acted = connection.execute(
            "SELECT seq FROM event WHERE kind IN ('act_done', 'training') AND individual = ? "
            "AND coalesce(json_extract(payload, '$.act'), 'kill') = 'kill' AND seq < ? ORDER BY seq DESC LIMIT 1",
            (individual, seq + 2),  # what had not begun fails, and then the act is done
        ).fetchone()
        told = "SELECT 1 FROM event WHERE seq = ? AND kind = 'act_done'"
        if acted and acted[0] >= cut.event and connection.execute(told, acted).fetchone():
            found.add(seq)
    return found


def _cut_acts(connection: sqlite3.Connection, cut: Cut, later: _Later) -> None:
    """Acts of before the moment are kept; what came of them only later is still to be done."""
    rows = connection.execute(
        "SELECT seq, individual, kind, json_extract(payload, '$.seq'), json_extract(payload, '$.act'), "
        "json_extract(payload, '$.actor') FROM event WHERE kind IN ('act', 'act_refused', 'act_done') ORDER BY seq"
    ).fetchall()
    waits = "UPDATE act SET state = 'waiting', settled_at = NULL, outcome = '', child = NULL WHERE seq = ?"
    for seq, individual, kind, number, act, actor in rows:
        if actor is not None:
            if seq >= cut.event:
                connection.execute("DELETE FROM act WHERE seq = ?", (number,))
        elif seq >= cut.event:
            connection.execute(waits, (number,))
        elif kind == "act_done" and act == "kill" and _ends_unkept(connection, cut, later, individual, seq):
            connection.execute(waits, (number,))
            connection.execute("DELETE FROM event WHERE seq = ?", (seq,))
    connection.execute("UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(seq), 0) FROM act) WHERE name = 'act'")


def _ends_unkept(connection: sqlite3.Connection, cut: Cut, later: _Later, individual: int, done: int) -> bool:
    """Whether the training that was killed came to its end only after the moment, and is cut with that."""
    ends = "SELECT seq, json_extract(payload, '$.rung'), json_extract(payload, '$.seed') FROM event "
    row = connection.execute(
        ends + "WHERE individual = ? AND seq > ? AND kind = 'failed' "
        "AND json_extract(payload, '$.outcome') = 'killed' ORDER BY seq LIMIT 1",
        (individual, done),
    ).fetchone()
    before = connection.execute(
        "SELECT kind FROM event WHERE individual = ? AND seq < ? AND kind <> 'progress' AND kind NOT LIKE 'act%' "
        "ORDER BY seq DESC LIMIT 1",
        (individual, done),
    ).fetchone()
    if row is None or before is None or before[0] == "failed" or row[0] < cut.event:
        return False
    first = individual in later.accepted and later.is_first(row[1], row[2]) and row[0] < later.end
    return not first


def _cut_trainings(connection: sqlite3.Connection, cut: Cut, later: _Later) -> None:
    begun = [s for (s,) in connection.execute("SELECT seq FROM event WHERE kind = 'training' ORDER BY seq")]
    marks = ", ".join("?" * len(TRAINING_ENDS))
    told = connection.execute(
        f"SELECT seq, individual, json_extract(payload, '$.evaluation') FROM event WHERE kind IN ({marks})",
        tuple(TRAINING_ENDS),
    ).fetchall()
    rows = connection.execute("SELECT id, individual, rung, seed, status FROM evaluation ORDER BY id").fetchall()
    for start, (number, individual, rung, seed, status) in zip(begun, rows, strict=False):
        ends = [seq for seq, of, named in told if named == number or (named is None and of == individual)]
        ended = min((seq for seq in ends if seq > start), default=1 << 62)
        first = individual in later.accepted and later.is_first(rung, seed) and ended < later.end
        first = first and ended not in later.killed
        if status != "lost" and (ended < cut.event or first):
            continue
        if status == "lost" and start < cut.event:
            lost_by = connection.execute(
                "SELECT 1 FROM event WHERE seq > ? AND seq < ? AND kind IN ('recovered', 'interrupted') "
                "AND coalesce(json_extract(payload, '$.evaluation'), ?) = ?",
                (start, cut.event, number, number),
            ).fetchone()
            if lost_by:
                continue
        for table in ("metric", "curve"):
            connection.execute(f"DELETE FROM {table} WHERE evaluation = ?", (number,))
        is_cut_off = start < cut.event and _was_measured(connection, individual, start)
        connection.execute(
            "DELETE FROM event WHERE kind = 'progress' AND individual = ? AND seq > ? AND seq < ?",
            (individual, cut.event - 1 if is_cut_off else start, ended),
        )
        if is_cut_off:  # it began once more, and that is known to acts of before the moment
            connection.execute(
                "UPDATE evaluation SET status = 'lost', outcome = NULL, reason = '', wall_s = NULL, cpu_s = NULL, "
                "peak_mb = NULL, output_blob = NULL WHERE id = ?",
                (number,),
            )
        else:
            connection.execute("DELETE FROM evaluation WHERE id = ?", (number,))
            connection.execute("DELETE FROM event WHERE seq = ?", (start,))


def _was_measured(connection: sqlite3.Connection, individual: int, start: int) -> bool:
    """Whether a training is one of an individual that was measured before."""
    told = "SELECT 1 FROM event WHERE individual = ? AND seq < ? AND kind IN ('evaluated', 'not_promoted')"
    return connection.execute(told, (individual, start)).fetchone() is not None


def _cut_events(connection: sqlite3.Connection, cut: Cut, later: _Later) -> None:
    rows = connection.execute(
        "SELECT seq, kind, individual, json_extract(payload, '$.rung'), json_extract(payload, '$.seed'), "
        "json_extract(payload, '$.of') FROM event WHERE seq >= ? ORDER BY seq",
        (cut.event,),
    ).fetchall()
    done: set[int] = set()
    for seq, kind, individual, rung, seed, of in rows:
        keep = seq < later.end and kind in _LATER and individual in later.accepted and individual not in done
        keep = keep and seq not in later.killed
        if not (keep and later.is_first(rung, seed) and (of is None or of <= cut.last)):
            connection.execute("DELETE FROM event WHERE seq = ?", (seq,))
        elif kind not in ("checked", "training", "progress"):
            done.add(individual)


def _cut_proposals(connection: sqlite3.Connection, cut: Cut) -> None:
    told = "SELECT individual, count(*) FROM event WHERE kind = 'answered' AND seq < ? GROUP BY individual"
    answered = dict(connection.execute(told, (cut.event,)).fetchall())
    calls = connection.execute("SELECT id, individual, attempt, step FROM llm_call ORDER BY id").fetchall()
    seen: dict[int, int] = {}
    for number, individual, attempt, step in calls:
        seen[individual] = seen.get(individual, 0) + 1
        if individual > cut.last or seen[individual] > answered.get(individual, 0):
            where = "individual = ? AND attempt = ? AND step = ?"
            connection.execute(f"DELETE FROM call_wording WHERE {where}", (individual, attempt, step))
            connection.execute("DELETE FROM llm_call WHERE id = ?", (number,))
    insights = connection.execute(
        "SELECT count(*) FROM event WHERE kind = 'insight' AND seq < ?", (cut.event,)
    ).fetchone()[0]
    connection.execute("DELETE FROM insight WHERE id NOT IN (SELECT id FROM insight ORDER BY id LIMIT ?)", (insights,))
    for table in ("live_words", "live_call"):
        connection.execute(f"DELETE FROM {table}")


def _reset_individuals(connection: sqlite3.Connection, cut: Cut, accepted: set[int]) -> None:
    """Whoever is kept is as the events that are kept say."""
    connection.execute("DELETE FROM parent WHERE child > ?", (cut.last,))
    connection.execute("DELETE FROM carried WHERE generation > ?", (cut.generation,))
    if cut.is_open:
        told = "SELECT count(*) FROM event WHERE kind = 'carried' AND json_extract(payload, '$.generation') = ?"
        kept = connection.execute(told, (cut.generation,)).fetchone()[0]
        connection.execute(
            "DELETE FROM carried WHERE generation = ? AND slot NOT IN "
            "(SELECT slot FROM carried WHERE generation = ? ORDER BY slot LIMIT ?)",
            (cut.generation, cut.generation, kept),
        )
    connection.execute("DELETE FROM member WHERE generation > ? OR individual > ?", (cut.generation, cut.last))
    connection.execute("UPDATE individual SET duplicate_of = NULL WHERE duplicate_of > ?", (cut.last,))
    connection.execute("DELETE FROM individual WHERE number > ?", (cut.last,))
    marks = ", ".join("?" * len(_DONE))
    final = {n for (n,) in connection.execute(f"SELECT individual FROM event WHERE kind IN ({marks})", _DONE)}
    checked = {n for (n,) in connection.execute("SELECT individual FROM event WHERE kind = 'checked'")}
    for (number,) in connection.execute("SELECT number FROM individual").fetchall():
        if number not in checked:
            connection.execute(
                "UPDATE individual SET params = NULL, fingerprint = NULL, modules_blob = NULL WHERE number = ?",
                (number,),
            )
        if number in final:
            continue
        connection.execute(
            "UPDATE individual SET status = ?, outcome = NULL, reason = '', duplicate_of = NULL WHERE number = ?",
            ("waiting" if number in accepted else "proposing", number),
        )
        if number not in accepted:
            connection.execute(
                "UPDATE individual SET source_blob = NULL, syntax_hash = NULL, segment = NULL, persona = NULL, "
                "category = NULL, arguments = json_remove(arguments, '$.steps', '$.attempt', '$.model', '$.insight'), "
                "temperature = coalesce((SELECT json_extract(c.new, '$') FROM control c WHERE c.key = 'temperature' "
                "AND c.seq <= control_seq ORDER BY c.seq DESC LIMIT 1), temperature) WHERE number = ? AND slot >= 0",
                (number,),
            )


def _cut_generations(connection: sqlite3.Connection, cut: Cut) -> None:
    opened = connection.execute("SELECT 1 FROM event WHERE kind = 'generation_opened' LIMIT 1").fetchone()
    connection.execute("DELETE FROM generation WHERE number > ?", (cut.generation if opened else -1,))
    if cut.is_open:
        connection.execute("DELETE FROM member WHERE generation = ?", (cut.generation,))
        connection.execute(
            "UPDATE generation SET closed_at = NULL, hypervolume = NULL, front_size = NULL, children = NULL, "
            "evaluated = NULL, failed = NULL, duplicates = NULL WHERE number = ?",
            (cut.generation,),
        )


def _cut_wordings(connection: sqlite3.Connection, cut: Cut) -> None:
    """Prompts are worded anew before a generation's first child."""
    after = (cut.generation,)
    connection.execute("DELETE FROM rephrasing WHERE generation > ?", after)
    connection.execute("DELETE FROM wording WHERE born > ?", after)
    connection.execute("UPDATE wording SET ended = NULL, ending = '' WHERE ended > ?", after)
    connection.execute("UPDATE wording SET holds_since = NULL WHERE holds_since > ?", after)


def _cut_controls(connection: sqlite3.Connection, cut: Cut) -> None:
    """Numbers go on from the last that is kept."""
    told = "SELECT count(*) FROM event WHERE kind = 'control' AND seq < ?"
    kept = connection.execute(told, (cut.event,)).fetchone()[0]
    connection.execute(
        "DELETE FROM control WHERE actor <> 'launch' AND seq NOT IN "
        "(SELECT seq FROM control WHERE actor <> 'launch' ORDER BY seq LIMIT ?)",
        (kept,),
    )
    connection.execute("UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM control) WHERE name = 'control'")


def _drop_loose_texts(connection: sqlite3.Connection) -> None:
    """Texts that nothing refers to any more."""
    used = []
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        used += [f"SELECT {name} FROM {table}" for name in columns if name.endswith("_blob")]
    connection.execute(f"DELETE FROM blob WHERE id NOT IN ({' UNION '.join(used)})")
