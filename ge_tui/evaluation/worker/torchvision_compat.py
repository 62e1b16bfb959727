"""Make `import torchvision` work beside a torch that its compiled extension was not built for.

The torchvision wheels on PyPI are linked against a CUDA build of torch. Beside a CPU-only torch their
extension cannot be loaded. torchvision survives that, except that since 0.18 it describes two operators
of the extension, `nms` and `qnms`, whether or not it was loaded, and then the import ends in
"operator torchvision::nms does not exist". Declared beforehand, without an implementation, they let the
import through. What then works: datasets, transforms and transforms.v2, models that classify, and ops
written in Python. What does not, and says so itself: ops.nms and the detection models, image decoding in io.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder

import torch

MATCHING = "matching"
NOT_INSTALLED = "not installed"

_DESCRIBED_REGARDLESS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def make_torchvision_importable() -> None:
    """Declare the operators that torchvision misses if its extension cannot be loaded; else do nothing.

    Call it before the first `import torchvision`. May be called any number of times. It imports torch,
    never torchvision.
    """
    if "torchvision" not in sys.modules and pair_status() not in {MATCHING, NOT_INSTALLED}:
        _declare_missing()


def pair_status() -> str:
    """How torch and torchvision go together: `matching`, `not installed`, or `extension cannot load: ...`.

    Finds the extension as torchvision itself does (0.21 to 0.28), without importing torchvision.
    """
    package = importlib.util.find_spec("torchvision")
    if package is None:
        return NOT_INSTALLED
    problem = "it has no folder"
    for folder in package.submodule_search_locations or ():
        extension = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES)).find_spec("_C")
        if extension is None or extension.origin is None:
            problem = f"there is none in {folder}"
            continue
        try:
            torch.ops.load_library(extension.origin)  # type: ignore[no-untyped-call]
        except (ImportError, OSError) as error:
            problem = str(error.__cause__ or error).strip().partition("\n")[0]
        else:
            return MATCHING
    return f"extension cannot load: {problem}"


@cache
def _declare_missing() -> torch.library.Library:
    """The declarations hold as long as the returned object lives; the cache keeps it."""
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name in _DESCRIBED_REGARDLESS:
        if not hasattr(torch.ops.torchvision, name):
            library.define(name + _SCHEMA)  # type: ignore[no-untyped-call]
    return library
