import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ge_tui.run.directory import RunDirectory

from .rough import EVERYTHING, asking, live


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunDirectory]:
    """A finished run with everything on; only to be read."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        directory = asking(tmp_path_factory.mktemp("whole"), monkeypatch).create(*EVERYTHING)
        assert asyncio.run(live(directory))
        yield directory


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path
