"""CIFAR-10: 60,000 photographs, read straight from the published archive's Python batches.

A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ge_tui import paths
from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.data import store
from ge_tui.evaluation.data.array_pickle import RefusedPickleError, read_pickle
from ge_tui.evaluation.data.download import Source, fetch
from ge_tui.evaluation.data.parts import OnBytes, Part, Parts
from ge_tui.evaluation.data.split import SPLIT_SEED, stratified_split

PLACE_VARIABLE = "GE_TUI_CIFAR10"
"""Names an archive or an unpacked folder outside the cache."""
FOLDER_NAME = "cifar-10-batches-py"
FRACTIONS = (0.8, 0.2)
"""Of the 50,000 training images, in train and val."""
IMAGE_SIZE = 32
CHANNELS = 3

SOURCE = Source(
    url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    file_name="cifar-10-python.tar.gz",
    size=170_498_071,
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)


@dataclass(frozen=True, slots=True)
class Batches:
    """The published batches by file name, with the MD5 of each."""

    train: Mapping[str, str]
    test: Mapping[str, str]
    meta: str
    meta_md5: str

    def all(self) -> dict[str, str]:
        """Every file with its MD5."""
        return {**self.train, **self.test, self.meta: self.meta_md5}


BATCHES = Batches(
    train={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    },
    test={"test_batch": "40351d587109b95175f43aff81a1287e"},
    meta="batches.meta",
    meta_md5="5ff9c542aee3614f3951f8cda6e48888",
)
_LARGEST_BATCH = 64 << 20
"""Bytes; a published batch has 31 million."""


@dataclass(frozen=True, slots=True)
class Cifar10:
    """The archive, put there by hand or downloaded once; nothing but `make` ever downloads."""

    source: Source = SOURCE
    batches: Batches = BATCHES

    @property
    def name(self) -> str:
        """The name that `prepare` takes."""
        return "cifar10"

    @property
    def slug(self) -> str:
        """The beginning of its folder's name in the cache."""
        return "cifar10"

    def parameters(self) -> Mapping[str, Any]:
        """All that the arrays depend on."""
        return {"batches": self.batches.all(), "fractions": FRACTIONS, "split_seed": SPLIT_SEED}

    def is_on_disk(self) -> bool:
        """Whether `make` would need no download. Raises UsageError as `make` does."""
        return store.is_prepared(self) or self._find() is not None

    def make(self, on_progress: OnBytes | None) -> Parts:
        """40,000 / 10,000 / 10,000 images.

        Raises NotReadyError where the archive cannot be had or is not the published one, UsageError
        where GE_TUI_CIFAR10 names nothing.
        """
        place = self._find() or fetch(self.source, _downloads(), on_progress)
        contents = self._read(place)
        try:
            labelled = [_read_batch(contents.pop(name)) for name in self.batches.train]
            test_images, test_labels = (
                np.concatenate(both)
                for both in zip(*(_read_batch(contents.pop(name)) for name in self.batches.test), strict=True)
            )
            names = _read_names(contents.pop(self.batches.meta))
        except RefusedPickleError as error:
            raise NotReadyError(f"{place} cannot be used as CIFAR-10: {error}") from error
        images = np.concatenate([batch for batch, _ in labelled])
        labels = np.concatenate([batch for _, batch in labelled])
        train, val = stratified_split(labels, FRACTIONS)
        return Parts(
            Part(images[train], labels[train], tuple(train.tolist())),
            Part(images[val], labels[val], tuple(val.tolist())),
            Part(test_images, test_labels, tuple(range(len(test_labels)))),
            class_names=names,
            split_rule=f"train as published, stratified, {FRACTIONS}, seed {SPLIT_SEED}; test as published",
        )

    def _find(self) -> Path | None:
        """The archive or unpacked folder that is already here. Raises UsageError."""
        named = os.environ.get(PLACE_VARIABLE)
        if named:
            place = Path(named).expanduser()
            if not place.exists():
                raise UsageError(
                    f"{PLACE_VARIABLE} names {place}, which does not exist; it should name "
                    f"{self.source.file_name} or the folder {FOLDER_NAME}"
                )
            nested = place / FOLDER_NAME
            return nested if nested.is_dir() else place
        by_hand = (_downloads() / FOLDER_NAME, _downloads() / self.source.file_name)
        return next((place for place in by_hand if place.exists()), None)

    def _read(self, place: Path) -> dict[str, bytes]:
        """The bytes of every batch, each compared with its published MD5."""
        expected = self.batches.all()
        remedy = f"remove it (or put the published {self.source.file_name} in its place) and run the command again"
        try:
            contents = dict(_from_folder(place, expected) if place.is_dir() else _from_archive(place, expected))
        except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
            raise NotReadyError(f"{place} cannot be read ({error}); {remedy}") from error
        for name, md5 in expected.items():
            if name not in contents:
                raise NotReadyError(f"{place} has no {name}; {remedy}")
            found = hashlib.md5(contents[name], usedforsecurity=False).hexdigest()
            if found != md5:
                raise NotReadyError(
                    f"{name} in {place} is not the published one (MD5 {found}, expected {md5}); {remedy}"
                )
        return contents


def _downloads() -> Path:
    return paths.cache() / "downloads"


def _from_folder(folder: Path, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        with (folder / name).open("rb") as file:
            yield name, file.read(_LARGEST_BATCH)


def _from_archive(archive: Path, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Nothing is unpacked to the disk."""
    with tarfile.open(archive, "r|gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if path.name in names and path.parent.name == FOLDER_NAME:
                file = tar.extractfile(member)
                if file is not None:
                    yield path.name, file.read(_LARGEST_BATCH)


def _read_batch(content: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images uint8 [n, 3, 32, 32] and labels int64 [n]. Raises RefusedPickleError."""
    batch = read_pickle(content)
    rows, labels = batch.get(b"data"), batch.get(b"labels")
    pixels = CHANNELS * IMAGE_SIZE * IMAGE_SIZE
    if not isinstance(rows, np.ndarray) or rows.ndim != 2 or rows.shape[1] != pixels:
        raise RefusedPickleError(f"a batch has no 'data' of {pixels} bytes an image")
    if not isinstance(labels, list) or len(labels) != len(rows) or not all(isinstance(label, int) for label in labels):
        raise RefusedPickleError("a batch has no 'labels' of one number an image")
    return rows.reshape(-1, CHANNELS, IMAGE_SIZE, IMAGE_SIZE), np.array(labels, np.int64)


def _read_names(content: bytes) -> tuple[str, ...]:
    names = read_pickle(content).get(b"label_names")
    if not isinstance(names, list) or not all(isinstance(name, bytes) for name in names):
        raise RefusedPickleError("its meta file has no 'label_names'")
    return tuple(name.decode("utf-8", "replace") for name in names)
