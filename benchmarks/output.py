"""What every benchmark does with its figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_json(file: str | None, figures: Any) -> None:
    """Write figures to a file, where one is asked for."""
    if file:
        Path(file).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
