"""System calls that Python does not offer, through ctypes. Linux on x86_64 and aarch64."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

MACHINE = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
"""The kind of processor, as the tables of system calls name it."""

NUMBERS = {
    "x86_64": {"pivot_root": 155, "capset": 126},
    "aarch64": {"pivot_root": 41, "capset": 91},
}
_SAME_EVERYWHERE = {
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}
_LIBC = ctypes.CDLL(None, use_errno=True)


def known() -> bool:
    """Whether the calls below can be made here."""
    return sys.platform == "linux" and MACHINE in NUMBERS


def call(name: str, *arguments: object) -> int:
    """Make a system call by its name; integers travel whole. Raises OSError."""
    number = {**_SAME_EVERYWHERE, **NUMBERS[MACHINE]}[name]
    return _checked(name, _LIBC.syscall(ctypes.c_long(number), *map(_whole, arguments)))


def prctl(option: int, value: int = 0, third: int = 0) -> None:
    """Raises OSError."""
    _checked("prctl", _LIBC.prctl(option, *map(ctypes.c_ulong, (value, third, 0, 0))))


def prctl_pointer(option: int, value: int, pointer: object) -> None:
    """As prctl, with a structure for its third argument. Raises OSError."""
    _checked("prctl", _LIBC.prctl(option, ctypes.c_ulong(value), pointer, ctypes.c_ulong(0), ctypes.c_ulong(0)))


def unshare(flags: int) -> None:
    """Raises OSError."""
    _checked("unshare", _LIBC.unshare(ctypes.c_int(flags)))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Raises OSError naming the target."""
    given = [os.fsencode(text) for text in (source, target, kind)]
    done = _LIBC.mount(*given, ctypes.c_ulong(flags), os.fsencode(options))
    _checked(f"mounting {target}", done)


def unmount(target: str, flags: int) -> None:
    """Raises OSError."""
    _checked(f"unmounting {target}", _LIBC.umount2(os.fsencode(target), ctypes.c_int(flags)))


def why(error: BaseException) -> str:
    """An error of a system call in a few words."""
    if isinstance(error, OSError) and error.errno is not None:
        name = errno.errorcode.get(error.errno, str(error.errno))
        return f"{error.strerror} ({name})"
    return str(error) or type(error).__name__


def _whole(argument: object) -> object:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def _checked(doing: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")
    return result
