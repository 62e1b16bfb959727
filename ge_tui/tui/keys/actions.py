"""Named actions: keys, footer, palette and help all come from here, so none of them can be stale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Action:
    """Something the user can have done.

    A pane or a screen lists its actions as `ACTIONS` and has a method `action_NAME` for each, where NAME is
    what follows the dot; `Controls.BINDINGS = bindings(ACTIONS)` binds the keys.
    """

    name: str
    """`scope.name`, as in `population.sort`."""
    keys: str
    """By default; several divided by commas; empty: none, only from the palette."""
    label: str
    """One or two words, for the footer."""
    help: str
    """A sentence, for help and palette."""
    footer: bool = False
    """Whether the footer shows it while its pane is in focus."""

    @property
    def method(self) -> str:
        """What follows the dot: the method `action_NAME` does it."""
        return self.name.rpartition(".")[2]

    @property
    def scope(self) -> str:
        """What stands before the dot."""
        return self.name.partition(".")[0]


def placeholder(name: str) -> str:
    """Stands where an action has no key, so that a user's can take its place; no terminal sends it."""
    return f"no_key_for_{name}"


class Named(Protocol):
    """Makes the actions of one scope."""

    def __call__(self, name: str, keys: str, label: str, help: str, *, footer: bool = False) -> Action: ...


def named_in(scope: str) -> Named:
    """What makes the actions of a scope, without naming it again and again."""

    def make(name: str, keys: str, label: str, help: str, *, footer: bool = False) -> Action:
        return Action(f"{scope}.{name}", keys, label, help, footer)

    return make


def bindings(actions: tuple[Action, ...], *, priority: bool = False) -> list[Binding]:
    """Textual's bindings for some actions; the name is their id, by which a user's keys replace them."""
    return [
        Binding(
            action.keys or placeholder(action.name),
            action.method,
            action.label,
            show=action.footer,
            id=action.name,
            priority=priority,
        )
        for action in actions
    ]
