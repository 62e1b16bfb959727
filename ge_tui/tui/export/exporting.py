"""The screen's part in exporting: one export at a time, which goes on when its dialog is closed."""

from __future__ import annotations

from textual import work
from textual.screen import Screen

from ge_tui.run.directory import RunDirectory
from ge_tui.tui.export.job import Asked, ExportJob


class Exporting(Screen[None]):
    """Asks for an export and tells of its end."""

    directory: RunDirectory
    _export: ExportJob | None = None

    def export(self, number: int) -> None:
        """Ask how an individual is to be exported, or show the export that is under way."""
        from ge_tui.tui.export.dialog import ExportDialog  # noqa: PLC0415  (few sessions export)

        under_way = self._export if self._export is not None and not self._export.ended else None
        self.app.push_screen(ExportDialog(self.directory, number, under_way, self._begin_export, self._stop_export))

    def _begin_export(self, asked: Asked) -> ExportJob:
        self._export = ExportJob(self.directory, asked)
        self._run_export(self._export)
        return self._export

    def _stop_export(self) -> None:
        self.workers.cancel_group(self, "export")

    @work(group="export", exclusive=True, exit_on_error=True)
    async def _run_export(self, job: ExportJob) -> None:
        await job.run()
        if self.is_current:  # its dialog was closed
            failed = bool(job.problem)
            self.notify(
                job.problem or job.result, title="The export failed" if failed else "Exported",
                severity="error" if failed else "information", timeout=20, markup=False,
            )  # fmt: skip
