"""`ge-tui report`: a run as one page."""

from __future__ import annotations

import argparse

from ge_tui.cli.files import write_all
from ge_tui.errors import ExitCode, UsageError
from ge_tui.report.charts import every_chart
from ge_tui.report.csv_files import as_csv
from ge_tui.report.frame import WIDE
from ge_tui.report.gather import gather
from ge_tui.report.png import png
from ge_tui.report.run_page import run_page
from ge_tui.report.svg import svg
from ge_tui.report.tables import every_table
from ge_tui.run.directory import find_run
from ge_tui.run.store import RunReader


def report(options: argparse.Namespace) -> int:
    """Write the page, and pictures and tables where asked for."""
    if not (options.to or options.png or options.svg or options.csv):
        raise UsageError("say what to write: --to FILE.html, and --png, --svg or --csv with a folder")
    directory = find_run(options.runs, options.run)
    with RunReader(directory.database) as reader:
        reader.hold()
        found = gather(directory, reader, options.export)
    files: dict[str, bytes] = {}
    if options.to:
        files[str(options.to)] = run_page(found).encode()
    drawings = {name: chart.draw(WIDE) for name, chart in every_chart(found).items()}
    for name, drawing in drawings.items():
        if options.png:
            files[str(options.png / f"{name}.png")] = png(drawing)
        if options.svg:
            files[str(options.svg / f"{name}.svg")] = svg(drawing, alone=True).encode()
    if options.csv:
        files |= {
            str(options.csv / f"{name}.csv"): as_csv(table).encode() for name, table in every_table(found).items()
        }
    write_all(files)
    return ExitCode.DONE
