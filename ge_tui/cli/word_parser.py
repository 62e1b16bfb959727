"""argparse, whose complaints are one line: what is wrong, the word that was likely meant, where to look."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NoReturn

from ge_tui.errors import ExitCode


class WordParser(argparse.ArgumentParser):
    """The parser of `ge-tui` and of each of its commands."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            words: WordParser = getattr(options, "words", self)
            words.error(_unknown(unknown[0], words._option_string_actions))
        return options

    def error(self, message: str) -> NoReturn:
        end = "" if message.endswith("?") else "."
        self.exit(ExitCode.USAGE, f"ge-tui: {message}{end} `{self.prog} --help` lists what there is\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        if isinstance(action, argparse._SubParsersAction):
            raise argparse.ArgumentError(None, f"no command '{value}'{_near(str(value), choices)}")
        raise argparse.ArgumentError(action, f"'{value}' is none of {', '.join(choices)}{_near(str(value), choices)}")


def _unknown(word: str, options: Iterable[str]) -> str:
    if not word.startswith("-"):
        return f"'{word}' is one word too many"
    name = word.partition("=")[0]
    return f"no option {name}{_near(name, [option for option in options if option.startswith('--')])}"


def _near(word: str, words: Iterable[str]) -> str:
    close = get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]}?" if close else ""
