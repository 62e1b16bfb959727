"""One run with a scripted model, and everything the user does with individuals in it; once for real, on digits."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from ge_tui.run import inbox
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, RunReader, Status
from ge_tui.run.store.acts import ActKind, ActState, NewAct, acts
from ge_tui.run.store.calls import calls_of
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import Rule, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor

INSTRUCTION = "Make it smaller by a third."


@pytest.mark.parametrize("data", ["fake", pytest.param("digits", marks=pytest.mark.slow)])
async def test_what_the_user_does_is_done_on_record_and_in_the_family(
    tmp_path: Path, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if data == "fake":  # nothing is trained
        monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: AnyExecutor())
    async with FakeOllama(Script(rules=[Rule(coder.answer)])) as server:
        with mock.patch.dict("os.environ", {"OLLAMA_HOST": server.url, "XDG_CONFIG_HOME": str(tmp_path / "config")}):
            told = [f"data={data}", "population=3", "generations=2", "seed=5", "llm=ollama:coder:7b",
                    "evaluation.rung=look", "evaluation.slots=1"]  # fmt: skip
            directory = create_run(prepare_run(read_settings((), told), tmp_path), tmp_path, "real")
            asked: list[NewAct] = []

            def act(event: EventRow) -> None:
                if event.kind != "generation_closed" or asked:
                    return
                with RunReader(directory.database) as reader:
                    done = [r.number for r in reader.individuals("number > 0") if r.status is Status.EVALUATED]
                    text = (reader.source(0) or "").replace("nn.Dropout(0.5)", "nn.Dropout(0.25)")
                asked.extend(
                    [
                        NewAct(ActKind.PIN, done[0]),
                        NewAct(ActKind.VETO, done[-1]),
                        NewAct(ActKind.CROSS, done[0], 0),
                        NewAct(ActKind.AIM, 0, arguments={"segment": "SE_LN", "persona": "expert",
                                                          "instruction": INSTRUCTION}),
                        NewAct(ActKind.EDIT, 0, source=text),
                        NewAct(ActKind.AGAIN, 0),
                    ]
                )  # fmt: skip
                for one in asked:
                    inbox.send_act(directory.inbox, one)

            assert (await work(directory, on_event=act)).status == "finished"
    with RunReader(directory.database) as reader:
        pin, veto, cross, aim, edit, again = acts(reader.connection)
        assert {row.state for row in (pin, veto, cross, aim, edit, again)} == {ActState.DONE}
        assert pin.individual in {member.individual for member in reader.members(2)}
        later = reader.individuals("generation > 0")
        assert all(veto.individual not in row.parents for row in later)
        crossed, aimed, edited = (reader.individual(row.child or -1) for row in (cross, aim, edit))
        assert crossed is not None
        assert crossed.parents == (cross.individual, 0)
        assert aimed is not None
        assert aimed.parents == (0,)
        call = calls_of(reader.connection, aimed.number)[0].call
        assert (call.persona, call.segment) == ("expert", "SE_LN")
        assert INSTRUCTION in call.prompt
        assert edited is not None
        assert (edited.operator, edited.parents, edited.status) == ("human", (0,), Status.EVALUATED)
        assert reader.metrics([edited.number])[edited.number]["accuracy"] > 0.2
        assert reader.spreads()[0].trainings == 2
