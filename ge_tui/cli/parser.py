"""The words of the command line. Settings and their help come from the schema."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from ge_tui import __version__
from ge_tui.paths import default_runs

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
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error that is the program's")
    _add_runs_folder(parser)
    _add_terminal(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_app(commands)
    _add_run(commands)
    _add_looks(commands)
    _add_results(commands)
    _add_steer(commands)
    _add_act(commands)
    _add_export(commands)
    _add_trials(commands)
    _add_apply(commands)
    _add_replay(commands)
    _add_machine(commands)
    completion = _add(commands, "completion", "completion", "print what makes your shell complete ge-tui's words")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    return parser


class _RunParser(argparse.ArgumentParser):
    """Its help ends in all settings, which take a while to import."""

    def format_help(self) -> str:
        from ge_tui.settings.describe import help_text  # noqa: PLC0415

        return f"{super().format_help()}\nsettings (--set KEY=VALUE, or in a TOML file):\n{help_text()}\n"


def _add(
    commands: Commands,
    name: str,
    module: str,
    summary: str,
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
    epilog: str | None = None,
) -> argparse.ArgumentParser:
    """A command whose module is imported when it is called, so that `--help` answers at once."""

    def command(options: argparse.Namespace) -> int:
        function: Command = getattr(importlib.import_module(f"ge_tui.cli.{module}"), name)
        return function(options)

    commands._parser_class = kind
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
    _add_terminal(attach)


def _add_terminal(parser: argparse.ArgumentParser) -> None:
    """What the app is to do with the terminal; unset on a command, so that what stands before it holds."""
    app = parser.add_argument_group("the app's screen")
    unset: Any = argparse.SUPPRESS if parser.prog.count(" ") else None
    app.add_argument(
        "--color",
        choices=("auto", "always", "never", "16", "256", "truecolor"),
        default=unset,
        help="how many colours; auto: as many as the terminal has, none where NO_COLOR is set",
    )
    app.add_argument("--theme", default=unset, metavar="NAME", help="this time; `ge-tui themes` lists them")
    app.add_argument("--ascii", action="store_true", default=unset, help="no signs but ASCII")
    app.add_argument(
        "--no-mouse", action="store_true", default=unset, help="leave the mouse to the terminal, to select text with"
    )


def _add_run(commands: Commands) -> None:
    run = _add(
        commands,
        "run",
        "run",
        "evolve, without a screen",
        kind=_RunParser,
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


def _add_results(commands: Commands) -> None:
    report = _add(commands, "report", "report", "write a run as one page that stands alone")
    report.add_argument("run")
    report.add_argument("--to", metavar="FILE.html", type=Path, help="the page")
    for kind, what in (("png", "pictures for papers"), ("svg", "pictures that can be scaled"), ("csv", "its tables")):
        report.add_argument(f"--{kind}", metavar="DIR", type=Path, help=f"{what}, into this folder")
    report.add_argument(
        "--export", metavar="DIR", type=Path, action="append", default=[],
        help="a verified export of the run that was moved since: its figures of the test part are told too; repeatable",
    )  # fmt: skip
    _add_runs_folder(report)
    compare = _add(commands, "compare", "compare", "put runs beside each other, those of the same settings as a group")
    compare.add_argument("run", nargs="+")
    compare.add_argument("--to", metavar="FILE.html", type=Path, help="write a page, and FILE.json beside it")
    compare.add_argument("--json", action="store_true", help="print the figures as JSON")
    _add_runs_folder(compare)
    study = _add(commands, "study", "study", "run the arms of a study with several seeds each, and compare them")
    study.add_argument(
        "file", metavar="FILE.toml", type=Path, nargs="?", help="what all runs share, the arms, and the seeds"
    )
    study.add_argument("--example", metavar="NAME", help="print a study to begin with: digits or paper")
    study.add_argument("--status", action="store_true", help="only show how far its runs are")
    study.add_argument("--to", metavar="FILE.html", type=Path, help="the comparison (default: beside the study's file)")
    study.add_argument(
        "--parallel", metavar="N", type=_count, help="runs at once; 0: as many as the machine has slots for"
    )
    study.add_argument("--json", action="store_true", help="print the comparison, or the status, as JSON")
    _add_trust(study)
    _add_runs_folder(study)


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


def _add_export(commands: Commands) -> None:
    export = _add(commands, "export", "export", "write a network of a run as a folder that stands alone")
    export.add_argument("run")
    export.add_argument("individual", nargs="?", default="best", metavar="NUMBER|seed|best|front")
    export.add_argument("--to", type=Path, metavar="DIR", help="the folder to write; it must not be there yet")
    export.add_argument("--force", action="store_true", help="replace an export that is there")
    for form, what in (("onnx", "ONNX"), ("pt2", "torch.export")):
        export.add_argument(
            f"--{form}", dest="forms", action="append_const", const=form, help=f"make and try a file of {what}, too"
        )
    export.add_argument(
        "--verify", action="store_true", help="train it and the seed in full, then open the sealed test part once"
    )
    export.add_argument("--ablate", action="store_true", help="undo each change since the seed, and measure")
    export.add_argument(
        "--seeds", type=_positive, default=3, metavar="K", help="trainings of each for these (default: %(default)s)"
    )
    export.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="an evaluation.* setting")
    _add_pairs(export)
    _add_trust(export)
    _add_runs_folder(export)
    export.add_argument("--json", action="store_true", help="print one JSON object a line")


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    if not number:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return number


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


def _add_replay(commands: Commands) -> None:
    replay = _add(commands, "replay", "replay", "derive a run again from its record, and say whether it comes out")
    replay.add_argument("run")
    replay.add_argument("--re-evaluate", action="store_true", help="train its individuals again too, in the box")
    _add_trust(replay)
    _add_runs_folder(replay)
    replay.add_argument("--json", action="store_true")
    fork = _add(commands, "fork", "fork", "begin a new run at any moment of an old one, with other settings")
    fork.add_argument("run")
    fork.add_argument("--at", metavar="N|gN", required=True, help="after N children (30), or after generation N (g3)")
    fork.add_argument("--name", default="", help="of the new run; made up where not given")
    fork.add_argument("--llm", help="where its proposals come from")
    fork.add_argument("--population", help="children a generation; with --at gN")
    fork.add_argument("--generations", help="generations after the initial population")
    fork.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a setting; may be repeated")
    _add_runs_folder(fork)
    fork.add_argument("--json", action="store_true")


def _add_pairs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE.jsonl",
        help="write pairs of answers, the better and the worse, for fine-tuning a model",
    )


def _add_machine(commands: Commands) -> None:
    for name, module, summary in (
        ("tasks", "machine", "list the tasks, broken ones with what is wrong"),
        ("data", "machine", "list the data sets, or prepare one (downloads it where needed)"),
        ("models", "models", "list the language models on the Ollama server, or fetch one"),
        ("doctor", "doctor", "look at this machine: what is there, what is missing, what to do"),
        ("themes", "themes", "list the app's themes, broken ones with what is wrong"),
        ("keys", "keys", "list the app's actions and their keys, and what is wrong in your keys.toml"),
    ):
        parser = _add(commands, name, module, summary)
        parser.add_argument("--json", action="store_true")
        if name == "data":
            parser.add_argument("prepare", nargs="?", metavar="NAME", help="digits, cifar10, folder:PATH, ...")
        if name == "models":
            parser.add_argument("do", nargs="?", metavar="pull", choices=("pull",), help="fetch a model")
            parser.add_argument("name", nargs="?", metavar="NAME", help="as in qwen2.5-coder:7b")
        if name == "keys":
            parser.add_argument("--write", action="store_true", help="begin a keys.toml, every action as a comment")
        if name == "doctor":
            _add_runs_folder(parser)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text[:4]) > 64:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 0 to 64")
    return int(text)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--i-trust-this-code",
        dest="trust",
        action="store_true",
        help="run genomes even where this machine cannot keep them from your files and the network",
    )


def _add_runs_folder(parser: argparse.ArgumentParser) -> None:
    """Unset on a command, so that what stands before it holds."""
    usual = default_runs()
    parser.add_argument(
        "--runs",
        type=Path,
        default=argparse.SUPPRESS if parser.prog.count(" ") else usual,
        metavar="DIR",
        help=f"the folder runs are kept in (default: {str(usual).replace('%', '%%')})",
    )
