"""Arms of every kind left to the program: on record, replayed, overruled at once, and put down to what was used."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from ge_tui.cli import main
from ge_tui.errors import UsageError
from ge_tui.run import inbox
from ge_tui.run.controls import ControlBoard, checker, flatten, fold
from ge_tui.run.crediting import KINDS
from ge_tui.run.directory import RunDirectory
from ge_tui.run.pool import Pool
from ge_tui.run.session import work
from ge_tui.run.store import ControlRow, EventRow, RunReader, Store
from ge_tui.run.store.call_list import calls_by_individual
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.trials import TrialLog, all_trials
from ge_tui.search import dominates, temperature_band
from tests.run.asking import GOOD, POOR, Asking, Models, family, individuals, use

EVERYTHING = tuple(f"{kind.control}_mode=auto" for kind in KINDS)


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    return use(Asking(tmp_path), monkeypatch)


def controls_of(directory: RunDirectory, actor: str = "") -> list[ControlRow]:
    with RunReader(directory.database) as reader:
        return [row for row in reader.controls() if actor in ("", row.actor)]


async def test_every_kind_left_to_the_program_is_on_record_and_replays(asking: Asking) -> None:
    directory = asking.create(*EVERYTHING, "generations=5")
    await work(directory)
    last: dict[str, dict[str, float]] = {}
    for row in controls_of(directory, "auto"):
        table, _, arm = row.key.partition(".")
        last.setdefault(table, {})[arm] = row.new
    assert last.keys() == {f"{kind.control}_share" for kind in KINDS}
    assert last["model_share"].keys() == {GOOD, POOR}
    assert last["llm_operator_share"].keys() == {"mutate", "eot", "crossover"}
    assert last["temperature_share"].keys() == {"0.0-0.1", "0.1-0.2", "0.2-0.3", "0.3-0.4"}
    for shares in last.values():
        assert sum(shares.values()) == pytest.approx(1, abs=0.002)
        assert min(shares.values()) >= 0.049
    asked = len(asking.models.asked)
    again = asking.create(*EVERYTHING, "generations=5", name="again", llm="replay:run")
    await work(again)
    assert len(asking.models.asked) == asked
    assert family(again) == family(directory)
    auto = [(row.key, row.new) for row in controls_of(directory, "auto")]
    assert [(row.key, row.new) for row in controls_of(again, "auto")] == auto


async def test_a_run_that_dies_again_and_again_makes_the_same_choices(asking: Asking) -> None:
    directory = asking.create(*EVERYTHING, "baseline_share=0.2")
    seen = 0

    def die(event: EventRow) -> None:
        nonlocal seen
        seen += event.kind in ("answered", "control", "proposing")
        if event.kind in ("answered", "control", "proposing") and seen % 9 == 0:
            raise MemoryError("died")

    deaths = 0
    while deaths < 200:
        try:
            await work(directory, on_event=die)
            break
        except MemoryError:
            deaths += 1
    assert 3 < deaths < 200
    uninterrupted = asking.create(*EVERYTHING, "baseline_share=0.2", name="uninterrupted")
    await work(uninterrupted)
    assert family(directory) == family(uninterrupted)
    auto = [(row.key, row.new) for row in controls_of(uninterrupted, "auto")]
    assert [(row.key, row.new) for row in controls_of(directory, "auto")] == auto


async def test_in_manual_mode_nothing_is_shared_out(asking: Asking) -> None:
    directory = asking.create()
    await work(directory)
    assert controls_of(directory, "auto") == []


async def test_a_model_that_cannot_write_code_loses_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = use(Asking(tmp_path, models=Models({POOR: 0.95})), monkeypatch)
    directory = asking.create("model_mode=auto", "generations=8", "attempts=3")
    await work(directory)
    shares = [row.new for row in controls_of(directory, "auto") if row.key == f"model_share.{POOR}"]
    assert shares[0] == pytest.approx(0.5, abs=0.15)
    assert shares[-1] == pytest.approx(0.05, abs=0.02)
    late = Counter(call.model for call in asking.models.asked[-60:])
    assert late[POOR] < late[GOOD] / 3


async def test_what_was_really_used_is_on_record(asking: Asking) -> None:
    directory = asking.create(*EVERYTHING, "generations=4")
    await work(directory)
    with RunReader(directory.database) as reader:
        accepted = [row for row in reader.individuals() if row.persona]
        calls = {}
        for call in calls_by_individual(reader.connection):
            calls.setdefault((call.individual, call.attempt), []).append(call)
    assert {row.arguments["model"] for row in accepted} == {GOOD, POOR}
    for row in accepted:
        used = calls[row.number, row.arguments["attempt"]]
        last = used[-1]
        assert (row.arguments["model"], row.persona, row.category, row.temperature) == (
            last.model, last.persona, last.category, last.temperature,
        )  # fmt: skip
        assert [step["operator"] for step in row.arguments["steps"]] == [call.operator for call in used]


async def test_a_slot_left_to_the_program_is_changed_by_one_operator(asking: Asking) -> None:
    directory = asking.create("llm_operator_mode=auto", "generations=6", "crossover_probability=0.6")
    await work(directory)
    later = [row for row in individuals(directory) if row.generation and row.operator != "repair"]
    assert {tuple(row.arguments["operators"]) for row in later} == {("mutate",), ("eot",), ("crossover",)}


@pytest.mark.parametrize(
    ("lock", "used"),
    [
        ("persona_locked=magoo", lambda row: row.persona == "magoo"),
        ("category_locked=unusual", lambda row: row.category == "unusual"),
        (f"model_locked={POOR}", lambda row: row.arguments["model"] == POOR),
        ("temperature_locked=0.1-0.2", lambda row: temperature_band(row.temperature) == "0.1-0.2"),
        ("llm_operator_locked=eot", lambda row: row.generation == 0 or row.operator == "eot"),
    ],
)
@pytest.mark.parametrize("mode", ["manual", "auto"])
async def test_a_locked_arm_is_the_only_one(asking: Asking, lock: str, used: object, mode: str) -> None:
    kind = lock.partition("_locked")[0]
    directory = asking.create(lock, f"{kind}_mode={mode}", "ollama.repairs=0", "generations=2")
    await work(directory)
    accepted = [row for row in individuals(directory) if row.persona and row.operator != "crossover"]
    assert accepted
    assert all(used(row) for row in accepted)  # type: ignore[operator]


async def test_a_steer_to_manual_takes_effect_at_the_very_next_call(asking: Asking) -> None:
    directory = asking.create(*EVERYTHING, "generations=4", "population=10")
    taken, steered = 0, 0

    def steer(event: EventRow) -> None:
        nonlocal taken, steered
        taken = max(taken, event.individual or 0)  # a repair may be under way
        if event.kind == "accepted" and taken >= 25 and not steered:
            steered = taken
            for key, value in (
                ("persona_mode", "manual"), ("persona.expert", 0), ("persona.engineer", 0),
                ("persona.mad_scientist", 0), ("model_mode", "manual"), (f"model.{GOOD}", 0),
                ("temperature_mode", "manual"), ("temperature_spread", 0), ("llm_operator_mode", "manual"),
                ("crossover_probability", 0), ("eot_probability", 0), ("mutation_probability", 1),
            ):  # fmt: skip
                inbox.send(directory.inbox, key, value)

    await work(directory, on_event=steer)
    later = [row for row in individuals(directory) if row.number > steered and row.persona]
    assert steered
    assert steered + 1 in {row.number for row in later}
    assert {row.persona for row in later} == {"magoo"}
    assert {row.arguments["model"] for row in later} == {POOR}
    assert {row.operator for row in later} <= {"mutate", "repair"}
    assert {row.temperature for row in later if row.operator == "mutate"} == {0.185}
    newest = max(row.seq for row in controls_of(directory, "user"))
    assert min(row.control_seq for row in later) >= newest
    shared_later = {row.key.partition("_share")[0] for row in controls_of(directory, "auto") if row.seq > newest}
    assert shared_later == {"category"}


async def test_an_arm_turned_off_by_the_user_is_off_at_once_in_auto_mode_too(asking: Asking) -> None:
    directory = asking.create("persona_mode=auto", "generations=3", "population=10")
    taken, steered = 0, 0

    def steer(event: EventRow) -> None:
        nonlocal taken, steered
        taken = max(taken, event.individual or 0)  # a repair may be under way
        if event.kind == "accepted" and taken >= 15 and not steered:
            steered = taken
            inbox.send(directory.inbox, "persona.magoo", 0)

    await work(directory, on_event=steer)
    personas = Counter(row.persona for row in individuals(directory) if row.number > steered and row.persona)
    assert "magoo" not in personas
    assert len(personas) == 3
    newest = {row.key: row.new for row in controls_of(directory)}
    assert newest["persona_share.magoo"] == 0


async def test_refused_answers_and_duplicates_count_against_what_was_drawn(asking: Asking) -> None:
    directory = asking.create("generations=3")
    await work(directory)
    with RunReader(directory.database) as reader:
        objectives = objectives_from(reader.run().objectives)
        pool = Pool(reader, objectives)
        past = all_trials(reader, pool, objectives)
        rows = {row.number: row for row in reader.individuals()}
        calls = calls_by_individual(reader.connection)
        assert TrialLog(reader, pool, objectives).before(99) == [
            type(trial)(**{**{n: getattr(trial, n) for n in trial.__slots__}, "gain": 0.0, "seconds": seconds})
            for trial, seconds in zip(past, _call_seconds(calls), strict=True)
        ]
    attempts = [key for key, _ in groupby(calls, key=lambda call: (call.individual, call.attempt))]
    assert [trial.number for trial in past] == [number for number, _ in attempts]
    assert Counter(trial.number for trial in past if trial.valid) == Counter(
        number for number, row in rows.items() if number and row.status == "evaluated"
    )
    assert any(not trial.valid for trial in past)
    assert sum(trial.tokens for trial in past) == sum(call.prompt_tokens + call.completion_tokens for call in calls)


def _call_seconds(calls: list) -> list[float]:  # type: ignore[type-arg]
    return [sum(c.total_s for c in own) for _, own in groupby(calls, key=lambda call: (call.individual, call.attempt))]


async def test_a_repaired_child_is_held_against_whom_it_came_from(asking: Asking) -> None:
    directory = asking.create("generations=5", "population=10")
    await work(directory)
    with RunReader(directory.database) as reader:
        objectives = objectives_from(reader.run().objectives)
        pool = Pool(reader, objectives)
        rows = {row.number: row for row in reader.individuals()}
        found = []
        for trial in all_trials(reader, pool, objectives):
            child, parent = pool.candidate(trial.number), rows[trial.number].parents[0]
            while (ancestor := pool.candidate(parent)) is None:
                parent = rows[parent].parents[0]
            if trial.valid and child is not None:
                assert trial.improved == (not dominates(ancestor, child, objectives))
                found.append((rows[trial.number].operator == "repair", trial.improved))
            else:
                assert not trial.improved
    assert {(True, True), (True, False), (False, True), (False, False)} == set(found)


async def test_trials_read_bit_by_bit_are_those_read_at_once(asking: Asking) -> None:
    directory = asking.create("generations=5")
    await work(directory)
    with RunReader(directory.database) as reader:
        objectives = objectives_from(reader.run().objectives)
        log = TrialLog(reader, Pool(reader, objectives), objectives)
        for generation in range(1, 7):
            trials = list(log.before(generation))
            assert trials == TrialLog(reader, Pool(reader, objectives), objectives).before(generation)
            assert all(individual.generation < generation for individual in
                       reader.individuals(f"number IN ({','.join(str(t.number) for t in trials)})"))  # fmt: skip
        assert trials


async def test_a_model_the_run_does_not_ask_is_refused(asking: Asking) -> None:
    with pytest.raises(UsageError, match=r"no model 'nobody'.*small\.model:0\.5b"):
        await work(asking.create("model_locked=nobody", name="locked"))
    with pytest.raises(UsageError, match="every model has weight 0"):
        await work(asking.create(f"model.{GOOD}=0", f"model.{POOR}=0", name="off"))
    directory = asking.create("model.of-another-run:7b=0.5", "generations=0")
    await work(directory)
    with RunReader(directory.database) as reader:
        check = checker(reader)
        controls = fold(reader.controls())
    for update, message in (
        ({"model": {"nobody:1b": 1.0}}, "no model 'nobody:1b'"),
        ({"model": {GOOD: 0.0, POOR: 0.0}}, "every model"),
        ({"model_locked": "of-another-run:7b"}, "no model 'of-another-run:7b'"),
    ):
        with pytest.raises(UsageError, match=message):
            check(controls.model_copy(update=update))
    check(controls.model_copy(update={"model": {"of-another-run:7b": 0.0, GOOD: 0.0}}))


async def test_models_are_steered_by_their_names(
    asking: Asking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = asking.create("generations=0")
    await work(directory)
    assert main(["steer", "run", f"model.{GOOD}=0.25", f"model_locked={POOR}", "--runs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"model.{GOOD} = 0.25\nmodel_locked = {POOR}\n"
    with RunReader(directory.database) as reader:
        controls = fold(reader.controls())
        newest = [(row.actor, row.key, row.new) for row in reader.controls()][-2:]
    assert (controls.model, controls.model_locked) == ({GOOD: 0.25, POOR: 1.0}, POOR)
    assert newest == [("user", f"model.{GOOD}", 0.25), ("user", "model_locked", POOR)]
    assert flatten(controls)[f"model.{GOOD}"] == 0.25
    assert main(["steer", "run", "model.nobody:1b=1", "--runs", str(tmp_path)]) == 2
    assert "no model 'nobody:1b'; this run asks: qwen2.5-coder:7b, small.model:0.5b" in capsys.readouterr().err


async def test_models_are_shown_with_their_success_and_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asking = use(Asking(tmp_path, models=Models({POOR: 1.0})), monkeypatch)
    await work(asking.create("generations=2"))
    assert main(["show", "run", "--runs", str(tmp_path), "--credit", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    by_model = Counter(call.model for call in asking.models.asked)
    assert {name: row["calls"] for name, row in shown["models"].items()} == by_model
    assert shown["models"][POOR]["success"] == 0
    assert shown["models"][GOOD]["success"] > 0.5
    assert {row["tokens_per_s"] for row in shown["models"].values()} == {20.0}
    assert shown["model"][POOR]["valid"] == 0
    assert shown["comparison"] is None
    assert main(["show", "run", "--runs", str(tmp_path), "--credit"]) == 0
    assert "tokens/s" in capsys.readouterr().out


def test_a_board_takes_names_with_dots(tmp_path: Path) -> None:
    from tests.run.fakes import Rig

    rig = Rig(tmp_path).create()
    store = Store(rig.directory.database)
    board = ControlBoard(store, rig.directory.inbox)
    board.set("auto", f"model_share.{GOOD}", 0.3)
    board.set("auto", "temperature_share.0.2-0.3", 0.7)
    inbox.send(rig.directory.inbox, f"model.{GOOD}", 0.5)
    board.refresh()
    assert board.current == ControlBoard(store, rig.directory.inbox).current
    assert board.current.model_share == {GOOD: 0.3}
    assert board.current.model == {GOOD: 0.5}
    assert board.current.temperature_share == {"0.2-0.3": 0.7}
    store.close()
