"""Making a data set ready, downloaded where it must be, in a process that can be ended at any time."""

from __future__ import annotations

import json
from collections.abc import Callable

from ge_tui.errors import NotReadyError
from ge_tui.tui.processes.ours import last_line, our_process

OnBytes = Callable[[int, int | None], None]


async def make_ready(name: str, on_bytes: OnBytes) -> None:
    """Prepare a data set; cancelled, it keeps what it fetched. Raises NotReadyError with the reason."""
    async with our_process("ge_tui.evaluation.data", name) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        async for line in process.stdout:
            match _read(line):
                case {"done": int(done), "total": total}:
                    on_bytes(done, total if isinstance(total, int) else None)
                case {"ready": _}:
                    return
                case {"problem": str(problem)}:
                    raise NotReadyError(problem)
        said = last_line(await process.stderr.read())
        raise NotReadyError(f"{name} could not be made ready: {said or 'it ended without a word'}")


def _read(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def bytes_line(done: int, total: int | None) -> str:
    """How far a download is, in words."""
    if not total:
        return f"{done / 1e6:.0f} MB"
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB ({done / total:.0%})"
