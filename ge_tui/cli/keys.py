"""`ge-tui keys`: what can be done in the app, and by which keys."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from ge_tui.cli.files import write_one
from ge_tui.cli.output import print_json
from ge_tui.errors import ExitCode, UsageError
from ge_tui.tui.keys.key_table import key_rows, template
from ge_tui.tui.keys.keymap import check_keymap, keys_file, read_keymap
from ge_tui.tui.keys.registry import all_actions


def keys(options: argparse.Namespace) -> int:
    """Every action; 1 where something is wrong in the user's keys."""
    actions = all_actions()
    if options.write:
        return _write(template(actions))
    keymap = check_keymap(read_keymap(), actions)
    rows = key_rows(keymap, actions)
    if options.json:
        print_json({"file": str(keys_file()), "problems": list(keymap.problems), "actions": [asdict(r) for r in rows]})
    else:
        for row in rows:
            usual = f"  (usually {row.usual or 'no key'})" if row.changed else ""
            print(f"{row.mark} {row.name:<26}{row.keys:<24}{row.help}{usual}")
        if any(row.mark.strip() for row in rows):
            print("\n* changed in your keys.toml   ! the key of more than one action")
        print(f"\nkeys of your own: {keys_file()}{'' if keys_file().exists() else ' (ge-tui keys --write begins it)'}")
        for problem in keymap.problems:
            print(f"BROKEN: {problem}")
    return ExitCode.FAILED if keymap.problems else ExitCode.DONE


def _write(text: str) -> int:
    file = keys_file()
    if file.exists():
        raise UsageError(f"{file} is there already; move it away to begin anew")
    write_one(file, text.encode())
    print(f"{file} is written: every action, each as a comment; change what you like")
    return ExitCode.DONE
