"""Somebody who tries what they read."""

from __future__ import annotations

import contextlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ge_tui.cli import main

from .pages import shown_lines, words_of


@dataclass
class Reader:
    """Somebody who tries what they read, in a home and a folder of their own."""

    home: Path
    here: Path

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "GE_TUI_"))}
        own = {"HOME": "", "GE_TUI_RUNS": "runs", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
        return {**kept, **{name: str(self.home / folder) for name, folder in own.items()}, **more}

    def says(self, *words: str, code: int = 0) -> str:
        """Call one `ge-tui` command in this process; what it printed."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.here), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = main(words)
        assert ended == code, f"ge-tui {' '.join(words)}: {err.getvalue()}"
        return out.getvalue()

    def asks(self, *words: str) -> Any:
        return json.loads(self.says(*words, "--json"))

    def follows(self, page: str, **names: str) -> list[str]:
        """Call every `ge-tui` command of the page's blocks in their order, with one's own names; what they printed."""
        return [self.says(*(names.get(word, word) for word in words)) for words in lines_of(page)]


def lines_of(page: str) -> list[list[str]]:
    """The `ge-tui` commands of a page's blocks, a line each."""
    return [words[1:] for words in map(words_of, shown_lines(page)) if words[0] == "ge-tui"]


def names_in(value: Any) -> set[str]:
    """Every name of a field in a JSON value, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def assert_like(sample: Any, real: Any, where: str = "") -> None:
    """The sample has no field that the real one has not, and none of another kind."""
    if isinstance(sample, dict) and isinstance(real, dict):
        assert sorted(sample.keys() - real.keys()) == [], where
        for name, value in sample.items():
            assert_like(value, real[name], f"{where}.{name}")
    elif isinstance(sample, list) and isinstance(real, list):
        for value in sample[:1]:
            assert real, where
            assert_like(value, real[-1], f"{where}[]")
    elif sample is not None and real is not None:
        assert isinstance(real, (int, float) if isinstance(sample, int | float) else type(sample)), where
