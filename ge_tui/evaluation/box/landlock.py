"""The layer that says which files may be read and written (Landlock), and from ABI 4 on: no TCP, no signals out."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from contextlib import suppress

from ge_tui.evaluation.box import kernel

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHARACTER_DEVICE, _MAKE_SOCKET, _MAKE_BLOCK_DEVICE = 1 << 6, 1 << 9, 1 << 11
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL_DEVICE

READ = _EXECUTE | _READ | _LIST
DEVICE = _READ | _WRITE | _IOCTL_DEVICE
REWRITE = _WRITE
"""Files that are there, and no others."""
WRITE = ((1 << 15) - 1) & ~(_MAKE_CHARACTER_DEVICE | _MAKE_SOCKET | _MAKE_BLOCK_DEVICE)
"""Everything in a folder but making devices and sockets."""

_BITS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15}
_TCP_ABI, _SCOPE_ABI = 4, 6
_QUERY_VERSION = 1
_PATH_BENEATH = 1


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The kernel's Landlock ABI; 0 where there is none."""
    if not kernel.known():
        return 0
    try:
        return kernel.call("landlock_create_ruleset", None, 0, _QUERY_VERSION)
    except OSError:
        return 0


def restrict(allowed: Iterable[tuple[str, int]]) -> None:
    """Allow these paths with these rights and nothing else, for ever. Needs no_new_privs. Raises OSError.

    A path that is not there is left out.
    """
    abi = version()
    handled = (1 << _BITS_BY_ABI.get(abi, 16)) - 1
    words = [handled, 3 if abi >= _TCP_ABI else 0, 3 if abi >= _SCOPE_ABI else 0]
    size = 24 if abi >= _SCOPE_ABI else 16 if abi >= _TCP_ABI else 8
    rules = kernel.call("landlock_create_ruleset", ctypes.byref((ctypes.c_uint64 * 3)(*words)), size, 0)
    try:
        for path, rights in allowed:
            with suppress(FileNotFoundError, PermissionError):
                _allow(rules, path, rights & handled)
        kernel.call("landlock_restrict_self", rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    there = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(there).st_mode):
            rights &= _ON_FILES
        kernel.call("landlock_add_rule", rules, _PATH_BENEATH, ctypes.byref(_Beneath(rights, there)), 0)
    finally:
        os.close(there)
