"""Results kept across runs: taken where the training would be the same, and nowhere else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint
from ge_tui.evaluation.results_cache import CachingExecutor

from .fakes import DATA, SEED_SOURCE, TASK, FailingExecutor, FakeExecutor, Rig, settings_of

REQUEST = TrainRequest(SEED_SOURCE, TASK.contract, DATA, TASK.plan("fake"), 1, 1000, 60.0)


async def ask(folder: Path, request: TrainRequest = REQUEST, torch: str = "2.13", device: str = "cpu") -> Any:
    """The report, the points, and whether it was trained."""
    inner, points = FakeExecutor(), list[CurvePoint]()
    report = await CachingExecutor(inner, folder, torch, device).train(request, points.append)
    return report, points, bool(inner.trained)


async def test_the_same_is_trained_once_and_says_so(tmp_path: Path) -> None:
    first, seen, trained = await ask(tmp_path)
    assert trained
    again, seen_again, trained = await ask(tmp_path)
    assert not trained
    assert again.metrics == first.metrics
    assert seen_again == seen != []
    assert (first.reason, again.outcome, again.wall_s) == ("", Outcome.OK, 0.0)
    assert again.reason.startswith("from the cache of results: trained on 20")
    other, _, trained = await ask(tmp_path, replace(REQUEST, source=f"# a comment\n{SEED_SOURCE}"))
    assert not trained
    assert other.metrics == first.metrics


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, source=r.source.replace("8", "9")),
        lambda r: replace(r, seed=2),
        lambda r: replace(r, plan=TASK.plan("fake", rung="look")),
        lambda r: replace(r, plan=r.plan.model_copy(update={"lr": 0.2})),
        lambda r: replace(r, data=replace(DATA, digest="other")),
        lambda r: replace(r, wants=("latency_ms",)),
        lambda r: replace(r, max_params=10),
    ],
)
async def test_anything_else_is_trained(tmp_path: Path, change: Callable[[TrainRequest], TrainRequest]) -> None:
    await ask(tmp_path)
    assert (await ask(tmp_path, change(REQUEST)))[2]


async def test_another_torch_or_device_is_trained(tmp_path: Path) -> None:
    await ask(tmp_path)
    assert (await ask(tmp_path, torch="2.14"))[2]
    assert (await ask(tmp_path, device="cuda"))[2]


@pytest.mark.parametrize("text", ["", "{", '{"metrics": {"accuracy": NaN}}', "[]"])
async def test_a_broken_file_is_trained_and_written_anew(tmp_path: Path, text: str) -> None:
    await ask(tmp_path)
    (file,) = tmp_path.rglob("*.json")
    file.write_text(text)
    assert (await ask(tmp_path))[2]
    assert not (await ask(tmp_path))[2]


async def test_failures_are_not_kept(tmp_path: Path) -> None:
    caching = CachingExecutor(FailingExecutor(seed_too=True), tmp_path, "2.13", "cpu")
    assert (await caching.train(REQUEST, lambda _: None)).outcome is Outcome.CRASHED
    assert list(tmp_path.rglob("*.json")) == []


async def test_a_folder_that_cannot_be_written_costs_nothing_but_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert (await ask(tmp_path / "file"))[0].outcome is Outcome.OK


async def test_a_second_run_trains_nothing_and_comes_to_the_same(tmp_path: Path) -> None:
    settings = settings_of("population=5", "generations=2")
    ends = []
    for name in ("first", "second"):
        inner = FakeExecutor(failing=0.0)
        rig = Rig(tmp_path, settings, name=name).create()
        await rig.work(CachingExecutor(inner, tmp_path / "cache", "2.13", "cpu"))  # type: ignore[arg-type]
        with rig.reader() as reader:
            ends.append(
                (len(inner.trained), reader.metrics(), [row.hypervolume for row in reader.generations()],
                 {row.reason.partition(":")[0] for row in reader.evaluations()})
            )  # fmt: skip
    assert ends[0][0] > 5
    assert ends[1][0] == 0
    assert ends[0][1:3] == ends[1][1:3]
    assert (ends[0][3], ends[1][3]) == ({""}, {"from the cache of results"})
