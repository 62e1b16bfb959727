"""What the user did, where it is shown. Pure."""

from __future__ import annotations

from dataclasses import replace

from ge_tui.run.following import Account, Made, follow_acts
from ge_tui.run.store.acts import ActKind, ActRow, ActState
from ge_tui.tui.history.words import arrow, followed
from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.query import parse
from ge_tui.tui.individuals.query.matching import matcher
from ge_tui.tui.individuals.signs import sign_of
from ge_tui.tui.individuals.summary import origin
from ge_tui.tui.lineage.signs import Lit
from tests.tui.population.sample import one


def facts(**marks: object) -> Facts:
    individual = replace(one(3), **marks)
    return Facts(individual, individual.metrics, None, sign_of(individual))


def test_pinned_and_vetoed_have_a_sign_in_the_lineage_words_and_a_filter() -> None:
    assert Lit().sign(facts(pinned=True)) == "P"
    assert Lit().sign(facts(vetoed=True)) == "V"
    assert Lit().sign(facts(pinned=True, vetoed=True)) == "B"
    assert "pinned" in origin(facts(pinned=True), "|")
    assert "asked for by you: cross" in origin(facts(asked="cross"), "|")
    assert matcher(parse("pinned -vetoed"))(facts(pinned=True))
    assert not matcher(parse("pinned -vetoed"))(facts(pinned=True, vetoed=True))


def test_the_history_tells_what_was_done_with_the_child_that_came_of_it() -> None:
    act = ActRow(1, 5.0, "user", ActKind.CROSS, 1, 2, {}, None, 1, ActState.DONE, "", 3, None)
    pin = replace(act, seq=2, kind=ActKind.PIN, other=None, child=None, state=ActState.REFUSED)
    individuals = {n: one(n) for n in (0, 1, 2)} | {3: replace(one(3), parents=(1, 2))}
    account = Account(individuals, [Made(3, 1, evolved=True)], ())
    crossed, refused = follow_acts([act, pin], (), account)
    assert arrow(crossed.row) == "crossed with #2"
    assert (crossed.figures.made, refused.figures.made) == (1, 0)
    assert followed(crossed, "|").startswith("what came of it: ")
    assert arrow(refused.row) == "refused: pinned"
