"""Every data set there is, by name."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ge_tui.errors import UsageError
from ge_tui.evaluation.data import fake, image_folder, store
from ge_tui.evaluation.data.cifar10 import Cifar10
from ge_tui.evaluation.data.digits import PLAIN, Digits
from ge_tui.evaluation.data.fake import Fake
from ge_tui.evaluation.data.parts import DataSet, OnBytes, Origin

ALWAYS_THERE = "digits"
_NAMES = ("digits", "digits-plain", "cifar10", "fake", "folder:PATH")
_FAKE_SIZES = range(4, 513)


@dataclass(frozen=True, slots=True)
class DataInfo:
    """One line of a listing."""

    name: str
    description: str
    on_disk: bool
    """Whether it can be used without a download."""
    download_bytes: int
    """What would be fetched; 0 where nothing is."""


def prepare(name: str, *, on_progress: OnBytes | None = None) -> DataSet:
    """Open a data set by its name, and prepare it first where that has not been done (or was damaged).

    name: digits, digits-plain, cifar10, fake, fake:SIZE, folder:PATH or folder:PATH?size=N.
    Only `cifar10` may download, once. Any number of processes may prepare the same set at once.
    Raises UsageError for an unknown name or a folder that cannot be used, NotReadyError where a download
    failed or the cache cannot be written.
    """
    return store.open_or_make(origin_of(name), on_progress)


def origin_of(name: str) -> Origin:
    """Where a data set of this name comes from. Raises UsageError."""
    kind, colon, rest = name.partition(":")
    if "\0" in name:
        raise UsageError(_unknown(name))
    match kind:
        case "digits" if not colon:
            return Digits()
        case "digits-plain" if not colon:
            return Digits("digits-plain", PLAIN)
        case "cifar10" if not colon:
            return Cifar10()
        case "fake":
            return _fake(name, rest) if colon else Fake()
        case "folder" if rest:
            return image_folder.scan(*_split_size(rest))
    raise UsageError(_unknown(name))


def available(preferred: Sequence[str]) -> str:
    """The first of these names that can be used without a download; `digits` if none can.

    Raises UsageError where one of them is no data set's name.
    """
    for name in preferred:
        if is_on_disk(name):
            return name
    return ALWAYS_THERE


def catalogue() -> list[DataInfo]:
    """What there is, for listings."""
    cifar = Cifar10()
    cifar_there = cifar.is_on_disk()
    return [
        DataInfo("digits", "1,797 real handwritten digits, enlarged, turned and noisy; 16x16x3", True, 0),
        DataInfo("digits-plain", "the same digits, undistorted; most networks reach 97 %", True, 0),
        DataInfo(
            "cifar10",
            "60,000 photographs of ten kinds of things; 32x32x3",
            cifar_there,
            0 if cifar_there else cifar.source.size,
        ),
        DataInfo("fake", "small, synthetic, learnable; for tests (fake:32 for 32x32)", True, 0),
        DataInfo("folder:PATH", "your own images: PATH/<class>/*.png; add ?size=N to set the size", True, 0),
    ]


def is_on_disk(name: str) -> bool:
    """Whether a data set can be used without a download. Raises UsageError where this is no data set's name."""
    if name.startswith("folder:"):
        return os.path.isdir(_split_size(name.removeprefix("folder:"))[0])
    origin = origin_of(name)
    return origin.is_on_disk() if isinstance(origin, Cifar10) else True


def _fake(name: str, size: str) -> Fake:
    if not size.isdecimal() or int(size) not in _FAKE_SIZES:
        raise UsageError(
            f"no data set '{name}'; after fake: comes an image size, {_FAKE_SIZES[0]} to {_FAKE_SIZES[-1]}, "
            f"as in fake:32 (fake alone is {fake.DEFAULT_SIZE})"
        )
    return Fake(int(size))


def _split_size(text: str) -> tuple[Path, int | None]:
    """`PATH?size=N` as an absolute path and N."""
    match = re.fullmatch(r"(.+)\?size=([^?/]*)", text, re.DOTALL)
    if match is None:
        return _absolute(text), None
    path, size = match.groups()
    if not size.isdecimal():
        raise UsageError(f"folder:{text}: the size '{size}' is not a whole number of pixels, as in ?size=32")
    return _absolute(path), int(size)


def _absolute(path: str) -> Path:
    return Path(os.path.realpath(os.path.expanduser(path)))


def _unknown(name: str) -> str:
    listing = ", ".join(_NAMES)
    if "/" in name or Path(name).is_dir():
        return f"no data set '{name}'; for a folder of images write folder:{name}. There are: {listing}"
    near = difflib.get_close_matches(name.lower(), _NAMES, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else "."
    return f"no data set '{name}'{hint} There are: {listing}"
