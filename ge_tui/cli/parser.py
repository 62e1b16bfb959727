"""The words of the command line. Settings and their help come from the schema."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from ge_tui import __version__
from ge_tui.paths import default_runs
from ge_tui.settings.describe import help_text

Command = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_ACT_NAMES = ("pin", "unpin", "veto", "unveto", "kill", "again", "breed", "cross", "aim", "edit")
_ACTS = """what can be done:
  pin N, unpin N    every selection keeps it
  veto N, unveto N  it is no parent any more
  kill N            end its training; the curve so far is kept
  again N           train it once more: another seed (mean and deviation follow), or --rung full
  breed N           the next proposal is made from it
  cross N M         the next proposal crosses both; N is the one that is changed
  aim N             the next proposal changes it as --segment, --persona and --instruction say
  edit N            your text enters as its child, after the same checks; without --file in $EDITOR
"""


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ge-tui", description="Evolve PyTorch networks with a language model, in the terminal."
    )
    parser.add_argument("--version", action="version", version=f"ge-tui {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_app(commands)
    _add_run(commands)
    _add_looks(commands)
    _add_steer(commands)
    _add_act(commands)
    _add_trials(commands)
    _add_apply(commands)
    _add_machine(commands)
    return parser


def _add(
    commands: Commands, name: str, module: str, summary: str, epilog: str | None = None
) -> argparse.ArgumentParser:
    """A command whose module is imported when it is called, so that `--help` answers at once."""

    def command(options: argparse.Namespace) -> int:
        function: Command = getattr(importlib.import_module(f"ge_tui.cli.{module}"), name)
        return function(options)

    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=epilog,
    )
    parser.set_defaults(command=command)
    return parser


def _add_app(commands: Commands) -> None:
    attach = _add(commands, "attach", "app", "watch and steer a run in the app")
    attach.add_argument("run", nargs="?", help="its name or path; none: the one that works now, or a list")
    _add_runs_folder(attach)


def _add_run(commands: Commands) -> None:
    run = _add(
        commands,
        "run",
        "run",
        "evolve, without a screen",
        epilog=f"settings (--set KEY=VALUE, or in a TOML file):\n{help_text()}",
    )
    run.add_argument("--task", help="a task's name or folder")
    run.add_argument("--data", help="the data set: digits, cifar10, folder:PATH, ...")
    run.add_argument(
        "--llm", help="where proposals come from: offline, ollama:MODEL, ollama:MODEL=2,OTHER=1, replay:RUN"
    )
    run.add_argument("--population", help="children a generation")
    run.add_argument("--generations", help="generations after the initial population")
    run.add_argument("--seed", help="of every draw the run makes")
    run.add_argument(
        "--config", metavar="FILE.toml", type=Path, action="append", default=[], help="settings from a file"
    )
    run.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="one setting; may be repeated")
    _add_trust(run)
    _add_runs_folder(run)
    run.add_argument("--name", default="", help="of the new run; made up where not given")
    run.add_argument("--resume", metavar="RUN", help="go on with a run that stopped")
    run.add_argument("--json", action="store_true", help="print one JSON object a line")


def _add_looks(commands: Commands) -> None:
    runs = _add(commands, "runs", "look", "list the runs")
    _add_runs_folder(runs)
    runs.add_argument("--json", action="store_true")
    show = _add(commands, "show", "look", "show a run, or one of its individuals")
    show.add_argument("run")
    show.add_argument("individual", nargs="?", metavar="NUMBER|seed|best", help="one individual")
    _add_runs_folder(show)
    show.add_argument("--json", action="store_true")
    what = show.add_mutually_exclusive_group()
    for name, summary in (
        ("source", "its source text"),
        ("diff", "what was changed against its first parent"),
        ("prompt", "what the language model was asked in its making"),
        ("answer", "what the language model said"),
    ):
        what.add_argument(f"--{name}", dest="text", action="store_const", const=name, help=summary)
    what.add_argument("--credit", action="store_true", help="of a run: what each persona, operator, ... has earned")
    what.add_argument(
        "--prompts", action="store_true", help="of a run: how its prompts are worded, and what that earned"
    )
    what.add_argument("--time", action="store_true", help="of a run: how busy model and training slots were")
    what.add_argument("--wording", metavar="VERSION", help="of a run: the text of one version that --prompts lists")


def _add_steer(commands: Commands) -> None:
    steer = _add(commands, "steer", "steer", "change controls of a run, while it runs or before it is resumed")
    steer.add_argument("run")
    steer.add_argument("changes", nargs="*", metavar="KEY=VALUE", help="as in pause=true; none: show what is in force")
    _add_runs_folder(steer)
    steer.add_argument("--json", action="store_true")


def _add_act(commands: Commands) -> None:
    act = _add(commands, "act", "act", "pin, veto, kill, breed, cross, edit, ... individuals of a run", epilog=_ACTS)
    act.add_argument("run")
    act.add_argument("do", nargs="?", metavar="ACT", choices=_ACT_NAMES, help="none: list what was done")
    act.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="of whom; of two for cross")
    act.add_argument("--file", metavar="FILE", type=Path, help="edit: the new text; - for standard input")
    act.add_argument("--operator", choices=("mutate", "eot"), help="breed, aim: how it is changed")
    act.add_argument("--persona", help="breed, cross, aim: who the language model plays")
    act.add_argument("--segment", help="breed, aim: the part to be changed")
    act.add_argument("--instruction", metavar="TEXT", help="breed, aim: what is asked for, in your own words")
    act.add_argument("--rung", choices=("full",), help="again: the full recipe; kept apart from the run's own rung")
    act.add_argument("--seed", type=int, help="again: of the training; one it was not trained with yet where not given")
    _add_runs_folder(act)
    act.add_argument("--json", action="store_true")


def _add_trials(commands: Commands) -> None:
    evaluate = _add(commands, "evaluate", "trial", "train one genome file and print its metrics")
    check = _add(commands, "check", "trial", "put one genome file through what a child goes through before training")
    for parser in (evaluate, check):
        parser.add_argument("file", type=Path)
        parser.add_argument("--task", default="ExquisiteNetV2")
        parser.add_argument("--data", default="auto")
        parser.add_argument("--recipe", default="")
        parser.add_argument("--rung", default="")
        parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="an evaluation.* setting")
        _add_trust(parser)
        parser.add_argument("--json", action="store_true")
    evaluate.add_argument("--seed", type=int, default=0)


def _add_apply(commands: Commands) -> None:
    apply = _add(commands, "apply", "apply", "read an LLM's answer and print the child's source, or why there is none")
    apply.add_argument("--parent", metavar="FILE", type=Path, required=True, help="the genome that was to be changed")
    apply.add_argument("--segment", metavar="NAME", help="the segment that was to be changed (default: the whole file)")
    apply.add_argument("--edits", action="store_true", help="search/replace edits were asked for")
    apply.add_argument("--task", default="ExquisiteNetV2", help="whose classes and functions must stay")
    apply.add_argument("answer", metavar="ANSWER", type=Path, help="a file with the answer; - for standard input")


def _add_machine(commands: Commands) -> None:
    for name, module, summary in (
        ("tasks", "machine", "list the tasks, broken ones with what is wrong"),
        ("data", "machine", "list the data sets, or prepare one (downloads it where needed)"),
        ("models", "models", "list the language models on the Ollama server, or fetch one"),
        ("doctor", "doctor", "look at this machine: what is there, what is missing, what to do"),
        ("themes", "themes", "list the app's themes, broken ones with what is wrong"),
    ):
        parser = _add(commands, name, module, summary)
        parser.add_argument("--json", action="store_true")
        if name == "data":
            parser.add_argument("prepare", nargs="?", metavar="NAME", help="digits, cifar10, folder:PATH, ...")
        if name == "models":
            parser.add_argument("do", nargs="?", metavar="pull", choices=("pull",), help="fetch a model")
            parser.add_argument("name", nargs="?", metavar="NAME", help="as in qwen2.5-coder:7b")
        if name == "doctor":
            _add_runs_folder(parser)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--i-trust-this-code",
        dest="trust",
        action="store_true",
        help="run genomes even where this machine cannot keep them from your files and the network",
    )


def _add_runs_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--runs",
        type=Path,
        default=default_runs(),
        metavar="DIR",
        help="the folder runs are kept in (default: %(default)s)",
    )
