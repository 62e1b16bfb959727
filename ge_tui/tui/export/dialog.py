"""The dialog of an export: what is wanted, then how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from ge_tui.run.directory import RunDirectory
from ge_tui.tui.export.job import Asked, ExportJob
from ge_tui.tui.export.tick import Tick
from ge_tui.tui.widgets.plain_input import PlainInput
from ge_tui.tui.widgets.press_line import PressLine

OPTIONS = (
    ("verify", "verify: train it and the seed in full, open the test part once"),
    ("ablate", "ablate: undo each change since the seed, and measure"),
    ("onnx", "ONNX, compared in onnxruntime"),
    ("pt2", "torch.export (.pt2)"),
    ("force", "replace an export that is there"),
)
_BAR = 30


class ExportDialog(ModalScreen[None]):
    """Asks, starts, and shows; closed while an export goes on it leaves it going."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("ctrl+s", "start", "Export", priority=True),
        Binding("ctrl+x", "stop", "Stop", priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    ExportDialog { align: center middle; background: $background 60%; }
    ExportDialog > Vertical {
        width: 80; max-width: 98%; height: auto; max-height: 98%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ExportDialog #export-form { height: auto; max-height: 100%; }
    ExportDialog .row { height: 1; }
    ExportDialog .row > Label { width: 7; }
    ExportDialog PlainInput { width: 1fr; background: $panel; }
    ExportDialog PressLine { margin-top: 0; }
    ExportDialog #export-doing { height: auto; max-height: 3; color: $accent; }
    ExportDialog #export-said { height: auto; max-height: 12; }
    ExportDialog .bad { color: $error; }
    """

    def __init__(
        self, directory: RunDirectory, number: int, job: ExportJob | None, start: Callable[[Asked], ExportJob],
        stop: Callable[[], None],
    ) -> None:  # fmt: skip
        """`job` is the one under way, if there is one; `start` begins another, `stop` ends it."""
        super().__init__()
        self._directory = directory
        self._number = number
        self._job = job
        self._start = start
        self._stop = stop

    def compose(self) -> ComposeResult:
        with Vertical(id="export-box") as box:
            box.border_title = "Export"
            with VerticalScroll(id="export-form", can_focus=False):
                with Horizontal(classes="row"):
                    yield Label("to")
                    yield PlainInput(str(Path.cwd() / f"{self._directory.name}-{self._number}"), id="export-to")
                yield Tick("the whole front instead", id="export-front")
                for name, words in OPTIONS:
                    yield Tick(words, id=f"export-{name}")
                with Horizontal(classes="row"):
                    yield Label("seeds")
                    yield PlainInput("3", id="export-seeds")
                yield PressLine(f"Export #{self._number}", id="export-start")
            yield Static(id="export-doing", markup=False)
            with VerticalScroll(id="export-said"):
                yield Static(id="export-lines", markup=False)

    def on_mount(self) -> None:
        if self._job is not None:
            self._job.on_news = self.show_job
        self.show_job()

    def on_unmount(self) -> None:
        if self._job is not None and self._job.on_news == self.show_job:
            self._job.on_news = lambda: None

    def show_job(self) -> None:
        """What there is to see of the export now."""
        if not self.is_attached:
            return
        job = self._job
        form = self.query_one("#export-form")
        form.display = job is None or (job.ended and bool(job.problem))
        doing, hint = self.query_one("#export-doing", Static), "Ctrl-S exports · Space chooses · Esc closes"
        doing.set_class(job is not None and bool(job.problem), "bad")
        if job is None:
            doing.update("")
        elif job.ended:
            doing.update(Content(job.result))
            hint = "Ctrl-S tries again · Esc closes" if job.problem else "Esc closes"
        else:
            filled = round(_BAR * min(1.0, job.done))
            doing.update(Content(f"{'━' * filled}{'─' * (_BAR - filled)} {job.done:.0%}\n{job.doing}"))
            hint = "Esc closes this, the export goes on · Ctrl-X stops it"
        lines = self.query_one("#export-lines", Static)
        lines.update(Content("\n".join(job.said) if job is not None else ""))
        said = self.query_one("#export-said", VerticalScroll)
        said.display = bool(job is not None and job.said)
        said.scroll_end(animate=False)
        self.query_one("#export-box").border_subtitle = hint
        if not form.display:
            self.set_focus(None)

    def asked(self) -> Asked:
        """What the form says now."""
        flags = tuple(f"--{name}" for name, _ in OPTIONS if self.query_one(f"#export-{name}", Tick).value)
        front = self.query_one("#export-front", Tick).value
        return Asked(
            "front" if front else str(self._number), self.query_one("#export-to", Input).value.strip(),
            self.query_one("#export-seeds", Input).value.strip(), flags,
        )  # fmt: skip

    @on(PressLine.Pressed)
    @on(Input.Submitted)
    def action_start(self) -> None:
        if self._job is not None and not (self._job.ended and self._job.problem):
            return
        self._job = self._start(self.asked())
        self._job.on_news = self.show_job
        self.show_job()

    def action_stop(self) -> None:
        if self._job is not None and not self._job.ended:
            self._stop()

    def action_close(self) -> None:
        self.dismiss(None)
