import math
import random
import time
from itertools import pairwise

from hypothesis import given

from ge_tui.search import Archive, Candidate, Objective, dominates, front

from .strategies import TWO, check, network, numbers, objective_lists, populations, values


def first_of_each(candidates: list[Candidate], objectives: tuple[Objective, ...]) -> list[Candidate]:
    kept: dict[tuple, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(values(candidate, objectives), candidate)
    return list(kept.values())


@check
@given(populations(most=20), objective_lists())
def test_always_the_front_of_everything_added(candidates, objectives):
    archive = Archive(objectives)
    for count, candidate in enumerate(candidates, start=1):
        before = archive.members
        entered = archive.add(candidate)
        expected = first_of_each(front(candidates[:count], objectives), objectives)
        assert set(archive.members) == set(expected)
        assert entered == (candidate in expected)
        assert entered or archive.members == before


@check
@given(populations(), objective_lists())
def test_sorted_from_the_best_in_the_first_objective(candidates, objectives):
    archive = Archive(objectives)
    for candidate in candidates:
        archive.add(candidate)
    for a, b in pairwise(archive):
        assert not dominates(b, a, objectives[:1])


@check
@given(populations(), objective_lists())
def test_the_order_of_arrival_changes_no_value(candidates, objectives):
    one, other = Archive(objectives), Archive(objectives)
    for candidate in candidates:
        one.add(candidate)
    for candidate in random.Random(5).sample(candidates, len(candidates)):
        other.add(candidate)
    assert [values(c, objectives) for c in one] == [values(c, objectives) for c in other]


def test_by_hand() -> None:
    archive = Archive(TWO)
    assert archive.add(network(1, 0.8, 100))
    assert archive.add(network(2, 0.7, 50))
    assert archive.add(network(3, 0.9, 300))
    assert not archive.add(network(4, 0.7, 50))  # a copy
    assert not archive.add(network(5, 0.75, 200))  # dominated by 1
    assert not archive.add(network(6, math.nan, 1))
    assert not archive.add(network(7, 0.99, 1, stage=1))
    assert numbers(archive.members) == [3, 1, 2]
    assert archive.add(network(8, 0.8, 40))  # dominates 1 and 2
    assert numbers(archive.members) == [3, 8]
    assert len(archive) == 2


def test_a_run_of_ten_thousand_is_cheap() -> None:
    rng = random.Random(6)
    archive = Archive(TWO)
    candidates = []
    for number in range(10_000):
        size = rng.random()
        candidates.append(network(number, size - 0.2 * rng.random(), 10 ** (3 + 3 * size)))
    start = time.process_time()
    for candidate in candidates:
        archive.add(candidate)
    assert time.process_time() - start < 2  # measured: 0.05 s
    assert set(archive.members) == set(front(candidates, TWO))
