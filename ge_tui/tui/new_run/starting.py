"""Making the run, and the settings files that begin it again without the screen. Blocking, for a thread."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from ge_tui.errors import UserError
from ge_tui.evaluation.data.catalogue import origin_of
from ge_tui.evaluation.data.store import is_prepared
from ge_tui.paths import default_runs, user_run_settings
from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.settings import Settings, read_settings
from ge_tui.settings.load import own_files
from ge_tui.settings.write import to_toml

FILE = "settings.toml"
"""In the run's folder: what it was begun with."""
_HEAD = "# The settings of a run of ge-tui: begin another like it with `ge-tui run --config FILE`.\n\n"


def base_settings() -> Settings:
    """What every new run of this user begins with. Raises UsageError."""
    return read_settings(own_files())


def read_preset(file: Path) -> Settings:
    """A settings file as `ge-tui run --config` reads it. Raises UsageError."""
    return read_settings([*own_files(), file])


def presets() -> list[Path]:
    """The settings that were put aside, the newest first."""
    found = user_run_settings().glob("*.toml") if user_run_settings().is_dir() else ()
    return sorted(found, key=lambda file: -file.stat().st_mtime)


def preset_file(content: str, stem: str) -> Path:
    """Where settings would be put aside: a name of their own, or the file that holds just these."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:80] or "run"
    number = 1
    while True:
        file = user_run_settings() / (f"{plain}.toml" if number == 1 else f"{plain}-{number}.toml")
        if not file.exists() or _content(file) == _HEAD + content:
            return file
        number += 1


def put_aside(content: str, file: Path) -> None:
    """Write settings into a file of their own. Raises UserError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(f".{os.getpid()}")
        aside.write_text(_HEAD + content, encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror or error}") from None


def command(file: Path, runs: Path, name: str = "") -> str:
    """What begins the run without the screen."""
    words = ["ge-tui", "run", "--config", _short(file)]
    if name:
        words += ["--name", shlex.quote(name)]
    if runs != default_runs():
        words += ["--runs", _short(runs)]
    return " ".join(words)


def _short(path: Path) -> str:
    """A path as a shell takes it, from the user's home where it lies there."""
    home = Path.home()
    inside = path.relative_to(home) if path.is_relative_to(home) else None
    return shlex.quote(str(path)) if inside is None else f"~/{shlex.quote(str(inside))}"


def needs_making(data: str) -> bool:
    """Whether a data set has to be prepared first. Raises UsageError."""
    return not is_prepared(origin_of(data))


def begin(settings: Settings, base: Settings, runs: Path, name: str) -> RunDirectory:
    """Make the run. Raises UserError; then nothing was made."""
    directory = create_run(prepare_run(settings, runs), runs, name)
    put_aside(to_toml(settings, base), directory.path / FILE)
    return directory


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
