"""The family, kept up as individuals come and change, is the family that is read anew."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.run.store import Status
from ge_tui.tui.individuals.query import parse
from ge_tui.tui.lineage.family import Ancestry, Family
from ge_tui.tui.lineage.signs import is_alive
from ge_tui.tui.watch import RunModel, Update
from tests.tui.lineage.families import Parents, ancestors_of, families, line_of
from tests.tui.lineage.runs import small
from tests.tui.population.sample import one, run_model

STATUSES = st.sampled_from([Status.EVALUATED, Status.EVALUATED, Status.FAILED, Status.WAITING, Status.DUPLICATE])


def family_of(model: RunModel) -> Family:
    family = Family()
    family.update(model, model.individuals)
    return family


@given(families(16), st.data())
def test_kept_up_as_read_anew(parents: Parents, data: st.DataObject) -> None:
    statuses = {number: data.draw(STATUSES) for number in parents}
    cut = data.draw(st.integers(0, len(parents)))
    made = [one(number, statuses[number], parents=several) for number, several in parents.items()]
    model = run_model(())
    family = Family()
    for some in (made[:cut], made[cut:], [one(0, Status.FAILED, parents=())]):
        change = model.apply(Update(individuals=tuple(some)))
        family.update(model, change.individuals)
        assert len(family.graph) == len(model.individuals)
    anew = family_of(model)
    assert family.columns() == anew.columns()
    assert family.living == anew.living
    assert nx.utils.graphs_equal(family.graph, anew.graph)
    last = max(parents)
    kin = family.kin(last)
    assert kin == anew.kin(last)
    assert kin.line == tuple(line_of(parents, last))
    assert kin.ancestors == ancestors_of(parents, last)
    assert family.kin(0).descendants == {n for n in parents if 0 in ancestors_of(parents, n)}


@given(families(16), st.data())
def test_the_living_and_the_dead(parents: Parents, data: st.DataObject) -> None:
    model = run_model(tuple(one(n, data.draw(STATUSES), parents=several) for n, several in parents.items()))
    family = family_of(model)
    alive = {number for number, facts in family.facts.items() if is_alive(facts)}
    assert family.living == alive.union(*(ancestors_of(parents, number) for number in alive))
    for number in parents:
        dead = family.dead_below(number)
        assert not dead & family.living
        assert all(number in ancestors_of(parents, one) for one in dead)
    kin = family.kin(max(parents))
    for turned in (frozenset[int](), frozenset({0})):
        shown = family.shown(kin, collapsed=True, turned=turned)
        hidden = family.facts.keys() - family.shown(kin, collapsed=False, turned=turned)
        own = kin.ancestors | {max(parents)}
        assert shown == family.living | own | (family.dead_below(0) if turned else set())
        assert hidden <= (family.dead_below(0) if turned else set())


@given(families(20), st.integers(1, 4), st.integers(1, 12))
def test_the_nearest_are_drawn_and_layers_lead_from_parents_to_children(parents: Parents, hops: int, most: int) -> None:
    family = family_of(run_model(tuple(one(n, parents=several) for n, several in parents.items())))
    chosen = max(parents) // 2
    kin = family.kin(chosen)
    numbers, left_out = family.around(kin, hops, frozenset(parents), most)
    assert numbers[0] == chosen
    assert len(numbers) <= most
    assert len(set(numbers)) == len(numbers)
    assert left_out == 0 or len(numbers) == most
    siblings = {child for parent in parents[chosen] for child in family.children(parent)}
    assert set(numbers) <= {chosen} | kin.ancestors | kin.descendants | siblings
    layer_of = family.layers(numbers)
    assert all(layer_of[p] < layer_of[n] for n in numbers for p in parents[n] if p in layer_of)


def test_the_best_stand_on_top_and_failures_below() -> None:
    assert family_of(small()).columns() == [
        (0, (0,)), (1, (3, 1, 2)), (2, (6, 4, 5)), (3, (8, 9, 7)), (4, (10, 11)),
    ]  # fmt: skip


def test_whose_rows_the_lanes_have() -> None:
    family = family_of(small())
    assert family.rows(Ancestry.ANCESTORS, family.kin(6), ()) == [6, 3, 1, 0]
    assert family.rows(Ancestry.MAIN_LINE, family.kin(6), ()) == [6, 1, 0]
    assert family.rows(Ancestry.FRONT, family.kin(4), ()) == [8, 6, 4, 3, 2, 1, 0]
    assert family.rows(Ancestry.MAIN_LINE, family.kin(6), {1, 9}) == [10, 9, 7, 6, 5, 4, 1, 0]


def test_what_is_looked_for_is_found() -> None:
    family = family_of(small())
    assert family.matching(parse("acc>0.65")) == {6, 8}
    assert family.matching(parse("#5")) == {5}


def test_a_parent_that_changed_is_left() -> None:
    model = small()
    family = family_of(model)
    assert 4 in family.kin(1).descendants
    model.apply(Update(individuals=(one(4, generation=2, parents=(2,)),)))
    family.update(model, {4})
    assert 4 not in family.kin(1).descendants
    assert 10 in family.kin(2).descendants
    assert not family.update(model, {4})
