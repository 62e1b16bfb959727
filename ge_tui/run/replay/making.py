"""The engine's parts in a replay: made anew where the recorded run was begun, resumed, or its references frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ge_tui.evaluation.data import DataSet, prepare
from ge_tui.llm.llm_proposer import Sampling
from ge_tui.llm.offline_proposer import OfflineProposer
from ge_tui.llm.ollama import Options
from ge_tui.llm.prompts.catalogue import Catalogue, Category, Persona, load_catalogue
from ge_tui.llm.prompts.wordings import originals, reworded
from ge_tui.llm.proposer import Proposer
from ge_tui.paths import user_config
from ge_tui.run.language_models import prompt_room
from ge_tui.run.plans import RunPlan
from ge_tui.run.proposers import ENDLESS, habits_of, setting_of
from ge_tui.run.replay.stand_ins import Gates, RecordedProposer, ReplayLog
from ge_tui.run.store import RunReader, RunRow, Store
from ge_tui.run.store.calls import models_asked
from ge_tui.run.store.wordings import keep_originals, wordings_of


def as_created(run: RunRow, first_settings: Mapping[str, Any] | None) -> RunRow:
    """A run's row before anything was done; `first_settings`: where they were changed since."""
    rows = [{**row, "reference": None} for row in run.objectives]
    settings = dict(first_settings or run.settings)
    return replace(run, status="new", status_reason="", objectives=rows, settings=settings, seconds=0.0)


def data_of(run: RunRow) -> DataSet:
    """What is known of a run's data without opening it. Raises UserError where an old run does not say."""
    data = run.data
    if "classes" not in data:
        return prepare(data["name"])
    names = tuple(data["classes"])
    return DataSet(
        data["name"], Path(), len(names), data["channels"], data["image_size"], names, data["counts"], data["digest"]
    )


def make_proposer(recorded: RunReader, store: Store, plan: RunPlan, gates: Gates, at: float) -> Proposer:
    """The proposer of a session that began at some time; its models are silent."""
    settings, evaluation = plan.settings, plan.evaluation
    if settings.llm == "offline":
        return OfflineProposer()
    catalogue = _catalogue(recorded, max((row.number for row in store.generations()), default=0))
    keep_originals(store, originals(catalogue).values())
    setting = setting_of(catalogue, evaluation.task, evaluation.data, plan.objectives)
    models = store.run().environment.get("models") or models_asked(recorded) or (settings.llm,)
    samplings = {name: _sampling(recorded, name, at) for name in models}
    return RecordedProposer(settings.llm, samplings, setting, habits_of(settings), ReplayLog(store, recorded), gates)


def _catalogue(recorded: RunReader, generation: int) -> Catalogue:
    """The prompts of the files as they were when a session began; what is not on record is taken as it is today."""
    today = load_catalogue(user_config() / "prompts")
    lived = [kept for kept in wordings_of(recorded.connection) if kept.parent is None and kept.born <= generation]
    versions = {
        kept.version.key: kept.version for kept in lived if kept.ended is None or kept.ended >= max(generation, 1)
    }
    known = {"persona": today.personas, "category": today.categories}
    gone = [key.split("/", 1) for key in versions if key.split("/", 1)[1] not in known.get(key.split("/", 1)[0], key)]
    personas = {name: Persona(title=name) for kind, name in gone if kind == "persona"}
    categories = {name: Category(title=name, ask="") for kind, name in gone if kind == "category"}
    whole = Catalogue({**today.personas, **personas}, {**today.categories, **categories}, today.templates)
    return reworded(whole, versions)


def _sampling(recorded: RunReader, model: str, at: float) -> Sampling:
    """How a model was asked in the session that began at some time, as its calls have it."""
    row = recorded.connection.execute(
        "SELECT options FROM llm_call WHERE model = ? ORDER BY at < ?, id LIMIT 1", (model, at)
    ).fetchone()
    options = ENDLESS
    if row is not None:
        sent = {name: value for name, value in json.loads(row[0]).items() if name not in ("seed", "temperature")}
        options = Options(**sent, seed=0)
    return Sampling(model, options, None, "0", prompt_room(options.num_ctx, options.num_predict))
