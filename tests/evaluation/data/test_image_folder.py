"""The user's own images as a data set."""

import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ge_tui.errors import UsageError
from ge_tui.evaluation.data import DataSet, open_test_part, prepare
from ge_tui.evaluation.data import image_folder as module

SUFFIXES = ["png", "jpg", "jpeg", "bmp", "webp", "gif", "tif", "tiff", "PNG"]
COLOURS = {"blue": (10, 20, 230), "green": (10, 220, 30), "red": (240, 20, 10)}


def draw(file: Path, colour: tuple[int, ...] | int, size: tuple[int, int] = (12, 8), mode: str = "RGB") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(file)


def fill(folder: Path, per_class: int = 10, size: tuple[int, int] = (12, 8)) -> None:
    for name, colour in COLOURS.items():
        for number in range(per_class):
            suffix = SUFFIXES[number % len(SUFFIXES)]
            draw(folder / name / f"{number}.{suffix}", colour, size)


def parts(dataset: DataSet) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    files = dataset.files()
    return {
        "train": (np.load(files.train_images), np.load(files.train_labels)),
        "val": (np.load(files.val_images), dataset.val_labels()),
        "test": open_test_part(dataset),
    }


def members(dataset: DataSet) -> dict[str, list[str]]:
    return json.loads((dataset.folder / "sealed" / "split.json").read_text())


def test_a_folder_a_class_is_split_and_every_image_keeps_its_colour(tmp_path: Path) -> None:
    fill(tmp_path / "set")
    (tmp_path / "set" / ".hidden").mkdir()
    (tmp_path / "set" / "readme.txt").write_text("not a class")
    (tmp_path / "set" / "red" / "notes.txt").write_text("not an image")
    dataset = prepare(f"folder:{tmp_path}/set")
    assert dataset.name == f"folder:{tmp_path}/set"
    assert dataset.class_names == ("blue", "green", "red")
    assert dataset.counts == {"train": 18, "val": 6, "test": 6}
    assert (dataset.classes, dataset.channels, dataset.image_size) == (3, 3, 32)
    for images, labels in parts(dataset).values():
        assert len(set(labels.tolist())) == 3
        expected = np.array([COLOURS[dataset.class_names[label]] for label in labels])
        assert np.abs(images.mean(axis=(2, 3)) - expected).max() < 12
    every = [path for part in members(dataset).values() for path in part]
    assert len(set(every)) == 30


def test_classes_are_mixed_in_every_part(tmp_path: Path) -> None:
    fill(tmp_path)
    labels = parts(prepare(f"folder:{tmp_path}"))["train"][1].tolist()
    assert labels != sorted(labels)


@pytest.mark.parametrize("val", ["val", "valid", "validation"])
def test_given_parts_are_kept(tmp_path: Path, val: str) -> None:
    for part, count in (("train", 7), (val, 2), ("test", 3)):
        fill(tmp_path / part, count)
    dataset = prepare(f"folder:{tmp_path}")
    assert dataset.counts == {"train": 21, "val": 6, "test": 9}
    assert {path.split("/")[0] for path in members(dataset)["val"]} == {val}
    assert {path.split("/")[0] for path in members(dataset)["test"]} == {"test"}


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        (("train",), {"train": 18, "val": 6, "test": 6}),
        (("train", "test"), {"train": 24, "val": 6, "test": 30}),
        (("train", "val"), {"train": 24, "val": 30, "test": 6}),
    ],
)
def test_missing_parts_are_cut_from_train(tmp_path: Path, given: tuple[str, ...], counts: dict[str, int]) -> None:
    for part in given:
        fill(tmp_path / part)
    dataset = prepare(f"folder:{tmp_path}")
    assert dataset.counts == counts
    every = [path for part in members(dataset).values() for path in part]
    assert len(set(every)) == len(every) == 30 * len(given)


@pytest.mark.parametrize(("pixels", "size"), [(8, 32), (63, 32), (64, 64), (100, 64)])
def test_the_usual_size_follows_the_images(tmp_path: Path, pixels: int, size: int) -> None:
    fill(tmp_path, 5, (pixels + 9, pixels))
    assert prepare(f"folder:{tmp_path}").image_size == size


def test_a_size_can_be_asked_for(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    dataset = prepare(f"folder:{tmp_path}?size=20")
    assert dataset.name == f"folder:{tmp_path}?size=20"
    assert dataset.files().image_size == 20
    assert parts(dataset)["train"][0].shape[1:] == (3, 20, 20)
    assert dataset.folder != prepare(f"folder:{tmp_path}").folder


@pytest.mark.parametrize("size", ["3", "5000", "x", "", "-1"])
def test_a_senseless_size_is_refused(tmp_path: Path, size: str) -> None:
    fill(tmp_path, 5)
    with pytest.raises(UsageError, match="size"):
        prepare(f"folder:{tmp_path}?size={size}")


def test_the_middle_is_cut_out(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for number in range(5):
            picture = np.zeros((10, 30, 3), np.uint8)
            picture[:, 10:20] = 255
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(picture).save(tmp_path / name / f"{number}.png")
    images = parts(prepare(f"folder:{tmp_path}?size=10"))["train"][0]
    assert (images == 255).all()


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 3
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[:8] = 255
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.fromarray(picture).save(tmp_path / name / f"{number}.png", exif=turned)
    images = parts(prepare(f"folder:{tmp_path}?size=16"))["train"][0]
    assert images[:, :, :8].max() == 0
    assert images[:, :, 8:].min() == 255


def test_grey_images_have_one_channel(tmp_path: Path) -> None:
    for name, level in (("dark", 40), ("light", 200)):
        for number in range(4):
            draw(tmp_path / name / f"{number}.png", level, mode="L")
        draw(tmp_path / name / "deep.png", level * 256, mode="I;16")
    dataset = prepare(f"folder:{tmp_path}")
    assert dataset.channels == 1
    images, labels = parts(dataset)["train"]
    assert images.shape[1:] == (1, 32, 32)
    assert images.mean(axis=(1, 2, 3)).tolist() == [(40, 200)[label] for label in labels]


def test_one_coloured_image_makes_all_of_them_rgb(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    draw(tmp_path / "red" / "grey.png", 9, mode="L")
    draw(tmp_path / "red" / "clear.png", (240, 20, 10, 128), mode="RGBA")
    assert prepare(f"folder:{tmp_path}").channels == 3


def test_a_changed_folder_is_prepared_again(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    first = prepare(f"folder:{tmp_path}")
    draw(tmp_path / "red" / "new.png", 0)
    second = prepare(f"folder:{tmp_path}")
    assert second.digest != first.digest
    assert sum(second.counts.values()) == 16


def test_the_digest_does_not_depend_on_the_place(tmp_path: Path) -> None:
    fill(tmp_path / "one", 5)
    first = prepare(f"folder:{tmp_path}/one")
    (tmp_path / "one").rename(tmp_path / "two")
    second = prepare(f"folder:{tmp_path}/two")
    assert second.digest == first.digest
    assert second.folder != first.folder


def test_a_relative_path_and_the_home_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "set", 5)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    absolute = prepare(f"folder:{tmp_path}/set")
    assert prepare("folder:set") == prepare("folder:~/set/") == absolute


def test_progress_covers_all_bytes(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    seen: list[tuple[int, int]] = []
    prepare(f"folder:{tmp_path}", on_progress=lambda done, total: seen.append((done, total)))
    size = sum(file.stat().st_size for file in tmp_path.glob("*/*"))
    assert seen[-1] == (size, size)
    assert seen == sorted(seen)


def test_few_unreadable_images_are_left_out_and_named(tmp_path: Path) -> None:
    fill(tmp_path, 50)
    (tmp_path / "red" / "0.png").write_bytes(b"not an image")
    dataset = prepare(f"folder:{tmp_path}?size=4")
    assert sum(dataset.counts.values()) == 149
    assert len(dataset.warnings) == 1
    assert dataset.warnings[0].startswith("red/0.png: ")
    assert prepare(f"folder:{tmp_path}?size=4").warnings == dataset.warnings
    for images, labels in parts(dataset).values():
        assert len(images) == len(labels)
        expected = np.array([COLOURS[dataset.class_names[label]] for label in labels])
        assert np.abs(images.mean(axis=(2, 3)) - expected).max() < 12


def test_many_unreadable_images_are_an_error_that_names_the_first(tmp_path: Path) -> None:
    fill(tmp_path, 10)
    (tmp_path / "blue" / "3.bmp").write_bytes((tmp_path / "blue" / "3.bmp").read_bytes()[:60])
    with pytest.raises(UsageError, match=r"1 of 30 images cannot be read; the first is blue/3\.bmp: "):
        prepare(f"folder:{tmp_path}")


@pytest.mark.parametrize("kept", [0, 1, 20, 40, 60])
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "tif", "bmp"])
def test_cut_off_files_are_noticed_whatever_their_kind(tmp_path: Path, suffix: str, kept: int) -> None:
    fill(tmp_path, 5)
    whole = tmp_path / "red" / f"whole.{suffix}"
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    Image.fromarray(pixels).save(whole)
    whole.write_bytes(whole.read_bytes()[:kept])
    with pytest.raises(UsageError, match="1 of 16 images cannot be read; the first is red/whole"):
        prepare(f"folder:{tmp_path}")


def bomb(file: Path, width: int, height: int) -> None:
    """A PNG that claims to be enormous and holds almost nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))


@pytest.mark.parametrize("side", [8_001, 10_000, 60_000])
def test_decompression_bombs_are_refused(tmp_path: Path, side: int) -> None:
    fill(tmp_path, 5)
    bomb(tmp_path / "red" / "bomb.png", side, side)
    with pytest.raises(UsageError, match=r"red/bomb\.png: .*(more than the 64,000,000|decompression bomb)"):
        prepare(f"folder:{tmp_path}")


def test_a_set_that_is_too_large_is_refused_before_anything_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, 5)
    monkeypatch.setattr(module, "MOST_BYTES", 15 * 3 * 32 * 32 - 1)
    with pytest.raises(UsageError, match=r"15 images of 32x32 .*GiB allowed.*\?size=16"):
        prepare(f"folder:{tmp_path}")
    assert prepare(f"folder:{tmp_path}?size=16").image_size == 16


def _no_folder(path: Path) -> None:
    path.rmdir()


def _a_file(path: Path) -> None:
    path.rmdir()
    path.write_text("")


def _no_classes(path: Path) -> None:
    draw(path / "1.png", 0)


def _one_class(path: Path) -> None:
    for number in range(9):
        draw(path / "cat" / f"{number}.png", 0)


def _few_images(path: Path) -> None:
    fill(path, 5)
    (path / "green" / "0.png").unlink()


def _no_train(path: Path) -> None:
    fill(path / "test", 5)
    fill(path / "anything", 5)


def _two_vals(path: Path) -> None:
    for part in ("train", "val", "valid"):
        fill(path / part, 5)


def _other_classes(path: Path) -> None:
    fill(path / "train", 5)
    fill(path / "test", 5)
    (path / "test" / "red").rename(path / "test" / "pink")


def _something_beside(path: Path) -> None:
    fill(path / "train", 5)
    (path / "labels").mkdir()


def _empty_class_in_test(path: Path) -> None:
    fill(path / "train", 5)
    fill(path / "test", 1)
    (path / "test" / "red" / "0.png").unlink()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_no_folder, "does not exist"),
        (_a_file, "is not a folder"),
        (_no_classes, "0 class folders are too few"),
        (_one_class, "1 class folders are too few, at least 2"),
        (_few_images, "class green has 4 images, at least 5"),
        (_no_train, "there is test/ but no train/"),
        (_two_vals, "keep one of them"),
        (_other_classes, "different classes: pink, red"),
        (_something_beside, "labels/ lies beside train/"),
        (_empty_class_in_test, "test/: class red has 0 images, at least 1"),
    ],
)
def test_a_bad_folder_is_described_with_the_layout_it_should_have(tmp_path: Path, spoil, reason: str) -> None:
    path = tmp_path / "set"
    path.mkdir()
    spoil(path)
    with pytest.raises(UsageError, match=reason) as refusal:
        prepare(f"folder:{path}")
    assert "one folder a class" in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_folder_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    os.rename(os.fsencode(tmp_path / "red"), os.fsencode(tmp_path) + b"/re\xff")
    with pytest.raises(UsageError, match="not valid UTF-8"):
        prepare(f"folder:{tmp_path}")


def test_a_file_name_that_is_no_text_is_no_obstacle(tmp_path: Path) -> None:
    fill(tmp_path, 50)
    os.rename(os.fsencode(tmp_path / "red" / "0.png"), os.fsencode(tmp_path) + b"/red/\xff.png")
    with open(os.fsencode(tmp_path) + b"/red/\xff.png", "wb") as file:
        file.write(b"damaged")
    assert prepare(f"folder:{tmp_path}?size=4").warnings[0].startswith("red/\\udcff.png: ")
