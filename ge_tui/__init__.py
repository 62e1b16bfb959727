"""LLM-Guided Evolution of PyTorch networks, in the terminal."""

import sys

__version__ = "0.1.0"

if sys.version_info < (3, 11):  # noqa: UP036  (an older one fails at the first new word; this file has none)
    sys.stderr.write(
        "ge-tui: this is Python %d.%d (%s), and ge-tui needs 3.11 or newer; make its environment with one, "  # noqa: UP031
        "for instance: python3.11 -m venv .venv\n" % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
    raise SystemExit(3)
