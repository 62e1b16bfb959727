"""The app keeps no more of a long run than of a short one, but for its individuals."""

from __future__ import annotations

import gc
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.eight_hours import CALL_S, Replay, measure
from benchmarks.made_run import make_run
from ge_tui.tui.llm.lanes import Lanes
from ge_tui.tui.watch.look import EVENTS_KEPT
from tests.tui.rig import Watching

MOST_MB = 150


@pytest.mark.slow
def test_eight_hours_of_a_busy_run_leave_the_memory_as_it_was(tmp_path: Path) -> None:
    samples = measure(tmp_path, 8, 500, 10, (120, 40))
    settled = next(sample for sample in samples if sample.hours >= 2)  # the log is full by then
    last = samples[-1]
    assert max(sample.memory_mb for sample in samples) <= MOST_MB
    new = last.individuals - settled.individuals
    assert last.memory_mb - settled.memory_mb <= 5 + new * 0.005, samples


async def test_what_a_screen_knows_of_a_run_does_not_grow_with_its_events(tmp_path: Path) -> None:
    directory = make_run(tmp_path, 20)
    watching, lanes = Watching(directory), Lanes()
    with closing(Replay(directory, child_every_s=0)) as replay:

        async def live_through(seconds: int) -> int:
            """What is kept afterwards, in bytes."""
            for second in range(seconds):
                replay.second()
                if second % 5 == 0:
                    await watching.look()
                    lanes.update(watching.model.calls)
                    lanes.take(watching.model.words, float(second))
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        for _ in range(EVENTS_KEPT + 600):
            replay.note()
        tracemalloc.start()
        try:
            before = await live_through(2 * CALL_S)
            after = await live_through(6 * CALL_S)
        finally:
            tracemalloc.stop()
            await watching.feed.close()
    assert after - before < 60_000, f"{after - before:,} bytes more for {6 * CALL_S} s"
