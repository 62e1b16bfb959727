"""The example of docs/tasks.md and the export of its run, for real but for fewer steps, in the order of the pages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from unittest import mock

import pytest
from PIL import Image

from .pages import PAGES, ROOT, blocks, shown_lines, words_of
from .reader import Reader, assert_like, lines_of

RUNGS = "rungs = { look = 30, short = 120, full = 600 }"


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """In a folder with the example, whose trainings are shorter than as it is shipped."""
    base = tmp_path_factory.mktemp("newcomer")
    example = base / "here" / "docs" / "examples" / "shapes"
    shutil.copytree(ROOT / "docs" / "examples" / "shapes", example)
    task = (example / "task.toml").read_text(encoding="utf-8")
    assert RUNGS in task
    (example / "task.toml").write_text(task.replace(RUNGS, "rungs = { look = 8, short = 9, full = 10 }"))
    one = Reader(base, base / "here")
    with mock.patch.dict("os.environ", one.environment(), clear=True):
        yield one


@pytest.mark.slow
def test_a_task_of_your_own(newcomer: Reader) -> None:
    (draw, *_) = shown_lines("docs/tasks.md")
    subprocess.run([sys.executable, *words_of(draw)[1:]], cwd=newcomer.here, check=True, timeout=120)
    data, check, evaluate, run, show = lines_of("docs/tasks.md")
    assert "360 train, 120 val, 120 test; 3 classes, images 1 x 32 x 32" in newcomer.says(*data)
    assert newcomer.says(*check).startswith("ok\n")
    sample = json.loads(blocks("docs/formats.md", "json")[1].splitlines()[0])
    assert_like(sample, newcomer.asks(*evaluate))
    assert "are done" in newcomer.says(*run)
    assert "flops" in newcomer.says(*show)
    box = json.loads(blocks("docs/formats.md", "json")[0])["run"]["environment"]["box"]
    assert_like(box, newcomer.asks(*show)["run"]["environment"]["box"])

    export = lines_of("docs/export.md")[0]
    newcomer.says(*({"RUN": "shapes"}.get(word, word) for word in export))
    folder = newcomer.here / "DIR"
    told = re.findall(r"^\| `([\w.]+)` \|", PAGES["docs/export.md"], re.MULTILINE)
    assert sorted(told) == sorted(file.name for file in folder.iterdir())
    Image.new("L", (40, 30), 90).save(folder / "picture.png")
    classify, check_it = (words_of(line)[1:] for line in shown_lines("docs/export.md") if line.startswith("python "))
    both = [*check_it, *classify[1:]]  # one start of torch for the two
    done = subprocess.run(
        [sys.executable, "-I", *both], cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.startswith("ok: digests agree")
    assert "picture.png: " in done.stdout
