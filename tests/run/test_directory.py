"""Where runs lie, how they are named, found and locked."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ge_tui.errors import UsageError, UserError
from ge_tui.run.directory import (
    NameTakenError,
    RunDirectory,
    all_runs,
    create_numbered_directory,
    create_run_directory,
    find_run,
    free_name,
    refuse_network_file_system,
)

from .fakes import Rig


def test_a_run_is_found_by_name_and_by_path(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rig.directory.path
    monkeypatch.chdir(tmp_path)
    for base, name in (
        (tmp_path, "run"),
        (Path("/nowhere"), str(path)),
        (Path("/nowhere"), str(path / "run.sqlite")),
        (Path("/nowhere"), "run"),
        (Path("/nowhere"), "./run/"),
    ):
        assert find_run(base, name).path == path.resolve()
    assert find_run(tmp_path, "run").name == "run"


@pytest.mark.parametrize("name", ["", ".", "..", "rum", "no such", "~nobody/run", "x" * 5000, "a/b/c", "run.sqlite"])
def test_what_is_no_run(rig: Rig, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no run") as caught:
        find_run(tmp_path, name)
    assert ("did you mean 'run'" in str(caught.value)) == (name == "rum")


def test_all_runs(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a file").touch()
    Rig(tmp_path, name="another").create()
    assert [run.name for run in all_runs(tmp_path)] == ["another", "run"]
    assert all_runs(tmp_path / "nowhere") == []


@pytest.mark.parametrize("name", ["", "a/b", "../a", ".hidden", "a b", "-rf", "x" * 101, "é", "a\n"])
def test_what_cannot_be_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a run's name"):
        create_run_directory(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken(rig: Rig, tmp_path: Path) -> None:
    before = sorted(path.name for path in rig.directory.path.iterdir())
    with pytest.raises(NameTakenError, match="there is a run 'run'"):
        create_run_directory(tmp_path, "run")
    assert sorted(path.name for path in rig.directory.path.iterdir()) == before


@pytest.mark.parametrize("make", [lambda base: base.write_text("x"), lambda base: base.parent.joinpath("x")])
def test_a_place_that_will_not_do(tmp_path: Path, make: Callable[[Path], object]) -> None:
    (tmp_path / "file").write_text("x")
    for base in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        with pytest.raises(UsageError, match="no run can be made in"):
            create_run_directory(base, "run")


def test_the_folder_for_runs_is_made(tmp_path: Path) -> None:
    directory = create_run_directory(tmp_path / "a" / "b", "run")
    assert directory.inbox.is_dir()


def test_free_names(tmp_path: Path) -> None:
    assert free_name(tmp_path / "nowhere", "Net-digits") == "Net-digits-1"
    for name in ("Net-digits-1", "Net-digits-7", "Net-digits-x", "Other-9"):
        (tmp_path / name).mkdir()
    assert free_name(tmp_path, "Net-digits") == "Net-digits-8"
    assert free_name(tmp_path, "folder:/my images/é") == "folder-my-images-1"
    assert free_name(tmp_path, "///") == "run-1"


def test_names_are_made_up_by_many_at_the_same_moment(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: create_numbered_directory(tmp_path / "runs", "Net").name, range(40)))
    assert sorted(made) == sorted(f"Net-{number}" for number in range(1, 41))


def test_looking_at_a_lock_does_not_take_it_from_others(rig: Rig) -> None:
    assert not rig.directory.is_open()
    with rig.directory.locked():
        assert rig.directory.is_open()
    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(lambda _: rig.directory.is_open(), range(40)))


def test_a_directory_that_is_gone_cannot_be_locked(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "gone")
    with pytest.raises(UserError, match="cannot be worked on"), directory.locked():
        pass
    assert not directory.is_open()
    assert not directory.path.exists()


def test_network_file_systems_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Mount:
        def __init__(self, mountpoint: str, fstype: str) -> None:
            self.mountpoint, self.fstype = mountpoint, fstype

    mounts = [Mount("/", "ext4"), Mount(str(tmp_path / "share"), "nfs4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    refuse_network_file_system(tmp_path)
    with pytest.raises(UsageError, match="network file system"):
        create_run_directory(tmp_path / "share" / "runs", "run")


def test_the_lock_is_not_inherited_by_processes_an_engine_starts(rig: Rig) -> None:
    with rig.directory.locked():
        handles = [os.get_inheritable(fd) for fd in _handles_of(rig.directory.path / "lock")]
    assert handles == [False]


def _handles_of(file: Path) -> list[int]:
    own = Path("/proc/self/fd")
    if not own.is_dir():
        pytest.skip("no /proc here")
    return [int(entry.name) for entry in own.iterdir() if os.path.realpath(entry) == str(file)]
