"""What the settings say of trainings on this machine, as its executor takes it."""

from __future__ import annotations

from ge_tui.errors import UsageError
from ge_tui.evaluation.box.limits import Quota
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.executors import LocalSettings
from ge_tui.settings import EvaluationSettings


def local_settings(settings: EvaluationSettings, slots: int = 0) -> LocalSettings:
    """The settings of an executor; `slots` 0: as many as suits the machine. Raises UsageError."""
    box = settings.box
    return LocalSettings(
        device=settings.device,
        slots=slots,
        threads=settings.threads,
        memory_mb=settings.memory_mb,
        max_output=settings.max_output_kb << 10,
        fresh=settings.fresh,
        quota=Quota(
            processes=box.processes,
            open_files=box.open_files,
            file_mb=box.file_mb,
            scratch_mb=box.scratch_mb,
            scratch_files=box.scratch_files,
        ),
        cpu_s=box.cpu_s,
        readable=tuple(folder for folder in box.readable.split(":") if folder),
        without=_layers(box.without),
        look=box.look,
        verify=settings.verify,
        trust=settings.trust,
    )


def _layers(names: str) -> tuple[Layer, ...]:
    """Raises UsageError."""
    try:
        return tuple(Layer(name.strip()) for name in names.split(",") if name.strip())
    except ValueError as error:
        raise UsageError(f"evaluation.box.without: {error}; there are: {', '.join(Layer)}") from None
