"""What followed each change: exact in whom it counts, and never more than it can know."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.following import Account, Figures, Followed, Made, follow
from ge_tui.run.store import ControlRow, RunReader, Status
from ge_tui.search import Archive, Candidate, hypervolume
from ge_tui.tui.history.pane import made_after
from ge_tui.tui.history.words import (
    Filter,
    about,
    actors_of,
    change_row,
    columns_for,
    followed,
    said,
    short_key,
    status_line,
)
from ge_tui.tui.plot.pieces import text_of
from ge_tui.tui.widgets.columns import head_of
from tests.run.fakes import Rig, settings_of
from tests.tui.front.sample import ACCURACY, PARAMS, at, generations
from tests.tui.population.sample import one

OBJECTIVES = (ACCURACY, PARAMS)
START = 1.7e9


def change(seq: int, key: str, old: object, new: object, actor: str = "user", when: float = 0.0) -> ControlRow:
    return ControlRow(seq, START + (when or seq / 10), actor, key, old, new, None)


ROWS = (
    change(1, "temperature", None, 0.2, "launch"),
    change(2, "persona.expert", None, 0.5, "launch"),
    change(3, "temperature", 0.2, 0.7),
    change(4, "persona.expert", 0.5, 0.9, "auto"),
    change(5, "temperature", 0.7, 0.1, "auto"),
)
PEOPLE = {
    individual.number: individual
    for individual in (
        at(0, 0.80, 500_000.0, operator="seed", parents=()),
        at(1, 0.85, 400_000.0),  # under 2: improves
        one(2, Status.FAILED, outcome=Outcome.SHAPE, reason="no"),  # under 2
        at(3, 0.90, 300_000.0),  # under 3: improves
        at(4, 0.70, 600_000.0),  # under 3: worse than the seed
        at(5, 0.95, 250_000.0, parents=(2,)),  # under 4, of one that failed, whose parent is the seed
        one(6, Status.DUPLICATE, duplicate_of=3),  # under 4
        one(7, Status.WAITING),  # under 5
        at(8, 0.99, 100_000.0),  # of the baseline
    )
}
MADE = tuple(
    Made(number, control, number != 8)
    for number, control in ((0, 2), (1, 2), (2, 2), (3, 3), (4, 3), (5, 4), (6, 4), (7, 5), (8, 5))
)


def everything() -> list[Followed]:
    return follow(ROWS, generations(), Account(PEOPLE, MADE, OBJECTIVES))


def test_who_was_made_under_what_until_the_next_change_of_the_same_control() -> None:
    account = Account(PEOPLE, MADE, OBJECTIVES)
    assert account.numbers == [1, 2, 3, 4, 5, 6, 7]  # neither the seed nor the baseline
    numbers = {
        one.row.seq: account.numbers[one.positions.start : one.positions.stop]
        for one in follow(ROWS, generations(), account)
    }
    assert numbers == {1: [1, 2], 2: [1, 2, 3, 4], 3: [3, 4, 5, 6], 4: [5, 6, 7], 5: [7]}


def test_what_became_of_them() -> None:
    by_seq = {one.row.seq: one for one in everything()}
    hotter = by_seq[3]
    assert (hotter.figures.made, hotter.figures.ended) == (4, 4)
    assert (hotter.figures.valid, hotter.figures.improved) == (3, 2)
    assert hotter.figures.gain > 0
    assert hotter.until is not None
    assert hotter.until.seq == 5
    assert hotter.before is not None
    assert (hotter.before.made, hotter.before.valid) == (2, 1)
    assert hotter.others == 1  # the persona, meanwhile
    last = by_seq[5]
    assert (last.figures.made, last.figures.ended, last.until) == (1, 0, None)
    assert by_seq[1].before is None
    assert by_seq[1].others == 0  # values that a run begins with are no changes


def test_gains_sum_up_to_what_the_front_has_gained() -> None:
    account = Account(PEOPLE, MADE, OBJECTIVES)
    archive = Archive(OBJECTIVES)
    archive.add(Candidate(0, PEOPLE[0].metrics))
    before = hypervolume(archive.members, OBJECTIVES)
    for number in account.numbers:
        if PEOPLE[number].status is Status.EVALUATED:
            archive.add(Candidate(number, PEOPLE[number].metrics))
    total = account.figures(range(len(account.numbers)))
    assert total.gain == pytest.approx(hypervolume(archive.members, OBJECTIVES) - before)


def test_changes_made_at_the_same_time_are_counted_as_others() -> None:
    mix = (*ROWS[:2], *(change(3 + i, f"persona.p{i}", 0.1, 0.2) for i in range(4)))
    made = [Made(n, 2 if n < 3 else 6, True) for n in range(7)]
    found = follow(mix, generations(), Account(PEOPLE, made, OBJECTIVES))
    assert [one.others for one in found[2:]] == [3, 3, 3, 3]
    assert len({one.figures for one in found[2:]}) == 1


def test_in_which_generation() -> None:
    rows = (change(1, "a", 0, 1, when=-5), change(2, "a", 1, 2, when=0.5), change(3, "a", 2, 3, when=9))
    assert [one.generation for one in follow(rows, generations(), Account({}, (), OBJECTIVES))] == [0, 0, 2]
    assert follow(rows, (), Account({}, (), ()))[0].generation == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), min_size=1, max_size=25), st.randoms())
def test_every_child_counts_once_for_each_control(steps: list[tuple[str, int]], rng: random.Random) -> None:
    rows, made = [], []
    number = 1
    for seq, (key, children) in enumerate(steps, 1):
        rows.append(change(seq, key, 0, 1))
        made += [Made(number + i, seq, True) for i in range(children)]
        number += children
    people = {m.number: at(m.number, rng.random(), rng.uniform(1e4, 1e6)) for m in made}
    account = Account(people, made, OBJECTIVES)
    found = follow(rows, generations(), account)
    for key in "abc":
        own = [one for one in found if one.row.key == key]
        first = own[0].row.seq if own else len(rows) + 1
        assert sum(one.figures.made for one in own) == sum(m.control >= first for m in made)
        assert all(a.until is b.row for a, b in pairwise(own))
        assert all(b.before == a.figures for a, b in pairwise(own))
    for each in found:
        assert 0 <= each.figures.improved <= each.figures.valid <= each.figures.ended <= each.figures.made
        assert each.others >= 0
        assert each.figures.gain >= -1e-9


def test_without_objectives_nothing_is_claimed() -> None:
    figures = Account(PEOPLE, MADE, ()).figures(range(7))
    assert (figures.made, figures.valid, figures.improved, figures.gain) == (7, 4, 0, 0.0)


def test_filter() -> None:
    rows = list(ROWS)

    def kept(found: Filter) -> list[int]:
        return [row.seq for row in rows if found.keeps(row)]

    assert kept(Filter()) == [3, 4, 5]
    assert kept(Filter(initial=True)) == [1, 2, 3, 4, 5]
    assert kept(Filter(actor="auto")) == [4, 5]
    assert kept(Filter(key="temperature")) == [3, 5]
    assert kept(Filter(words="TEMP 0.7 user")) == [3]
    assert kept(Filter(words="nothing")) == []
    assert actors_of(rows) == ["user", "auto"]
    assert Filter("a b", "auto", "temperature").described() == ["by auto", "only temperature", "/a b"]


def test_in_words() -> None:
    by_seq = {one.row.seq: one for one in everything()}
    assert "temperature 0.2 -> 0.7 | by user at" in about(by_seq[3], "|", unicode=False)
    words = followed(by_seq[3], "|")
    assert words.startswith("2 of 4 improved (50%) under it | before it: 1 of 2 improved (50%)")
    assert words.endswith("1 other change fell into the same time")
    assert "0 of 0 improved, 1 not ended" in followed(by_seq[5], "|")
    assert "still in force" in about(by_seq[5], "|")
    assert followed(Followed(ROWS[0], 0, None, 0, range(0), Figures(), None), "|") == "no child was made under it"
    assert followed(None, "|") == ""
    assert about(None, "|") == "no control was changed yet"
    assert "need not come of it" in status_line(2, 5, Filter(), "|")
    assert [said(value) for value in (None, True, False, 0.30000000000000004, 3, "", "a\x1b[2J")] == [
        "-", "on", "off", "0.3", "3", '""', "a␛[2J",
    ]  # fmt: skip


def test_the_end_of_a_long_name_is_kept() -> None:
    assert short_key("persona_share.engineer", 16) == "person….engineer"
    assert short_key("persona_share.engineer", 40) == "persona_share.engineer"
    assert short_key("temperature", 5) == "temperature"


@given(st.integers(0, 250), st.booleans(), st.text(max_size=30), st.text(max_size=30))
def test_rows_fit_at_any_width(width: int, unicode: bool, key: str, value: str) -> None:
    odd = Followed(change(1, key, value, value), 10**6, None, 0, range(10), Figures(10**7, 1, 10**6, 10**5, -1e9), None)
    placed = columns_for(width)
    row = text_of(change_row(odd, placed, unicode=unicode))
    assert cell_len(row) == cell_len(text_of(head_of(placed, "when", "v"))) <= max(1, width)
    assert row.isprintable()


def test_a_run_on_record_says_under_what_each_was_made(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("baseline_share=0.3")).create()
    rig.run()
    reader = RunReader(rig.directory.database)
    made = made_after(reader, -1)
    baseline = reader.baseline()
    assert [one.number for one in made] == [row.number for row in reader.individuals()]
    assert {one.number for one in made if not one.evolved} == baseline
    assert [one.number for one in made_after(reader, 3)] == [one.number for one in made if one.number > 3]
    assert all(one.control >= 1 for one in made)
    reader.close()
