"""`ge-tui steer`: changing the controls of a run."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from ge_tui.cli.output import print_json
from ge_tui.errors import ExitCode, UserError
from ge_tui.run import inbox
from ge_tui.run.controls import checker, flatten, in_force, take_requests
from ge_tui.run.directory import RunDirectory, find_run
from ge_tui.run.store import RunReader
from ge_tui.settings import Settings, parse_assignment
from ge_tui.settings.load import with_values

_WAIT_S = 5.0


def steer(options: argparse.Namespace) -> int:
    """Check the changes, send them, and wait until the engine has them on record."""
    directory = find_run(options.runs, options.run)
    changes = [parse_assignment(text, controls_only=True) for text in options.changes]
    with RunReader(directory.database) as reader:
        before, check = in_force(reader), checker(reader)
    for change, text in zip(changes, options.changes, strict=True):
        check(with_values(Settings(controls=before), [change], f"'{text}'").controls)
    requests = [inbox.send(directory.inbox, ".".join(path[1:]), value) for path, value in changes]
    taken = take_requests(directory) or _wait(directory, [request.id for request in requests])
    with RunReader(directory.database) as reader:
        now = flatten(in_force(reader))
        _refuse_refused(reader, [request.id for request in requests], taken=taken)
    if options.json:
        print_json({"taken": taken, "controls": now})
    else:
        _print_controls(now, {".".join(path[1:]) for path, _ in changes})
        if not taken:
            print("sent; the engine has not taken it up yet", file=sys.stderr)
    return ExitCode.DONE


def _wait(directory: RunDirectory, requests: list[str]) -> bool:
    deadline = time.monotonic() + _WAIT_S
    with RunReader(directory.database) as reader:
        while time.monotonic() < deadline:
            if all(reader.has_request(request) for request in requests):
                return True
            if not any((directory.inbox / f"{request}.json").exists() for request in requests):
                return True
            time.sleep(0.05)
    return False


def _refuse_refused(reader: RunReader, requests: list[str], *, taken: bool) -> None:
    if taken and not all(reader.has_request(request) for request in requests):
        refused = [
            event.payload["reason"]
            for event in reader.events()
            if event.kind == "control_refused" and event.payload.get("request") in requests
        ]
        raise UserError(f"refused: {refused[-1]}" if refused else "the engine did not take the change; try again")


def _print_controls(controls: dict[str, Any], changed: set[str]) -> None:
    for key, value in controls.items():
        shown = str(value).lower() if isinstance(value, bool) else value
        if not changed or key in changed:
            print(f"{key} = {shown}")
