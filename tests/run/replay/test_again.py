"""What was trained is trained again, at the rung it was trained at."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import TrainReport
from ge_tui.run.replay.again import Again, train_again
from tests.run.fakes import SEED_SOURCE, FakeExecutor, FastStore, Rig, metrics_of, settings_of


async def test_a_training_at_a_rung_that_is_none_of_the_runs_is_done_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=2", "generations=0")).create()
    await rig.work()
    with closing(FastStore(rig.directory.database)) as store:
        evaluation = store.start_evaluation(0, "plain", "full", 7, again=True)
        store.finish_evaluation(evaluation, 0, TrainReport(Outcome.OK, "", metrics_of(SEED_SOURCE)), again=True)
    heard: list[Again] = []
    with rig.reader() as reader:
        done = await train_again(reader, rig.plan(), FakeExecutor(), lambda one, _: heard.append(one))
    assert {("short", 1), ("full", 7)} <= {(one.rung, one.seed) for one in done if one.individual == 0}
    assert [one.wrong for one in done] == [[]] * len(heard)
