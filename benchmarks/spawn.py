"""What it costs to begin with a genome: a cold interpreter, a warm fork, a warm fork in the box; and the checks.

    python -m benchmarks.spawn [--jobs 12] [--json FILE]

From the request to the answer, one small training step included; the three take turns. Then what the checks before
training take as the engine asks for them (parse, build, shapes, FLOPs, real steps), and how soon a network of
50 G parameters is refused. Median and ninth of ten.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.output import write_json
from ge_tui.evaluation.box.assemble import BoxPlan
from ge_tui.evaluation.box.environment import real_homes
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.executors import CheckRequest, LocalExecutor
from ge_tui.evaluation.executors.answers import CheckAnswers
from ge_tui.evaluation.executors.local import LocalSettings
from ge_tui.evaluation.executors.slot import Slot
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs, Job, JobLimits
from ge_tui.evaluation.task import find_task

SMALL = """import torch
class Net(torch.nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.first = torch.nn.Conv2d(channels, 8, 3)
        self.last = torch.nn.Linear(8, classes)
    def forward(self, x):
        return self.last(self.first(x).relu().mean(dim=(2, 3)))
def get_optimizer(model, lr, weight_decay=0.0, nesterov=True):
    return torch.optim.SGD(model.parameters(), lr=lr)
"""
COLD = f"{SMALL}\ntorch.set_num_threads(1)\nnet = Net(10, 3)\noptimizer = get_optimizer(net, 0.1)\n" + (
    "net(torch.randn(4, 3, 16, 16)).sum().backward()\noptimizer.step()\n"
)
_PLAN = TrainingPlan(
    recipe="none", rung="none", steps=1, batch_size=1, lr=0.1, weight_decay=0, warmup_steps=0, schedule="linear"
)
_INPUTS = Inputs(classes=10, channels=3, image_size=16)
SMALL_JOB = Job(kind="check", source=SMALL, network="Net", optimizer="get_optimizer", inputs=_INPUTS, plan=_PLAN,
                seed=0, limits=JobLimits(wall_s=30, memory_mb=512, params=1_000_000))  # fmt: skip
HUGE = """import torch
class ExquisiteNetV2(torch.nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.first = torch.nn.Linear(250_000, 200_000)
        self.last = torch.nn.Linear(3, classes)
    def forward(self, x):
        return self.last(x.mean(dim=(2, 3)))
def get_optimizer(model, lr, weight_decay=0.0, nesterov=True):
    return torch.optim.SGD(model.parameters(), lr=lr)
"""


def measure_spawn(jobs: int) -> dict[str, Any]:
    slots = {name: _slot(without) for name, without in (("warm fork", tuple(Layer)), ("warm, boxed", ()))}
    waits: dict[str, list[float]] = {"cold interpreter": [], **{name: [] for name in slots}}
    try:
        for slot in slots.values():
            slot.run(SMALL_JOB, CheckAnswers())  # starts its server
        for _ in range(jobs):
            for name, slot in slots.items():
                waits[name].append(_milliseconds(lambda slot=slot: slot.run(SMALL_JOB, CheckAnswers())))
            if len(waits["cold interpreter"]) < max(2, jobs // 3):
                waits["cold interpreter"].append(_milliseconds(_run_cold))
    finally:
        for slot in slots.values():
            slot.close()
    return {name: _spread(found) for name, found in waits.items()}


async def measure_checks(jobs: int) -> dict[str, Any]:
    """Of the seed at CIFAR-10's shape, and of a network that is far too large."""
    task = find_task("ExquisiteNetV2")
    inputs = Inputs(classes=10, channels=3, image_size=32)
    requests = {
        name: CheckRequest(source, task.contract, inputs, task.plan("any"), task.file.limits.params, 60)
        for name, source in (
            ("checks of the seed, with real steps", task.seed_source),
            ("refusal of 50 G parameters", HUGE),
        )
    }
    waits: dict[str, list[float]] = {name: [] for name in requests}
    executor = LocalExecutor(LocalSettings(device="cpu"))
    try:
        await executor.start()
        for _ in range(jobs):
            for name, request in requests.items():
                started = time.perf_counter()
                await executor.check(request)
                waits[name].append((time.perf_counter() - started) * 1e3)
    finally:
        await executor.close()
    return {name: _spread(found) for name, found in waits.items()}


def measure(jobs: int) -> dict[str, Any]:
    return measure_spawn(jobs) | asyncio.run(measure_checks(jobs))


def table(found: dict[str, Any]) -> str:
    rows = [f"{name:38} median {row['median_ms']:8.1f} ms, nine of ten below {row['nine_of_ten_ms']:8.1f} ms"
            for name, row in found.items()]  # fmt: skip
    return "\n".join(rows)


def _slot(without: tuple[Layer, ...]) -> Slot:
    plan = BoxPlan(homes=tuple(real_homes()), without=without)
    return Slot(max_output=1 << 16, box=plan, trust=True)


def _run_cold() -> None:
    subprocess.run([sys.executable, "-c", COLD], check=True)


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def _spread(waits: list[float]) -> dict[str, float]:
    return {"median_ms": statistics.median(waits), "nine_of_ten_ms": statistics.quantiles(waits, n=10)[-1],
            "least_ms": min(waits)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=12)
    parser.add_argument("--json")
    options = parser.parse_args()
    found = measure(options.jobs)
    print(table(found))
    write_json(options.json, found)


if __name__ == "__main__":
    main()
