"""Personas, categories and templates: the shipped ones, and over them the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ge_tui.errors import UsageError
from ge_tui.llm.prompts.render import TemplateError, places, render
from ge_tui.toml_file import read_toml, shown

_SHIPPED = Path(__file__).parent
Row = TypeVar("Row", bound=BaseModel)


class Persona(BaseModel):
    """Who the model plays; an empty text is no role at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    text: str = ""


class Category(BaseModel):
    """What kind of change is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    ask: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything prompts are made of."""

    personas: Mapping[str, Persona]
    categories: Mapping[str, Category]
    templates: Mapping[str, str]

    def fill(self, template: str, values: Mapping[str, str]) -> str:
        """A template's text with its places filled. Raises UsageError naming a user's broken template."""
        try:
            return render(self.templates[template], values)
        except TemplateError as error:
            raise UsageError(f"prompt template {template}.md: {error}") from None


def load_catalogue(own: Path | None = None) -> Catalogue:
    """The shipped prompts, with those of the user's folder added or in their place.

    Raises UsageError naming the file and what is wrong in it.
    """
    personas = _read_table(_SHIPPED / "personas.toml", Persona)
    categories = _read_table(_SHIPPED / "categories.toml", Category)
    templates = _read_templates(_SHIPPED / "templates")
    if own is not None and own.is_dir():
        personas |= _read_table(own / "personas.toml", Persona)
        categories |= _read_table(own / "categories.toml", Category)
        templates |= _checked(_read_templates(own), templates, own)
    return Catalogue(personas, categories, templates)


def _read_table(file: Path, kind: type[Row]) -> dict[str, Row]:
    try:
        content = read_toml(file)
    except FileNotFoundError:
        return {}
    return {name: _row(file, name, row, kind) for name, row in content.items()}


def _row(file: Path, name: str, row: object, kind: type[Row]) -> Row:
    """One table of a file. Raises UsageError naming it, its key, and what may stand there."""
    keys = ", ".join(kind.model_fields)
    if not isinstance(row, dict):
        raise UsageError(f"{file}: {name} should be a table, [{name}], with: {keys}")
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        odd = [problem for problem in error.errors() if problem["type"] == "extra_forbidden"]
        problem = (odd or error.errors())[0]  # a name that is misspelt is also one that is missing
        where = ".".join((name, *(str(part) for part in problem["loc"])))
    match problem["type"]:
        case "extra_forbidden":
            raise UsageError(f"{file}: there is no {where}; a table has: {keys}")
        case "missing":
            raise UsageError(f"{file}: {where} is missing; a table has: {keys}")
        case _:
            said = problem["msg"].removeprefix("Input should be ")
            raise UsageError(f"{file}: {where} should be {said}, not {shown(problem['input'])}")


def _read_templates(folder: Path) -> dict[str, str]:
    try:
        return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.md"))}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{folder}: a template cannot be read: {error}") from None


def _checked(own: dict[str, str], shipped: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A user's template may leave places out, but asks for none that its original does not know."""
    for name, text in own.items():
        if name not in shipped:
            raise UsageError(f"{folder / name}.md is no template; there are: {', '.join(sorted(shipped))}")
        known = places(shipped[name])
        unknown = sorted(places(text) - known)
        if unknown:
            asked, may = f"{{{{{unknown[0]}}}}}", ", ".join(sorted(known))
            raise UsageError(f"{folder / name}.md asks for {asked}; it may ask for: {may}")
    return own
