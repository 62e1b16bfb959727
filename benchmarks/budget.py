"""What duplicates, pruning and rungs save in training, and what they cost in hypervolume.

    python -m benchmarks.budget [--seeds 10] [--generations 15] [--real DATA] [--json FILE]

Simulated: the same runs with and without, paired by seed, first for the same number of generations, then for the
same budget of training. `true` is the hypervolume of the final front without the luck of its trainings. `--real`
runs the built-in operators on a real data set instead (minutes): the same generations, once each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from benchmarks.output import write_json
from benchmarks.rank_correlation import spearman
from benchmarks.simulated_training import PointExecutor, PointProposer, accuracy_of, params_of, read
from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.controls import ControlBoard
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.objectives import objectives_from
from ge_tui.run.pool import Pool
from ge_tui.run.session import plan_on_record, run_engine, work
from ge_tui.run.store import RunReader, Store
from ge_tui.search import Candidate, hypervolume
from ge_tui.settings import read_settings

RUNGS = ("evaluation.first_rung=look",)
PRUNED = ("prune_median=true",)
VARIANTS: dict[str, tuple[str, ...]] = {
    "all in full": (),
    "median": PRUNED,
    "median + patience 3": (*PRUNED, "prune_patience=3"),
    "rungs, 1/3": RUNGS,
    "rungs, 1/2": (*RUNGS, "promoted_part=0.5"),
    "rungs, 1/2 + median": (*RUNGS, "promoted_part=0.5", *PRUNED),
}


async def simulate(
    base: Path, seed: int, generations: int, assignments: tuple[str, ...], budget: int
) -> dict[str, Any]:
    """One run, and its figures."""
    given = ["data=digits", "population=12", f"generations={generations}", f"seed={seed}", *assignments]
    given += [f"budget.evaluations={budget}"] if budget else []
    new = prepare_run(read_settings((), given), base)
    directory = create_run(new, base)
    store, executor = Store(directory.database), PointExecutor()
    store.connection.execute("PRAGMA synchronous = OFF")
    try:
        board = ControlBoard(store, directory.inbox)
        await run_engine(store, board, plan_on_record(store, new.settings), PointProposer(), executor)
    finally:
        store.close()
    steps = new.task.plan("digits").steps
    with RunReader(directory.database) as reader:
        figures = read_figures(reader)
        objectives = objectives_from(reader.run().objectives)
        front = Pool(reader, objectives).front
        points = {member.number: read(reader.source(member.number) or "") for member in front}
        true = [Candidate(n, {"accuracy": accuracy_of(p, steps), "params": params_of(p)}) for n, p in points.items()]
        return {**figures, "trainings": executor.steps / steps, "true": hypervolume(true, objectives)}


def read_figures(reader: RunReader) -> dict[str, Any]:
    """What is on record of a run."""
    evaluations = reader.evaluations()
    pool = Pool(reader, objectives := objectives_from(reader.run().objectives))
    return {
        "begun": len({row.individual for row in evaluations}),
        "duplicates": sum(row.duplicate_of is not None for row in reader.individuals()),
        "pruned": sum(row.outcome is Outcome.PRUNED for row in evaluations),
        "promoted": sum(row.rung == "short" and row.status == "ok" for row in evaluations),
        "hypervolume": hypervolume(pool.front, objectives),
    }


def table(title: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    plain = next(iter(rows.values()))
    print(f"\n{title}\n{'':22}{'children':>9}{'duplicates':>11}{'pruned':>7}{'trainings':>10}{'saved':>7}"
          f"{'hypervolume':>13}{'true':>9}{'difference of true, mean ± standard error':>44}")  # fmt: skip
    for name, found in rows.items():
        means = {key: mean(row[key] for row in found) for key in found[0]}
        saved = 1 - means["trainings"] / mean(row["trainings"] for row in plain)
        apart = [row["true"] - before["true"] for row, before in zip(found, plain, strict=True)]
        error = stdev(apart) / len(apart) ** 0.5 if len(apart) > 1 else 0.0
        print(f"{name:22}{means['begun']:9.0f}{means['duplicates']:11.1f}{means['pruned']:7.1f}"
              f"{means['trainings']:10.1f}{saved:7.0%}{means['hypervolume']:13.4f}{means['true']:9.4f}"
              f"{mean(apart):+24.4f} ± {error:.4f} ({mean(apart) / mean(r['true'] for r in plain):+.1%})")  # fmt: skip


async def simulated(base: Path, seeds: int, generations: int) -> dict[str, Any]:
    points = [tuple(float(x) / 7 % 1 for x in (i, i * 3, i * 5, i * 11)) for i in range(1, 60)]
    steps = [[accuracy_of(point, n) for point in points] for n in (80, 400)]
    print(f"rank correlation of the two rungs, without luck: {spearman(*steps):.2f}")
    result = {}
    for budget, long in ((0, generations), (120, 1000)):
        rows: dict[str, list[dict[str, Any]]] = {}
        for name, assignments in VARIANTS.items():
            rows[name] = [await simulate(base, seed, long, assignments, budget) for seed in range(seeds)]
        result["same budget" if budget else "same generations"] = rows
        table(f"a budget of {budget} trainings" if budget else f"{generations} generations of 12", rows)
    return result


async def real(base: Path, data: str) -> dict[str, Any]:
    """The built-in operators on real networks, without and with."""
    result = {}
    for name in ("all in full", "rungs, 1/3", "rungs, 1/2", "rungs, 1/2 + median"):
        given = [f"data={data}", "population=8", "generations=4", "seed=1", *VARIANTS[name]]
        new = prepare_run(read_settings((), given), base)
        directory = create_run(new, base)
        await work(directory)
        with RunReader(directory.database) as reader:
            cost = {rung: new.task.plan(data, rung=rung).steps for rung in ("look", "short")}
            curves = [(row, reader.curve(row.id)) for row in reader.evaluations()]
            taken = [
                curve[-1].step if row.outcome is Outcome.PRUNED and curve else cost[row.rung] for row, curve in curves
            ]
            seconds = sum(row.wall_s or 0 for row in reader.evaluations())
            result[name] = {**read_figures(reader), "trainings": sum(taken) / cost["short"], "seconds": seconds}
        print(name, json.dumps(result[name]), flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--generations", type=int, default=15)
    parser.add_argument("--real", metavar="DATA")
    parser.add_argument("--json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.real:
            result = asyncio.run(real(Path(folder), options.real))
        else:
            result = asyncio.run(simulated(Path(folder), options.seeds, options.generations))
    write_json(options.json, result)


if __name__ == "__main__":
    main()
