"""A quick look at a genome for what could only fail in the box, so that the LLM is told before anything runs.

A courtesy and nothing else: whatever gets past it meets the box.
"""

from __future__ import annotations

import ast

_NETWORK = "the box has no network"
_PROGRAMS = "a genome may not start other programs"
_MODULES = {
    "socket": _NETWORK, "ssl": _NETWORK, "http": _NETWORK, "urllib": _NETWORK, "ftplib": _NETWORK, "smtplib": _NETWORK,
    "requests": _NETWORK, "httpx": _NETWORK, "aiohttp": _NETWORK, "paramiko": _NETWORK, "huggingface_hub": _NETWORK,
    "subprocess": _PROGRAMS, "pty": _PROGRAMS,
}  # fmt: skip
_CALLS = {
    "os.system": _PROGRAMS, "os.popen": _PROGRAMS, "torch.hub.load": _NETWORK,
    "torch.hub.load_state_dict_from_url": _NETWORK,
}  # fmt: skip
_ADVICE = "a genome is a network and its optimiser, made of what it imports from torch"


def find_hopeless(source: str) -> str:
    """What could only fail, in a sentence with its line; empty where nothing shows. The source must be Python."""
    for node in ast.walk(ast.parse(source)):
        for name, why in _named(node):
            return f"line {getattr(node, 'lineno', 0)}: {name}: {why}; {_ADVICE}"
    return ""


def _named(node: ast.AST) -> list[tuple[str, str]]:
    match node:
        case ast.Import():
            names = [alias.name for alias in node.names]
        case ast.ImportFrom(module=str(module), level=0):
            names = [module]
        case ast.Call(func=ast.Attribute() as function):
            called = ast.unparse(function)
            return [(called, _CALLS[called])] if called in _CALLS else []
        case _:
            return []
    return [(f"import {name}", _MODULES[root]) for name in names if (root := name.partition(".")[0]) in _MODULES]
