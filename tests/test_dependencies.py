"""What is imported, declared and listed with its licence is the same."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest
import tomli
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
IMPORTED_AS = {"pillow": "PIL", "nvidia-ml-py": "pynvml", "annotated-types": "annotated_types"}
FOR_GENOMES = {"torchvision"}
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = {Requirement(text).name for text in PROJECT["dependencies"]}
EXTRA = {Requirement(text).name for text in PROJECT["optional-dependencies"]["onnx"]}
LISTED = {
    name: licence
    for names, _, licence in re.findall(r"^\| ([a-z0-9, -]+) \| (.+) \| (.+) \|$",
                                        (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8"), re.MULTILINE)
    for name in names.split(", ")
    if name != "package"
}  # fmt: skip
SAYS = {"BSD": "BSD", "Apache Software License": "Apache-2.0", "MIT License": "MIT"}
"""Names of licences in older metadata."""


def imported() -> set[str]:
    """The first word of every import in the package but its genomes."""
    found: set[str] = set()
    for file in (ROOT / "ge_tui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(str(node.module).partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"ge_tui"}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    assert (imported() | FOR_GENOMES) - EXTRA == {IMPORTED_AS.get(name, name) for name in DECLARED}


def test_all_of_it_is_listed() -> None:
    assert LISTED.keys() == DECLARED | EXTRA


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_the_licence_is_the_one_that_the_package_states(name: str) -> None:
    found = metadata(name)
    classifiers = [each for each in found.get_all("Classifier") or [] if each.startswith("License")]
    stated = " ".join([found.get("License-Expression") or found.get("License") or "", *classifiers])
    assert not re.search(r"\bA?GPL", re.sub("LGPL", "", stated)), stated
    first = LISTED[name].split(",")[0]
    assert first in stated or any(old in stated and first.startswith(new) for old, new in SAYS.items()), stated
