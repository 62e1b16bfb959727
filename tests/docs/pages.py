"""The pages of docs/, themes/ and benchmarks/, and what stands in them."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for file in (*sorted((ROOT / "docs").glob("*.md")), ROOT / "themes/README.md", ROOT / "benchmarks/README.md")
}


def blocks(page: str, *languages: str) -> list[str]:
    """The code of a page in these languages."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)
    return [code for language, code in found if language in languages]


def spans(page: str) -> list[str]:
    """What a page has in backticks inside of its sentences."""
    prose = re.sub(r"^```.*?^```", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    return [" ".join(code.split()).replace("\\|", "|") for code in re.findall(r"`([^`]+)`", prose)]


def words_of(line: str) -> list[str]:
    """A line of a shell as words: without its comment, and without where its output goes."""
    return list(itertools.takewhile(lambda word: word not in (">", "&"), shlex.split(line, comments=True)))


def shown_lines(page: str) -> Iterator[str]:
    """The lines of a page's blocks for a shell."""
    for block in blocks(page, "sh", "console", ""):
        yield from (line for line in block.replace("\\\n", " ").splitlines() if line.strip())


def commands(page: str) -> Iterator[list[str]]:
    """Every `ge-tui` command of a page, those in its sentences too, by its words after the program's name.

    One that is only named, as in `ge-tui export --verify`, is among them.
    """
    for line in shown_lines(page):
        inside = re.search(r"\$\((.*?)\)", line)
        for part in re.split(r"\s(?:&&|\|)\s", inside[1] if inside else line):
            words = words_of(part.split("; ")[0])
            if words[0] == "tmux":
                words = words_of(words[-1])
            words = words[1:] if words[0] in ("nohup", "until") else words
            if words[0].endswith("ge-tui"):
                yield words[1:]
    for span in spans(page):
        if span.startswith("ge-tui ") and "…" not in span:
            yield from alternatives(words_of(span)[1:])


def alternatives(words: list[str]) -> Iterator[list[str]]:
    """`--credit|--time` is one command and another."""
    several = next((word for word in words if "|" in word), None)
    if several is None:
        yield words
        return
    for one in several.split("|"):
        yield from alternatives([one if word == several else word for word in words])


def section(page: str, heading: str) -> str:
    """The text under a heading, to the next of its rank."""
    text = PAGES[page]
    begin = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert begin is not None, heading
    return re.split(rf"^#{{1,{len(begin[1])}}} ", text[begin.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str, column: int = 0) -> list[str]:
    """The words in backticks in one column of the tables of a text."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| ")]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row[column])]
