"""What the machine does at the moment: GPUs where a driver answers, the processor otherwise. Blocking."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the machine is."""

    name: str
    """`GPU`, `GPU 1`, `CPU`."""
    busy: float
    """0 to 1."""
    memory_used: int
    """Bytes."""
    memory_total: int


class Meter:
    """Asks NVML once whether there is a GPU, and then for figures."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._handles: list[Any] = []
        self._begun = False

    def read(self) -> tuple[Load, ...]:
        """The load of every GPU; of the processor where there is none that can be asked."""
        if not self._begun:
            self._begun = True
            self._begin()
        gpus = tuple(self._gpu(index, handle) for index, handle in enumerate(self._handles))
        if gpus:
            return gpus
        memory = psutil.virtual_memory()
        return (Load("CPU", psutil.cpu_percent() / 100, memory.total - memory.available, memory.total),)

    def _begin(self) -> None:
        try:
            import pynvml  # noqa: PLC0415  (70 ms that no first paint should wait for)
        except ImportError:
            return
        with suppress(pynvml.NVMLError):  # no driver, no GPU, or none that we may ask
            pynvml.nvmlInit()
            self._handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
            self._nvml = pynvml

    def _gpu(self, index: int, handle: Any) -> Load:
        name = "GPU" if len(self._handles) == 1 else f"GPU {index}"
        try:
            busy = self._nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
            memory = self._nvml.nvmlDeviceGetMemoryInfo(handle)
        except self._nvml.NVMLError:
            return Load(name, 0.0, 0, 0)
        return Load(name, busy, int(memory.used), int(memory.total))
