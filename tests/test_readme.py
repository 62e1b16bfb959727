"""Every command that the README shows is run here, in its order, against one run."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from benchmarks.pty_session import PtySession
from ge_tui.settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(language: str) -> list[list[str]]:
    """The `ge-tui` commands, as words; of a chain of commands the last one."""
    lines = [line for block in blocks(language) for line in block.splitlines()]
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
    assert settings.controls.population == tomli.loads(example)["population"]
    assert settings.controls.operator == {"width": 2.0}


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "themes" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^):]+)\)", page.read_text(encoding="utf-8"))
    for target in targets:
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        headings = re.findall(r"^#+ (.*)", linked.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in [re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in headings]


def test_every_page_is_reached_from_the_readme() -> None:
    assert [page.name for page in PAGES[1:] if page.parent.name == "docs" and f"docs/{page.name}" not in README] == []


def test_the_models_it_names_are_those_of_the_page_on_models() -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    (sentence,) = re.findall(r"^Which model\?.*?^$", README, re.MULTILINE | re.DOTALL)
    rows = {
        model: row for row in page.splitlines() if row.startswith("|") for model in re.findall("`([^`]+:[^`]+)`", row)
    }
    said = re.findall(r"(\d+ GB|CPU),?\s`([^`]+)`", sentence)
    assert len(said) == 5
    assert [(room, model) for room, model in said if not rows[model].startswith(f"| {room}")] == []


def test_every_picture_is_taken_by_the_script() -> None:
    script = (ROOT / "docs" / "make_pictures.py").read_text(encoding="utf-8")
    pictures = {path.stem for path in (ROOT / "docs" / "images").iterdir()}
    assert pictures == set(re.findall(r'Picture\("(\w+)"', script))
    assert pictures == set(re.findall(r"!\[.*\]\(docs/images/(\w+)\.svg\)", README))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, with the shortest trainings, so that the tour takes a minute."""
    config = tmp_path / "config" / "ge-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[evaluation]\nrung = "look"\n[budget]\nevaluations = 9\n', encoding="utf-8")
    return {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GE_TUI_RUNS": str(tmp_path / "runs"),
    }


def run_all(commands: list[list[str]], environment: dict[str, str]) -> None:
    for words in commands:
        if not words or words[0] == "attach":
            look_into_the_app(words, environment)
            continue
        done = subprocess.run(
            [sys.executable, "-m", "ge_tui", *words],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{shlex.join(words)}: {done.stderr}"
        assert done.stdout.strip(), words


def look_into_the_app(words: list[str], environment: dict[str, str]) -> None:
    """Open it in a terminal, see what it shows, leave it."""
    with PtySession([sys.executable, "-m", "ge_tui", *words], (120, 40), env=environment, cwd=str(ROOT)) as session:
        session.wait_for("quit", 60)
        session.press("q")
        assert session.process.wait(30) == 0


@pytest.mark.slow
def test_every_command_works(environment: dict[str, str]) -> None:
    assert len(commands("console")) > 10
    run_all(commands("console"), environment)


@pytest.mark.slow
def test_every_command_with_a_language_model_works(environment: dict[str, str], tmp_path: Path) -> None:
    """Against the server of our own, in a process of its own."""
    script = tmp_path / "script.json"
    rules = [{"call": "tests.llm.coder:answer"}]
    library = dict.fromkeys(("qwen2.5-coder:7b", "qwen3:8b"), 5_000_000)
    script.write_text(json.dumps({"models": [], "library": library, "rules": rules}))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    (tmp_path / "config" / "ge-tui" / "config.toml").write_text(
        'population = 3\ngenerations = 1\n[evaluation]\nrung = "look"\n', encoding="utf-8"
    )
    command = [sys.executable, "-m", "tests.llm.ollama.server", "--port", port, "--script", str(script)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert b"127.0.0.1" in server.stdout.readline()
        try:
            run_all(commands("sh"), {**environment, "OLLAMA_HOST": f"127.0.0.1:{port}"})
        finally:
            server.terminate()
