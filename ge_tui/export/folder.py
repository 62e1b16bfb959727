"""The folder of an export: made beside its place, and put there when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import psutil

from ge_tui.errors import UsageError, UserError

_MARKS = ("genome.json", "front.json")
"""A folder with one of these in it is an export, and may be replaced by another where that is asked for."""


def refuse_unsuitable(target: Path, *, force: bool) -> None:
    """Before any work: whether a folder can be put there. Raises UsageError."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(f"{target} is no folder; choose another place with --to")
    if target.is_dir() and any(target.iterdir()):
        if not any((target / mark).is_file() for mark in _MARKS):
            raise UsageError(f"{target} holds other things than an export; choose another place with --to")
        if not force:
            raise UsageError(f"{target} is there already; --force replaces it")
    there = next(folder for folder in target.absolute().parents if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise UsageError(f"nothing can be written in {there}; choose another place with --to")


def put(target: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    """Write a folder whole, in the place of an older one if that is asked for. Raises UserError.

    What stands there is looked at once more: an export takes minutes, and others may have written there meanwhile.
    """
    refuse_unsuitable(target, force=force)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target)
        try:
            for name, content in files.items():
                file = beside / name
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
            _swap(beside, target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"the export cannot be written to {target}: {error.strerror or error}; nothing was left there, and "
            "what was trained is kept: mend it and give the same command again"
        ) from None


def _swap(beside: Path, target: Path) -> None:
    aside = beside.with_suffix(".old")
    if target.is_dir():
        target.rename(aside)
    try:
        beside.rename(target)
    except BaseException:
        if aside.is_dir():
            aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _clear_leftovers(target: Path) -> None:
    """Remove what an export left that was killed; one that was killed between two renames is given back."""
    for leftover in target.parent.glob(f".{target.name}.*"):
        pid = leftover.name.removeprefix(f".{target.name}.").partition(".")[0]
        if leftover.suffix not in (".part", ".old") or not pid.isdecimal() or psutil.pid_exists(int(pid)):
            continue
        if leftover.suffix == ".old" and not target.exists():
            leftover.rename(target)
        else:
            shutil.rmtree(leftover, ignore_errors=True)
