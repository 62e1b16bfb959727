"""The words of the command line. Settings and their help come from the schema."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ge_tui import __version__
from ge_tui.cli.commands import Commands, RunParser, add_command
from ge_tui.cli.options import INDIVIDUAL, add_json, add_run, add_runs_folder, add_set, add_trust, whole_number
from ge_tui.cli.word_parser import WordParser

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


def make_parser() -> WordParser:
    """The parser of the whole command line."""
    parser = WordParser(
        prog="ge-tui",
        description="Evolve PyTorch networks with a language model, in the terminal. Without a command: the app.",
        epilog="`ge-tui COMMAND --help` tells what a command takes, most with an example.",
    )
    parser.add_argument("--version", action="version", version=f"ge-tui {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error that is the program's")
    add_runs_folder(parser)
    _add_terminal(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_app(commands)
    _add_evolve(commands)
    _add_runs(commands)
    _add_show(commands)
    _add_report(commands)
    _add_compare(commands)
    _add_study(commands)
    _add_steer(commands)
    _add_act(commands)
    _add_export(commands)
    _add_trials(commands)
    _add_apply(commands)
    _add_replay(commands)
    _add_fork(commands)
    _add_listings(commands)
    completion = add_command(
        commands, "completion", "completion", "print what makes your shell complete ge-tui's words"
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"), help="whose start-up file is to evaluate it")
    return parser


def _add_app(commands: Commands) -> None:
    attach = add_command(commands, "attach", "app", "watch and steer a run in the app")
    attach.add_argument(
        "run", metavar="RUN", nargs="?", help="its name or path; none: the one that works now, or a list"
    )
    add_runs_folder(attach)
    _add_terminal(attach)


def _add_terminal(parser: argparse.ArgumentParser) -> None:
    """What the app is to do with the terminal; unset on a command, so that what stands before it holds."""
    app = parser.add_argument_group("the app's screen")
    unset: Any = argparse.SUPPRESS if parser.prog.count(" ") else None
    app.add_argument(
        "--color",
        choices=("auto", "always", "never", "16", "256", "truecolor"),
        default=unset,
        help="how many colours; auto: as many as the terminal has, none where NO_COLOR is set (default: auto)",
    )
    app.add_argument(
        "--theme", default=unset, metavar="NAME", help="the theme, for this time; `ge-tui themes` lists them"
    )
    app.add_argument("--ascii", action="store_true", default=unset, help="no signs but ASCII")
    app.add_argument(
        "--no-mouse", action="store_true", default=unset, help="leave the mouse to the terminal, to select text with"
    )


def _add_evolve(commands: Commands) -> None:
    examples = (
        "--data digits --generations 3 --population 4",
        "--llm ollama:qwen2.5-coder:7b --data cifar10 --set temperature=0.4",
        "--resume ExquisiteNetV2-digits-1 --generations 20",
    )
    run = add_command(commands, "run", "run", "evolve, without a screen", *examples, kind=RunParser)
    run.add_argument("--task", metavar="TASK", help="a task's name or folder")
    run.add_argument("--data", metavar="DATA", help="the data set: digits, cifar10, folder:PATH, ...")
    run.add_argument(
        "--llm",
        metavar="LLM",
        help="where proposals come from: offline, ollama:MODEL, ollama:MODEL=2,OTHER=1, replay:RUN",
    )
    _add_sizes(run)
    run.add_argument("--seed", metavar="N", help="of every draw the run makes")
    run.add_argument(
        "--config",
        metavar="FILE.toml",
        type=Path,
        action="append",
        default=[],
        help="settings from a file; may be given several times, the later over the earlier",
    )
    add_set(run)
    add_trust(run)
    add_runs_folder(run)
    _add_name(run)
    run.add_argument("--resume", metavar="RUN", help="go on with a run that stopped, by its name or path")
    add_json(run, "print one JSON object a line, for programs")


def _add_sizes(parser: argparse.ArgumentParser, when: str = "") -> None:
    parser.add_argument("--population", metavar="N", help=f"children a generation{when}")
    parser.add_argument("--generations", metavar="N", help="generations after the initial population")


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default="", metavar="NAME", help="of the new run; made up where not given")


def _add_runs(commands: Commands) -> None:
    runs = add_command(commands, "runs", "runs", "list the runs")
    add_runs_folder(runs)
    add_json(runs)


def _add_show(commands: Commands) -> None:
    show = add_command(
        commands, "show", "show", "show a run, or one of its individuals", "my-run", "my-run best --diff",
        "my-run --credit",
    )  # fmt: skip
    add_run(show)
    show.add_argument("individual", nargs="?", metavar=INDIVIDUAL, help="one individual")
    add_runs_folder(show)
    add_json(show)
    what = show.add_mutually_exclusive_group()
    for name, summary in (
        ("source", "its source text"),
        ("diff", "what was changed against its first parent"),
        ("prompt", "what the language model was asked in its making"),
        ("answer", "what the language model said"),
    ):
        what.add_argument(f"--{name}", dest="text", action="store_const", const=name, help=f"of one: {summary}")
    for name, summary in (
        ("credit", "what each persona, operator, ... has earned"),
        ("prompts", "how its prompts are worded, and what that earned"),
        ("time", "how busy model and training slots were"),
    ):
        what.add_argument(f"--{name}", dest="whole", action="store_const", const=name, help=f"of a run: {summary}")
    what.add_argument("--wording", metavar="VERSION", help="of a run: the text of one version that --prompts lists")


def _add_report(commands: Commands) -> None:
    report = add_command(
        commands, "report", "report", "write a run as one page that stands alone", "my-run --to my-run.html",
        "my-run --png pictures --csv tables",
    )  # fmt: skip
    add_run(report)
    report.add_argument("--to", metavar="FILE.html", type=Path, help="the page to write")
    for kind, what in (("png", "pictures for papers"), ("svg", "pictures that can be scaled"), ("csv", "its tables")):
        report.add_argument(f"--{kind}", metavar="DIR", type=Path, help=f"{what}, into this folder")
    report.add_argument(
        "--export", metavar="DIR", type=Path, action="append", default=[],
        help="a verified export of the run that was moved since: its figures of the test part are told too; repeatable",
    )  # fmt: skip
    add_runs_folder(report)


def _add_compare(commands: Commands) -> None:
    compare = add_command(
        commands, "compare", "compare", "put runs beside each other, those of the same settings as a group",
        "first second third --to compared.html",
    )  # fmt: skip
    compare.add_argument("run", metavar="RUN", nargs="+", help="names or paths of two runs or more")
    compare.add_argument("--to", metavar="FILE.html", type=Path, help="write a page, and FILE.json beside it")
    add_json(compare)
    add_runs_folder(compare)


def _add_study(commands: Commands) -> None:
    study = add_command(
        commands, "study", "study", "run the arms of a study with several seeds each, and compare them",
        "--example digits > mine.toml", "mine.toml", "mine.toml --status",
    )  # fmt: skip
    study.add_argument(
        "file", metavar="FILE.toml", type=Path, nargs="?", help="what all runs share, the arms, and the seeds"
    )
    study.add_argument("--example", metavar="NAME", help="print a study to begin with: digits or paper")
    study.add_argument("--status", action="store_true", help="only show how far its runs are")
    study.add_argument("--to", metavar="FILE.html", type=Path, help="the comparison (default: beside the study's file)")
    study.add_argument(
        "--parallel",
        metavar="N",
        type=whole_number(0, 64),
        help="runs at once; 0: as many as the machine has slots for (default: as the file says)",
    )
    add_json(study, "print the comparison, or the status, as JSON")
    add_trust(study)
    add_runs_folder(study)


def _add_steer(commands: Commands) -> None:
    steer = add_command(
        commands, "steer", "steer", "change controls of a run, while it runs or before it is resumed",
        "my-run", "my-run pause=true", "my-run temperature=0.4 persona.expert=2",
    )  # fmt: skip
    add_run(steer)
    steer.add_argument(
        "changes", nargs="*", metavar="KEY=VALUE", help="controls and their values; none: show what is in force"
    )
    add_runs_folder(steer)
    add_json(steer)


def _add_act(commands: Commands) -> None:
    act = add_command(
        commands, "act", "act", "pin, veto, kill, breed, cross, edit, ... individuals of a run",
        "my-run", "my-run pin 12", "my-run cross 12 31", "my-run edit 12 --file mine.py", more=_ACTS,
    )  # fmt: skip
    add_run(act)
    act.add_argument("do", nargs="?", metavar="ACT", choices=_ACT_NAMES, help="none: list what was done")
    act.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="of whom; of two for cross")
    act.add_argument("--file", metavar="FILE", type=Path, help="edit: the new text; - for standard input")
    act.add_argument("--operator", choices=("mutate", "eot"), help="breed, aim: how it is changed")
    act.add_argument("--persona", metavar="NAME", help="breed, cross, aim: who the language model plays")
    act.add_argument("--segment", metavar="NAME", help="breed, aim: the part to be changed")
    act.add_argument("--instruction", metavar="TEXT", help="breed, aim: what is asked for, in your own words")
    act.add_argument(
        "--rung", metavar="RUNG", choices=("full",), help="again: full, the whole recipe; kept apart from the run's own"
    )
    act.add_argument(
        "--seed", type=int, metavar="N", help="again: of the training; one it was not trained with yet where not given"
    )
    add_runs_folder(act)
    add_json(act)


def _add_export(commands: Commands) -> None:
    export = add_command(
        commands, "export", "export", "write a network of a run as a folder that stands alone",
        "my-run --to exported", "my-run 12 --verify --seeds 5 --to exported", "my-run --pairs pairs.jsonl",
    )  # fmt: skip
    add_run(export)
    export.add_argument(
        "individual",
        nargs="?",
        default="best",
        metavar=f"{INDIVIDUAL}|front",
        help="which; front: each of the front, in a folder of its own (default: %(default)s)",
    )
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
        "--seeds",
        type=whole_number(1, 99_999),
        default=3,
        metavar="K",
        help="trainings of each, for --verify and --ablate (default: %(default)s)",
    )
    _add_machine_settings(export)
    export.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE.jsonl",
        help="write pairs of answers instead, the better and the worse, for fine-tuning a model",
    )
    add_runs_folder(export)
    add_json(export, "print one JSON object a line, for programs")


def _add_machine_settings(parser: argparse.ArgumentParser) -> None:
    add_set(parser, "a setting of evaluation.*, as in evaluation.device=cpu")
    add_trust(parser)


def _add_trials(commands: Commands) -> None:
    evaluate = add_command(
        commands, "evaluate", "trial", "train one genome file and print its metrics",
        "network.py --data digits --rung look",
    )  # fmt: skip
    check = add_command(
        commands, "check", "trial", "put one genome file through what a child goes through before training",
        "network.py --data digits",
    )  # fmt: skip
    for parser in (evaluate, check):
        parser.add_argument("file", metavar="FILE", type=Path, help="the genome; - for standard input")
        parser.add_argument("--task", metavar="TASK", help="a task's name or folder (default: the setting task)")
        parser.add_argument(
            "--data", metavar="DATA", help="digits, cifar10, folder:PATH, ... (default: the setting data)"
        )
        parser.add_argument("--recipe", metavar="NAME", help="how it is trained (default: the task's default)")
        parser.add_argument(
            "--rung", metavar="RUNG", help="how much: look, short or full (default: the setting evaluation.rung)"
        )
        _add_machine_settings(parser)
        add_json(parser)
    evaluate.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of every draw of the training (default: %(default)s)"
    )


def _add_apply(commands: Commands) -> None:
    apply = add_command(
        commands, "apply", "apply", "read an LLM's answer and print the child's source, or why there is none",
        "--parent network.py answer.txt", "--parent network.py --segment head -",
    )  # fmt: skip
    apply.add_argument("--parent", metavar="FILE", type=Path, required=True, help="the genome that was to be changed")
    apply.add_argument("--segment", metavar="NAME", help="the segment that was to be changed (default: the whole file)")
    apply.add_argument("--edits", action="store_true", help="search/replace edits were asked for")
    apply.add_argument(
        "--task", metavar="TASK", help="whose classes and functions must stay (default: the setting task)"
    )
    apply.add_argument("answer", metavar="ANSWER", type=Path, help="a file with the answer; - for standard input")


def _add_replay(commands: Commands) -> None:
    replay = add_command(
        commands, "replay", "replay", "derive a run again from its record, and say whether it comes out", "my-run",
        "my-run --re-evaluate",
    )  # fmt: skip
    add_run(replay)
    replay.add_argument("--re-evaluate", action="store_true", help="train its individuals again too, in the box")
    add_trust(replay)
    add_runs_folder(replay)
    add_json(replay)


def _add_fork(commands: Commands) -> None:
    fork = add_command(
        commands, "fork", "fork", "begin a new run at any moment of an old one, with other settings",
        "my-run --at g3 --set temperature=0.8", "my-run --at 30 --llm offline --name other",
    )  # fmt: skip
    add_run(fork)
    fork.add_argument("--at", metavar="N|gN", required=True, help="after N children (30), or after generation N (g3)")
    _add_name(fork)
    fork.add_argument("--llm", metavar="LLM", help="where its proposals come from, as for ge-tui run")
    _add_sizes(fork, " (with --at gN alone)")
    add_set(fork, "a setting, over the old run's")
    add_runs_folder(fork)
    add_json(fork)


def _add_listings(commands: Commands) -> None:
    add_json(add_command(commands, "tasks", "tasks", "list the tasks, broken ones with what is wrong"))
    data = add_command(
        commands, "data", "data", "list the data sets, or prepare one (downloads it where needed)", "cifar10"
    )
    data.add_argument("prepare", nargs="?", metavar="NAME", help="digits, cifar10, folder:PATH, ...")
    add_json(data)
    models = add_command(
        commands, "models", "models", "list the language models on the Ollama server, or fetch one",
        "pull qwen2.5-coder:7b",
    )  # fmt: skip
    models.add_argument("do", nargs="?", metavar="pull", choices=("pull",), help="fetch a model")
    models.add_argument("name", nargs="?", metavar="NAME", help="as in qwen2.5-coder:7b")
    add_json(models)
    doctor = add_command(
        commands, "doctor", "doctor", "look at this machine: what is there, what is missing, what to do"
    )
    add_runs_folder(doctor)
    add_json(doctor)
    add_json(add_command(commands, "themes", "themes", "list the app's themes, broken ones with what is wrong"))
    keys = add_command(
        commands, "keys", "keys", "list the app's actions and their keys, and what is wrong in your keys.toml"
    )
    keys.add_argument("--write", action="store_true", help="begin a keys.toml, every action as a comment")
    add_json(keys)
