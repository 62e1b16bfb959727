"""Pairs of answers: who is better than whom, and the file they go into."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.errors import UserError
from ge_tui.run.pairs import Tried, as_row, export_pairs, pairs_of, write_pairs
from ge_tui.run.store import RunReader
from ge_tui.search import Candidate, Objective, dominates
from tests.run.asking import Asking, use

OBJECTIVES = (Objective("accuracy", "max"), Objective("params", "min"))


def tried(number: int, metrics: dict[str, float] | None, parent: int = 1, segment: str = "A", **more: str) -> Tried:
    candidate = None if metrics is None else Candidate(number, metrics)
    ending = "evaluated" if candidate else "failed: build"
    return Tried(number, 0, more.get("operator", "mutate"), segment, parent, "coder", "you are", f"change {number}",
                 more.get("answer", f"answer {number}"), candidate, ending)  # fmt: skip


def test_who_dominates_is_better_and_anything_measured_is_better_than_nothing() -> None:
    best, other, failed = (
        tried(2, {"accuracy": 0.9, "params": 10}), tried(3, {"accuracy": 0.8, "params": 20}), tried(4, None),
    )  # fmt: skip
    found = {(pair.better.individual, pair.worse.individual): pair.why for pair in pairs_of(
        [failed, other, best], OBJECTIVES)}  # fmt: skip
    assert found == {(2, 3): "dominated", (2, 4): "failed: build", (3, 4): "failed: build"}


def test_only_the_same_question_is_compared() -> None:
    one = tried(2, {"accuracy": 0.9, "params": 10})
    others = [tried(3, None, parent=7), tried(4, None, segment="B"), tried(5, None, operator="crossover"),
              tried(6, None, answer=" answer 2 ")]  # fmt: skip
    assert pairs_of([one, *others], OBJECTIVES) == []
    assert len(pairs_of([one, tried(7, None, operator="eot")], OBJECTIVES)) == 1


@given(st.lists(st.none() | st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=7))
def test_no_pair_says_the_opposite_of_another(found: list[tuple[int, int] | None]) -> None:
    all_tried = [
        tried(number, None if metrics is None else {"accuracy": metrics[0] / 4, "params": float(metrics[1])})
        for number, metrics in enumerate(found)
    ]
    pairs = {(pair.better.individual, pair.worse.individual) for pair in pairs_of(all_tried, OBJECTIVES)}
    assert not pairs & {(worse, better) for better, worse in pairs}
    for one in all_tried:
        for other in all_tried:
            if one.candidate and other.candidate and dominates(one.candidate, other.candidate, OBJECTIVES):
                assert (one.individual, other.individual) in pairs


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    pairs = pairs_of([tried(2, {"accuracy": 0.9, "params": 10}), tried(3, None)], OBJECTIVES)
    assert write_pairs(pairs, file) == 1
    (line,) = file.read_text().splitlines()
    row = json.loads(line)
    assert row == json.loads(json.dumps(as_row(pairs[0])))
    assert [message["role"] for message in row["prompt"]] == ["system", "user"]
    assert row["chosen"] == [{"role": "assistant", "content": "answer 2"}]
    assert row["chosen_score"] == {"accuracy": 0.9, "params": 10}
    assert row["rejected_score"] is None

    def breaking():
        yield pairs[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left"):
        write_pairs(breaking(), tmp_path / "other.jsonl")
    with pytest.raises(UserError, match="exists already"):
        write_pairs(pairs, file)
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.jsonl"]


async def test_the_pairs_of_a_real_run_come_from_its_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ge_tui.run.session import work

    monkeypatch.setattr("ge_tui.run.engine.going_on.LOOK_S", 0.002)
    directory = use(Asking(tmp_path), monkeypatch).create(
        "population=12", "generations=1", "mutation_probability=1", "crossover_probability=0", "aim_segment=SE"
    )
    assert (await work(directory)).status == "finished"
    file = tmp_path / "pairs.jsonl"
    with RunReader(directory.database) as run:
        count = export_pairs(run, file)
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        assert count == len(rows) > 3
        metrics = run.metrics()
        for row in rows:
            assert row["chosen_score"] == metrics[row["chosen_individual"]]
            assert row["chosen"][0]["content"] != row["rejected"][0]["content"]
    assert {row["why"] for row in rows} & {"failed: build", "no_code"}
    texts = [json.dumps([row["prompt"], row["chosen"], row["rejected"]]) for row in rows]
    assert len(set(texts)) == len(texts)
