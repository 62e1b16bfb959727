"""`ge-tui data`: the data sets, and making one ready."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from ge_tui.cli.download import DownloadLine
from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.errors import ExitCode
from ge_tui.evaluation.data import catalogue, prepare


def data(options: argparse.Namespace) -> int:
    """The data sets, or one of them made ready."""
    if options.prepare:
        _make_ready(options.prepare, as_json=options.json)
        return ExitCode.DONE
    entries = [asdict(info) for info in catalogue()]
    if options.json:
        print_json(entries)
    else:
        names = [name.replace("_", " ") for name in entries[0]]
        print_table(table_of(names, [[_cell(value) for value in entry.values()] for entry in entries]))
    return ExitCode.DONE


def _make_ready(name: str, *, as_json: bool) -> None:
    ready = prepare(name, on_progress=DownloadLine(quiet=as_json))
    if as_json:
        print_json({"name": ready.name, "folder": str(ready.folder), "counts": ready.counts, "classes": ready.classes})
        return
    counts = ", ".join(f"{number:,} {part}" for part, number in ready.counts.items())
    size = f"{ready.channels} x {ready.image_size} x {ready.image_size}"
    print(f"{ready.name}: {counts}; {ready.classes} classes, images {size}; {ready.folder}")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
