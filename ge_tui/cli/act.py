"""`ge-tui act`: doing something with individuals of a run."""

from __future__ import annotations

import argparse
import os
import sys
import time

from ge_tui.cli.advice import resume_command
from ge_tui.cli.files import read_text
from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.errors import ExitCode, UsageError, UserError
from ge_tui.genome import normalise_newlines
from ge_tui.run import inbox
from ge_tui.run.acts.editor import edit_text, editor
from ge_tui.run.acts.taking import refusal
from ge_tui.run.acts.words import act_as_json, what_comes, what_was_done
from ge_tui.run.controls import fold, take_requests
from ge_tui.run.directory import RunDirectory, find_run
from ge_tui.run.store import RunReader
from ge_tui.run.store.acts import ActKind, ActRow, ActState, NewAct, act_of_request, acts

_WAIT_S = 5.0
_WORDS = ("operator", "persona", "segment", "instruction", "rung", "seed")
_MEANS = {
    ActKind.BREED: ("operator", "persona", "segment", "instruction"),
    ActKind.AIM: ("operator", "persona", "segment", "instruction"),
    ActKind.CROSS: ("persona",),
    ActKind.AGAIN: ("rung", "seed"),
}
"""What can be said besides, of each act."""


def act(options: argparse.Namespace) -> int:
    """Check what is asked for, send it, and say what comes of it; or list what was done."""
    directory = find_run(options.runs, options.run)
    if options.do is None:
        _list(directory, as_json=options.json)
        return ExitCode.DONE
    new = _asked(options, directory)
    with RunReader(directory.database) as reader:
        reason = refusal(reader, new, fold(reader.controls()))
    if reason:
        raise UserError(f"{new.kind} #{new.individual}: {reason}")
    request = inbox.send_act(directory.inbox, new)
    taken_here = take_requests(directory)
    row = _on_record(directory, request.id)
    with RunReader(directory.database) as reader:
        status = reader.run().status
    if row is not None and row.state is ActState.REFUSED:
        raise UserError(f"{new.kind} #{new.individual}: {row.outcome}")
    if options.json:
        print_json({"taken": row is not None, "act": None if row is None else act_as_json(row)})
    elif row is None:
        print("sent; the engine has not taken it up yet", file=sys.stderr)
    else:
        words = what_comes(row, works=not taken_here, finished=status == "finished")
        waits = taken_here and row.state is ActState.WAITING
        print(f"{words}. {_how_to_go_on(directory, status)}" if waits else words)
    return ExitCode.DONE


def _how_to_go_on(directory: RunDirectory, status: str) -> str:
    more = " --generations N" if status == "finished" else ""
    return f"To go on: {resume_command(directory)}{more}"


def _asked(options: argparse.Namespace, directory: RunDirectory) -> NewAct:
    """What the command line asks for. Raises UsageError."""
    kind = ActKind(options.do)
    wanted = 2 if kind is ActKind.CROSS else 1
    if len(options.numbers) != wanted:
        raise UsageError(f"{kind} takes {'the numbers of two individuals' if wanted == 2 else 'one number'}")
    given = {name: value for name in _WORDS if (value := getattr(options, name)) not in (None, "")}
    unfit = [name for name in given if name not in _MEANS.get(kind, ())]
    if unfit:
        raise UsageError(f"--{unfit[0]} means nothing for {kind}")
    if options.file is not None and kind is not ActKind.EDIT:
        raise UsageError(f"--file means nothing for {kind}")
    number = options.numbers[0]
    source = _edited(options, directory, number) if kind is ActKind.EDIT else None
    return NewAct(kind, number, options.numbers[1] if wanted == 2 else None, given, source)


def _edited(options: argparse.Namespace, directory: RunDirectory, number: int) -> str:
    """The text of an edit: from a file, or from the user's editor."""
    if options.file is not None:
        return normalise_newlines(read_text(options.file))
    with RunReader(directory.database) as reader:
        before = reader.source(number)
    if before is None:
        raise UserError(f"edit #{number}: there is no text; ge-tui show {directory.name} lists those that have one")
    command = editor(os.environ)
    if command is None or not sys.stdin.isatty():
        raise UsageError("edit needs --file FILE, or a terminal and $EDITOR")
    return edit_text(command, before, f"{directory.name}-{number}.py")


def _on_record(directory: RunDirectory, request: str) -> ActRow | None:
    """The act, once it is on record; None where the engine does not answer."""
    deadline = time.monotonic() + _WAIT_S
    with RunReader(directory.database) as reader:
        while (row := act_of_request(reader.connection, request)) is None and time.monotonic() < deadline:
            time.sleep(0.05)
    return row


def _list(directory: RunDirectory, *, as_json: bool) -> None:
    with RunReader(directory.database) as reader:
        rows = acts(reader.connection)
    if as_json:
        print_json({"acts": [act_as_json(row) for row in rows]})
        return
    if not rows:
        print("nothing was done with individuals of this run")
        return
    print_table(table_of(("act", "when", "what", "state", "what came of it"), map(_cells, rows)))


def _cells(row: ActRow) -> tuple[str, ...]:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row.at))
    came = f"#{row.child}" if row.child is not None else row.outcome
    return str(row.seq), when, what_was_done(row), row.state.value, came
