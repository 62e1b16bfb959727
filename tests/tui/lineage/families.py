"""Families of any shape, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

Parents = dict[int, tuple[int, ...]]


@st.composite
def families(draw: st.DrawFn, most: int = 24) -> Parents:
    """Everyone's parents, who are older; some have none, some three, some the same one twice."""
    count = draw(st.integers(1, most))
    return {
        number: tuple(draw(st.lists(st.integers(0, number - 1), max_size=3))) if number else ()
        for number in range(count)
    }


def line_of(parents: Parents, number: int) -> list[int]:
    line = [number]
    while parents[line[-1]]:
        line.append(parents[line[-1]][0])
    return line


def ancestors_of(parents: Parents, number: int) -> set[int]:
    found: set[int] = set()
    for parent in parents[number]:
        found |= {parent} | ancestors_of(parents, parent)
    return found


def edges_of(parents: Parents) -> set[tuple[int, int]]:
    return {(parent, number) for number, several in parents.items() for parent in several}
