"""The prepared data sets in the cache: written whole or not at all, opened in milliseconds.

<cache>/data/<key>/train_images.npy train_labels.npy val_images.npy    what a worker sees
                   labels/val_labels.npy                              for scoring
                   sealed/test_images.npy test_labels.npy split.json  the test part, and who is where
                   meta.json                                          written last
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from pydantic import Field

from ge_tui import paths
from ge_tui.errors import NotReadyError
from ge_tui.evaluation.data.parts import (
    SPLIT,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    VAL_IMAGES,
    VAL_LABELS,
    DataSet,
    OnBytes,
    Origin,
    Parts,
)
from ge_tui.evaluation.model import Value

FORMAT = 1
"""Raise this when the layout or the meaning of a prepared folder changes."""

_META = "meta.json"
_FILES = (TRAIN_IMAGES, TRAIN_LABELS, VAL_IMAGES, VAL_LABELS, TEST_IMAGES, TEST_LABELS, SPLIT)


class FileRecord(Value):
    """How a file looked when it was written."""

    size: int = Field(ge=0)
    mtime_ns: int
    sha256: str


class Meta(Value):
    """The content of a prepared folder's `meta.json`."""

    format: int
    name: str
    classes: int = Field(gt=1)
    channels: int = Field(gt=0)
    image_size: int = Field(gt=0)
    class_names: tuple[str, ...]
    counts: dict[str, int]
    digest: str
    split_rule: str
    parameters: dict[str, Any]
    warnings: tuple[str, ...]
    files: dict[str, FileRecord]


def folder_of(origin: Origin) -> Path:
    """Where a data set lies once it is prepared."""
    identity = {"format": FORMAT, "name": origin.name, **origin.parameters()}
    digest = hashlib.sha256(_canonical(identity)).hexdigest()[:16]
    slug = re.sub(r"[^A-Za-z0-9._-]+", "_", origin.slug)[:40]
    return paths.cache() / "data" / f"{slug}-{digest}"


def is_prepared(origin: Origin) -> bool:
    """Whether there is a prepared folder; says nothing about damage."""
    return (folder_of(origin) / _META).is_file()


def open_or_make(origin: Origin, on_progress: OnBytes | None = None) -> DataSet:
    """The prepared data set; made on first use, and made again where its folder is damaged.

    Any number of processes may call this at once: one makes it, the others wait.
    Raises UsageError and NotReadyError as the origin does, and NotReadyError where the cache cannot be
    written.
    """
    folder = folder_of(origin)
    found = _open(folder)
    if found is not None:
        return found
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        found = _open(folder)
        if found is not None:
            return found
        with writing(folder):
            _clear_leftovers(folder)
        parts = origin.make(on_progress)
        with writing(folder):
            _write(folder, origin, parts)
    finally:
        lock.release()
    made = _open(folder)
    if made is None:
        raise NotReadyError(f"{folder} was written but does not read back as written; is the disk sound?")
    return made


def open_test_part(dataset: DataSet) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The sealed test part: images uint8 [n, channels, size, size] (memory-mapped) and labels int64 [n].

    Only export and report call this, once a winner is chosen; selection must never see it.
    """
    images: NDArray[np.uint8] = np.load(dataset.folder / TEST_IMAGES, mmap_mode="r", allow_pickle=False)
    labels: NDArray[np.int64] = np.load(dataset.folder / TEST_LABELS, allow_pickle=False)
    return images, labels


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turns an OSError of the block into a NotReadyError that says what to do about `place`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            what = "the disk is full; make room there"
        else:
            what = f"{error.strerror or error}; make it writable"
        raise NotReadyError(f"cannot write {place}: {what}, or set XDG_CACHE_HOME to another folder") from error


def _open(folder: Path) -> DataSet | None:
    """The data set if its folder is whole, else None."""
    try:
        meta = Meta.model_validate_json((folder / _META).read_bytes())
        if meta.format != FORMAT or set(meta.files) != set(_FILES):
            return None
        for name, record in meta.files.items():
            if not _is_as_written(folder / name, record):
                return None
    except (OSError, ValueError, EOFError):  # absent, cut off, or not what was written
        return None
    return DataSet(
        name=meta.name,
        folder=folder,
        classes=meta.classes,
        channels=meta.channels,
        image_size=meta.image_size,
        class_names=meta.class_names,
        counts=meta.counts,
        digest=meta.digest,
        warnings=meta.warnings,
    )


def _is_as_written(file: Path, record: FileRecord) -> bool:
    """Untouched since it was written; a touched or copied file is read again and compared."""
    status = file.stat()
    if status.st_size != record.size:
        return False
    return status.st_mtime_ns == record.mtime_ns or _content_hash(file) == record.sha256


def _write(folder: Path, origin: Origin, parts: Parts) -> None:
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    try:
        (temporary / VAL_LABELS).parent.mkdir()
        (temporary / TEST_IMAGES).parent.mkdir()
        arrays: dict[str, NDArray[Any]] = {
            TRAIN_IMAGES: parts.train.images,
            TRAIN_LABELS: parts.train.labels,
            VAL_IMAGES: parts.val.images,
            VAL_LABELS: parts.val.labels,
            TEST_IMAGES: parts.test.images,
            TEST_LABELS: parts.test.labels,
        }
        for name, array in arrays.items():
            with (temporary / name).open("wb") as file:
                np.save(file, array, allow_pickle=False)
                _settle(file.fileno())
        members = {"train": parts.train.members, "val": parts.val.members, "test": parts.test.members}
        _write_bytes(temporary / SPLIT, _canonical(members))
        meta = _describe(temporary, origin, parts)
        _write_bytes(temporary / _META, meta.model_dump_json(indent=1).encode())
        temporary.chmod(0o755)
        if folder.exists():  # damaged: out of the way first, since only an empty folder can be replaced
            folder.rename(temporary.with_name(f"{temporary.name.removesuffix('.tmp')}.damaged.tmp"))
        temporary.rename(folder)
    finally:
        _clear_leftovers(folder)


def _describe(temporary: Path, origin: Origin, parts: Parts) -> Meta:
    files = {}
    for name in _FILES:
        status = (temporary / name).stat()
        files[name] = FileRecord(
            size=status.st_size, mtime_ns=status.st_mtime_ns, sha256=_content_hash(temporary / name)
        )
    content = {"files": {name: record.sha256 for name, record in files.items()}, "classes": parts.class_names}
    _, channels, image_size, _ = parts.train.images.shape
    return Meta(
        format=FORMAT,
        name=origin.name,
        classes=len(parts.class_names),
        channels=channels,
        image_size=image_size,
        class_names=parts.class_names,
        counts={
            "train": len(parts.train.labels),
            "val": len(parts.val.labels),
            "test": len(parts.test.labels),
        },
        digest=hashlib.sha256(_canonical(content)).hexdigest(),
        split_rule=parts.split_rule,
        parameters=dict(origin.parameters()),
        warnings=parts.warnings,
        files=files,
    )


def _content_hash(file: Path) -> str:
    """SHA-256 of an array's type, shape and bytes (not of the .npy header), or of another file's bytes."""
    if file.suffix != ".npy":
        return hashlib.sha256(file.read_bytes()).hexdigest()
    array = np.load(file, mmap_mode="r", allow_pickle=False)
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _write_bytes(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        _settle(stream.fileno())


def _settle(descriptor: int) -> None:
    """Have the bytes on the disk before the rename, so that a power cut leaves nothing half."""
    os.fsync(descriptor)


def _clear_leftovers(folder: Path) -> None:
    """Remove what an earlier process left; called under the folder's lock only."""
    for leftover in folder.parent.glob(f".{folder.name}.*.tmp"):
        shutil.rmtree(leftover)


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
