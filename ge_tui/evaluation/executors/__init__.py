"""Where evaluations run."""

from ge_tui.evaluation.executors.base import CheckRequest, Executor, ExecutorError, TrainRequest
from ge_tui.evaluation.executors.local import LocalExecutor, LocalSettings, Machine

__all__ = [
    "CheckRequest",
    "Executor",
    "ExecutorError",
    "LocalExecutor",
    "LocalSettings",
    "Machine",
    "TrainRequest",
]
