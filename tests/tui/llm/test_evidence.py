"""What speaks for an insight is what the engine goes by."""

from __future__ import annotations

from ge_tui.run.directory import RunDirectory
from ge_tui.run.memory import TRIALS, live_insights
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader, Status, Store
from ge_tui.run.store.insights import KeptInsight, insight_uses, insights_of
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.search import Objective
from ge_tui.tui.llm.evidence import gather, insight_reading
from ge_tui.tui.watch import Individual
from tests.tui.rig import Watching

OBJECTIVES = (Objective("accuracy", "max"), Objective("params", "min"))


def individual(number: int, accuracy: float, parent: int = 0, status: Status = Status.EVALUATED) -> Individual:
    metrics = {"accuracy": accuracy, "params": 100.0} if status is Status.EVALUATED else {}
    operator = "seed" if number == 0 else "eot"
    return Individual(number, 0, 0, operator, "llm", (parent,) if number else (), status, 0.0, metrics=metrics)


def test_an_insight_that_ceased_to_help_is_dropped() -> None:
    people = {0: individual(0, 0.5), 1: individual(1, 0.9), 2: individual(2, 0.6)}
    people |= {number: individual(number, 0.1) for number in range(3, 3 + TRIALS)}
    people[20] = individual(20, 0.0, status=Status.EVALUATING)
    insights = [KeptInsight(7, "smooth\x1b[1m", 1, "SE", 2), KeptInsight(8, "other", 1, "SE", 20)]
    newest, oldest = gather(insights, {7: list(range(3, 3 + TRIALS))}, people, OBJECTIVES)
    assert (newest.insight.id, newest.alive, newest.tally, newest.maker.helped) == (8, True, "-", None)
    assert (oldest.alive, oldest.tally, oldest.maker.helped) == (False, f"0/{TRIALS}", True)
    lines = insight_reading(oldest, people, OBJECTIVES).answer.lines
    assert "smooth␛[1m" in lines
    assert any("dropped" in line for line in lines)
    assert "accuracy         0.9000  seed       0.5000  better" in lines
    assert "params              100  seed          100  same" in lines
    assert any(line.startswith("✓ improved  #2  from #0") for line in lines)
    assert sum(line.startswith("✗ did not") for line in lines) == TRIALS


async def test_the_engine_and_the_screen_agree(finished: RunDirectory) -> None:
    watching = Watching(finished)
    await watching.look()
    with RunReader(finished.database) as reader:
        objectives = objectives_from(reader.run().objectives)
        evidence = gather(insights_of(reader.connection), insight_uses(reader.connection), watching.model.individuals,
                          watching.model.objectives)  # fmt: skip
    store = Store(finished.database)
    elites = {one.insight.elite for one in evidence}
    try:
        alive = {insight.id for insight in live_insights(store, Pool(store, objectives), objectives, elites)}
    finally:
        store.close()
    assert evidence
    assert {one.insight.id for one in evidence if one.alive} == alive
    assert [one.insight.id for one in evidence] == sorted((one.insight.id for one in evidence), reverse=True)
    await watching.feed.close()
