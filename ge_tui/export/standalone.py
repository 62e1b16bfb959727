"""The second half of an exported model.py: it follows the genome's own text, whose names it must not touch.

Every name below is given an underscore at the end, or two, where the genome has it already. Needs torch alone.
"""

# ---- what follows is not evolved: loading the weights, and classifying images ----
import argparse as _argparse
import hashlib as _hashlib
import json as _json
import struct as _struct
import sys as _sys
import zlib as _zlib
from pathlib import Path as _Path
from typing import Any as _Any

import torch as _torch

FACTS: dict[str, _Any] = {}

_KINDS = {
    "F64": _torch.float64, "F32": _torch.float32, "F16": _torch.float16, "BF16": _torch.bfloat16,
    "I64": _torch.int64, "I32": _torch.int32, "I16": _torch.int16, "I8": _torch.int8, "U8": _torch.uint8,
    "BOOL": _torch.bool,
}  # fmt: skip
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MOST_PIXELS = 64_000_000


class ExportError(Exception):
    """What is wrong, in one sentence."""


class ExportedNetwork(_torch.nn.Module):
    """The network behind what its training did to every image: takes pixels from 0 to 1 [n, channels, size, size]."""

    mean: _torch.Tensor
    deviation: _torch.Tensor

    def __init__(self, network: _torch.nn.Module) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", _torch.tensor(FACTS["mean"]).view(1, -1, 1, 1))
        self.register_buffer("deviation", _torch.tensor(FACTS["deviation"]).view(1, -1, 1, 1))

    def forward(self, pixels: _torch.Tensor) -> _torch.Tensor:
        x = pixels
        size = FACTS["network_size"]
        if size != x.shape[-1]:
            x = _torch.nn.functional.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)
        answer: _torch.Tensor = self.network((x - self.mean) / self.deviation)
        return answer


def read_tensors(file: str | _Path) -> dict[str, _torch.Tensor]:
    """The tensors of a safetensors file. Raises ExportError."""
    try:
        data = _Path(file).read_bytes()
    except OSError as error:
        raise ExportError(f"{file} cannot be read: {error.strerror}") from None
    try:
        (length,) = _struct.unpack_from("<Q", data)
        base = 8 + length
        found = {}
        for name, entry in _json.loads(data[8:base]).items():
            if name == "__metadata__":
                continue
            start, end = entry["data_offsets"]
            if not 0 <= start <= end <= len(data) - base:
                raise ValueError(f"{name} lies outside of it")
            kind, shape = _KINDS[entry["dtype"]], entry["shape"]
            raw = bytearray(data[base + start : base + end])
            found[name] = _torch.frombuffer(raw, dtype=kind).reshape(shape) if raw else _torch.empty(shape, dtype=kind)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, _struct.error) as error:
        raise ExportError(f"{file} is damaged, or no safetensors file: {error}") from None
    return found


def load_network(weights: str | _Path) -> ExportedNetwork:
    """The trained network, ready to be asked. Raises ExportError."""
    tensors = read_tensors(weights)
    network = globals()[FACTS["network"]](len(FACTS["classes"]), FACTS["channels"])
    network.eval()
    size = FACTS["network_size"]
    with _torch.no_grad():
        network(_torch.zeros(2, FACTS["channels"], size, size))  # some make a layer at the first call
    try:
        network.load_state_dict(tensors)
    except (RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ExportError(f"{weights} does not fit this network: {str(error)[:500]}") from None
    return ExportedNetwork(network).eval()


def read_image(file: str | _Path) -> _torch.Tensor:
    """An image as pixels from 0 to 1 [channels, size, size]: its short side resized, the middle cut out."""
    try:
        data = _Path(file).read_bytes()
    except OSError as error:
        raise ExportError(f"{file} cannot be read: {error.strerror}") from None
    try:
        image = _decode(data, file)
    except (ValueError, IndexError, KeyError, _struct.error, _zlib.error) as error:
        raise ExportError(f"{file} is damaged, or no image of a known kind: {error}") from None
    if FACTS["channels"] == 1:
        image = (image * _torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(0, keepdim=True)
    size, (height, width) = FACTS["size"], image.shape[1:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    image = image[:, top : top + side, left : left + side]
    if side != size:
        image = _torch.nn.functional.interpolate(
            image[None], size=(size, size), mode="bilinear", align_corners=False, antialias=True
        )[0]
    return image.round().clamp(0, 255) / 255


def _decode(data: bytes, file: str | _Path) -> _torch.Tensor:
    """RGB [3, height, width], 0 to 255. PNG without Pillow, the rest with it."""
    try:
        import io  # noqa: PLC0415

        from PIL import Image, ImageOps  # noqa: PLC0415
    except ImportError:
        if data[:8] != _PNG:
            raise ExportError(f"{file} is no PNG; for other kinds of images: pip install pillow") from None
        return _decode_png(data)
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from None
    pixels = _torch.frombuffer(bytearray(picture.tobytes()), dtype=_torch.uint8)
    return pixels.view(picture.height, picture.width, 3).permute(2, 0, 1).float()


def _decode_png(data: bytes) -> _torch.Tensor:
    """A PNG file of 8 bits a channel that is not interlaced."""
    header, palette, packed, place = b"", b"", [], 8
    while place < len(data):
        (length,) = _struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length
        if kind == b"IHDR":
            header = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"IDAT":
            packed.append(body)
    width, height, depth, colour, _, _, interlaced = _struct.unpack(">IIBBBBB", header)
    if depth != 8 or interlaced:
        raise ValueError("a PNG of another depth than 8 bits, or interlaced, needs Pillow: pip install pillow")
    if not 0 < width * height <= _MOST_PIXELS:
        raise ValueError(f"{width} x {height} pixels are too many")
    channels = _PNG_CHANNELS[colour]
    stride = width * channels
    raw = _zlib.decompressobj().decompress(b"".join(packed), (stride + 1) * height)
    rows, before = bytearray(), bytes(stride)
    for row in range(height):
        line = bytearray(raw[row * (stride + 1) + 1 : (row + 1) * (stride + 1)])
        if len(line) != stride:
            raise ValueError("it ends before its last row")
        _unfilter(raw[row * (stride + 1)], line, before, channels)
        rows += line
        before = bytes(line)
    pixels = _torch.frombuffer(rows, dtype=_torch.uint8).view(height, width, channels)
    if colour == 3:
        colours = _torch.frombuffer(bytearray(palette), dtype=_torch.uint8).view(-1, 3)
        if int(pixels.max()) >= len(colours):
            raise ValueError("a colour that is not in its palette")
        pixels = colours[pixels[:, :, 0].long()]
    grey = pixels.shape[2] < 3
    picture = pixels[:, :, :1].expand(-1, -1, 3) if grey else pixels[:, :, :3]
    return picture.permute(2, 0, 1).float()


def _unfilter(kind: int, line: bytearray, above: bytes, step: int) -> None:
    """Undo what a row of a PNG was predicted from."""
    if kind == 0:
        return
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        up = above[i]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            corner = above[i - step] if i >= step else 0
            near = left + up - corner
            guess = min((left, up, corner), key=lambda value: abs(near - value))
        else:
            raise ValueError("a row with an unknown filter")
        line[i] = (line[i] + guess) & 255


def classify(network: ExportedNetwork, images: _torch.Tensor) -> _torch.Tensor:
    """The probability of each class [n, classes] for pixels from 0 to 1."""
    with _torch.no_grad():
        return _torch.softmax(network(images).float(), dim=1)


def check_export(folder: _Path, weights: _Path) -> list[str]:
    """What is wrong with an exported folder: digests, and answers for the images that came with it."""
    problems = []
    for name, digest in FACTS["sha256"].items():
        file = weights if name == "weights.safetensors" else folder / name
        if not file.is_file():
            problems.append(f"{file.name} is missing")
        elif _hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            problems.append(f"{file.name} is not the one that was exported")
    if problems:
        return problems
    sample = read_tensors(folder / "sample.safetensors")
    with _torch.no_grad():
        answers = load_network(weights)(sample["images"].float() / 255).float()
    gap = float((answers - sample["logits"]).abs().max())
    if not gap <= FACTS["tolerance"]:
        problems.append(f"the answers differ from those at export by up to {gap:g}")
    return problems


def main(arguments: list[str] | None = None) -> int:
    """The command line; its exit code."""
    here = _Path(__file__).resolve().parent
    parser = _argparse.ArgumentParser(description=f"Classify images as {', '.join(FACTS['classes'])[:300]}.")
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="PNG; other kinds where Pillow is installed")
    parser.add_argument("--weights", type=_Path, default=here / "weights.safetensors")
    parser.add_argument("--top", type=int, default=3, metavar="N", help="how many classes to show (default: 3)")
    parser.add_argument("--json", action="store_true", help="one JSON object an image")
    parser.add_argument("--check", action="store_true", help="compare files and answers with those at export")
    options = parser.parse_args(arguments)
    if not options.images and not options.check:
        parser.error("name an IMAGE, or --check")
    try:
        if options.check:
            problems = check_export(here, options.weights)
            for problem in problems:
                print(f"model.py: {problem}", file=_sys.stderr)
            if problems:
                return 1
            print(f"ok: digests agree, and so do the answers for {FACTS['sample']} images")
        network = load_network(options.weights) if options.images else None
        for file in options.images:
            assert network is not None
            _print_answer(file, classify(network, read_image(file)[None])[0], options)
    except ExportError as error:
        print(f"model.py: {error}", file=_sys.stderr)
        return 1
    return 0


def _print_answer(file: str, parts: _torch.Tensor, options: _argparse.Namespace) -> None:
    best = parts.topk(max(1, min(options.top, len(FACTS["classes"]))))
    named = [(FACTS["classes"][int(i)], float(p)) for p, i in zip(best.values, best.indices, strict=True)]
    if options.json:
        print(_json.dumps({"image": file, "class": named[0][0], "probabilities": dict(named)}))
    else:
        print(f"{file}: " + ", ".join(f"{name} {part:.1%}" for name, part in named))


if __name__ == "__main__":
    _sys.exit(main())
