"""The filter of system calls, run step by step in Python for both kinds of processor."""

from __future__ import annotations

import errno
import struct

import pytest

from ge_tui.evaluation.box import seccomp

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
WANTED = {  # what torch and Python cannot do without
    "x86_64": {"read": 0, "mmap": 9, "socketpair": 53, "clone": 56, "fork": 57, "execve": 59, "openat": 257, "kill": 62,
               "futex": 202, "landlock_restrict_self": 446, "getrandom": 318},
    "aarch64": {"read": 63, "mmap": 222, "socketpair": 199, "clone": 220, "execve": 221, "openat": 56, "kill": 129,
                "futex": 98, "landlock_restrict_self": 446, "getrandom": 278},
}  # fmt: skip


def run(machine: str, number: int, *, first: int = 0, private: bool = True, architecture: int | None = None) -> int:
    """What the kernel would do with a call, by the rules of its filter machine."""
    code = seccomp.program(machine, private_files=private)
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    assert len(steps) < 4096, "the kernel takes no longer ones"
    data = struct.pack("=iIQQ", number, ARCHITECTURES[machine] if architecture is None else architecture, 0, first)
    at = value = 0
    while True:
        kind, if_true, if_false, k = steps[at]
        at += 1
        match kind:
            case 0x20:
                (value,) = struct.unpack_from("=I", data, k)
            case 0x15:
                at += if_true if value == k else if_false
            case 0x25:
                at += if_true if value > k else if_false
            case 0x45:
                at += if_true if value & k else if_false
            case 0x06:
                return k
            case _:
                pytest.fail(f"no such step: {kind:#x}")


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_what_is_listed_is_refused_and_the_rest_is_not(machine: str) -> None:
    column = list(ARCHITECTURES).index(machine)
    numbers = {name: pair[column] for name, pair in seccomp.REFUSED.items() if pair[column] is not None}
    assert len(set(numbers.values())) == len(numbers), "two names for one number: one of them is wrong"
    for name, number in numbers.items():
        assert run(machine, number) == ERROR | errno.EPERM, name
    assert not set(numbers.values()) & set(WANTED[machine].values())
    for name, number in WANTED[machine].items():
        assert run(machine, number) == ALLOW, name


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_owners_may_change_only_where_files_are_private(machine: str) -> None:
    column = list(ARCHITECTURES).index(machine)
    for name, pair in seccomp.CHANGES_OF_OWNERS.items():
        if pair[column] is not None:
            assert run(machine, pair[column], private=True) == ALLOW, name
            assert run(machine, pair[column], private=False) == ERROR | errno.EPERM, name


@pytest.mark.parametrize(("machine", "clone"), [("x86_64", 56), ("aarch64", 220)])
def test_processes_may_be_made_but_no_namespaces(machine: str, clone: int) -> None:
    assert run(machine, clone, first=0x3D0F00) == ALLOW, "a thread"
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert run(machine, clone, first=flag | 17) == ERROR | errno.EPERM
    assert run(machine, 435) == ERROR | errno.ENOSYS, "clone3 keeps its flags where no filter looks"


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_other_forms_of_calls_get_nowhere(machine: str) -> None:
    assert run(machine, 1, architecture=0x40000003) == KILL, "calls of a 32-bit program"
    assert run(machine, 0x40000000 | 41) == ERROR | errno.ENOSYS, "x32"
    assert run(machine, 5000) == ERROR | errno.ENOSYS, "calls of a kernel to come"


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_files_in_memory_are_let_through_for_a_driver_and_nothing_else(machine: str) -> None:
    column = list(ARCHITECTURES).index(machine)
    strict, opened = (seccomp.program(machine, private_files=True, memory_files=opening) for opening in (False, True))
    number = seccomp.REFUSED["memfd_create"][column]
    assert len(strict) - len(opened) == 16, "one comparison and one refusal less"
    assert struct.pack("=HBBI", 0x15, 0, 1, number) in strict
    assert struct.pack("=HBBI", 0x15, 0, 1, number) not in opened
