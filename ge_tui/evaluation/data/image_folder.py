"""A folder of the user's own images as a data set.

PATH/<class>/*.png                                 cut into 60/20/20, stratified
PATH/{train,val|valid|validation,test}/<class>/*   as given; a missing part is cut from train
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ge_tui.errors import UsageError
from ge_tui.evaluation.data.images import UnreadableImageError, read_header, read_image
from ge_tui.evaluation.data.listing import LAYOUT, File, Listing, list_folder
from ge_tui.evaluation.data.parts import PART_NAMES, OnBytes, Part, Parts
from ge_tui.evaluation.data.split import SPLIT_SEED, stratified_split

FRACTIONS = (0.6, 0.2, 0.2)
"""Of a folder without parts, in train, val and test; a missing part takes its fraction of train."""
MOST_UNREADABLE = 0.01
"""The fraction of unreadable images that are left out with a warning; more is an error."""
MOST_BYTES = 8 << 30
"""Of all decoded images together."""
SIZES = range(4, 1025)

_SMALL, _SMALL_SIZE, _LARGE_SIZE = 64, 32, 64
"""Where the usual short side is under _SMALL pixels the default size is _SMALL_SIZE, else _LARGE_SIZE."""


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """An image folder as it was when it was scanned."""

    path: Path
    """Absolute."""
    asked_size: int | None
    """Pixels a side, or None for a size that suits the images."""
    listing: Listing

    @property
    def name(self) -> str:
        """The name that `prepare` takes."""
        return f"folder:{self.path}" + (f"?size={self.asked_size}" if self.asked_size else "")

    @property
    def slug(self) -> str:
        """The beginning of its folder's name in the cache."""
        return f"folder-{self.path.name}"

    def parameters(self) -> Mapping[str, Any]:
        """All that the arrays depend on."""
        files = {
            part: [(file.path, file.size, file.mtime_ns) for file in files]
            for part, files in self.listing.given.items()
        }
        digest = hashlib.sha256(json.dumps([self.listing.class_names, files]).encode()).hexdigest()
        return {"size": self.asked_size, "fractions": FRACTIONS, "split_seed": SPLIT_SEED, "files": digest}

    def make(self, on_progress: OnBytes | None) -> Parts:
        """Decode everything. Raises UsageError where too much is unreadable, or all of it is too large."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's doubts about metadata; what matters is an error below
            return self._make(on_progress)

    def _make(self, on_progress: OnBytes | None) -> Parts:
        files, rule = _divide(self.listing)
        decoder = _Decoder(self.path, [file for part in files for file in part], on_progress)
        size, channels = decoder.choose_form(self.asked_size)
        parts = [decoder.decode(part, size, channels) for part in files]
        decoder.judge()
        for name, part in zip(PART_NAMES, parts, strict=True):
            missing = set(range(len(self.listing.class_names))) - set(part.labels.tolist())
            if missing:
                raise UsageError(
                    f"{self.path}: after leaving out unreadable images, "
                    f"{self.listing.class_names[min(missing)]} has none in {name}; add some"
                )
        train, val, test = parts
        return Parts(
            train,
            val,
            test,
            class_names=self.listing.class_names,
            split_rule=rule,
            warnings=tuple(decoder.problems.values()),
        )


def scan(path: Path, size: int | None) -> ImageFolder:
    """Look at a folder without decoding anything.

    path: absolute. size: pixels a side, or None. Raises UsageError that says what is wrong and
    what the layout should be.
    """
    if size is not None and size not in SIZES:
        raise UsageError(f"folder:{path}: a size of {size} is outside {SIZES[0]} to {SIZES[-1]} pixels")
    if not os.path.isdir(path):
        what = "is not a folder" if os.path.exists(path) else "does not exist"
        raise UsageError(f"folder:{path}: {path} {what}. {LAYOUT}")
    try:
        return ImageFolder(path, size, list_folder(path))
    except OSError as error:
        raise UsageError(f"folder:{path}: cannot be read: {error}") from error


def _divide(listing: Listing) -> tuple[list[tuple[File, ...]], str]:
    """The files of train, val and test, and the rule by which they were found."""
    given = listing.given
    missing = [part for part in PART_NAMES if part not in given]
    taken = [dict(zip(PART_NAMES, FRACTIONS, strict=True))[part] for part in missing]
    pool = given["train"]
    labels = np.array([file.label for file in pool], np.int64)
    fractions = (round(1 - sum(taken), 9), *taken)
    pieces = zip(["train", *missing], stratified_split(labels, fractions), strict=True)
    cut = {part: tuple(pool[i] for i in piece) for part, piece in pieces}
    parts = {**given, **cut}
    random = np.random.RandomState(SPLIT_SEED)  # a listing is in the order of classes; parts are mixed
    rule = "as given"
    if missing:
        rule = f"{' and '.join(missing)} cut from train, stratified, {fractions}, seed {SPLIT_SEED}"
    mixed = [tuple(parts[part][i] for i in random.permutation(len(parts[part]))) for part in PART_NAMES]
    return mixed, rule


class _Decoder:
    """Decodes the files of one folder, and remembers which could not be read."""

    def __init__(self, root: Path, files: Sequence[File], on_progress: OnBytes | None) -> None:
        self._root = root
        self._files = files
        self._on_progress = on_progress
        self._done_bytes = 0
        self._total_bytes = sum(file.size for file in files)
        self.problems: dict[str, str] = {}

    def choose_form(self, asked_size: int | None) -> tuple[int, int]:
        """Image size and channels that suit all files. Raises UsageError where the whole is too large."""
        headers = []
        for file in self._files:
            try:
                headers.append(read_header(self._root / file.path))
            except UnreadableImageError as error:
                self._note(file, error)
        self.judge()
        size = asked_size
        if size is None:
            usual = statistics.median(header.short_side for header in headers)
            size = _SMALL_SIZE if usual < _SMALL else _LARGE_SIZE
        channels = 1 if all(header.is_grey for header in headers) else 3
        total = len(self._files) * channels * size * size
        if total > MOST_BYTES:
            raise UsageError(
                f"folder:{self._root}: {len(self._files):,} images of {size}x{size} pixels take "
                f"{total / 2**30:.1f} GiB, more than the {MOST_BYTES / 2**30:.0f} GiB allowed; "
                f"ask for smaller images: folder:{self._root}?size={size // 2}"
            )
        return size, channels

    def decode(self, files: Sequence[File], size: int, channels: int) -> Part:
        """The images of one part, those that cannot be read left out."""
        images = np.empty((len(files), channels, size, size), np.uint8)

        def read(place: int) -> UnreadableImageError | None:
            try:
                images[place] = read_image(self._root / files[place].path, size, channels)
            except UnreadableImageError as error:
                return error
            return None

        kept: list[int] = []
        pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
        try:
            for place, problem in enumerate(pool.map(read, range(len(files)))):
                if problem is None:
                    kept.append(place)
                else:
                    self._note(files[place], problem)
                self._done_bytes += files[place].size
                if self._on_progress is not None:
                    self._on_progress(self._done_bytes, self._total_bytes)
        finally:
            pool.shutdown(cancel_futures=True)  # an interrupted preparation does not decode the rest
        if len(kept) < len(files):
            images = _close_gaps(images, kept)
        labels = np.array([files[place].label for place in kept], np.int64)
        return Part(images, labels, tuple(files[place].path for place in kept))

    def judge(self) -> None:
        """Raises UsageError where more of the files are unreadable than may be left out."""
        if len(self.problems) > MOST_UNREADABLE * len(self._files):
            raise UsageError(
                f"folder:{self._root}: {len(self.problems)} of {len(self._files)} images cannot be read; "
                f"the first is {next(iter(self.problems.values()))}. Repair or remove them"
            )

    def _note(self, file: File, problem: UnreadableImageError) -> None:
        path = file.path.encode(errors="backslashreplace").decode()
        self.problems[file.path] = f"{path}: {problem}"


def _close_gaps(images: NDArray[np.uint8], kept: Sequence[int]) -> NDArray[np.uint8]:
    """The kept images, moved together in place: a copy of gigabytes is spared."""
    for target, source in enumerate(kept):
        if target != source:
            images[target] = images[source]
    return images[: len(kept)]
