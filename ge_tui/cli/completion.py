"""`ge-tui completion SHELL`: what a shell needs to complete our words, and the answers it asks for on each Tab.

The parser is asked what may follow, so that no list of options has to be kept beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import argcomplete
from argcomplete.completers import BaseCompleter, DirectoriesCompleter, FilesCompleter
from argcomplete.shell_integration import shellcode

from ge_tui.errors import ExitCode
from ge_tui.paths import default_runs, shipped_tasks, shipped_themes, user_tasks, user_themes

_STORE = "run.sqlite"


def completion(options: argparse.Namespace) -> int:
    """Print the script; the shell's own start-up file evaluates it."""
    print(shellcode(["ge-tui"], use_defaults=False, shell=options.shell))
    return ExitCode.DONE


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell and end the process. Nothing is imported that takes a while."""
    for each in _parsers(parser):
        for action in each._actions:
            _let_complete(action, each)
    argcomplete.autocomplete(parser, always_complete_options=False, default_completer=_Nothing())


class _Nothing(BaseCompleter):
    """Where nothing is known, file names would only mislead."""

    def __call__(self, **_: object) -> tuple[str, ...]:
        return ()


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def _let_complete(action: argparse.Action, parser: argparse.ArgumentParser) -> None:
    """Tell argcomplete what may stand for an option that has no choices of its own."""
    where: Any = action
    command = parser.prog.rpartition(" ")[2]
    if action.dest in ("run", "resume") and command != "ge-tui":
        where.completer = _runs
    elif action.dest == "individual":
        where.completer = _fixed("seed", "best")
    elif action.dest == "task":
        where.completer = _tasks
    elif action.dest in ("data", "prepare"):
        where.completer = _fixed("digits", "cifar10", "folder:")
    elif action.dest == "llm":
        where.completer = _models
    elif action.dest == "theme":
        where.completer = _themes
    elif action.dest in ("changes", "set"):
        where.completer = _settings if action.dest == "set" else _controls
    elif action.type is Path or action.dest == "file":
        where.completer = FilesCompleter()
    elif action.dest == "runs":
        where.completer = DirectoriesCompleter()


def _fixed(*words: str) -> Any:
    return lambda **_: words


def _runs(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    folder = Path(getattr(parsed_args, "runs", default_runs()))
    return sorted(path.parent.name for path in folder.glob(f"*/{_STORE}"))


def _tasks(**_: object) -> list[str]:
    return sorted(
        {path.parent.name for folder in (shipped_tasks(), user_tasks()) for path in folder.glob("*/task.toml")}
    )


def _themes(**_: object) -> list[str]:
    return sorted({path.stem for folder in (shipped_themes(), user_themes()) for path in folder.glob("*.toml")})


def _models(parsed_args: argparse.Namespace, **_: object) -> Iterable[str]:
    """What is known without asking a server."""
    return ["offline", "ollama:", *(f"replay:{name}" for name in _runs(parsed_args))]


def _settings(**_: object) -> list[str]:
    """Every setting, which costs the time of their import."""
    from ge_tui.settings.keys import all_keys  # noqa: PLC0415

    return [f"{key.short}{'.' if key.is_table else '='}" for key in all_keys()]


def _controls(**_: object) -> list[str]:
    from ge_tui.settings.keys import all_keys  # noqa: PLC0415

    return [f"{key.short}{'.' if key.is_table else '='}" for key in all_keys() if key.is_control]
