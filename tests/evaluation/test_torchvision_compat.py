"""torchvision beside a torch that its extension was not built for; each case in a fresh process."""

import importlib.machinery
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

IMPORT = "from ge_tui.evaluation.worker.torchvision_compat import make_torchvision_importable, pair_status\n"


def run(code: str, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = os.environ.copy()
    if path is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(path), environment.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-c", IMPORT + code],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def mismatched() -> None:
    """Skips where torchvision is absent or fits torch."""
    result = run("print(pair_status())")
    assert result.returncode == 0, result.stderr
    if not result.stdout.startswith("extension cannot load: "):
        pytest.skip(f"torch and torchvision here: {result.stdout.strip()}")


@pytest.mark.usefixtures("mismatched")
def test_without_it_the_import_fails() -> None:
    result = run("import torchvision")
    assert result.returncode == 1
    assert "torchvision::nms does not exist" in result.stderr


WORKS = """
make_torchvision_importable()
make_torchvision_importable()
import torch
from torchvision import datasets, models, ops
from torchvision.models import *
from torchvision.transforms import v2
torch.set_num_threads(1)
image, label = datasets.FakeData(2, (3, 40, 40), 10)[0]
crop = v2.Compose([v2.PILToTensor(), v2.RandomCrop(32), v2.RandomHorizontalFlip(), v2.RandAugment()])
batch = crop(image)[None].float() / 255
assert models.resnet18(num_classes=10)(batch.repeat(2, 1, 1, 1)).shape == (2, 10)
assert ops.SqueezeExcitation(3, 2)(batch).shape == batch.shape
assert ops.StochasticDepth(0.5, "row")(batch).shape == batch.shape
make_torchvision_importable()
print(pair_status())
ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
"""


@pytest.mark.usefixtures("mismatched")
def test_with_it_data_transforms_models_and_ops_work() -> None:
    """What needs the extension itself, here nms in the last line, says so when it is used."""
    result = run(WORKS)
    assert result.returncode == 1
    assert "RuntimeError: Couldn't load custom C++ ops" in result.stderr, result.stderr
    assert result.stdout.startswith("extension cannot load: ")
    assert "\n" not in result.stdout.strip()


DEFINES_NOTHING = """
import sys, torch
make_torchvision_importable()
assert "torchvision" not in sys.modules
assert not hasattr(torch.ops.torchvision, "nms")
assert not hasattr(torch.ops.torchvision, "qnms")
print(pair_status())
"""


def test_a_matching_pair_is_left_alone(tmp_path: Path) -> None:
    """A package of torchvision's form whose extension (here torch's own) loads."""
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('it was imported')")
    suffix = importlib.machinery.EXTENSION_SUFFIXES[-1]
    torch = importlib.util.find_spec("torch")  # not `torch._C`: looking for that would import torch here
    assert torch is not None
    assert torch.origin is not None
    (loads,) = Path(torch.origin).parent.glob("_C.*.so")
    (package / f"_C{suffix}").symlink_to(loads)
    result = run(DEFINES_NOTHING, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "matching\n"


def test_an_extension_that_is_missing_counts_as_one_that_cannot_load(tmp_path: Path) -> None:
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import torch.library\n@torch.library.register_fake('torchvision::nms')\ndef f(): ..."
    )
    result = run("make_torchvision_importable()\nimport torchvision\nprint(pair_status())", tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("extension cannot load: there is none in ")


HIDE = """
import importlib.util as util, sys
find = util.find_spec
util.find_spec = lambda name, package=None: None if name == "torchvision" else find(name, package)
"""


def test_where_it_is_not_installed_nothing_happens() -> None:
    result = run(HIDE + DEFINES_NOTHING)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "not installed\n"


def test_the_installed_version_is_one_this_was_written_for() -> None:
    version = importlib.metadata.version("torchvision")
    major, minor = (int(number) for number in version.split(".")[:2])
    assert (0, 21) <= (major, minor) < (0, 29)
