"""The data set of a run, as it was when the run was begun."""

from __future__ import annotations

from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.data import DataSet, is_on_disk, prepare
from ge_tui.run.store import RunRow


def data_of(run: RunRow) -> DataSet:
    """The data set that a run was begun with, never downloaded here.

    Raises NotReadyError where it is not there, or another.
    """
    name = run.data["name"]
    try:
        if not (name.startswith("folder:") or is_on_disk(name)):
            raise NotReadyError(f"the data of run {run.name} are not here; get them with: ge-tui data {name}")
        data = prepare(name)
    except UsageError as error:
        raise NotReadyError(f"the data of run {run.name} are not there any more: {error}") from None
    if data.digest != run.data["digest"]:
        raise NotReadyError(
            f"the data set {name} is not the one run {run.name} began with, so its results would not compare; "
            "put the data back as they were, or begin a new run"
        )
    return data
