"""The wheel holds everything, works from anywhere, and looks at nothing heavy before it is needed."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import tomli
from packaging.requirements import Requirement

import ge_tui

ROOT = Path(__file__).parents[1]
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")

HEAVY = ("torch", "torchvision", "textual")
WITHOUT_HEAVY = f"""
import sys
from ge_tui.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)
sys.exit(code)
"""

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="needs a checkout")


def run(*command: str | Path, **options) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    for tool in ("hatchling", "pip"):
        pytest.importorskip(tool)
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    run(*PIP, "install", "--no-deps", "--no-index", "--no-compile", "--target", target, wheel)
    return target


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """Nothing of the user's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "GE_TUI_", "PYTHON"))}
    return {**kept, "HOME": str(tmp_path), **more}


def test_the_wheel_holds_everything_that_is_read_at_run_time(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "ge_tui"
    sources = {f"ge_tui/{file.relative_to(package)}" for file in package.rglob("*.py")}
    assert sources <= names
    for name in (
        "sota/ExquisiteNetV2/network.py",
        "sota/ExquisiteNetV2/task.toml",
        "evaluation/data/digits.npz",
        "run/store/schema_v1.sql",
        "run/store/schema_v3.sql",
        "run/store/schema_v5.sql",
        "tui/app.tcss",
        "report/page.css",
        "report/page.js",
        "study/examples/digits.toml",
        "study/examples/paper.toml",
        "tui/controls/presets/balanced.toml",
    ):
        assert f"ge_tui/{name}" in names
    for folder in ("sota", "themes"):
        here = {
            f"ge_tui/{folder}/{file.relative_to(ROOT / folder)}"
            for file in (ROOT / folder).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert here <= names


def test_the_wheel_holds_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"ge_tui", f"ge_tui-{ge_tui.__version__}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".sqlite"))]
    assert any(name.endswith("LICENSE") for name in names)


def listed_tasks(tmp_path: Path, python_path: Path) -> list[dict]:
    env = environment(tmp_path, PYTHONPATH=str(python_path))
    return json.loads(run(sys.executable, "-m", "ge_tui", "tasks", "--json", cwd=tmp_path, env=env).stdout)


def test_an_installed_package_finds_its_tasks_from_any_folder(installed, tmp_path):
    (task,) = listed_tasks(tmp_path, installed)
    assert task["name"] == "ExquisiteNetV2"
    assert Path(task["folder"]) == installed / "ge_tui" / "sota" / "ExquisiteNetV2"


def test_a_checkout_finds_its_tasks_from_any_folder(tmp_path):
    (task,) = listed_tasks(tmp_path, ROOT)
    assert Path(task["folder"]) == ROOT / "sota" / "ExquisiteNetV2"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["tasks"], ["run", "--help"], ["runs"]])
def test_looking_around_imports_nothing_heavy(arguments, tmp_path):
    done = run(sys.executable, "-c", WITHOUT_HEAVY, *arguments, cwd=tmp_path, env=environment(tmp_path))
    assert done.stdout.strip()
    assert done.stderr == "[]\n"


def test_the_version_is_told_in_one_place():
    assert PROJECT["version"] == ge_tui.__version__


def test_every_dependency_is_a_range_and_torch_is_capped_with_torchvision():
    needed = {found.name: found.specifier for found in map(Requirement, PROJECT["dependencies"])}
    assert all(specifier for specifier in needed.values())
    assert not needed["torch"].contains("2.99")
    assert not needed["torchvision"].contains("0.99")


def test_the_tested_set_lies_within_the_ranges():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.lower().split("==") for line in lines if "==" in line and not line.startswith("#"))
    needed = [Requirement(text) for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]]
    assert [one.name for one in needed if not one.specifier.contains(pinned[one.name.lower()])] == []
