"""`python -m ge_tui.evaluation.box FOLDER PLAN LURES`: which layers hold here, and a thorough test of them, as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

from ge_tui.evaluation.box.assemble import BoxPlan, assemble
from ge_tui.evaluation.box.lures import LurePlan
from ge_tui.evaluation.box.selftest import examine


def main() -> None:
    """Print the report of this box."""
    box = assemble(BoxPlan.model_validate_json(sys.argv[2]), Path(sys.argv[1]))
    print(examine(box, LurePlan.model_validate_json(sys.argv[3]), thorough=True).model_dump_json())


if __name__ == "__main__":
    main()
