from pathlib import Path

import pytest

from ge_tui.run.engine import going_on

from .fakes import Rig


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine looks for requests all the time, so that no test waits for it."""
    monkeypatch.setattr(going_on, "LOOK_S", 0.001)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A run that is made and not begun."""
    return Rig(tmp_path).create()
