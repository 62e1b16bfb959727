"""Where a run's proposals come from, by its setting `llm`."""

from __future__ import annotations

from pathlib import Path

from ge_tui.errors import UsageError
from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.task import ObjectiveSpec, Task
from ge_tui.llm.asking import Habits
from ge_tui.llm.llm_proposer import LlmProposer, Model, Sampling
from ge_tui.llm.offline_proposer import OfflineProposer
from ge_tui.llm.ollama import Answer, Call, FailureKind, LlmFailure, OnWait, OnWords, Options
from ge_tui.llm.prompts.catalogue import Catalogue, load_catalogue
from ge_tui.llm.prompts.compose import Setting
from ge_tui.llm.prompts.wordings import originals
from ge_tui.llm.proposer import Proposer
from ge_tui.paths import user_config
from ge_tui.run.controls import in_force
from ge_tui.run.directory import find_run
from ge_tui.run.language_models import LanguageModels, models_named
from ge_tui.run.store import RunReader, Store
from ge_tui.run.store.call_log import CallLog
from ge_tui.run.store.calls import models_asked
from ge_tui.run.store.wordings import keep_originals
from ge_tui.settings import Controls, Settings
from ge_tui.settings.load import OWN_FILES, names_in

_REPLAY = "replay:"
ENDLESS = Options(num_ctx=1 << 20, num_predict=1, seed=0)
"""For a model that is not asked: any prompt has room."""


class NoModel(Model):
    """Stands for the model in a replay: whatever is not on record is not answered."""

    def __init__(self, run: str) -> None:
        self._run = run

    async def generate(self, call: Call, on_words: OnWords) -> Answer | LlmFailure:  # noqa: ARG002
        return LlmFailure(FailureKind.UNEXPECTED, f"run {self._run} has no answer to this question on record")

    async def wait_until_back(self, on_wait: OnWait) -> None:  # noqa: ARG002
        return None

    async def close(self) -> None:
        return None


def check_llm(llm: str, runs: Path) -> None:
    """Whether the setting names something, and the user's prompts will do; no server is asked. Raises UsageError."""
    if llm == "offline":
        return
    if llm.startswith(_REPLAY):
        find_run(runs, llm.removeprefix(_REPLAY))
    elif not models_named(llm):
        raise UsageError(f"--llm {llm}: it should be offline, ollama:MODEL or replay:RUN")
    load_catalogue(user_config() / "prompts")


def make_proposer(
    settings: Settings,
    store: Store,
    task: Task,
    data: DataSet,
    objectives: tuple[ObjectiveSpec, ...],
    runs: Path,
    models: LanguageModels | None,
) -> Proposer:
    """The proposer a run asks for; `models` are those it was found to have on a server. Raises UsageError."""
    if settings.llm == "offline":
        return OfflineProposer()
    catalogue = load_catalogue(user_config() / "prompts")
    _check_names(in_force(store), catalogue)
    keep_originals(store, originals(catalogue).values())
    setting = setting_of(catalogue, task, data, objectives)
    habits = habits_of(settings)
    if models is None:
        name = settings.llm.removeprefix(_REPLAY)
        replayed = RunReader(find_run(runs, name).database)
        log, samplings = CallLog(store, replayed), _any_samplings(name, models_asked(replayed))
        return LlmProposer(settings.llm, NoModel(name), samplings, setting, habits, log, store.note)
    log, lanes = CallLog(store), settings.ollama.lanes
    return LlmProposer(settings.llm, models.model, models.samplings, setting, habits, log, store.note, lanes=lanes)


def _check_names(controls: Controls, catalogue: Catalogue) -> None:
    """Whether there still is who the run's controls have asked. Raises UsageError."""
    for kind, there in (("persona", catalogue.personas), ("category", catalogue.categories)):
        gone = [name for name in names_in(controls, kind) if name not in there]
        if gone:
            file = user_config() / "prompts" / OWN_FILES[kind]
            raise UsageError(f"the run's controls: no {kind} '{gone[0]}'; there are: {', '.join(there)}. {file} had it")


def setting_of(catalogue: Catalogue, task: Task, data: DataSet, objectives: tuple[ObjectiveSpec, ...]) -> Setting:
    """What every prompt of a run is made of."""
    return Setting(
        catalogue,
        task.contract,
        f"float images [n, {data.channels}, {data.image_size}, {data.image_size}] to class scores [n, {data.classes}]",
        tuple((spec.name, spec.direction) for spec in objectives),
    )


def habits_of(settings: Settings) -> Habits:
    """How a run asks its models."""
    return Habits(settings.ollama.whole_file, settings.ollama.edits)


def _any_samplings(run: str, models: tuple[str, ...]) -> dict[str, Sampling]:
    return {name: Sampling(name, ENDLESS, None, "0", 1 << 30) for name in models or (f"replay of {run}",)}
