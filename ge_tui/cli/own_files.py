"""The files of the user's own that every run and the app read: whether they can be used as they are."""

from __future__ import annotations

from collections.abc import Iterator

from ge_tui.cli.machine import Finding, Grade
from ge_tui.errors import UserError
from ge_tui.evaluation.task import BrokenTask, all_tasks
from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.paths import user_config
from ge_tui.settings import read_settings
from ge_tui.tui.controls.preset_files import presets
from ge_tui.tui.keys.keymap import check_keymap, read_keymap
from ge_tui.tui.keys.registry import all_actions
from ge_tui.tui.terminal.themes import find_themes

_ADVICE = "mend it, or move it away; until then it is left out"
_STOPS = "mend it, or move it away; until then no run begins"


def own_files() -> list[Finding]:
    """What is wrong in the folder of the user's own settings; that all is well, where nothing is."""
    found = [*_settings(), *_prompts(), *_others()]
    return found or [Finding("own files", Grade.GOOD, f"nothing wrong in {user_config()}")]


def _settings() -> Iterator[Finding]:
    file = user_config() / "config.toml"
    try:
        read_settings([file] if file.exists() else [])
    except UserError as error:
        yield Finding("own settings", Grade.MISSING, str(error), _STOPS)


def _prompts() -> Iterator[Finding]:
    try:
        load_catalogue(user_config() / "prompts")
    except UserError as error:
        yield Finding("own prompts", Grade.WARNING, str(error), "mend it: a run with a language model stops at it")


def _others() -> Iterator[Finding]:
    """What is left out where it is wrong."""
    problems = {
        "own keys": check_keymap(read_keymap(), all_actions()).problems,
        "own themes": [file.problem for file in find_themes()],
        "own presets": [preset.problem for preset in presets()],
        "own tasks": [task.problem for task in all_tasks() if isinstance(task, BrokenTask)],
    }
    for name, said in problems.items():
        for problem in filter(None, said):
            yield Finding(name, Grade.WARNING, problem, _ADVICE)
