"""`--help`: every option says what it does, and every example can be given."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from ge_tui.cli.parser import make_parser
from ge_tui.settings import parse_assignment


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in make_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def test_every_option_says_what_it_does() -> None:
    mute = [
        f"{name} {action.option_strings or action.dest}"
        for name, parser in commands()
        for action in parser._actions
        if not action.help
    ]
    assert mute == []


def test_every_value_has_a_name_that_a_reader_understands() -> None:
    """`--seed N`, not `--seed SEED`; `RUN`, not `run`."""
    unnamed = [
        f"{name} {action.option_strings or action.dest}"
        for name, parser in commands()
        for action in parser._actions
        if action.nargs != 0 and action.metavar is None and action.choices is None
    ]
    assert unnamed == []


def test_a_word_means_the_same_everywhere() -> None:
    """But for `--to`, which names the file or the folder that is written."""
    found: dict[str, set[str]] = {}
    for _, parser in commands():
        for action in parser._actions:
            for word in action.option_strings:
                found.setdefault(word, set()).add(str(action.metavar))
    assert {word: names for word, names in found.items() if len(names) > 1}.keys() == {"--to"}


@pytest.mark.parametrize(
    "example",
    [
        line.strip()
        for _, parser in commands()
        for line in (parser.epilog or "").splitlines()
        if line.startswith("  ge-tui ")
    ],
)
def test_every_example_can_be_given(example: str) -> None:
    words = shlex.split(re.sub(r" > \S+$", "", example))
    options = make_parser().parse_args(words[1:])
    given = [*getattr(options, "set", ()), *getattr(options, "changes", ())]
    assert all(parse_assignment(text, controls_only=words[1] == "steer") for text in given)
