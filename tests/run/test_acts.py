"""What the user does with individuals takes effect, is on record, and outlives the engine."""

import asyncio
from collections.abc import Callable
from typing import Any

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint
from ge_tui.run import inbox
from ge_tui.run.store import EventRow, Status
from ge_tui.run.store.acts import ActKind, ActRow, ActState, NewAct, acts, standing

from .fakes import SEED_SOURCE, FakeExecutor, FakeProposer, GatedExecutor, Rig, settings_of
from .test_engine_controls import WAIT_S, until

STEADY = {"failing": 0.0, "twins": False}


def ask(rig: Rig, kind: str, individual: int, other: int | None = None, source: str | None = None, **said: Any) -> None:
    inbox.send_act(rig.directory.inbox, NewAct(ActKind(kind), individual, other, said, source))


def once(kind: str, do: Callable[[], None], generation: int | None = None) -> Callable[[EventRow], None]:
    """Do something at the first event of a kind, of a generation where one is given."""
    done: list[int] = []

    def on_event(event: EventRow) -> None:
        if event.kind == kind and not done and generation in (None, event.payload.get("generation")):
            done.append(event.seq)
            do()

    return on_event


def acts_of(rig: Rig) -> list[ActRow]:
    with rig.reader() as reader:
        return acts(reader.connection)


def test_who_is_pinned_stays_in_every_population(rig: Rig) -> None:
    rig.run(FakeExecutor(**STEADY))
    with rig.reader() as reader:
        living = {member.individual for member in reader.members(3)}
        gone = next(row.number for row in reader.individuals() if row.number not in living)
    rig.settings = settings_of("generations=5")
    ask(rig, "pin", gone)
    rig.run(FakeExecutor(**STEADY))
    with rig.reader() as reader:
        assert all(gone in {member.individual for member in reader.members(n)} for n in (4, 5))
        assert standing(reader.connection).pinned == {gone}
    rig.settings = settings_of("generations=6")
    ask(rig, "unpin", gone)
    rig.run(FakeExecutor(**STEADY))
    with rig.reader() as reader:
        assert standing(reader.connection).pinned == set()


def test_who_is_vetoed_is_a_parent_no_more_from_the_next_slot_on(rig: Rig) -> None:
    rig.settings = settings_of("generations=4")
    asked: list[int] = []

    def veto_the_first_parent(event: EventRow) -> None:
        if event.kind == "proposing" and event.payload["generation"] == 2 and not asked:
            with rig.reader() as reader:
                asked.append(reader.individuals("generation = 2")[0].parents[0])
            ask(rig, "veto", asked[0])

    rig.run(FakeExecutor(**STEADY), on_event=veto_the_first_parent)
    (act,) = acts_of(rig)
    assert (act.kind, act.individual, act.state) == (ActKind.VETO, asked[0], ActState.DONE)
    with rig.reader() as reader:
        later = reader.individuals("generation >= 2")[1:]
        assert len(later) >= 6
        assert all(asked[0] not in row.parents for row in later)
        carried = [number for n in (3, 4) for number in reader.carried(n).values()]
        assert asked[0] not in carried


async def test_a_training_that_is_killed_keeps_its_curve_and_says_who_ended_it(rig: Rig) -> None:
    class Talking(GatedExecutor):
        async def train(self, request: Any, on_progress: Any) -> Any:
            if request.source != SEED_SOURCE:
                on_progress(CurvePoint(1, 0.5, 2.5))
            return await super().train(request, on_progress)

    executor = Talking(slots=1)
    running = asyncio.create_task(rig.work(executor))
    await until(rig, "progress", 2)
    with rig.reader() as reader:
        (number,) = [row.number for row in reader.individuals("status = 'evaluating'")]
    ask(rig, "kill", number)
    ask(rig, "kill", number + 1)  # which waits for its turn
    await until(rig, "act_done", 2)
    executor.gate.set()
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "finished"
    with rig.reader() as reader:
        killed, waiting = reader.individual(number), reader.individual(number + 1)
        assert killed is not None
        assert waiting is not None
        assert (killed.status, killed.outcome) == (Status.FAILED, Outcome.KILLED)
        assert killed.reason == "its training was ended by the user at step 1 of 2"
        (evaluation,) = reader.evaluations(number)
        assert [point.train_loss for point in reader.curve(evaluation.id)] == [2.5]
        assert (waiting.status, waiting.outcome) == (Status.FAILED, Outcome.KILLED)
        assert reader.evaluations(number + 1) == []


def test_again_changes_the_mean_and_another_rung_is_kept_apart(rig: Rig) -> None:
    class Noisy(FakeExecutor):
        async def train(self, request: Any, on_progress: Any) -> Any:
            report = await super().train(request, on_progress)
            report.metrics["accuracy"] -= 0.01 * request.seed + 0.1 * (request.plan.rung == "full")
            return report

    def do() -> None:
        ask(rig, "again", 0)
        ask(rig, "again", 0, rung="full")

    rig.run(Noisy(**STEADY), on_event=once("generation_opened", do, 1))
    assert [act.state for act in acts_of(rig)] == [ActState.DONE] * 2
    assert "rung short, seed 2: accuracy" in acts_of(rig)[0].outcome
    with rig.reader() as reader:
        rows = reader.evaluations(0)
        assert [(row.rung, row.seed) for row in rows] == [("short", 1), ("short", 2), ("full", 1)]
        first = reader.metrics([0])[0]["accuracy"]
        assert reader.spreads()[0].trainings == 2
        apart = reader.lower_metrics()["full"][0]["accuracy"]
        assert round(first - apart, 6) == 0.095, "the mean of seeds 1 and 2, less the full rung's with seed 1"


def test_children_that_were_asked_for_go_before_the_others_and_take_no_slot_of_theirs(rig: Rig) -> None:
    plain = Rig(rig.base, rig.settings, "plain").create()
    plain.run(FakeExecutor(**STEADY))

    def do() -> None:
        ask(rig, "breed", 2)
        ask(rig, "cross", 1, 3)

    rig.run(FakeExecutor(**STEADY), on_event=once("generation_opened", do, 1))
    breed, cross = acts_of(rig)
    with rig.reader() as reader, plain.reader() as other:
        child, crossed = reader.individual(breed.child or -1), reader.individual(cross.child or -1)
        assert child is not None
        assert crossed is not None
        assert (child.parents, child.operator, child.generation) == ((2,), "mutate", 1)
        assert (crossed.parents, crossed.operator) == ((1, 3), "crossover")
        assert child.number == 5, "the next proposal"
        assert child.arguments["act"] == breed.seq
        of_both = [[r.slot for r in q.individuals("generation = 1 AND slot < 1000")] for q in (reader, other)]
        assert of_both[0] == of_both[1]
        assert (reader.generations()[1].children or 0) == (other.generations()[1].children or 0) + 2


async def test_a_child_can_be_asked_for_while_the_last_ones_train(rig: Rig) -> None:
    executor = GatedExecutor()
    rig.settings = settings_of("generations=0")
    running = asyncio.create_task(rig.work(executor))
    await until(rig, "checked", 5)
    ask(rig, "breed", 0)
    await until(rig, "act_done")
    executor.gate.set()
    async with asyncio.timeout(WAIT_S):
        assert (await running).status == "finished"
    with rig.reader() as reader:
        assert reader.individuals()[-1].parents == (0,)
        assert reader.individuals()[-1].status is Status.EVALUATED


def test_an_edit_enters_as_an_individual_of_the_user(rig: Rig) -> None:
    text = SEED_SOURCE.replace("return 8", "return 77")

    def do() -> None:
        ask(rig, "edit", 0, source=text)
        ask(rig, "edit", 0, source=text)
        ask(rig, "edit", 0, source=SEED_SOURCE)
        ask(rig, "edit", 0, source="class Net:\n  !\n")

    rig.run(FakeExecutor(**STEADY), on_event=once("generation_opened", do, 1))
    first, second, unchanged, broken = acts_of(rig)
    with rig.reader() as reader:
        child, twin = reader.individual(first.child or -1), reader.individual(second.child or -1)
        assert child is not None
        assert twin is not None
        assert (child.operator, child.proposer, child.parents) == ("human", "human", (0,))
        assert (child.status, child.segment) == (Status.EVALUATED, "get_optimizer")
        assert reader.source(child.number) == text
        assert (twin.status, twin.duplicate_of) == (Status.DUPLICATE, child.number)
        assert broken.source_blob is not None
        assert reader.text(broken.source_blob) == "class Net:\n  !\n", "nothing of it is lost"
    assert (unchanged.state, unchanged.outcome) == (ActState.REFUSED, "nothing was changed")
    assert broken.state is ActState.REFUSED
    assert broken.outcome.startswith("line 2")


def test_what_cannot_be_done_is_refused_with_the_reason_and_on_record(rig: Rig) -> None:
    def do() -> None:
        ask(rig, "pin", 999)
        ask(rig, "unpin", 0)
        ask(rig, "kill", 0)
        ask(rig, "cross", 0, 0)
        ask(rig, "aim", 0, instruction="fewer layers")
        ask(rig, "veto", 1)
        ask(rig, "breed", 1)
        ask(rig, "again", 0, seed=1)

    rig.run(FakeExecutor(**STEADY), on_event=once("generation_opened", do, 1))
    refused = {(act.kind.value, act.outcome) for act in acts_of(rig) if act.state is ActState.REFUSED}
    assert refused == {
        ("pin", "there is no individual 999"),
        ("unpin", "it is not pinned"),
        ("kill", "it is not in training"),
        ("cross", "it is the marked one itself: select another"),
        ("aim", "this run asks no language model"),
        ("breed", "it is vetoed"),
        ("again", "it was trained with seed 1 already"),
    }
    assert rig.kinds()["act_refused"] == 7


def test_what_waits_when_the_engine_dies_is_done_by_the_next(rig: Rig) -> None:
    class DyingError(Exception):
        pass

    class Dying(FakeProposer):
        async def propose(self, brief: Any) -> Any:
            if brief.parents[0].number == 3 and len(self.briefs) > 4:
                raise DyingError
            return await super().propose(brief)

    def do() -> None:
        ask(rig, "breed", 3)
        ask(rig, "edit", 2, source=SEED_SOURCE.replace("return 8", "return 55"))

    try:
        rig.run(FakeExecutor(**STEADY), Dying(), on_event=once("generation_opened", do, 1))
    except DyingError:
        pass
    else:
        raise AssertionError("it was to die while it made the child")
    rig.run(FakeExecutor(**STEADY))
    breed, edit = acts_of(rig)
    with rig.reader() as reader:
        made = reader.individuals("slot >= 1000")
        assert [(row.parents, row.status) for row in made if row.number in (breed.child, edit.child)] == [
            ((3,), Status.EVALUATED),
            ((2,), Status.EVALUATED),
        ]
        assert len(made) == 2, "each once"
    assert [act.state for act in (breed, edit)] == [ActState.DONE] * 2
