"""Every bad genome gets its typed outcome, leaves nothing behind, and the next one in its slot is unharmed."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import Executor, LocalExecutor
from ge_tui.evaluation.outcome import Outcome

from .conftest import check, strays_in, train
from .genomes import BAD, GOOD, GOOD_BUT_RUDE, PARAMS, RUDE_TO_ITS_FOLDER, Bad

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "bad", [pytest.param(bad, id=name, marks=[pytest.mark.slow] if bad.slow else []) for name, bad in BAD.items()]
)
async def test_a_bad_genome(executor: Executor, data: DataSet, scratch: Path, bad: Bad) -> None:
    started = time.monotonic()
    if bad.during == "check":
        checked = await check(executor, bad.source, bad.timeout_s)
        outcome, reason = checked.outcome, checked.reason
    else:
        first = await check(executor, bad.source, 30)
        assert "forged" in bad.reason or first.outcome in {Outcome.OK, bad.outcome}, first.reason
        trained = await train(executor, bad.source, data, timeout_s=bad.timeout_s)
        outcome, reason = trained.outcome, trained.reason
        assert trained.metrics == {}
    assert outcome is bad.outcome, reason
    assert re.search(bad.reason, reason), reason
    assert "Traceback" not in reason
    assert len(reason) <= 4000
    assert all(sign.isprintable() or sign in "\n\t" for sign in reason)
    assert time.monotonic() - started < 25
    assert strays_in(scratch) == []

    following = await (check(executor, GOOD) if bad.during == "check" else train(executor, GOOD, data))
    assert (following.outcome, following.reason) == (Outcome.OK, "")


@pytest.mark.parametrize("source", GOOD_BUT_RUDE.values(), ids=GOOD_BUT_RUDE)
async def test_a_rude_genome(executor: Executor, data: DataSet, scratch: Path, source: str) -> None:
    for _ in range(2):
        trained = await train(executor, source, data)
        assert (trained.outcome, trained.reason) == (Outcome.OK, "")
        assert trained.metrics["params"] == PARAMS
        assert strays_in(scratch) == []
    following = await train(executor, GOOD, data)
    assert following.outcome is Outcome.OK


@pytest.mark.parametrize("source", RUDE_TO_ITS_FOLDER.values(), ids=RUDE_TO_ITS_FOLDER)
async def test_what_is_done_to_the_folder(
    local: LocalExecutor, unboxed: LocalExecutor, data: DataSet, scratch: Path, source: str
) -> None:
    """The box does not allow it; without a box, the next child has its folder all the same."""
    assert (await train(local, source, data)).outcome is Outcome.FORBIDDEN
    for _ in range(2):
        trained = await train(unboxed, source, data)
        assert (trained.outcome, trained.reason) == (Outcome.OK, "")
        assert strays_in(scratch) == []
