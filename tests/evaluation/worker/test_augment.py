"""Augmentation, in a process of its own: torch is never imported here."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import torch
from ge_tui.evaluation.plan import Augmentation
from ge_tui.evaluation.worker.augment import COLOURS, LEAVES_BLANK, MOVES, draw_moves, jitter, move

assert set(MOVES) | set(COLOURS) == set(Augmentation) and not set(MOVES) & set(COLOURS)
torch.set_num_threads(1)
N = 64

def moved_by(*names):
    def augment(images):
        side = images.shape[-1]
        moves = draw_moves(names, len(images), side, images.device)
        pixels = images.permute(0, 2, 3, 1).reshape(-1, images.shape[1])
        return move(pixels, torch.arange(len(images)), moves, blank=bool(LEAVES_BLANK & set(names)))
    return augment

AUGMENTATIONS = COLOURS | {name: moved_by(name) for name in MOVES}
flip, shift, translate = (AUGMENTATIONS[name] for name in ("flip", "shift", "translate"))

def same(a, b):
    return torch.equal(a, b) or torch.allclose(a, b, atol=1e-6)

for size, channels in ((16, 3), (32, 1), (8, 3), (4, 4)):
    torch.manual_seed(1)
    images = torch.rand(N, channels, size, size)
    kept = images.clone()
    for name, augment in AUGMENTATIONS.items():
        torch.manual_seed(2)
        out = augment(images)
        torch.manual_seed(2)
        again = augment(images)
        other = augment(images)
        assert out.shape == images.shape and out.dtype == images.dtype, name
        assert 0 <= out.min() and out.max() <= 1, name
        assert torch.equal(out, again), f"{name} is not seeded"
        if name == "translate" and size < 10:  # 5 % are less than half a pixel
            assert torch.equal(out, images)
            continue
        assert not torch.equal(out, other), f"{name} draws nothing"
        assert torch.equal(images, kept), f"{name} changed its input"
        changed = [not torch.equal(a, b) for a, b in zip(out, images)]
        assert 0 < sum(changed) <= N, name
        if name != "shift":
            assert N // 5 < sum(changed) < N - N // 5, (name, sum(changed))

    # flip: each image is itself or its mirror
    out = flip(images)
    assert all(same(a, b) or same(a, b.flip(-1)) for a, b in zip(out, images))

    # shift: a whole number of pixels, up to an eighth of the side, reflected at the border
    most = max(1, size // 8)
    padded = torch.nn.functional.pad(images, (most,) * 4, mode="reflect")
    moves = set()
    for number, image in enumerate(shift(images)):
        found = [
            (dy, dx)
            for dy in range(2 * most + 1)
            for dx in range(2 * most + 1)
            if torch.equal(image, padded[number, :, dy : dy + size, dx : dx + size])
        ]
        assert found, "not a shift by whole pixels"
        moves |= set(found)
    assert len(moves) > (2 * most + 1) ** 2 // 3, "the moves vary"

    # translate: up to 5 % of each axis to the nearest pixel, zeros moving in
    most = round(0.05 * size + 0.5)
    padded = torch.nn.functional.pad(images, (most,) * 4)
    for number, image in enumerate(translate(images)):
        assert any(
            torch.equal(image, padded[number, :, dy : dy + size, dx : dx + size])
            for dy in range(2 * most + 1)
            for dx in range(2 * most + 1)
        ), "not a translation with zeros"

# several moves are the same as one after the other, whatever is black staying black; bytes come out as floats do
images = torch.randint(1, 256, (N, 3, 40, 40), dtype=torch.uint8)
for names in (("flip", "translate"), ("translate", "flip"), ("translate", "shift"), ("flip", "shift", "translate")):
    torch.manual_seed(4)
    together = moved_by(*names)(images)
    assert together.dtype == torch.uint8 and together.is_contiguous(memory_format=torch.channels_last)
    torch.manual_seed(4)
    apart = images.float()
    for name in names:
        apart = moved_by(name)(apart)
    assert torch.equal(together.float(), apart), names

# translate, on a side where 5 % is many pixels: it reaches about 5 % and not more
white = torch.ones(400, 1, 200, 200)
rows = (translate(white)[:, 0, :, 100] == 0).sum(dim=1)
assert rows.max() <= 10 and rows.max() >= 8, rows.max()
moved = translate(white)
assert ((moved == 0) | (moved == 1)).all()

# jitter: brightness by up to 5 %; a grey image has no saturation and no contrast to change
grey = torch.full((400, 3, 8, 8), 0.5)
out = jitter(grey)
assert (out - 0.5).abs().max() <= 0.025 + 1e-6
assert (out - 0.5).abs().max() > 0.02
assert torch.allclose(out, out[:, :1, :1, :1].expand_as(out), atol=1e-6)
torch.manual_seed(3)
images = torch.rand(400, 3, 8, 8)
change = (jitter(images) - images).abs()
assert change.max() <= 0.16, change.max()  # three factors of at most 5 %, each of a value of at most 1
"""


def test_augmentations_keep_their_promises() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
