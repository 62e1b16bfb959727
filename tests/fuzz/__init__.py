"""Whatever a user's file, a model's answer or a damaged disk holds: a result or one clear message, never a traceback.

How much is tried is set by `GE_TUI_FUZZ`, a number of examples for each test; by hand:

    GE_TUI_FUZZ=5000 python -m pytest tests/fuzz -n auto
"""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("GE_TUI_FUZZ", "0"))


def budget(examples: int) -> settings:
    """So many examples, unless more are asked for."""
    return settings(
        max_examples=EXAMPLES or examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=not EXAMPLES,
        database=None,
    )
