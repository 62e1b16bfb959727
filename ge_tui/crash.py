"""What is left of an error that is ours: a report in the state folder, and a few lines for people."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
import traceback
from pathlib import Path

from ge_tui import __version__
from ge_tui.paths import user_state

DEBUG = "GE_TUI_DEBUG"
_KEPT = 20
"""Older reports are deleted."""
_LONGEST = 20_000
_SECRETS = (
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # user:password@ of an address
    re.compile(r"(?i)(?<=bearer )\S+"),
    re.compile(
        r"(?i)\b[\w-]*(?:api_?key|access_?key|token|secret|password|passwd|authorization)[\w-]*['\"]?\s*[=:]\s*['\"]?([^\s'\",]+)"
    ),
)


def wants_traceback() -> bool:
    """Whether the user asked to see tracebacks (`--debug`, GE_TUI_DEBUG=1)."""
    return os.environ.get(DEBUG, "").lower() not in ("", "0", "no", "off", "false")


def reports() -> Path:
    """Where reports are kept."""
    return user_state() / "crashes"


def write_report(error: BaseException, doing: str) -> Path | None:
    """Keep what is needed to mend an error; None where the disk refuses.

    No environment, no settings, no values of variables: a report can be shown to others.
    """
    when = time.strftime("%Y%m%d-%H%M%S")
    path = reports() / f"{when}-{os.getpid()}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(path.parent.glob("*.txt"))[: -_KEPT + 1]:
            old.unlink(missing_ok=True)
        path.write_text(_text(error, doing), encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    return path


def note_for_people(error: BaseException, report: Path | None, what_next: str) -> str:
    """A few lines in place of a traceback; the last says what to do."""
    shown = _reason(error)
    said = without_secrets(f"{type(shown).__name__}: {shown}".rstrip(": ")).splitlines()[0][:300]
    where = f"what is needed to mend it is in {report}" if report else "no report could be written"
    return (
        f"ge-tui: this should not have happened: {said}\n"
        f"ge-tui: {where} (it holds no settings, prompts or keys); GE_TUI_DEBUG=1 shows the traceback\n"
        f"ge-tui: {what_next}"
    )


def without_secrets(text: str) -> str:
    """A text without passwords and keys, as far as they can be told, and without the user's name in paths."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda match: match[0].replace(match[1] if match.lastindex else match[0], "***"), text)
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _text(error: BaseException, doing: str) -> str:
    facts = {
        "ge-tui": __version__,
        "when": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "in": doing,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "terminal": f"TERM={os.environ.get('TERM', '')} inside tmux: {'yes' if os.environ.get('TMUX') else 'no'}",
        "libraries": ", ".join(f"{name} {_version(name)}" for name in ("textual", "torch", "ollama", "pydantic")),
    }
    lines = [f"{name}: {value}" for name, value in facts.items()]
    trace = "".join(traceback.format_exception(_reason(error)))
    if len(trace) > _LONGEST:
        trace = f"{trace[: _LONGEST // 2]}\n ... \n{trace[-_LONGEST // 2 :]}"
    return without_secrets("\n".join([*lines, "", trace]))


def _reason(error: BaseException) -> BaseException:
    """What a worker of Textual failed of; the error itself otherwise."""
    inner = getattr(error, "error", None)
    return inner if isinstance(inner, BaseException) else error


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  (slow, and seldom needed)

    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
