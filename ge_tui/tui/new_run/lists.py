"""The lists below task, data and llm as lines. Pure."""

from __future__ import annotations

from ge_tui.evaluation.data.catalogue import DataInfo
from ge_tui.evaluation.task import BrokenTask
from ge_tui.llm.ollama import canonical
from ge_tui.tui.new_run import models
from ge_tui.tui.new_run.look import Offer
from ge_tui.tui.new_run.models import OFFLINE, Shelf
from ge_tui.tui.new_run.pick_list import Pick

FOLDER = "folder:"


def task_picks(offer: Offer, task: str) -> list[Pick]:
    """Every task; a broken one with what is wrong with it."""
    return [
        Pick(one.name, one.name, (f"broken: {one.problem}",), chosen=one.name == task, dim=True)
        if isinstance(one, BrokenTask)
        else Pick(one.name, one.name, (one.file.description,), chosen=one.name == task)
        for one in offer.tasks
    ]


def data_picks(offer: Offer, data: str, meant: str, fetching: str = "", progress: str = "") -> list[Pick]:
    """Every data set; `meant` is what `auto` stands for, `fetching` the one that is being fetched."""
    shown = meant if data == "auto" else data
    picks = []
    for info in offer.data:
        is_folder = info.name.startswith(FOLDER)
        chosen = shown.startswith(FOLDER) if is_folder else shown == info.name
        state = _state(info)
        if info.name == fetching:
            state = f"{progress or 'begins ...'}, enter stops it"
        name = FOLDER if is_folder else info.name
        picks.append(Pick(name, info.name, (state, info.description), chosen=chosen))
    return picks


def _state(info: DataInfo) -> str:
    if info.name.startswith(FOLDER):
        return "yours"
    return "ready" if info.on_disk else f"{info.download_bytes / 1e6:.0f} MB to fetch"


def model_picks(shelf: Shelf, llm: str) -> list[Pick]:
    """The built-in operators, and every model of the server with its weight where several are chosen."""
    weights = {canonical(name): weight for name, weight in models.chosen(llm).items()}
    offline = Pick(OFFLINE, OFFLINE, ("built-in operators: no model, no server",), chosen=llm == OFFLINE)
    picks = [offline]
    for model in models.usable(shelf.models):
        weight = weights.get(model.name)
        loaded = (shelf.loaded or {}).get(model.name)
        mark = f"x{weight:g}" if weight is not None and len(weights) > 1 else ""
        facts = tuple(models.facts_of(model, loaded))
        picks.append(Pick(model.name, model.name, facts, chosen=weight is not None, mark=mark))
    return picks


def shelf_words(shelf: Shelf) -> str:
    """What is worth saying of the server beside the setting."""
    if shelf.looking:
        return "looking for an Ollama server ..."
    if shelf.problem:
        return f"no models: {shelf.problem}"
    if not shelf.models:
        return f"the server at {shelf.url} has no models; fetch one below"
    return ""
