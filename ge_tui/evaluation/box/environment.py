"""The layer that leaves the user's environment outside: no tokens, no agents, no display; scratch as home."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_KEPT = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "CUDA_HOME",
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
)  # fmt: skip


def scrubbed(scratch: Path, extra: Mapping[str, str], outside: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a worker, and so a genome, sees of the environment."""
    kept = {name: outside[name] for name in _KEPT if name in outside}
    return {
        **kept,
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        "THP_MEM_ALLOC_ENABLE": "1",  # torch asks for large pages: 5 to 8 % of a training on a CPU
        **extra,
    }


def real_homes() -> list[str]:
    """The user's home folders: by the environment, and by the user database."""
    found = [os.path.expanduser("~")]
    with suppress(KeyError):
        found.append(pwd.getpwuid(os.getuid()).pw_dir)
    return sorted({os.path.realpath(home) for home in found if os.path.isabs(home) and home != "/"})
