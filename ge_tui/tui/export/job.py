"""An export under way: the command line's own, as a process beside the screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ge_tui.run.directory import RunDirectory
from ge_tui.tui.processes.ours import last_line, our_process
from ge_tui.tui.text.safe import clean_line

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the dialog was filled in with."""

    individual: str
    to: str
    seeds: str = "3"
    flags: tuple[str, ...] = ()
    """As on the command line: `--verify`, `--onnx`, ..."""

    def arguments(self, directory: RunDirectory) -> list[str]:
        """Of the command that does it."""
        to = str(Path(self.to).expanduser())
        return ["export", directory.name, self.individual, f"--to={to}", f"--seeds={self.seeds}", *self.flags,
                f"--runs={directory.path.parent}", "--json"]  # fmt: skip


@dataclass(slots=True)
class ExportJob:
    """Runs the command, and holds what it has said so far."""

    directory: RunDirectory
    asked: Asked
    on_news: Callable[[], None] = lambda: None
    done: float = 0.0
    doing: str = "starting"
    said: list[str] = field(default_factory=list)
    ended: bool = False
    problem: str = ""
    """Why nothing was written; empty while it goes on and where it went well."""
    exported: list[dict[str, Any]] = field(default_factory=list)

    @property
    def result(self) -> str:
        """How it ended, in words."""
        if self.problem:
            return self.problem
        parts = []
        for one in self.exported:
            verdict = f"; {one['verdict']}" if one.get("verdict") else ""
            differs = "" if one.get("agrees") else "; its accuracy DIFFERS from the record"
            left = [f"; {name} was left out" for name, how in one.get("forms", {}).items() if how != "ok"]
            parts.append(f"#{one['individual']} is in {one['folder']}{differs}{verdict}{''.join(left)}")
        return "\n".join(map(clean_line, parts))

    async def run(self) -> None:
        """To its end; ends the process where this is cancelled."""
        try:
            async with our_process("ge_tui", *self.asked.arguments(self.directory)) as process:
                assert process.stdout is not None
                assert process.stderr is not None
                async for line in process.stdout:
                    self._hear(line)
                words = last_line(await process.stderr.read())
                await process.wait()
            if not self.exported:
                self.problem = clean_line(words) or "the export ended without a word"
        except OSError as error:
            self.problem = str(error)
        finally:
            self.ended = True
            self.problem = self.problem or ("" if self.exported else "stopped; what was trained is kept")
            self.on_news()

    def _hear(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:  # cut off in the middle of a line
            return
        match event.get("event"):
            case "progress":
                self.done, self.doing = float(event["done"]), clean_line(str(event["words"]))
            case "said":
                self.said = [*self.said, clean_line(str(event["words"]))][-_KEPT:]
            case "exported":
                self.exported.append(event)
        self.on_news()
