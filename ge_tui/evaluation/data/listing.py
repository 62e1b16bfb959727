"""What lies in an image folder, found without decoding anything.

PATH/<class>/*.png                                 no parts: everything counts as train
PATH/{train,val|valid|validation,test}/<class>/*   parts as given
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ge_tui.errors import UsageError
from ge_tui.evaluation.data.images import SUFFIXES

FEWEST_IMAGES = 5
"""Of each class, in the folder or its train part."""

_SPELLINGS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
LAYOUT = (
    "It should hold one folder a class (PATH/cat/1.png, PATH/dog/1.png), "
    "or train/, val/ and test/ with one folder a class in each."
)


@dataclass(frozen=True, slots=True)
class File:
    """One image file."""

    path: str
    """Relative to the data set's folder."""
    label: int
    size: int
    """Bytes."""
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in an image folder."""

    class_names: tuple[str, ...]
    given: Mapping[str, tuple[File, ...]]
    """By part; a folder without parts has everything in `train`."""


def list_folder(path: Path) -> Listing:
    """Every image by part and class; hidden files and folders do not count.

    Raises UsageError that says what is wrong and what the layout should be, and OSError where a folder
    cannot be read.
    """
    folders = _folders(path)
    if "train" in folders:
        named = [name for name in folders if name in _SPELLINGS]
    elif lone := [name for name in folders if name in _SPELLINGS]:
        raise UsageError(f"folder:{path}: there is {lone[0]}/ but no train/. {LAYOUT}")
    else:
        return Listing(tuple(folders), {"train": _list_part(path, path, folders)})
    parts = [_SPELLINGS[name] for name in named]
    if len(set(parts)) < len(parts):
        raise UsageError(f"folder:{path}: val/, valid/ and validation/ are one part; keep one of them. {LAYOUT}")
    others = [name for name in folders if name not in named]
    if others:
        raise UsageError(f"folder:{path}: {others[0]}/ lies beside train/ but is no part; move it away. {LAYOUT}")
    classes = _folders(path / "train")
    given = {}
    for name, part in zip(named, parts, strict=True):
        strange = set(classes) ^ set(_folders(path / name))
        if strange:
            raise UsageError(
                f"folder:{path}: train/ and {name}/ have different classes: {', '.join(sorted(strange)[:5])}. {LAYOUT}"
            )
        given[part] = _list_part(path, path / name, classes)
    return Listing(tuple(classes), given)


def _list_part(root: Path, folder: Path, classes: Sequence[str]) -> tuple[File, ...]:
    where = f"folder:{root}" + (f": {folder.name}/" if folder != root else "")
    if len(classes) < 2:
        raise UsageError(f"{where}: {len(classes)} class folders are too few, at least 2 are needed. {LAYOUT}")
    fewest = FEWEST_IMAGES if folder == root or folder.name == "train" else 1
    files: list[File] = []
    for label, name in enumerate(classes):
        if not _is_unicode(name):
            raise UsageError(f"{where}: the folder name {name!r} is not valid UTF-8; rename it")
        found = list(_images(root, folder / name, label))
        if len(found) < fewest:
            raise UsageError(
                f"{where}: class {name} has {len(found)} images, at least {fewest} are needed "
                f"({', '.join(sorted(SUFFIXES))}). {LAYOUT}"
            )
        files.extend(found)
    return tuple(files)


def _is_unicode(name: str) -> bool:
    """Whether a file system's name can be written into a record."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _folders(folder: Path) -> list[str]:
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] != ".")


def _images(root: Path, folder: Path, label: int) -> Iterator[File]:
    inside = folder.relative_to(root).as_posix()
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix in SUFFIXES and not entry.name.startswith(".") and entry.is_file():
            status = entry.stat()
            yield File(f"{inside}/{entry.name}", label, status.st_size, status.st_mtime_ns)
