"""`ge-tui fork`: a new run from any moment of an old one."""

from __future__ import annotations

import argparse

from ge_tui.cli.advice import resume_command
from ge_tui.cli.given import given_settings
from ge_tui.cli.output import print_all_the_same
from ge_tui.errors import ExitCode
from ge_tui.run.directory import find_run
from ge_tui.run.fork import Moment, origin_of
from ge_tui.run.fork import fork as make_fork
from ge_tui.run.proposers import check_llm
from ge_tui.run.store import RunReader
from ge_tui.run.store.values import to_json

_FLAGS = ("llm", "population", "generations")


def fork(options: argparse.Namespace) -> int:
    """Make the fork, and say how to go on with it."""
    original = find_run(options.runs, options.run)
    if options.llm is not None:
        check_llm(options.llm, options.runs)
    changes = given_settings(options, _FLAGS)
    made = make_fork(original, options.runs, Moment.parse(options.at), options.name, changes)
    with RunReader(made.database) as run:
        origin, individuals = origin_of(run), len(run.individuals())
    assert origin is not None
    if options.json:
        print_all_the_same(
            to_json({"run": made.name, "path": str(made.path), "from": origin.run, "moment": origin.moment,
                     "individuals": individuals})
        )  # fmt: skip
        return ExitCode.DONE
    print_all_the_same(f"{made.name} is {origin.run} {origin.moment}: {individuals} individuals with the seed")
    print_all_the_same(f"go on with: {resume_command(made)}")
    return ExitCode.DONE
