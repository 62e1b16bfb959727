"""What each room may import, and that every module can be the first that is imported."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "ge_tui"
FOUNDATION = ("__version__", "axis", "crash", "errors", "files", "paths", "printable", "statistics", "toml_file")
"""Small files that any room may use; they use each other at most."""

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(FOUNDATION, ()),
    "genome": (),
    "search": (),
    "settings": (),
    "evaluation": ("genome",),
    "evaluation.box": ("evaluation",),
    "evaluation.worker": ("evaluation",),
    "llm": ("genome", "search", "evaluation.report"),
    "llm.answers": ("genome",),
    "llm.offline": ("genome",),
    "llm.ollama": (),
    "llm.prompts": ("genome", "search", "evaluation.report"),
    "run": ("genome", "search", "settings", "evaluation", "llm"),
    "run.store": ("evaluation.outcome", "evaluation.report", "llm.answers", "llm.calls", "llm.prompts.wordings",
                  "llm.rephrasing"),
    "run.residency": ("settings", "llm", "run.language_models"),
    "report": ("genome", "search", "settings", "evaluation.outcome", "run"),
    "export": ("genome", "search", "settings", "evaluation", "run"),
    "study": ("settings", "run"),
    "tui": ("genome", "search", "settings", "evaluation", "llm", "run"),
    "cli": ("genome", "search", "settings", "evaluation", "llm", "run", "report", "export", "study", "tui"),
    "__main__": ("cli",),
}  # fmt: skip
"""Of a room, or of a part of one that is bound more tightly: the rooms it may import besides itself."""

MUST_NOT_IMPORT: dict[str, tuple[str, ...]] = {
    "tui": ("run.engine", "run.replay", "run.session", "evaluation.executors", "evaluation.worker"),
    "run.engine": ("run.replay", "run.session", "run.fork"),
    "llm.answers": ("llm.ollama", "llm.offline", "llm.prompts"),
}
"""What a room must not reach even by way of others."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "torch": ("evaluation.worker", "export.standalone"),
    "torchvision": ("evaluation.worker",),
    "textual": ("tui",),
    "httpx": ("llm.ollama",),
    "ollama": ("llm.ollama", "cli.machine"),
    "moocore": ("search",),
    "sqlite3": ("run", "tui"),
}
"""Who may use what; a library that is not named here, whoever wants to."""

FOLDERS = ("cli", "report", "report/compared", "study", "run", "run/acts", "run/store", "run/engine", "run/residency",
           "llm", "search", "settings", "genome")  # fmt: skip
"""Whose modules are imported first, each in its turn."""


def name_of(file: Path) -> str:
    """A module's name without that of the package."""
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imported(module: str) -> Iterator[str]:
    """Everything that a module imports, anywhere in it; of the package without its name."""
    file = PACKAGE / Path(*module.split("."))
    file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports by a relative name"
            name = str(node.module)
            inside = [f"{name}.{alias.name}".removeprefix("ge_tui.") for alias in node.names]
            known = [one for one in inside if name.startswith("ge_tui") and one in MODULES]
            yield from known or [inside[0] if name == "ge_tui" else name.removeprefix("ge_tui.")]


def lies_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def allowed(module: str) -> tuple[str, ...]:
    room = max((one for one in MAY_IMPORT if lies_in(module, one)), key=len)
    return (room, *MAY_IMPORT[room], *FOUNDATION)


MODULES = frozenset(name_of(file) for file in PACKAGE.rglob("*.py")) - {"__init__"}
IMPORTS = {module: frozenset(imported(module)) for module in MODULES}


def reached(start: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every module of the package that one imports when it is loaded or used, and by way of which others."""
    seen, waiting = {start}, [(start, (start,))]
    while waiting:
        module, way = waiting.pop()
        for name in IMPORTS[module] & MODULES - seen:
            seen.add(name)
            waiting.append((name, (*way, name)))
            yield name, (*way, name)


def test_each_room_imports_only_what_it_may() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        for name in names & (MODULES | {"__version__"})
        if not any(lies_in(name, one) for one in allowed(module))
    ]
    assert not wrong


def test_no_room_reaches_by_way_of_others_what_it_must_not() -> None:
    wrong = [
        " -> ".join(way)
        for room, forbidden in MUST_NOT_IMPORT.items()
        for module in MODULES
        if lies_in(module, room)
        for name, way in reached(module)
        if any(lies_in(name, one) for one in forbidden)
    ]
    assert not wrong


def test_each_library_is_used_where_it_belongs() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        for name in names
        if (rooms := LIBRARIES.get(name.partition(".")[0])) and not any(lies_in(module, room) for room in rooms)
    ]
    assert not wrong


def test_no_modules_import_each_other_in_a_circle() -> None:
    """The screens may: one opens another, which leads back to it."""
    wrong = [
        " -> ".join((*way, module))
        for module in sorted(MODULES)
        if not lies_in(module, "tui")
        for name, way in reached(module)
        if module in IMPORTS[name]
    ]
    assert not wrong


def test_every_room_has_its_rules() -> None:
    assert {module.partition(".")[0] for module in MODULES} <= MAY_IMPORT.keys()


@pytest.mark.parametrize("start", range(4))
def test_every_module_can_come_first(start: int) -> None:
    """In a process that forgets what was imported before each, so that no circle hides behind an order."""
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for loaded in [m for m in sys.modules if m.startswith('ge_tui')]: del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    files = [file for folder in FOLDERS for file in (PACKAGE / folder).glob("*.py") if file.name != "__init__.py"]
    names = [f"ge_tui.{name_of(file)}" for file in sorted(files)]
    done = subprocess.run(
        [sys.executable, "-c", script, *names[start::4]], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
