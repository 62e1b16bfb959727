"""`ge-tui show RUN --prompts`: how the prompts of a run are worded, what each version earned, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.errors import UsageError, UserError
from ge_tui.printable import one_line, printable
from ge_tui.run.pool import Pool
from ge_tui.run.rewording import wording_trials
from ge_tui.run.store import RunReader
from ge_tui.run.store.wordings import KeptWording, rephrasings_of, wordings_of
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.search import credit


def print_prompts(reader: RunReader, *, as_json: bool) -> None:
    """A row for each version that was used or made, and a line for each new wording that was refused."""
    rows = _rows(reader)
    asked = rephrasings_of(reader.connection)
    if as_json:
        requests = [
            {"generation": kept.generation, "of": kept.of, "made": kept.made, "refusal": kept.refusal,
             "call": asdict(kept.call)}
            for kept in asked
        ]  # fmt: skip
        print_json({"versions": rows, "rephrasings": requests})
        return
    if not rows:
        print("this run has asked no language model, so it has no prompts")
        return
    shown = [_cells(row) for row in rows if row["tried"] or row["made_from"]]
    right = ("since", "tried", "valid", "improved", "rate (80 %)")
    print_table(table_of(("version", "made from", *right, "state"), shown, right))
    for kept in asked:
        if kept.made is None:
            print(f"generation {kept.generation}: a new wording of {printable(kept.of)} was refused ({kept.refusal}): "
                  f"{one_line(kept.call.detail)}")  # fmt: skip


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    figures = (str(row[name]) for name in ("born", "tried", "valid", "improved"))
    rate = f"{row['mean']:.2f} ({row['low']:.2f}-{row['high']:.2f})" if row["tried"] else "-"
    return row["version"], row["made_from"] or "-", *figures, rate, row["state"]


def print_wording(reader: RunReader, ref: str) -> None:
    """The text of one version, named as `--prompts` names it, or by the digest alone."""
    found = [
        kept for kept in wordings_of(reader.connection) if ref in (kept.version.ref, kept.version.ref.split("@")[-1])
    ]
    if not found:
        raise UserError(
            f"the run has no wording '{printable(ref)}'; its versions are listed by: ge-tui show RUN --prompts"
        )
    if len(found) > 1:
        raise UsageError(
            f"'{ref}' is the digest of {', '.join(kept.version.ref for kept in found)}; give the whole name"
        )
    print(printable(found[0].version.text).rstrip("\n"))


def _rows(reader: RunReader) -> list[dict[str, Any]]:
    objectives = objectives_from(reader.run().objectives)
    trials = [trial for _, trial in wording_trials(reader, Pool(reader, objectives), objectives)]
    kept = wordings_of(reader.connection)
    refs = {wording.id: wording.version.ref for wording in kept}
    rows = []
    for wording in sorted(kept, key=lambda wording: (wording.version.key, wording.id)):
        earned = credit(trials, wording.version.key).get(wording.version.ref)
        rows.append(
            {
                "version": wording.version.ref,
                "wording": wording.version.key,
                "made_from": refs.get(wording.parent or 0),
                "born": wording.born,
                "ended": wording.ended,
                "alive": wording.lives,
                "state": _state(wording),
                "tried": earned.tried if earned else 0,
                "valid": earned.valid if earned else 0,
                "improved": earned.improved if earned else 0,
                "low": earned.low if earned else None,
                "mean": earned.mean if earned else None,
                "high": earned.high if earned else None,
                "text": wording.version.text,
            }
        )
    return rows


def _state(wording: KeptWording) -> str:
    if not wording.lives:
        return f"gone in generation {wording.ended}: {wording.ending}"
    if wording.parent is None:
        return "in use"
    return "competes" if wording.holds_since is None else f"won in generation {wording.holds_since}"
