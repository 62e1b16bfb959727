"""Options that several commands have: the same word means the same everywhere."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ge_tui.paths import default_runs

INDIVIDUAL = "NUMBER|seed|best"
"""How one individual is named."""


def add_run(parser: argparse.ArgumentParser) -> None:
    """The run that a command is about."""
    parser.add_argument("run", metavar="RUN", help="a run's name, or the path of its folder")


def add_runs_folder(parser: argparse.ArgumentParser) -> None:
    """Where runs are looked for by their names; unset on a command, so that what stands before it holds."""
    usual = default_runs()
    parser.add_argument(
        "--runs",
        type=Path,
        default=argparse.SUPPRESS if parser.prog.count(" ") else usual,
        metavar="DIR",
        help=f"the folder runs are kept in (default: {str(usual).replace('%', '%%')})",
    )


def add_json(parser: argparse.ArgumentParser, help_text: str = "print JSON, for programs") -> None:
    """What is printed for programs."""
    parser.add_argument("--json", action="store_true", help=help_text)


def add_set(parser: argparse.ArgumentParser, what: str = "a setting, over those of files") -> None:
    """Settings by their key."""
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help=f"{what}; may be given several times"
    )


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Running genomes where the box does not hold."""
    parser.add_argument(
        "--i-trust-this-code",
        dest="trust",
        action="store_true",
        help="run genomes even where this machine cannot keep them from your files and the network",
    )


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """The type of an option that takes a whole number in a range."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {low} to {high:,}")
        return int(text)

    return read
