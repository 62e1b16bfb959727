"""Where a run's proposals come from, by its setting `llm`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.task import ObjectiveSpec, Task
from ge_tui.genome import cut
from ge_tui.llm.asking import Habits
from ge_tui.llm.llm_proposer import LlmProposer, Model, Sampling
from ge_tui.llm.offline_proposer import OfflineProposer
from ge_tui.llm.ollama import (
    Answer,
    Call,
    FailureKind,
    LlmFailure,
    ModelInfo,
    OllamaClient,
    Options,
    canonical,
    context_window,
    think_option,
)
from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.llm.prompts.compose import Setting
from ge_tui.llm.proposer import Proposer
from ge_tui.paths import user_config
from ge_tui.run.directory import find_run
from ge_tui.run.store import RunReader, Store
from ge_tui.run.store.calls import CallLog, models_asked
from ge_tui.settings import OllamaSettings, Settings

_CHARS_PER_TOKEN = 3.0
"""Low for Python text, so that estimates err on the safe side."""
_FRAME_CHARS = 5_000
"""What a prompt holds besides code."""
_CODES = 4
"""How often the code of a whole file may stand in one prompt, at most."""
_THINKING_TOKENS = 4096
_OLLAMA, _REPLAY = "ollama:", "replay:"


class NoModel:
    """Stands for the model in a replay: whatever is not on record is not answered."""

    def __init__(self, run: str) -> None:
        self._run = run

    async def generate(self, call: Call, on_words: Callable[[str, str], None]) -> Answer | LlmFailure:  # noqa: ARG002
        return LlmFailure(FailureKind.UNEXPECTED, f"run {self._run} has no answer to this question on record")

    async def wait_until_back(self, on_wait: Callable[..., None]) -> None:  # noqa: ARG002
        return None

    async def close(self) -> None:
        return None


def check_llm(llm: str, runs: Path) -> None:
    """Whether the setting names something, without asking a server. Raises UsageError."""
    if llm.startswith(_REPLAY):
        find_run(runs, llm.removeprefix(_REPLAY))
    elif llm != "offline" and not llm.removeprefix(_OLLAMA).strip():
        raise UsageError("--llm ollama: name the model, as in --llm ollama:qwen2.5-coder:7b")
    elif llm != "offline" and not llm.startswith(_OLLAMA):
        raise UsageError(f"--llm {llm}: it should be offline, ollama:MODEL or replay:RUN")


async def open_proposer(
    settings: Settings, store: Store, task: Task, data: DataSet, objectives: tuple[ObjectiveSpec, ...], runs: Path
) -> Proposer:
    """The proposer a run asks for. Raises UsageError, and NotReadyError where the server or the model is missing."""
    if settings.llm == "offline":
        return OfflineProposer()
    setting = Setting(
        load_catalogue(user_config() / "prompts"),
        task.contract,
        f"float images [n, {data.channels}, {data.image_size}, {data.image_size}] to class scores [n, {data.classes}]",
        tuple((spec.name, spec.direction) for spec in objectives),
    )
    ollama = settings.ollama
    habits = Habits(ollama.whole_file, ollama.edits)
    if settings.llm.startswith(_REPLAY):
        name = settings.llm.removeprefix(_REPLAY)
        replayed = RunReader(find_run(runs, name).database)
        log, model, samplings = CallLog(store, replayed), NoModel(name), _any_samplings(name, models_asked(replayed))
        return LlmProposer(settings.llm, model, samplings, setting, habits, log, store.note)
    client = OllamaClient()
    try:
        info = await _installed(client, settings.llm.removeprefix(_OLLAMA))
        samplings = {info.name: _sampling(ollama, info, task)}
    except BaseException:
        await client.close()
        raise
    talker: Model = client
    return LlmProposer(settings.llm, talker, samplings, setting, habits, CallLog(store), store.note, lanes=ollama.lanes)


async def _installed(client: OllamaClient, name: str) -> ModelInfo:
    models = await client.models()
    if isinstance(models, LlmFailure):
        raise NotReadyError(models.detail)
    by_name = {model.name: model for model in models}
    if canonical(name) not in by_name:
        installed = ", ".join(sorted(by_name)) or "none"
        raise NotReadyError(
            f"model {name} is not installed at {client.url} (there: {installed}); get it with: ollama pull {name}"
        )
    return by_name[canonical(name)]


def _sampling(settings: OllamaSettings, info: ModelInfo, task: Task) -> Sampling:
    """Window and answer length once for the whole run: another window would reload the model."""
    think = think_option(settings.think, info)
    code = len(cut(task.seed_source).source)
    predict = settings.num_predict or int(1.5 * code / _CHARS_PER_TOKEN) + 512 + (_THINKING_TOKENS if think else 0)
    window = settings.num_ctx or context_window(_CODES * code + _FRAME_CHARS, predict, info.context_length)
    room = int((window - predict) * _CHARS_PER_TOKEN * 0.95)
    if room < code:
        raise UsageError(
            f"model {info.name}: a window of {window:,} tokens has no room for the seed's {code:,} characters beside "
            f"an answer of {predict:,} tokens; choose a model with a longer context, or set ollama.num_ctx"
        )

    def own(value: float) -> float | None:
        return None if value < 0 else value

    options = Options(
        num_ctx=window,
        num_predict=predict,
        seed=0,
        top_p=own(settings.top_p),
        top_k=None if settings.top_k < 0 else settings.top_k,
        min_p=own(settings.min_p),
        repeat_penalty=own(settings.repeat_penalty),
    )
    return Sampling(info.name, options, think, settings.keep_alive, room)


def _any_samplings(run: str, models: tuple[str, ...]) -> dict[str, Sampling]:
    options = Options(num_ctx=1 << 20, num_predict=1, seed=0)
    return {name: Sampling(name, options, None, "0", 1 << 30) for name in models or (f"replay of {run}",)}
