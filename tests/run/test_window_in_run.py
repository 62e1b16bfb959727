"""The window during a run: what real calls teach of it, and prompts that a server cuts without a word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from ge_tui.errors import UsageError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import RunReader, Status
from ge_tui.run.store.calls import calls_of
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import Model, Rule, Say, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor


@pytest.fixture(autouse=True)
def executor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AnyExecutor:
    made = AnyExecutor()
    monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: made)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return made


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeOllama]:
    """An old one, which cuts prompts silently; with room for little more than the code."""
    models = [Model("coder:7b", context_length=8192)]
    async with FakeOllama(Script(models=models, rules=[Rule(coder.answer)], strict=False)) as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.url)
        yield ollama


def new_run(base: Path, *assignments: str, name: str = "run") -> RunDirectory:
    settings = ["data=fake", "population=6", "generations=1", "seed=5", "llm=ollama:coder:7b", *assignments]
    return create_run(prepare_run(read_settings((), settings), base), base, name)


def in_tokens(chars_per_token: float, answer: Callable[[dict[str, Any]], str] = coder.answer) -> Rule:
    """A model whose tokenizer makes so many characters a token, on a server that cuts silently."""

    def say(request: dict[str, Any]) -> Say:
        window = request["options"]["num_ctx"]
        tokens = int((len(request["system"]) + len(request["prompt"])) / chars_per_token) + 12
        return Say(answer(request), prompt_tokens=tokens if tokens < window - 1 else window // 2 + 2)

    return Rule(say)


async def test_real_tokens_set_the_length_of_the_next_prompts(server: FakeOllama, tmp_path: Path) -> None:
    server.script.rules = [in_tokens(4.0)]
    await work(new_run(tmp_path, "ollama.whole_file=0"))
    thin = max(len(asked["system"]) + len(asked["prompt"]) for asked in server.asked())
    server.exchanges.clear()
    server.script.rules = [in_tokens(1.8)]
    await work(new_run(tmp_path, "ollama.whole_file=0", name="again"))
    lengths = [len(asked["system"]) + len(asked["prompt"]) for asked in server.asked()]
    assert max(lengths[1:]) < 0.9 * thin
    options = server.asked()[0]["options"]
    assert all(length / 1.8 + options["num_predict"] <= options["num_ctx"] for length in lengths[1:])


async def test_a_prompt_that_was_cut_makes_no_child_and_the_next_are_shorter(
    server: FakeOllama, tmp_path: Path
) -> None:
    server.script.rules = [in_tokens(0.9)]
    directory = new_run(tmp_path, "attempts=1")
    assert (await work(directory)).status == "finished"
    with RunReader(directory.database) as reader:
        rows, events = reader.individuals("number > 0"), reader.events()
        cut = [event for event in events if event.kind == "prompt_cut"]
        assert cut
        first = next(row for row in rows if row.number == cut[0].individual)
        assert first.status is Status.REJECTED
        assert "silently cut the prompt" in first.reason
        assert "raise num_ctx" in first.reason
        (kept,) = calls_of(reader.connection, first.number)
        assert kept.call.failure == "truncated-prompt"
    asked = [len(one["system"]) + len(one["prompt"]) for one in server.asked()]
    assert min(asked) <= cut[0].payload["next_chars"] < cut[0].payload["chars"]
    assert all(row.status is not Status.PROPOSING for row in rows)


async def test_a_window_without_room_for_the_code_ends_in_reasons_and_not_in_an_error(
    server: FakeOllama, tmp_path: Path
) -> None:
    """The first prompt just fits, and shows that no other can."""
    server.script.rules = [in_tokens(1.1, lambda _: "I would rather not.")]
    directory = new_run(tmp_path, "generations=0", "ollama.whole_file=1")
    assert (await work(directory)).status == "finished"
    with RunReader(directory.database) as reader:
        rows = reader.individuals("number > 0")
    assert {row.status for row in rows} == {Status.REJECTED}
    assert "the shortest form of the prompt has" in rows[-1].reason
    assert "ollama.num_ctx" in rows[-1].reason
    assert len(server.asked()) == 1


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        (("ollama.num_ctx=4096",), r"window of 4,096 tokens \(ollama.num_ctx\) has no room.*to at least \d"),
        (("ollama.num_predict=8000",), r"answer of up to 8,000 tokens \(ollama.num_predict\); lower"),
        (("ollama.num_predict=3000", "ollama.num_ctx=3000"), r"set ollama.num_ctx to at least .*or lower ollama.num_"),
    ],
)
async def test_what_cannot_fit_is_said_before_the_run_begins(
    server: FakeOllama, tmp_path: Path, assignments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        await work(new_run(tmp_path, *assignments))
    assert server.asked() == []
