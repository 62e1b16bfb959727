"""Draw a data set of outlines: `python make_images.py FOLDER` writes FOLDER/{circle,square,triangle}/NNN.png."""

import math
import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw

SIDES = {"triangle": 3, "square": 4, "circle": 48}
EACH = 200
SIZE = 32


def outline(sides: int, draw: random.Random) -> Image.Image:
    """One outline, of a size, a place, a turn and shades of its own."""
    image = Image.new("L", (SIZE, SIZE), draw.randrange(0, 60))
    radius = draw.uniform(5, 11)
    x, y = (draw.uniform(radius + 1, SIZE - radius - 1) for _ in range(2))
    turn = draw.uniform(0, 2 * math.pi)
    corners = [
        (x + radius * math.cos(turn + 2 * math.pi * k / sides), y + radius * math.sin(turn + 2 * math.pi * k / sides))
        for k in range(sides + 1)
    ]
    ImageDraw.Draw(image).line(corners, fill=draw.randrange(90, 256), width=draw.choice((1, 1, 2)))
    return image


def main(folder: Path) -> None:
    draw = random.Random(0)
    for name, sides in SIDES.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(EACH):
            outline(sides, draw).save(folder / name / f"{number:03}.png")
    print(f"{EACH} images of each of {', '.join(SIDES)} in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
