"""Every command that the README shows is run here, in its order, against one run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from ge_tui.settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """The `ge-tui` commands, as words; of a chain of commands the last one."""
    lines = [line for block in blocks("console") for line in block.splitlines()]
    last = [line.split("&& ")[-1] for line in lines]
    return [shlex.split(line)[1:] for line in last if line.split()[0].endswith("ge-tui")]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    (command,) = [line for block in blocks("console") for line in block.splitlines() if "pytest" in line]
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_settings_shown_are_valid(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    file = tmp_path / "run.toml"
    file.write_text(example, encoding="utf-8")
    settings = read_settings([file])
    assert settings.search.population == tomli.loads(example)["population"]
    assert settings.controls.operator == {"width": 2.0}


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.slow
def test_every_command_works(tmp_path: Path) -> None:
    """With the shortest trainings, so that the tour takes a minute."""
    config = tmp_path / "config" / "ge-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[evaluation]\nrung = "look"\n', encoding="utf-8")
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GE_TUI_RUNS": str(tmp_path / "runs"),
    }
    assert len(commands()) > 10
    for words in commands():
        done = subprocess.run(
            [sys.executable, "-m", "ge_tui", *words],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{shlex.join(words)}: {done.stderr}"
        assert done.stdout.strip(), words
