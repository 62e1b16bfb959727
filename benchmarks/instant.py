"""A proposer and an executor that take no time, so that what is left is the framework's own cost."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable

from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, OnProgress, TrainReport
from ge_tui.llm.ollama import Answer, Call, LlmFailure
from ge_tui.llm.proposer import Brief, Proposal, Refusal, Step

_CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


class InstantProposer:
    """Changes one number of one segment; never twice the same."""

    name = "instant"
    lanes = 1
    models: tuple[str, ...] = ()
    asks = False

    def __init__(self) -> None:
        self._count = 0

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        self._count += 1
        genome = brief.parents[0].genome
        name = brief.rng.choice(genome.names)
        code = genome.segment(name).code.rstrip("\n")
        kept = [line for line in code.split("\n") if not line.startswith("_CHANGE = ")]
        child = genome.with_segment(name, "\n".join([*kept, f"_CHANGE = {self._count}"]))
        return Proposal(child.source, (Step("mutate", "instant", name, f"change {self._count}"),), name)


class InstantModel:
    """A language model that answers with the last code it was shown, one line of it new."""

    def __init__(self) -> None:
        self._count = 0

    async def generate(self, call: Call, on_words: Callable[[str, str], None]) -> Answer | LlmFailure:  # noqa: ARG002
        self._count += 1
        code = _CODE.findall(call.prompt)[-1].rstrip("\n").split("\n")
        kept = "\n".join(line for line in code if not line.startswith("_CHANGE_"))
        text = f"```python\n{kept}\n_CHANGE_{self._count} = 0\n```\n"
        return Answer(text, "", "stop", True, 100, 100, 0.0, 1.0, 0.1, 100.0, call.model)

    async def wait_until_back(self, on_wait: Callable[..., None]) -> None:  # noqa: ARG002
        return None

    async def close(self) -> None:
        return None


class InstantExecutor:
    """Answers at once with figures drawn from the source text."""

    slots = 1

    async def resize(self, slots: int) -> int:  # noqa: ARG002
        return self.slots

    async def check(self, request: CheckRequest) -> CheckReport:
        digest = hashlib.sha256(request.source.encode()).hexdigest()
        return CheckReport(Outcome.OK, "", 1000, 1000, (), digest)

    async def train(self, request: TrainRequest, on_progress: OnProgress) -> TrainReport:
        rng = random.Random(request.source)
        accuracy, loss = rng.uniform(0.1, 0.95), rng.uniform(0.2, 2.3)
        points = tuple(CurvePoint(step, step / 10, 2.3 - step / 100, accuracy, loss) for step in range(10, 110, 10))
        for point in points:
            on_progress(point)
        metrics = {"accuracy": accuracy, "loss": loss, "params": float(rng.randrange(10_000, 2_000_000))}
        return TrainReport(Outcome.OK, "", metrics, points, 1.0, 1.0, 100.0)

    async def close(self) -> None:
        return None
