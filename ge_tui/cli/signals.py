"""The signals that end a command in good order."""

from __future__ import annotations

import signal


def ending_signals() -> tuple[signal.Signals, ...]:
    """Ctrl-C, the system's wish, and a terminal that is gone, unless `nohup` was told that the last does not matter."""
    asked_to_stay = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *(() if asked_to_stay else (signal.SIGHUP,)))
