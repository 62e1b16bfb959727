"""What the columns show of each kind of individual, and which of them fit."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.run.store import Status
from ge_tui.tui.individuals.columns import columns_of, usual_columns
from ge_tui.tui.individuals.facts import FactBook
from ge_tui.tui.individuals.layout import GAP, LEAD, column_at, place
from ge_tui.tui.individuals.row import head_pieces, row_pieces
from ge_tui.tui.individuals.signs import Sign, Tone, legend, sign_of
from ge_tui.tui.individuals.summary import origin, result
from ge_tui.tui.population.remembering import Remembered, as_dict, from_dict
from ge_tui.tui.population.table import Sorting
from ge_tui.tui.text.glyphs import ASCII, BLOCKS
from ge_tui.tui.watch import Update
from tests.tui.population.sample import EVERYTHING, book_of, one, replace, run_model

MODEL = run_model()
FACTS = book_of(MODEL)
COLUMNS = columns_of(MODEL.objectives)


def cells(number: int, *names: str, width: int = 20) -> list[str]:
    return [COLUMNS[name].text(FACTS[number], width, BLOCKS) for name in names]


def test_the_cells_of_each_kind() -> None:
    assert cells(1, "number", "accuracy", "params", "gain", "status") == ["1", "0.9000", "518,230", "+0.4000", "ok"]
    assert cells(1, "params", "flops", width=6) == ["518k", "84.0M"]
    assert cells(1, "learning") == ["▁▅█"]
    assert cells(0, "accuracy", "gain", "persona", "temperature", "parents") == ["0.5000", "", "", "", ""]
    assert cells(3, "status", "accuracy", "reason") == [
        "shape", "", "RuntimeError: shapes (3x4) and [bold]5x6\N{SYMBOL FOR ESCAPE}[2J do not fit",
    ]  # fmt: skip
    assert cells(5, "status", "accuracy", "gain", "parents") == ["= #1", "0.9000", "+0.5000", "2 × 1"]
    assert cells(7, "status", "learning") == ["training", "━━━────────────  25%"]
    assert cells(9, "status", "model", "temperature") == ["writing", "coder:7b", "0.30"]


def test_what_was_measured_at_a_lower_rung_is_shown_but_neither_sorted_nor_filtered_by() -> None:
    stayed = one(20, metrics={}, params=900, rung="look", below={"accuracy": 0.7125, "loss": 0.9, "params": 900.0})
    twin = one(21, Status.DUPLICATE, duplicate_of=20)
    model = run_model()
    model.apply(Update(individuals=(stayed, twin)))
    facts = book_of(model)
    for number in (20, 21):
        assert COLUMNS["accuracy"].text(facts[number], 8, BLOCKS) == "~0.7125"
        assert COLUMNS["accuracy"].key(facts[number]) is None
        tone = COLUMNS["accuracy"].tone
        assert tone is not None
        assert tone(facts[number]) is Tone.MUTED
        assert facts[number].metric("accuracy") is None
    assert COLUMNS["params"].text(facts[20], 8, BLOCKS) == "900", "a size is the same at any rung"
    assert 20 not in model.front


def test_signs() -> None:
    signs = [sign_of(individual) for individual in MODEL.individuals.values()]
    assert signs == [
        Sign.SEED, Sign.FRONT, Sign.ELITE, Sign.FAILED, Sign.FAILED, Sign.DUPLICATE, Sign.REJECTED, Sign.TRAINING,
        Sign.WAITING, Sign.PROPOSING,
    ]  # fmt: skip
    assert (
        len({sign.character() for sign in Sign}) == len({sign.character(ascii_only=True) for sign in Sign}) == len(Sign)
    )
    assert all(sign.character(ascii_only=True).isascii() for sign in Sign)
    assert all(sign.meaning in legend() for sign in Sign if sign is not Sign.PLAIN)


@given(st.integers(0, 260), st.permutations(sorted(COLUMNS)))
def test_columns_fit_in_their_order_and_the_most_important_stay(width: int, names: list[str]) -> None:
    placed = place([COLUMNS[name] for name in names], width)
    assert all(one.width >= one.column.width for one in placed)
    assert all(before.end + GAP == after.start for before, after in pairwise(placed))
    assert not placed or placed[-1].end <= width
    kept = [one.column.name for one in placed]
    assert kept == [name for name in names if name in kept]
    room = width - (placed[-1].end + GAP if placed else LEAD)
    for name in set(names) - set(kept):
        less = sum(p.column.width + GAP for p in placed if p.column.priority > COLUMNS[name].priority)
        assert COLUMNS[name].width > room + less or less
    for x in range(width):
        found = column_at(placed, x)
        assert (found is not None) == bool(placed and LEAD <= x < placed[-1].end + GAP)


@given(st.integers(0, 260), st.sampled_from(sorted(FACTS)), st.booleans(), st.booleans())
def test_rows_and_heads_are_in_step(width: int, number: int, marked: bool, plain: bool) -> None:
    glyphs = ASCII if plain else BLOCKS
    placed = place([COLUMNS[name] for name in usual_columns(MODEL.objectives)], width)
    row = "".join(text for text, _ in row_pieces(FACTS[number], placed, glyphs, marked=marked))
    heads = head_pieces(placed, "accuracy", glyphs.up, glyphs.cut)
    assert len(row) == LEAD + sum(map(len, heads))
    assert row[1] == (glyphs.mark if marked else " ")
    if plain:
        assert row.replace("\N{SYMBOL FOR ESCAPE}", "?").isascii()  # which the last step before the terminal takes out
    for column, text in zip(placed, heads, strict=True):
        assert (glyphs.up in text) == (column.column.name == "accuracy")


def test_a_row_has_few_pieces_for_each_costs_bytes() -> None:
    placed = place([COLUMNS[name] for name in usual_columns(MODEL.objectives)], 120)
    assert all(len(row_pieces(facts, placed, BLOCKS, marked=False)) <= 7 for facts in FACTS.values())


def test_the_measures_of_a_run_come_first_and_every_one_is_there() -> None:
    names = list(COLUMNS)
    assert names[:4] == ["number", "generation", "accuracy", "params"]
    assert {"loss", "flops", "latency_ms", "peak_mb", "train_s", "reason", "model", "created"} <= set(names)
    assert COLUMNS["accuracy"].falling
    assert not COLUMNS["params"].falling
    assert "loss" not in usual_columns(MODEL.objectives)


def test_the_card_says_everything() -> None:
    assert origin(FACTS[5], "·").startswith(
        "#5 crossover of #2 and #1 · expert / complex · in SE · coder:7b at 0.3 · gen"
    )
    assert origin(FACTS[0], "·").startswith("#0 seed · generation 0, ")
    said, tone = result(FACTS[3], MODEL.objectives, "·")
    assert said.startswith("shape: RuntimeError")
    assert said.isprintable()
    assert tone is Tone.BAD
    assert result(FACTS[6], MODEL.objectives, "·")[0] == "rejected: the answer was cut off"
    assert result(FACTS[7], MODEL.objectives, "·")[0] == "in training: step 300 of 1200, loss 1.5000"
    assert result(FACTS[1], MODEL.objectives, "·")[0] == (
        "accuracy 0.9000 · +0.4000 against #0 · params 518,230 · loss 0.4000 · flops 84,000,000"
    )
    assert result(FACTS[5], MODEL.objectives, "·")[0].startswith("equal to #1 · accuracy 0.9000")
    assert result(FACTS[8], MODEL.objectives, "·")[0] == "waiting"


def test_facts_follow_what_they_hang_on() -> None:
    model, book = run_model(), FactBook()
    assert book.update(model, model.individuals) == set(range(10))
    assert book.update(model, model.individuals) == set()
    again = replace(EVERYTHING[1], metrics={"accuracy": 0.95, "params": 518230.0})
    model.individuals[1] = again
    assert book.update(model, [1]) == {1, 5}
    assert book.facts[5].metric("accuracy") == 0.95
    seed = replace(EVERYTHING[0], metrics={"accuracy": 0.6, "params": 1000.0})
    model.individuals[0] = seed
    assert {0, 1, 2} <= book.update(model, [0])
    assert book.facts[1].gain is not None
    assert abs(book.facts[1].gain - 0.35) < 1e-9
    assert sum(book.counts.values()) == 10
    model.individuals[8] = one(8, parents=(3,))
    book.update(model, [8])
    assert [number for number, count in book.counts.items() if count == 0] == [EVERYTHING[8].status]


def test_a_circle_of_duplicates_ends() -> None:
    a, b = replace(EVERYTHING[5], number=1, duplicate_of=2), replace(EVERYTHING[5], number=2, duplicate_of=1)
    model, book = run_model((EVERYTHING[0], a, b)), FactBook()
    assert book.update(model, [0, 1, 2]) == {0, 1, 2}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(["columns", "sort", "falling", "filter", "history"])


@given(JUNK | st.dictionaries(KEYS, JUNK))
def test_rubbish_is_passed_over(kept: object) -> None:
    remembered = from_dict(kept)
    assert from_dict(as_dict(remembered)) == remembered


def test_what_was_kept_comes_back() -> None:
    remembered = Remembered(("number", "loss"), Sorting("loss", True), "front acc>0.9", ("failed", "front acc>0.9"))
    assert from_dict(as_dict(remembered)) == remembered
    assert from_dict({"filter": "acc>", "history": ["front", "(", 5], "sort": "x"}) == Remembered(history=("front",))
