"""What a genome can see of the machine: the interpreter and its libraries, a few devices, its scratch folder."""

from __future__ import annotations

import glob
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ge_tui import paths

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/alternatives")
_PROCESSORS = ("/sys/devices/system/cpu", "/sys/devices/system/node")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_GPU_FILES = ("/sys", "/etc/nvidia", "/usr/share/nvidia", "/opt/rocm")
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset", "/dev/nvidia-caps",
                "/dev/nvidia-caps-imex-channels", "/dev/dxg", "/dev/kfd")  # fmt: skip
_PACKAGES = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class Sight:
    """Paths that exist, none inside another."""

    readable: tuple[str, ...]
    devices: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    """Symbolic links of the root folder, such as /lib, and where they lead."""
    scratch: str


def look(scratch: Path, device: str, homes: Iterable[str], more: Iterable[str] = ()) -> Sight:
    """What a genome on a device needs to see.

    homes: folders that are never shown, nor any folder they lie in. more: folders the user shows it besides.
    """
    hidden = [os.path.realpath(home) for home in homes]
    wanted = [*_SYSTEM, *_SYSTEM_FILES, *_PROCESSORS, *_interpreter(), *_libraries(), *more]
    devices = list(DEVICES)
    if device == "cuda":
        wanted += _GPU_FILES
        devices += [
            *_GPU_DEVICES,
            *gpu_nodes(os.environ.get("CUDA_VISIBLE_DEVICES", "")),
            *glob.glob("/dev/dri/render*"),
        ]
    links = tuple((path, os.readlink(path)) for path in _SYSTEM if os.path.islink(path))
    readable = [path for path in wanted if os.path.exists(path) and not os.path.islink(path)]
    return Sight(
        tuple(outermost(path for path in readable if not any(_holds(path, home) for home in hidden))),
        tuple(path for path in devices if os.path.exists(path)),
        links,
        str(scratch),
    )


def outermost(wanted: Iterable[str]) -> list[str]:
    """These paths without those that lie inside another."""
    found: list[str] = []
    for path in sorted({os.path.normpath(path) for path in wanted}, key=lambda path: path.count("/")):
        if not any(path == other or path.startswith(other.rstrip("/") + "/") for other in found):
            found.append(path)
    return found


def gpu_nodes(visible: str, driver: str = "/proc/driver/nvidia/gpus", devices: str = "/dev") -> list[str]:
    """The device node of the one GPU that is named by its UUID; every GPU's where that cannot be told.

    A bare number is no help: CUDA counts its GPUs by speed, the driver by slot.
    """
    every = sorted(glob.glob(f"{devices}/nvidia[0-9]*"))
    for file in glob.glob(f"{driver}/*/information"):
        facts = dict(line.split(":", 1) for line in Path(file).read_text().splitlines() if ":" in line)
        uuid, minor = (facts.get(name, "").strip() for name in ("GPU UUID", "Device Minor"))
        if visible and uuid == visible and f"{devices}/nvidia{minor}" in every:
            return [f"{devices}/nvidia{minor}"]
    return every


def _interpreter() -> list[str]:
    """Where this Python, its packages and this program lie; links are followed, and both ends are named."""
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, str(paths.PACKAGE), *sysconfig.get_paths().values()]
    found += [entry for entry in sys.path if Path(entry).name in _PACKAGES]
    found += [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    executable = Path(sys.executable).resolve()
    found.append(str(executable.parent))
    return [*found, *(os.path.realpath(path) for path in found)]


def _libraries() -> list[str]:
    """Folders of libraries outside the usual places, such as those of CUDA."""
    named = [*os.environ.get("LD_LIBRARY_PATH", "").split(":"), os.environ.get("CUDA_HOME", "")]
    return [path for path in named if os.path.isabs(path)]


def _holds(path: str, home: str) -> bool:
    """Whether a folder is the user's home, or has it inside."""
    return path in ("/", home) or home.startswith(path.rstrip("/") + "/")
