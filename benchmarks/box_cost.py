"""What the box costs: from the engine's request to the genome's first line, and the fork without a box for comparison.

    python -m benchmarks.box_cost [--jobs 40]

A genome prints the clock's time in its first line; the clock is the machine's, the same inside and outside.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence

from benchmarks.spawn import SMALL_JOB
from ge_tui.evaluation.box.assemble import BoxPlan
from ge_tui.evaluation.box.environment import real_homes
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.executors.answers import CheckAnswers
from ge_tui.evaluation.executors.slot import Slot

_SOURCE = "import time\nprint(time.monotonic(), flush=True)\n"
_JOB = SMALL_JOB.model_copy(update={"source": _SOURCE})
_BOXES: dict[str, tuple[Layer, ...]] = {
    "no layer": tuple(Layer),
    "without namespaces": (Layer.NAMESPACES, Layer.BUBBLEWRAP),
    "every layer": (),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=40)
    jobs = parser.parse_args().jobs
    for name, without in _BOXES.items():
        waits, start = _measure(without, jobs)
        middle, late = statistics.median(waits), statistics.quantiles(waits, n=10)[-1]
        print(
            f"{name:20} to the first line: median {middle:5.1f} ms, 9 of 10 below {late:5.1f} ms; start {start:.1f} s"
        )


def _measure(without: Sequence[Layer], jobs: int) -> tuple[list[float], float]:
    """Milliseconds from request to first line, and seconds until the fork server was ready."""
    plan = BoxPlan(homes=tuple(real_homes()), without=tuple(without))
    slot = Slot(max_output=1 << 16, box=plan, trust=True)
    try:
        began = time.monotonic()
        slot.start()
        start = time.monotonic() - began
        waits = []
        for _ in range(jobs + 1):
            asked = time.monotonic()
            ending = slot.run(_JOB, CheckAnswers())
            waits.append((float(ending.output.split()[0]) - asked) * 1e3)
        return waits[1:], start
    finally:
        slot.close()


if __name__ == "__main__":
    main()
