"""A proposer and an executor without a network, a clock or a process, and a rig to run the engine on them."""

import asyncio
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import CheckRequest, ExecutorError, TrainRequest
from ge_tui.evaluation.executors.local import Machine
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.evaluation.task import GenomeSpec, ObjectiveSpec, Recipe, Reference, Task, TaskFile
from ge_tui.llm.proposer import Brief, Proposal, Refusal, Step
from ge_tui.run.controls import ControlBoard, flatten
from ge_tui.run.directory import RunDirectory, create_run_directory
from ge_tui.run.engine import Ending, Engine
from ge_tui.run.objectives import specs_of, without_references
from ge_tui.run.plans import EvaluationPlan, RunPlan
from ge_tui.run.store import EventRow, RunReader, RunRow, Store
from ge_tui.settings import Settings, read_settings

SEED_SOURCE = """import math
# --OPTION--
class Net:
    WIDTH = 8
# --OPTION--
class Head:
    WIDTH = 8
# --OPTION--
def get_optimizer(model):
    return 8
"""

TASK = Task(
    "fake-task",
    Path("/nowhere"),
    TaskFile(
        description="for tests",
        genome=GenomeSpec(network="Net"),
        objectives=(
            ObjectiveSpec(name="accuracy", direction="max", reference=Reference(offset=-0.3), tie_break="loss"),
            ObjectiveSpec(name="params", direction="min", scale="log10", reference=Reference(factor=4)),
        ),
        recipes={
            "fast": Recipe(
                description="short",
                settings={
                    "batch_size": 8,
                    "lr": 0.1,
                    "weight_decay": 0.0,
                    "warmup_steps": 1,
                    "schedule": "linear",
                    "augment": [],
                    "nesterov": True,
                    "normalise": True,
                },
                on={"any": {"rungs": {"look": 1, "short": 2, "full": 3}}},
            )
        },
    ),
    SEED_SOURCE,
)

DATA = DataSet("fake", Path("/nowhere"), 10, 3, 8, tuple("0123456789"), {"train": 8, "val": 4, "test": 4}, "digest")


def settings_of(*assignments: str) -> Settings:
    return read_settings((), ["population=4", "generations=3", "seed=1", *assignments])


class FakeProposer:
    """Changes one number of one segment, drawn from the brief; out of so few that some children come again."""

    name = "fake"
    lanes = 1
    models: tuple[str, ...] = ()
    asks = False

    def __init__(self, values: int = 12, refuse: Callable[[Brief], bool] = lambda _: False) -> None:
        self.briefs: list[Brief] = []
        self._values = values
        self._refuse = refuse

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        self.briefs.append(brief)
        await asyncio.sleep(0)
        if self._refuse(brief):
            return Refusal("unwilling", "it did not want to")
        genome, steps = brief.parents[0].genome, []
        for operator in brief.operators:
            name = genome.names[int(brief.rng.random() * len(genome.names))]
            if operator == "crossover":
                code = brief.parents[1].genome.segment(name).code
            else:
                code = re.sub(r"\d+", str(1 + int(brief.rng.random() * self._values)), genome.segment(name).code)
            genome = genome.with_segment(name, code)
            steps.append(Step(operator, "fake", name, f"{operator} of {name}"))
        return Proposal(genome.source, tuple(steps), steps[-1].segment)


def numbers_in(source: str) -> tuple[int, ...]:
    """What a source text of these tests comes down to."""
    return tuple(map(int, re.findall(r"\d+", source)))


def chance(source: str, purpose: str) -> float:
    digest = hashlib.sha256(f"{purpose}/{numbers_in(source)}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 256**7


def metrics_of(source: str) -> dict[str, float]:
    return {
        "accuracy": round(0.4 + 0.5 * chance(source, "accuracy"), 3),
        "loss": 2 - chance(source, "loss"),
        "params": float(1000 + 50 * sum(numbers_in(source))),
        "flops": 1e6 * (1 + chance(source, "flops")),
        "peak_mb": 50.0,
        "train_s": 1.0,
    }


class FakeExecutor:
    """Answers by the numbers in the source. The width of the head changes nothing but the text: a twin."""

    def __init__(
        self, *, slots: int = 2, shuffle: int | None = None, twins: bool = True, failing: float = 0.15
    ) -> None:
        self.slots = self._natural = slots
        self.checked: list[str] = []
        self.trained: list[str] = []
        self.closed = False
        self._rng = random.Random(shuffle) if shuffle is not None else None
        self._twins = twins
        self._failing = failing

    async def resize(self, slots: int) -> int:
        self.slots = slots or self._natural
        return self.slots

    async def check(self, request: CheckRequest) -> CheckReport:
        self.checked.append(request.source)
        await self._dawdle()
        source = request.source
        if source != SEED_SOURCE and chance(source, "check") < self._failing:
            return CheckReport(Outcome.SHAPE, "the shapes do not fit")
        net, head, optimizer = numbers_in(source)
        identity = (net, head // 4 if self._twins else head, optimizer)
        return CheckReport(Outcome.OK, "", 1000 + net, 2000, (), repr(identity))

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        self.trained.append(request.source)
        await self._dawdle()
        on_progress(CurvePoint(1, 0.5, 2.0))
        await self._dawdle()
        return self.report(request.source)

    def report(self, source: str) -> TrainReport:
        if source != SEED_SOURCE and chance(source, "train") < self._failing:
            return TrainReport(Outcome.DIVERGED, "the loss is NaN", wall_s=1.0)
        return TrainReport(Outcome.OK, "", metrics_of(source), (), 1.0, 1.0, 50.0, "printed")

    async def close(self) -> None:
        self.closed = True

    async def _dawdle(self) -> None:
        for _ in range(int(self._rng.random() * 40) if self._rng else 1):
            await asyncio.sleep(0)


class AnyExecutor(FakeExecutor):
    """For the real task: whatever the text, it builds and trains. Takes the place of `LocalExecutor`."""

    async def start(self) -> Machine:
        return Machine("cpu", self.slots, "no torch")

    async def check(self, request: CheckRequest) -> CheckReport:
        self.checked.append(request.source)
        return CheckReport(Outcome.OK, "", 1000, 2000, (), hashlib.sha256(request.source.encode()).hexdigest())

    def report(self, source: str) -> TrainReport:
        return TrainReport(Outcome.OK, "", metrics_of(source), (), 1.0, 1.0, 50.0)


class FailingExecutor(FakeExecutor):
    """Every child fails, in the check or in the training; the seed too where asked."""

    def __init__(self, *, at: str = "train", seed_too: bool = False) -> None:
        super().__init__()
        self._at = at
        self._seed_too = seed_too

    def _fails(self, source: str, at: str) -> bool:
        return self._at == at and (self._seed_too or source != SEED_SOURCE)

    async def check(self, request: CheckRequest) -> CheckReport:
        if self._fails(request.source, "check"):
            return CheckReport(Outcome.BUILD, "it cannot be built")
        return CheckReport(Outcome.OK, "", 1000, 2000, (), repr(numbers_in(request.source)))

    def report(self, source: str) -> TrainReport:
        if self._fails(source, "train"):
            return TrainReport(Outcome.CRASHED, "it crashed")
        return TrainReport(Outcome.OK, "", metrics_of(source))


class BrokenExecutor(FakeExecutor):
    """Works for a while, then cannot work for any genome."""

    def __init__(self, trainings: int) -> None:
        super().__init__()
        self._left = trainings

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        if len(self.trained) >= self._left:
            raise ExecutorError("no worker process could be started: out of workers")
        return await super().train(request, on_progress)


class GatedExecutor(FakeExecutor):
    """Trainings of children end when they are let go."""

    def __init__(self, *, slots: int = 2) -> None:
        super().__init__(slots=slots, failing=0, twins=False)
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        if request.source != SEED_SOURCE:
            self.begun.set()
            await self.gate.wait()
        return await super().train(request, on_progress)


class FastStore(Store):
    """A store that does not wait for the disk; for tests that make hundreds."""

    def __init__(self, file: Path, **options: Any) -> None:
        super().__init__(file, **options)
        self._connection.execute("PRAGMA synchronous = OFF")


@dataclass
class Rig:
    """One run on fakes: made, worked on in sessions, looked at."""

    base: Path
    settings: Settings = field(default_factory=settings_of)
    name: str = "run"
    task: Task = TASK
    store_type: Callable[[Path], Store] = FastStore
    engine: Engine | None = None
    events: list[EventRow] = field(default_factory=list)

    @property
    def directory(self) -> RunDirectory:
        return RunDirectory(self.base / self.name)

    def create(self) -> "Rig":
        directory = create_run_directory(self.base, self.name)
        specs = specs_of(self.task, self.settings.search.objectives)
        with closing(FastStore(directory.database)) as store:
            store.create_run(run_row(self.name, self.settings, self.task, specs), flatten(self.settings.controls))
        return self

    async def work(
        self,
        executor: FakeExecutor | None = None,
        proposer: FakeProposer | None = None,
        *,
        now: Callable[[], float] | None = None,
        on_event: Callable[[EventRow], None] = lambda _: None,
    ) -> Ending:
        """One session, as `ge_tui.run.session.work` does it."""
        executor = executor or FakeExecutor()

        def listen(event: EventRow) -> None:
            self.events.append(event)
            on_event(event)

        with closing(self.store_type(self.directory.database)) as store:
            store.listen(listen)
            resumed = store.run().status != "new"
            store.recover()
            board = ControlBoard(store, self.directory.inbox)
            if resumed:
                board.go_on()
            options = {} if now is None else {"now": now}
            self.engine = Engine(store, board, self.plan(), proposer or FakeProposer(), executor, **options)
            return await self.engine.run()

    def run(self, *arguments: Any, **options: Any) -> Ending:
        return asyncio.run(self.work(*arguments, **options))

    def plan(self) -> RunPlan:
        chosen = self.settings.evaluation
        *below, training = self.task.ladder("fake", chosen.recipe, chosen.first_rung, chosen.rung)
        specs = specs_of(self.task, self.settings.search.objectives)
        evaluation = EvaluationPlan(self.task, DATA, training, chosen, self.settings.seed, (), tuple(below))
        return RunPlan(self.settings, evaluation, specs)

    def reader(self) -> RunReader:
        return RunReader(self.directory.database)

    def kinds(self) -> Counter[str]:
        return Counter(event.kind for event in self.events)


def run_row(name: str, settings: Settings, task: Task = TASK, specs: Iterable[ObjectiveSpec] | None = None) -> RunRow:
    """A run's row as `create_run` in the session writes it."""
    return RunRow(
        name=name,
        created_at=1_700_000_000.0,
        status="new",
        status_reason="",
        settings=settings.model_dump(mode="json"),
        task={"name": task.name, "folder": str(task.folder), "file": task.file.model_dump(mode="json"),
              "seed_source": task.seed_source},
        data={"name": DATA.name, "digest": DATA.digest, "counts": DATA.counts},
        objectives=without_references(tuple(specs or task.file.objectives)),
        environment={"ge_tui": "test"},
        seconds=0.0,
    )  # fmt: skip


def family(rig: Rig) -> list[tuple[Any, ...]]:
    """Everything about a run's individuals that must not depend on time, order or crashes."""
    with rig.reader() as reader:
        metrics = reader.metrics()
        return [
            (
                row.number, row.generation, row.slot, row.operator, row.proposer, row.parents, row.segment,
                row.temperature, row.draw, row.control_seq, repr(row.arguments), row.status, row.outcome,
                row.reason, row.duplicate_of, row.syntax_hash, row.fingerprint, reader.source(row.number),
                metrics.get(row.number),
            )
            for row in reader.individuals()
        ]  # fmt: skip


def populations(rig: Rig) -> list[tuple[Any, ...]]:
    """Who lived at the close of each generation, with its figures."""
    with rig.reader() as reader:
        return [
            (row.number, row.hypervolume, row.front_size, row.children, row.evaluated, row.failed, row.duplicates,
             tuple(reader.members(row.number)), tuple(sorted(reader.carried(row.number).items())))
            for row in reader.generations()
        ]  # fmt: skip
