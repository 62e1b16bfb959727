"""What the screen asks of the Ollama server: which models it has, and to fetch one."""

from __future__ import annotations

from collections.abc import Callable

from ge_tui.errors import NotReadyError, UserError
from ge_tui.llm.ollama import LlmFailure, OllamaClient, PullProgress
from ge_tui.tui.new_run.models import Shelf


async def look_at_server() -> Shelf:
    """The models there are now."""
    try:
        client = OllamaClient()
    except UserError as error:
        return Shelf(problem=str(error))
    async with client:
        models = await client.models()
        if isinstance(models, LlmFailure):
            return Shelf(client.url, problem=models.detail)
        running = await client.running()
        loaded = {} if isinstance(running, LlmFailure) else {one.name: one for one in running}
        return Shelf(client.url, tuple(models), loaded)


async def fetch_model(name: str, on_progress: Callable[[PullProgress], None]) -> None:
    """Have the server fetch a model; cancelled, it keeps what came. Raises NotReadyError, UsageError."""
    async with OllamaClient() as client:
        failed = await client.pull(name, on_progress)
    if failed is not None:
        raise NotReadyError(failed.detail)


def progress_words(report: PullProgress) -> str:
    """How far a model is, in words."""
    if not report.total_bytes:
        return report.status
    done, total = report.completed_bytes / 1e9, report.total_bytes / 1e9
    return f"{done:.2f} of {total:.2f} GB ({report.fraction:.0%}), enter stops it"
