"""The schema in words: for `--help` and for the documentation.

`python -m ge_tui.settings.describe > docs/settings.md` brings the documentation up to date.
"""

from __future__ import annotations

import textwrap
import typing
from typing import Any

import annotated_types

from ge_tui.settings.keys import Key, all_keys, table_names

_PAGE_HEAD = """\
# Settings

Made from `ge_tui/settings/schema.py` by `python -m ge_tui.settings.describe`; a change here is lost.

Each setting may be given as `--set NAME=VALUE`, which may be repeated, or in a TOML file given with `--config`.
A later file counts over an earlier one, and `--set` over all files. In a file the groups may be spelled out
(`[search]`, `[evaluation]`, `[budget]`, `[controls]`) or names used as below, as in:

```toml
population = 16
evaluation.rung = "look"

[persona]
expert = 0.5
```

A *control* can be changed while the run runs, with `ge-tui steer RUN NAME=VALUE`.
"""


def help_text(width: int = 100) -> str:
    """Every setting with its type, range, default and meaning, for a terminal."""
    lines = []
    for key in all_keys():
        mark = "*" if key.is_control else " "
        head = f" {mark} {_names(key)}  [{kind_in_words(key)}; default {default_in_words(key)}]"
        lines += [
            head,
            *textwrap.wrap(key.field.description or "", width, initial_indent=" " * 6, subsequent_indent=" " * 6),
        ]
    lines.append(" * a control: can be changed while the run runs, with `ge-tui steer RUN KEY=VALUE`")
    return "\n".join(lines)


def markdown() -> str:
    """Every setting as a page of the documentation."""
    rows = [_PAGE_HEAD, "| setting | kind | default | meaning |", "|---|---|---|---|"]
    for key in all_keys():
        name = f"`{_names(key)}`" + (" (control)" if key.is_control else "")
        cells = (kind_in_words(key), f"`{default_in_words(key)}`", key.field.description or "")
        rows.append(" | ".join([f"| {name}", *(cell.replace("|", "\\|") for cell in cells)]) + " |")
    return "\n".join(rows) + "\n"


def _names(key: Key) -> str:
    return f"{key.short}.NAME" if key.is_table else key.short


def default_in_words(key: Key) -> str:
    """What a setting is where nobody says otherwise."""
    extra = key.field.json_schema_extra
    if isinstance(extra, dict) and "default_in_words" in extra:
        return str(extra["default_in_words"])
    if key.is_table:
        return "1"
    value: Any = key.field.get_default(call_default_factory=True)
    if isinstance(value, tuple):
        return ",".join(value) or "the task's"
    return {"True": "true", "False": "false", "": "none"}.get(str(value), str(value))


def kind_in_words(key: Key) -> str:
    """Type and range of a setting."""
    if key.is_table:
        known = table_names(key)
        extra = key.field.json_schema_extra
        whose = str(extra["names"]) if isinstance(extra, dict) and "names" in extra else "each offline operator"
        return f"weight 0 to 1000, for {', '.join(known) or whose}"
    if typing.get_origin(key.field.annotation) is typing.Literal:
        return "|".join(typing.get_args(key.field.annotation))
    names: dict[object, str] = {bool: "true|false", int: "whole number", float: "number", str: "text"}
    return names.get(key.field.annotation, "list") + _range(key)


def _range(key: Key) -> str:
    limits = []
    for item in key.field.metadata:
        if isinstance(item, annotated_types.Ge):
            limits.append(f">= {item.ge}")
        elif isinstance(item, annotated_types.Gt):
            limits.append(f"> {item.gt}")
        elif isinstance(item, annotated_types.Le):
            limits.append(f"<= {item.le}")
        elif isinstance(item, annotated_types.Lt):
            limits.append(f"< {item.lt}")
    return f" {', '.join(limits)}" if limits else ""


if __name__ == "__main__":
    print(markdown(), end="")
