"""What stands beside the fields: problems, notes, hints, and what the run will cost. Pure."""

from __future__ import annotations

from ge_tui.tui.new_run import lists, models
from ge_tui.tui.new_run.cost import Line, children_line, disk_line, prompt_lines, trainings_line
from ge_tui.tui.new_run.draft import Draft
from ge_tui.tui.new_run.fields import NAME
from ge_tui.tui.new_run.form import DATA, MODELS, TASKS
from ge_tui.tui.new_run.look import Look, Offer
from ge_tui.tui.new_run.models import Shelf

LIST_HINTS = {
    TASKS: "enter chooses a task; one of your own is a folder, whose path may be typed above",
    DATA: "enter chooses a data set, and asks before anything is fetched; folder: is for images of your own",
    MODELS: "space takes a model in or out; with several, + and - say how often each is asked; ^r looks again",
}


def problems_of(draft: Draft, look: Look | None, shelf: Shelf) -> dict[str, str]:
    """What is wrong, by field: what was typed counts over what was found."""
    found = dict(look.problems) if look else {}
    llm = draft.text("llm")
    if look and look.settings.llm != llm:  # not looked at yet
        found.pop("llm", None)
    if said := models.problem_of(llm, shelf):
        found.setdefault("llm", said)
    found = {key: words.removeprefix(f"--llm {llm}: ") for key, words in found.items()}
    return {**found, **draft.problems()}


def notes_of(draft: Draft, look: Look | None, shelf: Shelf, offer: Offer) -> dict[str, str]:
    """What is worth saying of values that are right."""
    notes = {"llm": lists.shelf_words(shelf), **offer.personas}
    if look is None:
        return notes
    if draft.text("data") == "auto":
        notes["data"] = f"the task's first choice that is here: {look.data}"
    if look.task is not None:
        recipes = ", ".join(look.task.file.recipes)
        notes["evaluation.recipe"] = f"usually {look.task.file.default_recipe}; there are: {recipes}"
    if look.steps:
        notes["evaluation.rung"] = f"{look.steps:,} steps a training"
    if not draft.name:
        notes[NAME] = f"it will be {look.name}"
    return notes


def cost_lines(now: Look, shelf: Shelf) -> list[Line]:
    """What the run will cost, but for its time."""
    settings = now.settings
    lines = [children_line(settings), trainings_line(settings, now.steps)]
    return [*lines, *prompt_lines(settings, now.task, shelf), disk_line(settings, now.free_bytes)]
