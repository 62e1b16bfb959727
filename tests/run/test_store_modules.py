"""The layers of a network, and what it printed, on record."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, ModuleShape, TrainReport
from ge_tui.run.store import NewIndividual, RunReader, Store
from ge_tui.run.store.modules import modules_from_text, modules_to_text

from .fakes import FakeExecutor, Rig, run_row, settings_of

LAYERS = (ModuleShape("stem.conv", "Conv2d", (4, 12, 8, 8), 108), ModuleShape("Net", "Net", (4, 10), 0))
GOLDEN = Path(__file__).with_name("assets") / "run_v1.sqlite"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "run.sqlite")) as store:
        store.create_run(run_row("run", settings_of()), {"pause": False})
        for number in range(3):
            store.propose(NewIndividual(number, 0, number, "create", "fake", (), "1/0/0", 1))
            store.accept(number, f"source {number}", f"hash {number}", arguments={})
        yield store


def test_layers_are_kept_and_shared(store: Store) -> None:
    store.checked(0, 108, "print", 5, LAYERS)
    store.checked(1, 108, "other print", 5, list(LAYERS))
    store.checked(2, 108, "third print", 5)
    assert store.modules(0) == store.modules(1) == LAYERS
    assert store.modules(2) is None
    assert store.modules(99) is None
    blobs = store.connection.execute("SELECT DISTINCT modules_blob FROM individual WHERE number < 2").fetchall()
    assert len(blobs) == 1


def test_the_output_is_that_of_the_latest_training(store: Store) -> None:
    assert store.output(0) == ""
    for said in ("first", "second"):
        evaluation = store.start_evaluation(0, "fast", "short", 1)
        assert store.output(0) == ""
        store.finish_evaluation(evaluation, 0, TrainReport(Outcome.CRASHED, "it crashed", output=said))
        assert store.output(0) == said


def test_a_run_of_an_older_format_has_no_layers() -> None:
    with RunReader(GOLDEN) as reader:
        assert reader.modules(0) is None


class Tracing(FakeExecutor):
    async def check(self, request: object) -> CheckReport:
        report = await super().check(request)
        if report.outcome is not Outcome.OK:
            return report
        return CheckReport(report.outcome, "", report.params, report.flops, LAYERS, report.fingerprint)


def test_the_engine_keeps_what_the_check_traced(tmp_path: Path) -> None:
    rig = Rig(tmp_path, settings_of("population=3", "generations=1")).create()
    rig.run(Tracing())
    with rig.reader() as reader:
        assert reader.modules(0) == LAYERS
        assert all((reader.modules(row.number) is None) == (row.params is None) for row in reader.individuals())


@given(
    st.lists(
        st.builds(
            ModuleShape,
            st.text(max_size=20),
            st.text(max_size=20),
            st.lists(st.integers(0, 2**40), max_size=8).map(tuple),
            st.integers(0, 2**40),
        ),
        max_size=6,
    )
)
def test_any_layers_come_back(layers: list[ModuleShape]) -> None:
    assert modules_from_text(modules_to_text(layers)) == tuple(layers)
