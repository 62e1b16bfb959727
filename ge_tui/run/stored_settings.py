"""Settings as a run's record has them."""

from __future__ import annotations

from pydantic import ValidationError

from ge_tui.run.store import RunRow, StoreError
from ge_tui.settings import Settings


def settings_of(run: RunRow) -> Settings:
    """The settings a run works by now; what an older run did not know has its default.

    Raises StoreError where they cannot be what was written.
    """
    try:
        return Settings.model_validate(run.settings)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise StoreError(
            f"the settings of run {run.name} cannot be read ({where}): they are damaged, or of another version of "
            "ge-tui; bring the file back from a backup, or open it with the version that wrote it"
        ) from None
