"""Prepared folders: whole or absent, noticed when damaged, safe under several processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ge_tui.errors import NotReadyError
from ge_tui.evaluation.data import DataSet, open_test_part, prepare
from ge_tui.evaluation.data.fake import Fake
from ge_tui.evaluation.data.parts import OnBytes, Parts
from ge_tui.evaluation.data.store import folder_of, is_prepared, open_or_make


@dataclass
class Counting:
    """A fake set that counts how often it was made."""

    made: int = 0
    name: str = "fake"
    slug: str = "counting"

    def parameters(self) -> Mapping[str, Any]:
        return {"size": 4}

    def make(self, on_progress: OnBytes | None) -> Parts:
        self.made += 1
        return Fake(4).make(on_progress)


def everything(dataset: DataSet) -> list[np.ndarray]:
    files = dataset.files()
    shown = [np.load(files.train_images), np.load(files.train_labels), np.load(files.val_images)]
    return [*shown, dataset.val_labels(), *open_test_part(dataset)]


def test_the_second_opening_makes_nothing_and_is_fast() -> None:
    origin = Counting()
    first = open_or_make(origin)
    start = time.perf_counter()
    assert open_or_make(origin) == first
    assert time.perf_counter() - start < 0.2
    assert origin.made == 1
    assert is_prepared(origin)


def test_a_worker_sees_neither_validation_labels_nor_the_test_part() -> None:
    dataset = prepare("fake")
    files = dataset.files()
    top = {file.name for file in dataset.folder.iterdir() if file.is_file()}
    assert top == {"train_images.npy", "train_labels.npy", "val_images.npy", "meta.json"}
    assert {files.train_images.name, files.train_labels.name, files.val_images.name} == top - {"meta.json"}
    assert (files.classes, files.channels, files.image_size) == (10, 3, 16)


def test_the_test_part_cannot_be_written_through_its_map() -> None:
    images, _ = open_test_part(prepare("fake"))
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0


def _shorten(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 1)


def _flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)


def _fill_with_zeros(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


DAMAGES = [_shorten, _flip_a_byte, _fill_with_zeros, Path.unlink]
FILES = ["train_images.npy", "labels/val_labels.npy", "sealed/split.json", "meta.json"]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_folder_is_made_again(damage: Callable[[Path], None], file: str) -> None:
    origin = Counting()
    before = open_or_make(origin)
    contents = everything(before)
    damage(before.folder / file)
    after = open_or_make(origin)
    assert after.digest == before.digest
    for one, other in zip(contents, everything(after), strict=True):
        assert np.array_equal(one, other)
    if file != "meta.json":  # a changed byte of meta.json may be a blank
        assert origin.made == 2
    assert not list(before.folder.parent.glob(".*.tmp"))


def test_a_copied_cache_is_used_as_it_is(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of change differ there; the content is read and found equal."""
    origin = Counting()
    before = open_or_make(origin)
    shutil.copytree(cache, tmp_path / "elsewhere" / cache.name, copy_function=shutil.copyfile)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    after = open_or_make(origin)
    assert after.digest == before.digest
    assert after.folder != before.folder
    assert origin.made == 1


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 1}', '{"format": NaN}'])
def test_a_senseless_meta_file_is_replaced(content: str) -> None:
    origin = Counting()
    dataset = open_or_make(origin)
    (dataset.folder / "meta.json").write_text(content)
    assert open_or_make(origin) == dataset
    assert origin.made == 2


def test_a_failure_while_making_leaves_nothing() -> None:
    class Failing(Counting):
        def make(self, on_progress: OnBytes | None) -> Parts:
            raise NotReadyError("no")

    with pytest.raises(NotReadyError, match=r"^no$"):
        open_or_make(Failing())
    assert not is_prepared(Counting())
    assert open_or_make(Counting()).counts["train"] == 512


def test_a_failure_while_writing_leaves_nothing_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.save", full)
    with pytest.raises(NotReadyError, match=r"the disk is full.*XDG_CACHE_HOME"):
        open_or_make(Counting())
    left = [file.name for file in folder_of(Counting()).parent.iterdir()]
    assert [name for name in left if not name.endswith(".lock")] == []


def test_a_cache_that_cannot_be_written_is_reported(cache: Path) -> None:
    cache.write_text("a file in the way")
    with pytest.raises(NotReadyError, match=r"cannot write .*XDG_CACHE_HOME"):
        prepare("fake")


SLOW = """
import sys, time
from dataclasses import dataclass
from ge_tui.evaluation.data.fake import Fake
from ge_tui.evaluation.data.store import open_or_make

class Slow:
    name, slug = "fake", "slow"
    def parameters(self): return {}
    def make(self, on_progress):
        print("making", flush=True)
        time.sleep(float(sys.argv[1]))
        return Fake(4).make(on_progress)

print(open_or_make(Slow()).digest, flush=True)
"""


def start(seconds: float) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, str(seconds)], stdout=subprocess.PIPE, text=True, env=os.environ.copy()
    )


def test_of_several_processes_one_makes_it_and_all_get_it() -> None:
    processes = [start(0.5) for _ in range(3)]
    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(output.count("making") for output in outputs) == 1
    assert len({output[-1] for output in outputs}) == 1


def test_a_killed_process_leaves_nothing_half(cache: Path) -> None:
    killed = start(60)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "making\n"
    leftover = next((cache / "data").glob(".slow-*.lock")).with_suffix(".abc.tmp")
    leftover.mkdir()
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    output, _ = start(0).communicate(timeout=60)
    assert output.startswith("making\n")
    assert not leftover.exists()


def test_meta_records_how_the_split_was_made() -> None:
    meta = json.loads((prepare("digits-plain").folder / "meta.json").read_text())
    assert "stratified" in meta["split_rule"]
    assert "seed 10" in meta["split_rule"]
    assert meta["parameters"]["versions"] == [1, 1, 1]


def test_torch_is_not_imported() -> None:
    code = (
        "import sys; from ge_tui.evaluation import data; data.prepare('fake'); data.catalogue(); "
        "sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
