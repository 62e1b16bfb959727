"""Children build and train. torch runs in child processes only."""

import random

import pytest

from ge_tui.genome import cut
from ge_tui.llm import offline
from ge_tui.llm.offline.subject import examine

from .genomes import OTHERS, SEED, SEED_CONTRACT, failures, only, trained, walks


def test_walks_from_the_seed_give_networks_that_train():
    edits = walks(SEED, SEED_CONTRACT, seed=11, count=8)
    results = trained([edit.source for edit in edits], SEED_CONTRACT)
    assert failures(edits, results) == []
    assert [result["params"] for result in results] == [dry_params(edit.source) for edit in edits]


def test_walks_reach_small_and_large_networks():
    edits = walks(SEED, SEED_CONTRACT, seed=12, count=12)
    sizes = [dry_params(edit.source) for edit in edits]
    assert min(sizes) < 0.5 * 518_230
    assert max(sizes) > 1.5 * 518_230


def dry_params(source):
    return examine(cut(source), SEED_CONTRACT).trace.params


@pytest.mark.parametrize("name", OTHERS)
def test_walks_from_other_networks_train_too(name):
    source, contract = OTHERS[name]
    edits = walks(source, contract, seed=13, count=2)
    results = trained([edit.source for edit in edits], contract)
    assert failures(edits, results) == []


def test_every_operator_gives_networks_that_train():
    edits = []
    for name in offline.OPERATORS:
        for seed in range(3):
            edit = offline.mutate(cut(SEED), SEED_CONTRACT, random.Random(seed), temperature=1.0, weights=only(name))
            assert edit is not None, name
            edits.append(edit)
    assert failures(edits, trained([edit.source for edit in edits], SEED_CONTRACT)) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(4))
def test_many_walks(seed):
    edits = walks(SEED, SEED_CONTRACT, seed=100 + seed, count=25)
    results = trained([edit.source for edit in edits], SEED_CONTRACT)
    assert len(failures(edits, results)) <= 0.02 * len(edits)
