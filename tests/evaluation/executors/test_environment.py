"""What a worker sees of the machine and of the data."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import numpy as np
import pytest

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import LocalExecutor
from ge_tui.evaluation.outcome import Outcome

from .conftest import MEMORY_MB, check, settings, train
from .genomes import GOOD, genome

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_worker_sees_no_secrets(monkeypatch: pytest.MonkeyPatch, scratch: Path, data: DataSet) -> None:
    hidden = {
        "HF_TOKEN": "hf_secret",
        "OPENAI_API_KEY": "sk-secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "SSH_AUTH_SOCK": "/tmp/agent",
        "DISPLAY": ":0",
        "GIT_ASKPASS": "secret",
        "XDG_CACHE_HOME": "/somewhere",
    }
    for name, value in hidden.items():
        monkeypatch.setenv(name, value)
    executor = LocalExecutor(settings())
    try:
        report = await train(
            executor,
            genome(top="print({**os.environ}); print([os.getcwd(), os.path.expanduser('~'), tempfile.gettempdir()])"),
            data,
        )
        assert report.outcome is Outcome.OK
        environment, places = [ast.literal_eval(line) for line in report.output.splitlines()]
        assert not hidden.keys() & environment.keys()
        assert not [value for value in environment.values() if "secret" in value]
        assert environment["PATH"] == os.environ["PATH"]
        assert len(set(places)) == 1
        assert Path(places[0]).parent == scratch
    finally:
        await executor.close()


async def test_a_worker_sees_no_validation_labels(local: LocalExecutor, data: DataSet) -> None:
    files = data.files()
    assert len(np.load(files.train_labels)) == data.counts["train"]
    search = """
def shapes():
    frame = sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            for thing in (value, *getattr(value, "__dict__", {}).values()):
                if isinstance(getattr(thing, "shape", None), tuple):
                    yield tuple(thing.shape)
        frame = frame.f_back
"""
    forward = "if self.calls == 5: print(sorted({shape for shape in shapes() if 256 in shape}))"
    report = await train(local, genome(top=search, forward=forward), data)
    assert report.outcome is Outcome.OK, report.reason
    assert "(256, 3, 16, 16)" in report.output, "the validation images are there"
    assert "(256,)" not in report.output, "their labels are not"
    assert "labels/" not in files.model_dump_json()
    assert "sealed" not in files.model_dump_json()


async def test_every_job_begins_with_an_empty_folder(local: LocalExecutor, data: DataSet, scratch: Path) -> None:
    litter = genome(top="open('litter', 'w').write('x' * 1000)\nos.makedirs('deep/er')\nprint(sorted(os.listdir('.')))")
    for _ in range(2):
        assert (await train(local, litter, data)).output == "['deep', 'litter']\n"
    assert all(list(folder.iterdir()) == [] for folder in scratch.iterdir())


async def test_a_link_in_place_of_the_folder_is_never_followed(
    local: LocalExecutor, unboxed: LocalExecutor, data: DataSet, scratch: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("keep me")
    swap = f"here = os.getcwd()\nos.rmdir(here)\nos.symlink({str(tmp_path)!r}, here)"
    assert (await train(local, genome(top=swap), data)).outcome is Outcome.FORBIDDEN
    assert (await train(unboxed, genome(top=swap), data)).outcome is Outcome.OK
    assert (await train(unboxed, GOOD, data)).outcome is Outcome.OK
    assert (tmp_path / "precious").read_text() == "keep me"
    assert not any(folder.is_symlink() for folder in scratch.iterdir())


async def test_the_memory_limit_is_what_a_child_may_use_beyond_torch(local: LocalExecutor) -> None:
    use = "kept = torch.ones(({0} << 20) // 4)\nself.size = kept.sum()"
    fits = await check(local, genome(build=use.format(MEMORY_MB // 2)))
    assert fits.outcome is Outcome.OK, fits.reason
    too_much = await check(local, genome(build=use.format(MEMORY_MB + 64)))
    assert too_much.outcome is Outcome.OUT_OF_MEMORY


async def test_forked_helpers_are_not_counted_as_memory_of_their_own(local: LocalExecutor, data: DataSet) -> None:
    """A DataLoader's workers share torch with their parent: four of them are far below the limit."""
    fork = "for _ in range(4):\n    if os.fork() == 0: time.sleep(1000)\ntime.sleep(1.2)"
    assert (await train(local, genome(top=fork), data)).outcome is Outcome.OK
