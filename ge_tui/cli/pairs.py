"""`--pairs`: a run's answers as preference pairs, for fine-tuning a language model on what worked."""

from __future__ import annotations

import argparse

from ge_tui.cli.output import print_all_the_same
from ge_tui.errors import ExitCode
from ge_tui.run.directory import find_run
from ge_tui.run.pairs import export_pairs
from ge_tui.run.store import RunReader
from ge_tui.run.store.values import to_json


def write_pairs(options: argparse.Namespace) -> int:
    """Write the file that `--pairs` names, and say how many pairs it has; 1 where there are none."""
    directory = find_run(options.runs, options.run)
    file = options.pairs.expanduser()
    with RunReader(directory.database) as run:
        count = export_pairs(run, file)
    told = f"{count:,} pairs of {directory.name} are in {file}"
    print_all_the_same(to_json({"pairs": count, "file": str(file)}) if options.json else told)
    return ExitCode.DONE if count else ExitCode.FAILED
