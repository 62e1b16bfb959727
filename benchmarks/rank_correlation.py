"""Does a short training rank networks as a five times longer one does?

    python -m benchmarks.rank_correlation --data digits [--steps N] [--seeds 3] [--json FILE]

Spearman's rank correlation of the short rung with the long one, over sixteen networks, by validation
accuracy and by validation cross-entropy.
"""

from __future__ import annotations

import argparse
import asyncio

import numpy as np

from benchmarks.output import write_json
from benchmarks.zoo import networks
from ge_tui.evaluation.data import DataSet, prepare
from ge_tui.evaluation.executors import LocalExecutor, LocalSettings, TrainRequest
from ge_tui.evaluation.task import Task, find_task

LONGER = 5


def spearman(a: list[float], b: list[float]) -> float:
    """Spearman's rank correlation; ties share their mean rank."""
    return float(np.corrcoef(_mean_ranks(a), _mean_ranks(b))[0, 1])


def _mean_ranks(values: list[float]) -> np.ndarray:
    array = np.asarray(values)
    return np.array([(array < v).sum() + ((array == v).sum() - 1) / 2 for v in array])


async def measure(
    executor: LocalExecutor, task: Task, data: DataSet, sources: dict[str, str], steps: int, seeds: range
) -> dict[str, list[dict[str, float]]]:
    """Each network's metrics for each seed."""
    plan = task.plan(data.name).model_copy(update={"steps": steps})

    async def one(name: str, seed: int) -> dict[str, float]:
        request = TrainRequest(sources[name], task.contract, data, plan, seed, task.file.limits.params, 3600)
        report = await executor.train(request, lambda _point: None)
        if not report.metrics:
            raise SystemExit(f"{name}: {report.outcome}: {report.reason}")
        return {**report.metrics, "cpu_s": report.cpu_s}

    jobs = {(name, seed): asyncio.create_task(one(name, seed)) for name in sources for seed in seeds}
    return {name: [await jobs[name, seed] for seed in seeds] for name in sources}


async def run(arguments: argparse.Namespace) -> None:
    task = find_task(arguments.task)
    data = prepare(arguments.data)
    steps = arguments.steps or task.plan(data.name).steps
    sources = networks()
    executor = LocalExecutor(LocalSettings(slots=arguments.slots))
    try:
        short = await measure(executor, task, data, sources, steps, range(arguments.seeds))
        long = await measure(executor, task, data, sources, steps * LONGER, range(100, 100 + arguments.long_seeds))
    finally:
        await executor.close()
    show(short, long, steps)
    write_json(arguments.json, {"steps": steps, "short": short, "long": long})


def show(short: dict[str, list[dict[str, float]]], long: dict[str, list[dict[str, float]]], steps: int) -> None:
    print(f"{'network':16} {'params':>9} {'cpu s':>6}  accuracy at {steps} steps -> {steps * LONGER}")
    for name in sorted(short, key=lambda n: -_mean(long[n], "accuracy")):
        accuracies = " ".join(f"{row['accuracy']:.3f}" for row in short[name])
        params, cpu = short[name][0]["params"], _mean(short[name], "cpu_s")
        print(f"{name:16} {params:9,.0f} {cpu:6.1f}  {accuracies} -> {_mean(long[name], 'accuracy'):.3f}")
    for metric in ("accuracy", "loss"):
        goal = [_mean(long[name], metric) for name in short]
        seeds = range(len(next(iter(short.values()))))
        single = [spearman([short[name][seed][metric] for name in short], goal) for seed in seeds]
        mean = spearman([_mean(short[name], metric) for name in short], goal)
        print(f"Spearman by {metric:8}: single seeds {' '.join(f'{s:.2f}' for s in single)}, mean of seeds {mean:.3f}")


def _mean(rows: list[dict[str, float]], name: str) -> float:
    return float(np.mean([row[name] for row in rows]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="ExquisiteNetV2")
    parser.add_argument("--data", default="digits")
    parser.add_argument("--steps", type=int, default=0, help="of the short training; 0: the task's short rung")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--long-seeds", type=int, default=2)
    parser.add_argument("--slots", type=int, default=0)
    parser.add_argument("--json")
    asyncio.run(run(parser.parse_args()))
