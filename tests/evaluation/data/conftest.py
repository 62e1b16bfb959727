"""Every test of the data sets has a cache of its own, and no CIFAR-10 of the user's."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that `ge_tui.paths.cache()` answers with."""
    base = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    monkeypatch.delenv("GE_TUI_CIFAR10", raising=False)
    return base / "ge-tui"
