"""A small archive of the published form: Python 2 pickles of byte arrays in a tar.gz."""

import hashlib
import io
import pickle
import tarfile
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ge_tui.evaluation.data.cifar10 import FOLDER_NAME, Batches, Cifar10
from ge_tui.evaluation.data.download import Source

NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class _Python2Pickler(pickle._Pickler):  # type: ignore[name-defined, misc]
    """Writes strings and modules as Python 2 did in 2009."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)  # type: ignore[attr-defined]

    def save_string(self, content: bytes) -> None:
        size = len(content)
        head = b"U" + bytes([size]) if size < 256 else b"T" + size.to_bytes(4, "little")
        self.write(head + content)
        self.memoize(content)

    def save_global(self, obj: Any, name: str | None = None) -> None:
        module = {"numpy._core.multiarray": "numpy.core.multiarray"}.get(obj.__module__, obj.__module__)
        self.write(f"c{module}\n{obj.__name__}\n".encode())
        self.memoize(obj)

    dispatch[bytes] = save_string
    dispatch[type] = save_global
    dispatch[type(len)] = save_global


def python2_pickle(value: object) -> bytes:
    stream = io.BytesIO()
    _Python2Pickler(stream, protocol=2).dump(value)
    return stream.getvalue()


@dataclass(frozen=True)
class Archive:
    """The archive's bytes, what is in it, and the origin that expects exactly this."""

    content: bytes
    batches: dict[str, bytes]
    images: np.ndarray
    labels: np.ndarray

    def origin(self, url: str = "http://127.0.0.1:9/", **changes: Any) -> Cifar10:
        values = {
            "url": url + "cifar-10-python.tar.gz",
            "file_name": "cifar-10-python.tar.gz",
            "size": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }
        md5 = {name: hashlib.md5(content).hexdigest() for name, content in self.batches.items()}
        train = {name: md5[name] for name in self.batches if name.startswith("data_batch")}
        expected = Batches(train, {"test_batch": md5["test_batch"]}, "batches.meta", md5["batches.meta"])
        return Cifar10(Source(**{**values, **changes}), expected)


def pack(batches: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in batches.items():
            member = tarfile.TarInfo(f"{FOLDER_NAME}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def make_archive(per_batch: int = 50) -> Archive:
    """Five training batches and a test batch of `per_batch` images each, with random pixels."""
    random = np.random.default_rng(3)
    count = 6 * per_batch
    images = random.integers(0, 256, (count, 3, 32, 32), np.uint8)
    labels = np.arange(count) % 10
    batches = {}
    for number, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
        rows = slice(number * per_batch, (number + 1) * per_batch)
        batch = {
            b"batch_label": name.encode(),
            b"labels": labels[rows].tolist(),
            b"data": images[rows].reshape(per_batch, -1),
            b"filenames": [b"a.png"] * per_batch,
        }
        batches[name] = python2_pickle(batch)
    batches["batches.meta"] = python2_pickle({b"label_names": [name.encode() for name in NAMES]})
    return Archive(pack(batches), batches, images, labels)
