"""The digits that come with the program."""

import json

import numpy as np
import pytest

from ge_tui.evaluation.data import DataSet, open_test_part, prepare
from ge_tui.evaluation.data.digits import Difficulty, Digits, distort, load_sources
from ge_tui.evaluation.data.parts import SPLIT
from ge_tui.evaluation.data.store import folder_of, open_or_make


def arrays(dataset: DataSet) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    files = dataset.files()
    return {
        "train": (np.load(files.train_images), np.load(files.train_labels)),
        "val": (np.load(files.val_images), dataset.val_labels()),
        "test": open_test_part(dataset),
    }


def test_the_embedded_images_are_the_published_ones() -> None:
    images, labels = load_sources()
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 1)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_digits_suit_the_seed_network() -> None:
    dataset = prepare("digits")
    assert (dataset.classes, dataset.channels, dataset.image_size) == (10, 3, 16)
    assert 6_000 <= dataset.counts["train"] <= 7_000
    assert 2_000 <= dataset.counts["val"] <= 2_400
    assert 1_400 <= dataset.counts["test"] <= 1_600
    for part, (images, labels) in arrays(dataset).items():
        assert images.dtype == np.uint8
        assert images.shape == (dataset.counts[part], 3, 16, 16)
        assert labels.dtype == np.int64
        assert labels.shape == (dataset.counts[part],)
        classes = np.bincount(labels, minlength=10) / len(labels)
        assert 0.09 < classes.min() <= classes.max() < 0.11


@pytest.mark.parametrize("name", ["digits", "digits-plain"])
def test_no_source_image_is_in_two_parts(name: str) -> None:
    members = json.loads((prepare(name).folder / SPLIT).read_text())
    every = [source for part in members.values() for source in part]
    assert sorted(every) == list(range(1797))


def test_noise_differs_between_channels_and_is_rarely_cut_off() -> None:
    images = np.load(prepare("digits").files().train_images).astype(float)
    assert np.abs(images[:, 0] - images[:, 1]).mean() > 10
    assert ((images == 0) | (images == 255)).mean() < 0.02


def test_plain_digits_repeat_their_content_in_every_channel() -> None:
    dataset = prepare("digits-plain")
    images = np.load(dataset.files().train_images)
    assert np.array_equal(images[:, 0], images[:, 1])
    assert np.array_equal(images[:, 0], images[:, 2])
    assert images.max() > 240
    assert sum(dataset.counts.values()) == 1797


def test_plain_digits_can_be_told_apart_by_the_nearest_class_mean() -> None:
    parts = arrays(prepare("digits-plain"))
    train, labels = parts["train"]
    means = np.stack([train[labels == digit].mean(axis=0) for digit in range(10)])
    val, truth = parts["val"]
    distance = ((val[:, None].astype(float) - means) ** 2).sum(axis=(2, 3, 4))
    assert (distance.argmin(axis=1) == truth).mean() > 0.85


def test_making_them_twice_gives_the_same_bytes() -> None:
    first, second = (Digits().make(None) for _ in range(2))
    for one, other in zip((first.train, first.val, first.test), (second.train, second.val, second.test), strict=True):
        assert np.array_equal(one.images, other.images)
        assert np.array_equal(one.labels, other.labels)


def test_another_difficulty_is_another_data_set() -> None:
    usual, harder = Digits(), Digits(difficulty=Difficulty(noise=1.5))
    assert folder_of(usual) != folder_of(harder)
    assert open_or_make(usual).digest != open_or_make(harder).digest


def test_an_undistorted_image_keeps_its_mass_and_place() -> None:
    source = np.zeros((1, 8, 8))
    source[0, 3:5, 3:5] = 1
    gentle = Difficulty(noise=0, rotation_deg=0, scale=0, shift_px=0, lowest=0, highest=1)
    shown = distort(source, gentle, np.random.RandomState(0))[0, 0] / 255
    assert shown.sum() == pytest.approx(16, rel=0.02)
    assert np.array_equal(shown, shown[::-1])
    assert np.array_equal(shown, shown.T)
    assert (shown[7:9, 7:9] == 1).all()
