"""The layer that takes away rights: root becomes nobody in particular, capabilities go, and none can be won back."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from ge_tui.evaluation.box import kernel

_PRIVATE_IDS = 0x4E_E7_00_00
"""Users of this number and the 65,536 after it exist nowhere; each fork server takes one, so that no two share one."""
_NOBODY = 65534
_VERSION = 0x20080522
_LAST_CAPABILITY = 63


def choose(number: int) -> tuple[int, int]:
    """The user and group a genome runs as: this process's own, or as root one that owns nothing."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for wanted in (_PRIVATE_IDS + number % 65536, _NOBODY):
        if all(_is_mapped(wanted, Path(f"/proc/self/{kind}_map")) for kind in ("uid", "gid")):
            return wanted, wanted
    return 0, 0


def shed(uid: int, gid: int) -> None:
    """Become this user for good, without capabilities, and never gain any by running a program. Raises OSError."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
        except OSError:  # past the last one the kernel knows, or not ours to drop
            break
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    kernel.call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # a change of user makes even /proc/self unreadable


def forbid_new_rights() -> None:
    """No program with the setuid bit or file capabilities helps from here on. Raises OSError."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def _is_mapped(number: int, table: Path) -> bool:
    """Whether an id exists in the user namespace this process is in."""
    try:
        ranges = [list(map(int, line.split())) for line in table.read_text().splitlines()]
    except (OSError, ValueError):
        return False
    return any(first <= number < first + count for first, _, count in ranges)
