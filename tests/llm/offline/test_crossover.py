"""Crossover of whole segments, and of lines within one."""

import random

import pytest

from ge_tui.genome import cut, syntax_hash
from ge_tui.llm import offline

from .genomes import SEED, SEED_CONTRACT, only

PARENT = cut(SEED)


def child_of(*operators, seed=0):
    genome = PARENT
    for operator in operators:
        edit = offline.mutate(genome, SEED_CONTRACT, random.Random(seed), temperature=1.0, weights=only(operator))
        genome = cut(edit.source, PARENT.names)
    return genome


def crossed(first, second, seed=0):
    return offline.crossover(first, second, SEED_CONTRACT, random.Random(seed))


def test_parents_that_do_not_differ_have_no_child():
    assert crossed(PARENT, PARENT) is None
    assert crossed(PARENT, cut(SEED.replace("import math\n", "import math\nimport re\n"))) is None


def test_a_child_takes_segments_of_the_second_parent():
    second = child_of("groups", "optimiser", "pooling")
    differing = [name for name in PARENT.names if PARENT.segment(name) != second.segment(name)]
    for seed in range(10):
        edit = crossed(PARENT, second, seed)
        child = cut(edit.source, PARENT.names)
        taken = [name for name in differing if child.segment(name).code == second.segment(name).code]
        assert edit.operator == "crossover"
        assert taken
        assert child.header == PARENT.header
        assert all(child.segment(name) == PARENT.segment(name) for name in PARENT.names if name not in differing)
        assert syntax_hash(child) != syntax_hash(PARENT)
        assert edit.segment in ("", *taken)


def test_a_child_is_neither_parent_where_it_can_be():
    second = child_of("optimiser", "pooling", seed=3)
    assert syntax_hash(crossed(PARENT, second).source) not in (syntax_hash(PARENT), syntax_hash(second))


def test_one_segment_that_differs_in_several_places_is_mixed_by_lines():
    text = SEED.replace("DFSEBV2(12, 3, True)", "DFSEBV2(12, 5, True)").replace("nn.Dropout(0.5)", "nn.Dropout(0.3)")
    second = cut(text, PARENT.names)
    edit = crossed(PARENT, second)
    assert syntax_hash(edit.source) not in (syntax_hash(PARENT), syntax_hash(second))
    assert edit.segment == "ExquisiteNetV2"


def test_one_difference_alone_gives_the_second_parent_again():
    second = child_of("pooling")
    edit = crossed(PARENT, second)
    assert syntax_hash(edit.source) == syntax_hash(second)


@pytest.mark.parametrize("seed", range(5))
def test_a_change_that_spans_lines_is_not_torn_apart(seed):
    """A width stands in three lines of one segment; half of them would not fit."""
    second = child_of("width", "repeat", seed=seed)
    edit = crossed(PARENT, second, seed)
    assert edit is not None


def test_notes_of_the_first_parent_stay():
    second = cut(SEED.replace("do not define them again", "define them as you like"), PARENT.names)
    second = cut(second.source.replace("nn.Dropout(0.5)", "nn.Dropout(0.3)"), PARENT.names)
    edit = crossed(PARENT, second)
    assert "do not define them again" in edit.source
    assert "nn.Dropout(0.3)" in edit.source
