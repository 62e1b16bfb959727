"""Memory that is used again and again: a training frees and takes the same large blocks at every step."""

from __future__ import annotations

import ctypes
import platform
import sys

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_KEPT = 1 << 30


def keep_freed_memory() -> bool:
    """Have the C library keep freed blocks for the next step instead of giving them back to the kernel, which would
    hand out zeroed pages one fault at a time (up to a sixth of a step); whether it can be told so."""
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        return False
    library = ctypes.CDLL(None)
    return bool(library.mallopt(_M_MMAP_MAX, 0) and library.mallopt(_M_TRIM_THRESHOLD, _KEPT))
