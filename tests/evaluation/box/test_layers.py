"""The layers by themselves: what is shown, what is kept of the environment, who a genome is, its cgroup."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ge_tui.evaluation.box import cgroup, identity, landlock, sight
from ge_tui.evaluation.box.environment import real_homes, scrubbed
from ge_tui.evaluation.box.report import BoxReport, Layer, Need, Proof, State


def test_a_home_is_never_shown_nor_what_it_lies_in(tmp_path: Path) -> None:
    home, data = tmp_path / "users" / "me", tmp_path / "users" / "me" / "data"
    data.mkdir(parents=True)
    shown = sight.look(tmp_path / "scratch", "cpu", [str(home)], [str(tmp_path), str(home), str(data), "/"]).readable
    assert str(data) in shown, "a folder at home that the user names"
    assert not {str(tmp_path), str(tmp_path / "users"), str(home), "/"} & set(shown)


def test_only_outermost_folders_are_named() -> None:
    given = ["/usr/lib", "/usr", "/usr2", "/a/b/", "/a/b", "/a/bc"]
    assert sorted(sight.outermost(given)) == ["/a/b", "/a/bc", "/usr", "/usr2"]


def test_the_interpreter_is_shown(tmp_path: Path) -> None:
    shown = sight.look(tmp_path, "cpu", [])
    for needed in (os.__file__, sight.__file__):
        assert any(os.path.realpath(needed).startswith(f"{os.path.realpath(path)}/") for path in shown.readable), needed
    assert "/dev/null" in shown.devices
    assert not [device for device in shown.devices if "nvidia" in device]


def test_one_gpu_is_shown_where_its_name_tells_which(tmp_path: Path) -> None:
    for minor in range(3):
        (tmp_path / f"nvidia{minor}").touch()
        folder = tmp_path / "gpus" / str(minor)
        folder.mkdir(parents=True)
        (folder / "information").write_text(
            f"Model: \t\tA card\nGPU UUID:\tGPU-{minor}\nDevice Minor: \t {2 - minor}\n"
        )
    nodes = [str(tmp_path / f"nvidia{minor}") for minor in range(3)]
    assert sight.gpu_nodes("GPU-0", str(tmp_path / "gpus"), str(tmp_path)) == [nodes[2]]
    for unclear in ("", "1", "GPU-9"):
        assert sight.gpu_nodes(unclear, str(tmp_path / "gpus"), str(tmp_path)) == nodes


def test_the_environment_keeps_what_is_named_and_nothing_else(tmp_path: Path) -> None:
    outside = {"PATH": "/bin", "HF_TOKEN": "secret", "SSH_AUTH_SOCK": "/agent", "DISPLAY": ":0", "HOME": "/home/me"}
    kept = scrubbed(tmp_path, {"CUDA_VISIBLE_DEVICES": "1"}, outside)
    assert kept["PATH"] == "/bin"
    assert kept["HOME"] == kept["TMPDIR"] == str(tmp_path)
    assert kept["CUDA_VISIBLE_DEVICES"] == "1"
    assert not {"HF_TOKEN", "SSH_AUTH_SOCK", "DISPLAY"} & kept.keys()


def test_the_home_of_the_environment_and_of_the_user_are_both_homes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = real_homes()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert set(real_homes()) == {*own, str(tmp_path.resolve())} or set(real_homes()) > {str(tmp_path.resolve())}


def test_root_becomes_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(identity, "_is_mapped", lambda number, _table: True)
    first, second = identity.choose(1), identity.choose(2)
    assert 0 not in (*first, *second)
    assert first != second, "two fork servers never share one"
    monkeypatch.setattr(identity, "_is_mapped", lambda number, _table: number == 65534)
    assert identity.choose(1) == (65534, 65534)
    monkeypatch.setattr(identity, "_is_mapped", lambda number, _table: False)
    assert identity.choose(1) == (0, 0)


def test_devices_and_sockets_cannot_be_made_in_a_folder() -> None:
    for bit in (6, 9, 11):
        assert not landlock.WRITE & 1 << bit
    assert landlock.READ == 0b1101


def hierarchy(mount: Path, own: str, given: dict[str, str]) -> Path:
    """A cgroup file system as folders; `given`: what each group hands out."""
    for group, controllers in given.items():
        folder = mount / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cgroup.subtree_control").write_text(controllers)
        (folder / "cgroup.procs").touch()
    (mount / "cgroup.controllers").write_text("memory pids")
    file = mount.parent / "own"
    file.write_text(f"4:memory:/elsewhere\n0::/{own}\n")
    return file


def test_the_nearest_group_that_hands_out_limits_is_used(tmp_path: Path) -> None:
    mount = tmp_path / "cgroup"
    own = hierarchy(mount, "user/app/mine", {"user": "memory pids", "user/app": "cpu memory pids", "user/app/mine": ""})
    assert cgroup.find_parent((tmp_path / "none", mount), own) == mount / "user" / "app"
    hierarchy(mount, "user/app/mine", {"user": "cpu", "user/app": "memory", "user/app/mine": ""})
    assert cgroup.find_parent((mount,), own) is None
    assert cgroup.find_parent((mount,), tmp_path / "missing") is None
    own.write_text("4:memory:/\n")
    assert cgroup.find_parent((mount,), own) is None


def test_a_group_has_limits_says_what_was_breached_and_goes(tmp_path: Path) -> None:
    group = cgroup.Group(tmp_path, "child", memory_mb=100, processes=9)
    folder = tmp_path / "child"
    assert int((folder / "memory.max").read_text()) >= 100 << 20
    assert (folder / "pids.max").read_text() == "9"
    group.add(123)
    assert (folder / "cgroup.procs").read_text() == "123"
    assert group.breach == ""
    (folder / "pids.events").write_text("max 3\n")
    assert group.breach == "processes"
    (folder / "memory.events").write_text("low 0\noom_kill 1\n")
    assert group.breach == "memory"
    group.remove()
    assert (folder / "cgroup.kill").read_text() == "1"


def test_a_need_without_an_attempt_is_not_met() -> None:
    assert BoxReport().missing == list(Need)
    stopped = [Proof(attempt="try", stopped=True, detail="", need=need) for need in Need]
    assert BoxReport(proofs=tuple(stopped)).safe
    hole = Proof(attempt="send by UDP", stopped=False, detail="it worked", need=Need.NETWORK)
    layer = State(layer=Layer.SECCOMP, in_force=False, detail="not in this kernel")
    report = BoxReport(layers=(layer,), proofs=(*stopped, hole))
    assert report.missing == [Need.NETWORK]
    for words in ("no network", "send by UDP: it worked", "seccomp: not in this kernel"):
        assert words in report.complaint()
