"""Runs that are written, not evolved: as many individuals as wanted in seconds, or one that never ends.

python -m benchmarks.made_run DIR --individuals 10000
python -m benchmarks.made_run DIR --live          # 20 events and 80 words a second, until it is ended
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.evaluation.task import find_task
from ge_tui.genome import syntax_hash
from ge_tui.llm.calls import CallRecord
from ge_tui.run.controls import flatten
from ge_tui.run.directory import RunDirectory, create_run_directory
from ge_tui.run.objectives import specs_of, with_references
from ge_tui.run.store import MemberRow, NewIndividual, RunRow, Store
from ge_tui.run.store.call_log import CallLog
from ge_tui.settings import Controls, Settings

POPULATION = 50
PERSONAS = ("expert", "mad_scientist", "magoo", "engineer")
CATEGORIES = ("params", "complex", "reduce_params", "unusual")
OPERATORS = ("mutate", "mutate", "eot", "crossover", "repair")
EVENTS_A_SECOND, WORDS_A_SECOND = 20, 80
_ASKED = ("You are an expert.", "Change the segment Head.")
_SAID = (
    "Here is the network with a wider stem and one block less. ```python class Head ( nn . Module ) : def "
    "forward ( self , x ) : return self . fc ( x . mean ( ( 2 , 3 ) ) ) ```"
)
SAID = _SAID.split()
"""The words that a model speaks, over and over."""


class MadeRun:
    """Writes individuals into a run's store, one after the other."""

    def __init__(self, directory: RunDirectory, *, seed: int = 1, clock: Callable[[], float] = time.time) -> None:
        self.store = Store(directory.database, clock=clock)
        self.store.connection.execute("PRAGMA synchronous = OFF")
        self._rng = random.Random(seed)
        self._task = find_task("ExquisiteNetV2")
        self._calls = CallLog(self.store, clock=clock)
        self.number = self.store.next_number()
        self._speaking = 0

    def individual(self, *, train: bool = True) -> int:
        """One child from its proposal to its metrics; without `train` it is left in training."""
        number, rng, store = self.number, self._rng, self.store
        self.number += 1
        generation, slot = divmod(number - 1, POPULATION) if number else (0, -1)
        if number and slot == 0:
            store.open_generation(generation, slots=POPULATION)
        operator = rng.choice(OPERATORS) if number else "seed"
        parents = (rng.randrange(max(0, number - POPULATION), number),) if number else ()
        persona, category = rng.choice(PERSONAS), rng.choice(CATEGORIES)
        store.propose(NewIndividual(number, generation, slot, operator, "made", parents, "made", 1))
        if number:
            self._call(number, operator, persona, category)
        source = self._source(number)
        arguments = {"steps": [{"operator": operator, "kind": category, "segment": "Head", "detail": "made"}]}
        store.accept(number, source, syntax_hash(source) or "", segment="Head", arguments=arguments, persona=persona,
                     category=category, temperature=round(rng.random(), 2))  # fmt: skip
        if train and number and rng.random() < 0.1:
            store.fail(number, Outcome.SHAPE, f"mat1 and mat2 shapes cannot be multiplied (8x{number} and 96x10)")
        else:
            self._evaluate(number, train=train)
        if slot == POPULATION - 1:
            self._close(generation)
        return number

    def point(self, evaluation: int, number: int, step: int) -> None:
        accuracy = 0.1 + 0.8 * (1 - math.exp(-step / 120))
        point = CurvePoint(step, step / 50, 2.3 * math.exp(-step / 150), accuracy)
        self.store.add_curve_point(evaluation, number, point)

    def speak_anew(self, attempt: int) -> None:
        """End the call that speaks, and begin the next."""
        record = CallRecord(0, attempt, 0, "mutate", "mutation", "expert", "complex", "Head", "made:7b",
                            {"temperature": 0.3, "seed": 1}, *_ASKED)  # fmt: skip
        if attempt:
            before = replace(record, attempt=attempt - 1, answer=_SAID, finished=True, completion_tokens=300)
            self._calls.record(replace(before, total_s=6.0))
        self._calls.begin(record)
        self._speaking = attempt

    def say(self, text: str) -> None:
        """Words of the call that speaks, on disk at once."""
        with self.store.step() as connection:
            connection.execute(
                "INSERT INTO live_words (individual, attempt, step, kind, text) VALUES (0, ?, 0, 'text', ?)",
                (self._speaking, text),
            )

    def _evaluate(self, number: int, *, train: bool) -> None:
        params = int(300_000 * 10 ** (self._rng.random() - 0.5))
        self.store.checked(number, params, f"made-{number}", params * 10)
        evaluation = self.store.start_evaluation(number, "fast", "short", 1, 400)
        if not train:
            return
        for step in range(100, 401, 100):
            self.point(evaluation, number, step)
        accuracy = round(0.8 + 0.04 * math.log1p(number / 500) + self._rng.gauss(0, 0.01), 4)
        metrics = {"accuracy": accuracy, "loss": 1 - accuracy, "params": float(params), "flops": params * 10.0}
        report = TrainReport(Outcome.OK, "", metrics, (), 20.0, 20.0, 300.0)
        self.store.finish_evaluation(evaluation, number, report)

    def _close(self, generation: int) -> None:
        numbers = range(max(0, self.number - 2 * POPULATION), self.number)
        members = [MemberRow(n, 0, 0.0, elite=n % 7 == 0) for n in numbers]
        counts = {"children": POPULATION, "evaluated": POPULATION, "failed": 0, "duplicates": 0}
        self.store.close_generation(generation, members, 0.03 * math.log1p(generation), 9, counts)

    def _call(self, number: int, operator: str, persona: str, category: str) -> None:
        answer = f"```python\nclass Head:  # {number}\n    pass\n```"
        record = CallRecord(number, 0, 0, operator, "mutation", persona, category, "Head", "made:7b",
                            {"temperature": 0.3, "seed": number}, *_ASKED)  # fmt: skip
        self._calls.record(replace(record, answer=answer, finished=True, completion_tokens=300, total_s=6.0))
        self._calls.read_as(number, 0, 0, "one fence")

    def _source(self, number: int) -> str:
        """The seed with a few of its numbers changed."""
        rng = random.Random(number)
        text = self._task.seed_source
        if not number:
            return text
        return re.sub(r"\b(2[0-9]|[3-9][0-9])\b", lambda m: str(int(m[0]) + 4 * (rng.random() < 0.2)), text)

    async def live(self) -> None:
        """Go on as a busy run does: trainings that advance, children that come, a model that speaks."""
        number, event = self.individual(train=False), 0
        evaluation = self.store.evaluations(number)[-1].id
        words = asyncio.create_task(self._speak())
        try:
            while True:
                await asyncio.sleep(1 / EVENTS_A_SECOND)
                event += 1
                if event % EVENTS_A_SECOND == 0:
                    self.individual()
                else:
                    self.point(evaluation, number, event % 400)
        finally:
            words.cancel()

    async def _speak(self) -> None:
        record = CallRecord(0, 99, 0, "mutate", "mutation", "expert", "complex", "Head", "made:7b",
                            {"temperature": 0.3, "seed": 1}, *_ASKED)  # fmt: skip
        self._calls.begin(record)
        said = 0
        while True:
            await asyncio.sleep(1 / WORDS_A_SECOND)
            said += 1
            self._calls.words(0, 99, 0, "text", SAID[said % len(SAID)] + ("\n" if said % 12 == 0 else " "))
            if said % 1500 == 0:  # an answer has an end
                self._calls.words(0, 99, 0, "again", "made to begin again")


def make_run(
    base: Path, individuals: int, name: str = "made", *, status: str = "running", clock: Callable[[], float] = time.time
) -> RunDirectory:
    """A run with so many individuals, the seed among them."""
    task = find_task("ExquisiteNetV2")
    directory = create_run_directory(base, name)
    settings = Settings(llm="ollama:made:7b")
    reference = {"accuracy": 0.88, "loss": 0.4, "params": 518_230.0, "flops": 5e6}
    row = RunRow(name, clock(), "new", "", settings.model_dump(mode="json"),
                 {"name": task.name, "folder": str(task.folder), "file": task.file.model_dump(mode="json"),
                  "seed_source": task.seed_source},
                 {"name": "digits", "digest": "made", "counts": {}}, with_references(specs_of(task, ()), reference),
                 {"torch": "made", "device": "cpu", "slots": 2}, 0.0)  # fmt: skip
    with closing(Store(directory.database, clock=clock)) as store:
        store.create_run(row, flatten(Controls(population=POPULATION)))
        store.set_status("running")
    made = MadeRun(directory, clock=clock)
    with closing(made.store):
        for _ in range(individuals):
            made.individual()
        if status != "running":
            made.store.set_status(status, f"made with {individuals} individuals")
        made.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return directory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--individuals", type=int, default=100)
    parser.add_argument("--live", action="store_true")
    options = parser.parse_args()
    if options.live:
        directory = RunDirectory(options.directory)
        with directory.locked():
            asyncio.run(MadeRun(directory).live())
    else:
        began = time.monotonic()
        make_run(options.directory.parent, options.individuals, options.directory.name)
        print(f"{options.individuals} individuals in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
