"""Writes the golden file of the current schema: `cd tests && python -m run.make_golden`.

Once for each version of the schema, by the code of that version; an old golden file is never made again.
"""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from ge_tui.run.store.connection import MIGRATIONS

from .fakes import FakeExecutor, Rig, settings_of

ASSETS = Path(__file__).with_name("assets")


def main() -> None:
    target = ASSETS / f"run_v{len(MIGRATIONS)}.sqlite"
    if target.exists():
        raise SystemExit(f"{target} is there already, and must stay as it is")
    with tempfile.TemporaryDirectory() as base:
        rig = Rig(Path(base), settings_of("generations=2", "population=3"), name="golden").create()
        rig.run(FakeExecutor())
        with closing(sqlite3.connect(rig.directory.database)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        ASSETS.mkdir(exist_ok=True)
        shutil.copyfile(rig.directory.database, target)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
