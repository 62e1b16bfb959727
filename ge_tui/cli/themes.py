"""`ge-tui themes`: what colours there are."""

from __future__ import annotations

import argparse

from ge_tui.cli.output import print_json
from ge_tui.errors import ExitCode
from ge_tui.tui.terminal.themes import find_themes


def themes(options: argparse.Namespace) -> int:
    """Every theme; 1 where one is broken."""
    found = find_themes()
    if options.json:
        print_json([{"name": t.name, "path": str(t.path), "description": t.description, "problem": t.problem}
                    for t in found])  # fmt: skip
    else:
        for theme in found:
            print(
                f"{theme.name:<16}{theme.description}"
                if not theme.problem
                else f"{theme.name}  BROKEN: {theme.problem}"
            )
    return ExitCode.FAILED if any(theme.problem for theme in found) else ExitCode.DONE
