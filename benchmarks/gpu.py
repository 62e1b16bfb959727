"""How busy a GPU is, as its driver says."""

from __future__ import annotations

import subprocess
import threading
from statistics import mean
from types import TracebackType

_EVERY_S = 0.5


class GpuWatch:
    """Asks the driver while it is open; does nothing for another device."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._seen: list[float] = []

    @property
    def busy(self) -> float | None:
        """The mean part of the time that a kernel ran; None without a GPU or its driver's tool."""
        return mean(self._seen) if self._seen else None

    def __enter__(self) -> GpuWatch:
        if self._device == "cuda":
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_EVERY_S):
            asked = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
            try:
                said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout
            except (OSError, subprocess.SubprocessError):
                return
            self._seen.append(float(said.splitlines()[0]) / 100)
