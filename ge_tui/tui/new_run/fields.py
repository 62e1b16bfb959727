"""The fields of the form, from the settings schema. Pure, but for the user's own personas."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass

from ge_tui.llm import offline
from ge_tui.settings.describe import default_in_words, kind_in_words
from ge_tui.settings.keys import Key, all_keys, table_names
from ge_tui.settings.load import own_names

NAME = "name"
"""The run's name: a field of the form that is no setting."""

PERSONAS = "Personas"
"""The section that only matters where a model is asked."""

_FIRST = (
    ("What", ("task", "data")),
    ("Proposals", ("llm",)),
    (PERSONAS, ("controls.persona",)),
    ("Search", ("controls.population", "search.generations", "evaluation.recipe", "evaluation.rung")),
    ("Budget", ("budget",)),
    ("Run", ("seed",)),
)
"""What stands before the fold; a group stands for all of its settings."""
_NOT_ASKED = {"controls.pause", "controls.steps", "controls.stop", "controls.model"}
"""Of a run that runs, or said elsewhere in the form."""
_GROUP_TITLES = {
    "search": "Search",
    "evaluation": "Training",
    "ollama": "Language model",
    "controls": "Controls (can be changed while the run runs)",
    "": "General",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form."""

    key: str
    """As `--set` takes it."""
    label: str
    help: str
    rule: str
    """Type and range in words."""
    default: str
    choices: tuple[str, ...] = ()
    """All values there are; empty: what is typed is checked."""
    is_text: bool = False
    """Whether values may be long."""

    def matches(self, words: str) -> bool:
        """Whether a search finds it: every word stands in its name or its meaning."""
        text = f"{self.key} {self.label} {self.help}".lower()
        return all(word in text for word in words.lower().split())


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]


def first_sections() -> list[Section]:
    """What stands before the fold."""
    keys = list(all_keys())
    sections = [
        Section(title, tuple(field for name in names for key in keys if _within(key, name) for field in _fields(key)))
        for title, names in _FIRST
    ]
    name = Field(NAME, "name", "what the run is called; empty: made of task and data", "text", "made up")
    return [*sections[:-1], Section(sections[-1].title, (*sections[-1].fields, name))]


def advanced_sections() -> list[Section]:
    """Everything else that can be asked of a run, by its group in the schema."""
    groups: dict[str, list[Field]] = {}
    for key in all_keys():
        if not _is_asked(key) or any(_within(key, name) for _, names in _FIRST for name in names):
            continue
        groups.setdefault(key.path[0] if len(key.path) > 1 else "", []).extend(_fields(key))
    return [Section(_GROUP_TITLES.get(name, name.capitalize()), tuple(fields)) for name, fields in groups.items()]


def _is_asked(key: Key) -> bool:
    """Shares are set by the program itself."""
    return key.full not in _NOT_ASKED and not (key.is_table and key.full.endswith("_share"))


def _within(key: Key, name: str) -> bool:
    return key.full == name or key.full.startswith(f"{name}.")


def _fields(key: Key) -> Iterator[Field]:
    if not key.is_table:
        yield _field(key)
        return
    default = default_in_words(key)
    for name in _known(key):
        shown = name if key.path[-1] == "persona" else f"{key.path[-1]}.{name}"
        usual = default if name in table_names(key) or not table_names(key) else "0: not used"
        yield Field(f"{key.full}.{name}", shown, _help(key), "weight, 0 to 1000", usual)


def _known(key: Key) -> list[str]:
    """The names of a table of weights."""
    names = table_names(key) or list(offline.OPERATORS)
    return [*names, *(name for name in own_names(key.path[-1]) if name not in names)] if table_names(key) else names


def _field(key: Key) -> Field:
    kind = key.field.annotation
    choices: tuple[str, ...] = ()
    if typing.get_origin(kind) is typing.Literal:
        choices = typing.get_args(kind)
    elif kind is bool:
        choices = ("false", "true")
    rule = "one of these" if choices else kind_in_words(key)
    is_text = not choices and kind not in (int, float)
    return Field(key.full, key.path[-1], _help(key), rule, default_in_words(key), choices, is_text=is_text)


def _help(key: Key) -> str:
    return key.field.description or ""
