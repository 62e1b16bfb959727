"""Tables as files that spreadsheets and scripts read. Pure."""

from __future__ import annotations

import csv
import io

from ge_tui.printable import printable
from ge_tui.report.html import Cell, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(table: Table) -> str:
    """Numbers as they are, without thousands' commas; texts so that no spreadsheet takes one for a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_written(cell) for cell in row] for row in table.rows)
    return file.getvalue()


def _written(cell: Cell) -> str:
    if cell.value is not None:
        return f"{cell.value:.10g}"
    text = "" if cell.text == "-" else printable(cell.text)
    return f"'{text}" if text.startswith(_FORMULA) else text
