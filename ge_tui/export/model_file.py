"""model.py: the genome's text to the letter, then what loads its weights and classifies. Pure."""

from __future__ import annotations

import ast
import pprint
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TAIL = Path(__file__).with_name("standalone.py")
_BEGINS = "# ---- what follows"
_FACTS = "FACTS: dict[str, _Any] = {}\n"
_HEAD = (
    "# A network found by ge-tui, which had this text rewritten step by step; lineage.diff shows what was changed.\n"
    "# Read it before you run it. python model.py --help\n"
)


def model_file(genome: str, facts: Mapping[str, Any]) -> str:
    """The text of a file that needs nothing but torch; `facts` are JSON values."""
    tail = _TAIL.read_text(encoding="utf-8")
    tail = tail[tail.index(_BEGINS) :]
    tail = _rename(tail, taken=_names_in(genome))
    name = _name_of_facts(tail)
    written = pprint.pformat(dict(facts), width=116, sort_dicts=False)
    tail = tail.replace(f"{name}{_FACTS.removeprefix('FACTS')}", f"{name}: dict[str, _Any] = {written}\n", 1)
    return f"{_HEAD}{genome.rstrip()}\n\n\n{tail}"


def _name_of_facts(tail: str) -> str:
    match = re.search(r"^(FACTS_*): dict", tail, re.MULTILINE)
    assert match is not None
    return match[1]


def _rename(tail: str, taken: set[str]) -> str:
    """The tail with other names for what the genome has under them."""
    own = _top_level(tail)
    for name in sorted(own & taken):
        new = f"{name}_"
        while new in taken or new in own:
            new += "_"
        tail = re.sub(rf"(?<![\w.\"']){re.escape(name)}(?![\w\"'])", new, tail)
    return tail


def _names_in(genome: str) -> set[str]:
    """Every name that the genome binds at its top, or uses anywhere."""
    used = {node.id for node in ast.walk(ast.parse(genome)) if isinstance(node, ast.Name)}
    return used | _top_level(genome)


def _top_level(text: str) -> set[str]:
    """What a module binds outside of functions and classes."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(ast.parse(text).body)
    while waiting:
        match waiting.pop():
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add((asname or name).partition(".")[0])
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.Lambda():
                pass
            case node:
                waiting.extend(ast.iter_child_nodes(node))
    return found
