"""The parts an engine is made of: what decides, proposes, evaluates and confirms, over one store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ge_tui.evaluation.executors import Executor
from ge_tui.genome import cut
from ge_tui.llm.proposer import Proposer
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.acting import Acting
from ge_tui.run.engine.confirming import Confirming
from ge_tui.run.engine.deciding import Deciding
from ge_tui.run.engine.evaluating import Evaluating
from ge_tui.run.engine.idling import Idling
from ge_tui.run.engine.promoting import Promoting
from ge_tui.run.engine.proposing import Proposing
from ge_tui.run.engine.pruning import Pruning
from ge_tui.run.engine.sizes import Sizes
from ge_tui.run.plans import RunPlan
from ge_tui.run.pool import Pool
from ge_tui.run.store import Store
from ge_tui.search import Objective


@dataclass(frozen=True, slots=True)
class Permits:
    """Who is asked before a training begins, with what it costs, and told what of that was not used."""

    may_train: Callable[[float], Awaitable[bool]]
    give_back: Callable[[float], None]
    is_spent: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Parts:
    """All that knows a run's objectives."""

    deciding: Deciding
    proposing: Proposing
    promoting: Promoting
    evaluating: Evaluating
    confirming: Confirming
    idling: Idling
    acting: Acting


def make_parts(
    store: Store,
    pool: Pool,
    board: ControlBoard,
    plan: RunPlan,
    proposer: Proposer,
    executor: Executor,
    objectives: Sequence[Objective],
    sizes: Sizes,
    permits: Permits,
    make_room: Callable[[], Awaitable[None]] | None = None,
) -> Parts:
    """The parts of one engine. `make_room`: trainings are held back until a generation is proposed, then for this."""
    evaluation, settings = plan.evaluation, plan.settings
    deciding = Deciding(store, pool, board, proposer, objectives, settings.seed, sizes)
    living = deciding.population
    promoting = Promoting(store, pool, board, objectives, [training.rung for training in evaluation.below], living)
    evaluating = Evaluating(
        store,
        pool,
        executor,
        evaluation,
        promoting,
        Pruning(store, pool, board, objectives, living),
        permits.may_train,
        permits.give_back,
        holds_back=make_room is not None,
    )
    names = cut(evaluation.task.seed_source).names
    proposing = Proposing(
        store,
        pool,
        proposer,
        evaluation.task,
        names,
        settings.seed,
        settings.search.attempts,
        deciding.exemplars,
        objectives,
    )
    seeds = range(evaluation.seed, evaluation.seed + settings.evaluation.front_seeds)
    confirming = Confirming(store, pool, evaluation.training.rung, seeds, evaluating.train_again, make_room)
    # Where trainings wait for the language model to leave the GPU, a free slot is not idle.
    most = 0 if make_room is not None else settings.evaluation.idle_seeds
    gives_way = settings.evaluation.idle_gives_way
    idling = Idling(
        store, pool, board, evaluating, evaluation.seed, most, permits.is_spent, gives_way=gives_way
    )  # fmt: skip
    acting = Acting(store, board, evaluating, proposing, names)
    return Parts(deciding, proposing, promoting, evaluating, confirming, idling, acting)
