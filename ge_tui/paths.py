"""Every folder the program uses, in one place."""

from __future__ import annotations

import os
from pathlib import Path

from ge_tui.errors import UsageError

PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """A folder that lies inside the package in a wheel and beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def _xdg(variable: str, fallback: str) -> Path:
    """A base folder of the XDG specification; a relative value is ignored, as the specification asks."""
    value = Path(os.environ.get(variable, ""))
    base = value if value.is_absolute() else _home() / fallback
    return base / "ge-tui"


def _home() -> Path:
    """The user's home. Raises UsageError where the system knows none."""
    try:
        return Path.home()
    except RuntimeError:
        raise UsageError("HOME is not set, and this user has no home folder; set HOME to a folder of yours") from None


def shipped_tasks() -> Path:
    """The tasks that come with the program (`sota/`)."""
    return _shipped("sota")


def user_config() -> Path:
    """Settings, tasks, personas and themes of the user's own."""
    return _xdg("XDG_CONFIG_HOME", ".config")


def user_settings() -> Path:
    """The user's own settings, which every new run begins with; it need not be there."""
    return user_config() / "config.toml"


def user_tasks() -> Path:
    """Task folders of the user's own."""
    return user_config() / "tasks"


def user_presets() -> Path:
    """Controls that were put aside, to be loaded into a run that runs."""
    return user_config() / "presets"


def user_run_settings() -> Path:
    """Settings of whole runs that were put aside, to begin others like them."""
    return user_config() / "runs"


def cache() -> Path:
    """Prepared data sets and downloads; safe to delete."""
    return _xdg("XDG_CACHE_HOME", ".cache")


def results_cache() -> Path:
    """Results of trainings kept across runs, where the user wants that; safe to delete."""
    return cache() / "results"


def default_runs() -> Path:
    """Where runs are kept unless `--runs` or `GE_TUI_RUNS` says otherwise."""
    chosen = os.environ.get("GE_TUI_RUNS")
    return Path(chosen).expanduser() if chosen else _xdg("XDG_DATA_HOME", ".local/share") / "runs"


def user_state() -> Path:
    """What the screen remembers; safe to delete."""
    return _xdg("XDG_STATE_HOME", ".local/state")


def pictures() -> Path:
    """Pictures that were taken of the screen."""
    return _xdg("XDG_DATA_HOME", ".local/share") / "pictures"


def shipped_themes() -> Path:
    """The themes that come with the program (`themes/`)."""
    return _shipped("themes")


def user_themes() -> Path:
    """Themes of the user's own."""
    return user_config() / "themes"
