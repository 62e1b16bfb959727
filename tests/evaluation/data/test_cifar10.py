"""CIFAR-10 from a small archive of the published form."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.data import available, catalogue, open_test_part, prepare
from ge_tui.evaluation.data.cifar10 import BATCHES, FOLDER_NAME, SOURCE, Cifar10
from ge_tui.evaluation.data.store import folder_of, open_or_make

from .cifar_archive import NAMES, Archive, make_archive, pack
from .web_server import serving


@pytest.fixture(scope="module")
def archive() -> Archive:
    return make_archive()


def unpack(archive: Archive, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, content in archive.batches.items():
        (folder / name).write_bytes(content)


def test_the_published_archive_is_meant() -> None:
    assert Cifar10() == Cifar10(SOURCE, BATCHES)
    assert SOURCE.url == "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    assert SOURCE.size == 170_498_071
    assert len(BATCHES.train) == 5


def test_it_is_downloaded_once_and_split(archive: Archive, cache: Path) -> None:
    seen: list[tuple[int, int]] = []
    with serving(archive.content) as server:
        origin = archive.origin(server.url)
        dataset = open_or_make(origin, lambda done, total: seen.append((done, total)))
        open_or_make(origin)
        (dataset.folder / "meta.json").unlink()
        open_or_make(origin)
        assert len(server.ranges) == 1
    assert seen[-1] == (len(archive.content), len(archive.content))
    assert dataset.counts == {"train": 200, "val": 50, "test": 50}
    assert dataset.class_names == NAMES
    assert (dataset.name, dataset.classes, dataset.channels, dataset.image_size) == ("cifar10", 10, 3, 32)
    assert (cache / "downloads" / "cifar-10-python.tar.gz").exists()


def test_every_image_keeps_its_label_and_its_place(archive: Archive) -> None:
    with serving(archive.content) as server:
        dataset = open_or_make(archive.origin(server.url))
    files = dataset.files()
    published = {image.tobytes(): label for image, label in zip(archive.images, archive.labels, strict=True)}
    train, val = np.load(files.train_images), np.load(files.val_images)
    for images, labels in ((train, np.load(files.train_labels)), (val, dataset.val_labels())):
        assert [published[image.tobytes()] for image in images] == labels.tolist()
    together = {image.tobytes() for image in (*train, *val)}
    assert together == {image.tobytes() for image in archive.images[:250]}
    assert np.bincount(dataset.val_labels()).tolist() == [5] * 10
    test_images, test_labels = open_test_part(dataset)
    assert np.array_equal(test_images, archive.images[250:])
    assert np.array_equal(test_labels, archive.labels[250:])


def test_archive_folder_and_named_place_give_the_same(
    archive: Archive, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them needs the server, which is not there."""
    origin = archive.origin()
    assert not origin.is_on_disk()
    digests = set()

    def take() -> None:
        assert origin.is_on_disk()
        dataset = open_or_make(origin)
        digests.add(dataset.digest)
        (dataset.folder / "meta.json").unlink()

    unpack(archive, cache / "downloads" / FOLDER_NAME)
    take()
    (cache / "downloads" / FOLDER_NAME).rename(tmp_path / FOLDER_NAME)
    for named in (tmp_path, tmp_path / FOLDER_NAME):
        monkeypatch.setenv("GE_TUI_CIFAR10", str(named))
        take()
    (tmp_path / "packed again.tgz").write_bytes(pack(dict(reversed(archive.batches.items()))))
    monkeypatch.setenv("GE_TUI_CIFAR10", str(tmp_path / "packed again.tgz"))
    take()
    monkeypatch.delenv("GE_TUI_CIFAR10")
    (cache / "downloads" / "cifar-10-python.tar.gz").write_bytes(archive.content)
    take()
    assert len(digests) == 1


def test_a_named_place_that_is_not_there_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GE_TUI_CIFAR10", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match=r"GE_TUI_CIFAR10 names .*nowhere.*cifar-10-batches-py"):
        prepare("cifar10")
    with pytest.raises(UsageError, match="GE_TUI_CIFAR10"):
        available(["cifar10", "digits"])


def test_put_there_by_hand_it_counts_as_on_disk(archive: Archive, cache: Path) -> None:
    (cache / "downloads").mkdir(parents=True)
    (cache / "downloads" / "cifar-10-python.tar.gz").write_bytes(archive.content)
    assert available(["cifar10", "digits"]) == "cifar10"
    assert {line.name: line.download_bytes for line in catalogue()}["cifar10"] == 0


def test_another_archive_put_there_by_hand_is_refused(archive: Archive, cache: Path) -> None:
    (cache / "downloads").mkdir(parents=True)
    (cache / "downloads" / "cifar-10-python.tar.gz").write_bytes(archive.content)
    with pytest.raises(NotReadyError, match=r"data_batch_1 in .* is not the published one.*remove it"):
        prepare("cifar10")
    assert not folder_of(Cifar10()).exists()


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_half_an_archive_put_there_by_hand_is_refused(archive: Archive, cache: Path, kept: float) -> None:
    (cache / "downloads").mkdir(parents=True)
    content = archive.content[: int(len(archive.content) * kept)]
    (cache / "downloads" / "cifar-10-python.tar.gz").write_bytes(content)
    with pytest.raises(NotReadyError, match=r"(cannot be read|has no|not the published).*remove it"):
        open_or_make(archive.origin())


def test_a_folder_without_a_batch_is_refused(archive: Archive, cache: Path) -> None:
    unpack(archive, cache / "downloads" / FOLDER_NAME)
    (cache / "downloads" / FOLDER_NAME / "data_batch_3").unlink()
    with pytest.raises(NotReadyError, match="data_batch_3"):
        open_or_make(archive.origin())


def test_offline_the_user_is_told_where_to_put_the_archive(archive: Archive, cache: Path) -> None:
    with serving(archive.content) as server:
        server.statuses = [403]
        with pytest.raises(NotReadyError, match=r"403.*by hand: ") as refusal:
            open_or_make(archive.origin(server.url))
    assert str(cache / "downloads" / "cifar-10-python.tar.gz") in str(refusal.value)
    assert not folder_of(archive.origin()).exists()


def test_a_wrong_checksum_leaves_nothing(archive: Archive, cache: Path) -> None:
    with serving(archive.content) as server, pytest.raises(NotReadyError, match="SHA-256"):
        open_or_make(archive.origin(server.url, sha256="0" * 64))
    assert not folder_of(archive.origin()).exists()
    assert not list((cache / "downloads").glob("cifar*"))


class Attack:
    def __reduce__(self) -> object:
        return exec, ("raise SystemExit('it ran')",)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({b"data": Attack()}, "asks for"),
        ({b"labels": [1]}, "no 'data'"),
        ({b"data": np.zeros((2, 5), np.uint8), b"labels": [0, 1]}, "no 'data'"),
        ({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0]}, "no 'labels'"),
        ({b"data": np.zeros((1, 3072), np.uint8), b"labels": [b"0"]}, "no 'labels'"),
    ],
)
def test_a_batch_of_another_content_is_refused_though_its_checksum_is_right(
    archive: Archive, cache: Path, value: object, reason: str
) -> None:
    batches = {**archive.batches, "data_batch_2": pickle.dumps(value, protocol=2)}
    changed = Archive(pack(batches), batches, archive.images, archive.labels)
    unpack(changed, cache / "downloads" / FOLDER_NAME)
    with pytest.raises(NotReadyError, match=reason):
        open_or_make(changed.origin())
