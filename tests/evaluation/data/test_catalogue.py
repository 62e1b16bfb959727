"""Names of data sets, and which is taken where none is named."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.errors import UsageError
from ge_tui.evaluation.data import available, catalogue, prepare
from ge_tui.evaluation.data.catalogue import origin_of


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("digit", "did you mean digits"),
        ("CIFAR10", "did you mean cifar10"),
        ("cifar-10", "did you mean cifar10"),
        ("digits-plane", "did you mean digits-plain"),
        ("folder", "did you mean folder:PATH"),
        ("folder:", "did you mean folder:PATH"),
        ("./pictures", r"write folder:\./pictures"),
        ("imagenet", "There are: digits, digits-plain, cifar10, fake, folder:PATH"),
        ("digits:8", "There are"),
        ("fake:big", "image size, 4 to 512"),
        ("fake:0", "image size"),
        ("fake:", "image size"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        prepare(name)


@given(st.text(max_size=30))
def test_any_text_is_a_name_or_a_usage_error(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert origin_of(text).name


def test_the_first_set_on_disk_is_available(tmp_path: Path) -> None:
    assert available(["cifar10", "digits"]) == "digits"
    assert available(["cifar10"]) == "digits"
    assert available([]) == "digits"
    assert available(["cifar10", "fake:32", "digits"]) == "fake:32"
    assert available([f"folder:{tmp_path}/none", f"folder:{tmp_path}?size=8"]) == f"folder:{tmp_path}?size=8"


def test_an_unknown_preference_is_an_error() -> None:
    with pytest.raises(UsageError, match="digits"):
        available(["digts"])


def test_the_catalogue_says_what_would_be_downloaded() -> None:
    lines = {line.name: line for line in catalogue()}
    assert set(lines) == {"digits", "digits-plain", "cifar10", "fake", "folder:PATH"}
    assert not lines["cifar10"].on_disk
    assert lines["cifar10"].download_bytes == 170_498_071
    assert all(line.on_disk and line.download_bytes == 0 for line in lines.values() if line.name != "cifar10")
    assert all(line.description for line in lines.values())


@pytest.mark.parametrize(("name", "size"), [("fake", 16), ("fake:32", 32), ("fake:7", 7)])
def test_fake_data_can_be_learned(name: str, size: int) -> None:
    dataset = prepare(name)
    assert dataset.name == name
    assert dataset.counts == {"train": 512, "val": 256, "test": 256}
    files = dataset.files()
    images, labels = np.load(files.train_images), np.load(files.train_labels)
    assert images.shape == (512, 3, size, size)
    means = np.stack([images[labels == label].mean(axis=0) for label in range(10)])
    val = np.load(files.val_images).astype(float)
    distance = ((val[:, None] - means) ** 2).sum(axis=(2, 3, 4))
    assert (distance.argmin(axis=1) == dataset.val_labels()).mean() > 0.9
    first_pixel = images[:, 0, 0, 0].astype(float)
    assert first_pixel.std() > 20


def test_sixteen_is_the_usual_size_of_fake() -> None:
    assert prepare("fake:16").name == "fake"
