"""The folder is whole or not there, whatever happens."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ge_tui.errors import UsageError, UserError
from ge_tui.export import folder

OLD = {"genome.json": b"old", "kept.txt": b"old"}
NEW = {"genome.json": b"new", "minimal/model.py": b"new"}


def content(target: Path) -> dict[str, bytes]:
    return {str(file.relative_to(target)): file.read_bytes() for file in target.rglob("*") if file.is_file()}


def test_it_is_put_there_whole_and_replaces_an_older_one(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "best"
    folder.refuse_unsuitable(target, force=False)
    folder.put(target, OLD, force=False)
    with pytest.raises(UsageError, match="--force"):
        folder.refuse_unsuitable(target, force=False)
    folder.refuse_unsuitable(target, force=True)
    folder.put(target, NEW, force=True)
    assert content(target) == NEW
    assert os.listdir(target.parent) == ["best"]


def test_what_came_there_during_the_export_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "best"
    folder.refuse_unsuitable(target, force=False)
    folder.put(target, OLD, force=False)  # of another export, meanwhile
    with pytest.raises(UsageError, match="--force"):
        folder.put(target, NEW, force=False)
    assert content(target) == OLD
    (target / "genome.json").unlink()
    with pytest.raises(UsageError, match="other things"):
        folder.put(target, NEW, force=True)
    assert content(target) == {"kept.txt": b"old"}


def test_what_is_no_export_is_never_replaced(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.tex").write_text("years")
    for target in (home, home / "thesis.tex"):
        with pytest.raises(UsageError, match="--to"):
            folder.refuse_unsuitable(target, force=True)
    with pytest.raises(UsageError, match="nothing can be written"):
        folder.refuse_unsuitable(home / "thesis.tex" / "deep", force=True)
    (tmp_path / "empty").mkdir()
    folder.refuse_unsuitable(tmp_path / "empty", force=False)


@pytest.mark.parametrize(
    ("error", "becomes"),
    [(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), UserError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
@pytest.mark.parametrize("at", ["fsync", "rename"])
def test_a_full_disk_or_ctrl_c_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, becomes: type[BaseException], at: str
) -> None:
    target = tmp_path / "best"
    folder.put(target, OLD, force=True)
    real, calls = Path.rename, 0

    def rename(self: Path, to: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == 2:  # the old one is out of the way, the new one not yet in its place
            raise error
        return real(self, to)

    def fsync(_descriptor: int) -> None:
        raise error

    if at == "fsync":
        monkeypatch.setattr(os, "fsync", fsync)
    else:
        monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(becomes, match="No space left" if becomes is UserError else None):
        folder.put(target, NEW, force=True)
    assert content(target) == OLD
    assert os.listdir(tmp_path) == ["best"]


def test_what_a_killed_export_left_is_cleared_away(tmp_path: Path) -> None:
    gone = 2**22 + 7  # above what Linux gives out
    (tmp_path / f".best.{gone}.part").mkdir()
    old = tmp_path / f".best.{gone}.old"
    old.mkdir()
    (old / "genome.json").write_bytes(b"old")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        with pytest.raises(UserError):
            folder.put(tmp_path / "best", NEW, force=True)
    assert content(tmp_path / "best") == {"genome.json": b"old"}
    assert os.listdir(tmp_path) == ["best"]
