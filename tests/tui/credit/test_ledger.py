"""What is counted, and how it stands in the table."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ge_tui.run.crediting import KINDS
from ge_tui.run.model_figures import ModelFigures
from ge_tui.run.objectives import objectives_from
from ge_tui.run.store import RunReader
from ge_tui.search import Credit, Trial
from ge_tui.tui.credit.ledger import KIND_NAMES, Ledger, Line
from ge_tui.tui.credit.reading import read_ledger, tables_of
from ge_tui.tui.credit.table import Sorting, columns_of, interval_bar, line_row, ordered, scale_of
from ge_tui.tui.credit.words import about, kinds_row, status_line, verdict
from ge_tui.tui.plot.pieces import text_of, width_of
from ge_tui.tui.widgets.columns import column_at, head_of
from tests.run.fakes import Rig, settings_of
from tests.tui.rig import llm_run


def trial(number: int, persona: str = "expert", model: str = "a", **more: object) -> Trial:
    values = {"valid": True, "improved": False, "gain": 0.0, "tokens": 100, "seconds": 10.0, **more}
    arms = {"persona": persona, "category": "complex", "operator": "mutate", "model": model, "temperature": "0.2-0.3"}
    return Trial(number, arms, **values)  # type: ignore[arg-type]


TRIALS = (
    trial(1, improved=True, gain=0.02),
    trial(2),
    trial(3, "engineer", "b", valid=False),
    trial(4, "engineer", "a", improved=True),
    trial(5, "engineer", "a", improved=True, tokens=900, seconds=50.0),
    trial(6, "magoo", "b"),
)


def lines(*kinds: str) -> dict[tuple[str, ...], Line]:
    return {line.arms: line for line in tables_of(TRIALS)[kinds or ("persona",)]}


def test_a_table_for_each_kind_and_for_each_two() -> None:
    assert tuple(kind.name for kind in KINDS) == KIND_NAMES
    tables = tables_of(TRIALS)
    assert len(tables) == 5 + 10
    assert set(lines()) == {("expert",), ("engineer",), ("magoo",)}
    engineer = lines()[("engineer",)]
    assert (engineer.credit.tried, engineer.credit.valid, engineer.credit.improved) == (3, 2, 2)
    assert set(lines("persona", "model")) == {("expert", "a"), ("engineer", "a"), ("engineer", "b"), ("magoo", "b")}
    assert lines("persona", "model")[("engineer", "a")].credit.improved == 2
    for kinds, table in tables.items():
        assert sum(line.credit.tried for line in table) == len(TRIALS), kinds


def test_the_best_child_of_a_line() -> None:
    assert [lines()[(arm,)].best for arm in ("expert", "engineer", "magoo")] == [1, 5, None]


def test_sorting() -> None:
    table = list(lines().values())

    def arms(column: str, *, falling: bool = True, each: bool = False) -> list[str]:
        return [line.arms[0] for line in ordered(table, Sorting(column, falling), each=each)]

    assert arms("arm0", falling=False) == ["engineer", "expert", "magoo"]
    assert arms("gain")[0] == "expert"
    assert arms("tokens")[0] == "engineer"
    assert arms("rate") == ["engineer", "expert", "magoo"]
    assert arms("valid")[0] == "engineer"
    assert arms("valid", each=True) == ["expert", "magoo", "engineer"]
    assert arms("pace")[0] == "expert"
    for place in columns_of(("persona", "model"), 200):
        assert len(ordered(list(lines("persona", "model").values()), Sorting(place.name), each=True)) == 4


@given(st.integers(0, 300), st.booleans(), st.booleans(), st.text(max_size=12))
def test_rows_fit_at_any_width(width: int, each: bool, unicode: bool, arm: str) -> None:
    odd = Line((arm, "b"), Credit(10**7, 10**6, 10**5, 1e5, 10**12, 1e9, 0.01, 0.011, 0.02), None)
    placed = columns_of(("persona", "model"), width)
    row = line_row(odd, placed, 0.1, each=each, unicode=unicode)
    head = head_of(placed, "rate", "▼" if unicode else "v")
    assert cell_len(text_of(row)) == cell_len(text_of(head)) <= max(width, 1)
    for place in placed:
        assert column_at(placed, place.start) == place.column
    assert column_at(placed, -1) is None


def test_columns_that_matter_more_stay_longer() -> None:
    names = [{place.name for place in columns_of(("persona",), width)} for width in range(20, 140, 4)]
    assert all(a <= b for a, b in itertools.pairwise(names))
    assert {"arm0", "rate", "improved"} <= {place.name for place in columns_of(("persona",), 40)}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 1), st.integers(1, 60), st.booleans())
def test_a_bar_fills_its_width_and_holds_the_mean(
    a: float, b: float, c: float, top: float, width: int, unicode: bool
) -> None:
    low, mean, high = sorted((a, b, c))
    text = text_of(interval_bar(low, mean, high, top, width, unicode=unicode))
    assert len(text) == width
    assert text.count("●" if unicode else "o") == 1
    assert text.isascii() != unicode


def test_a_longer_interval_is_a_longer_bar() -> None:
    narrow, wide = (text_of(interval_bar(low, 0.5, 1 - low, 1.0, 40)).count("━") for low in (0.4, 0.1))
    assert narrow < wide
    assert scale_of([]) == 1.0
    assert scale_of(list(lines().values())) <= 1.0


def test_in_words() -> None:
    line = lines("persona", "model")[("engineer", "a")]
    words = about(line, ("persona", "model"), {"a": ModelFigures(10, 9, 1, 0.9, 31.2)}, "|")
    assert "engineer with a" in words
    assert "90% of 10 answers usable, 31 tokens/s" in words
    assert "2 of 2 improved on their parent" in words
    assert "a child costs 500 tokens and 30 s" in words
    assert about(None, ("persona",), {}, "|") == ""
    assert "no baseline" in verdict(Ledger(1, 0.0))
    assert verdict(Ledger(1, 0.0, verdict="evolution pays: so")) == "Evolution pays: so."
    assert "2 generations ago" in status_line(Ledger(1, 0.0), "rate", 3, each=True, top=0.5, separator="|")


@pytest.mark.parametrize("width", [20, 40, 60, 120])
def test_the_kinds_in_a_row(width: int) -> None:
    row, spans = kinds_row(("model", "persona"), width)
    text = text_of(row)
    assert "[model]" in text
    assert "×persona" in text
    assert [name for _, _, name in spans] == list(KIND_NAMES)
    assert width_of(row) == spans[-1][1]


async def test_a_real_run_is_counted_as_the_command_line_counts_it(tmp_path: Path) -> None:
    directory = await llm_run(tmp_path, "baseline_share=0.3")
    reader = RunReader(directory.database)
    ledger = read_ledger(reader, objectives_from(reader.run().objectives))
    reader.close()
    assert ledger.trials == sum(line.credit.tried for line in ledger.tables[("persona",)])
    assert ledger.verdict is not None
    assert ledger.closed in (3 + 1, 3)
    assert set(ledger.models) == {"coder:7b"}


def test_a_run_without_a_language_model(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of()).create()
    rig.run()
    reader = RunReader(rig.directory.database)
    ledger = read_ledger(reader, objectives_from(reader.run().objectives))
    reader.close()
    assert ledger.trials == 0
    assert not any(ledger.tables.values())
    assert ledger.verdict is None
