"""The user's side of steering: drafts while something still moves, requests when it rests, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from ge_tui.run.store import ControlRow
from ge_tui.tui.controls import mix
from ge_tui.tui.controls.catalogue import DELIBERATE, Kind, Section, by_key, control_of, default_of
from ge_tui.tui.controls.lines import weights
from ge_tui.tui.controls.preset_files import is_in_presets
from ge_tui.tui.controls.undo import Step, UndoLog
from ge_tui.tui.controls.wanted import Wanted
from ge_tui.tui.steering import Steering
from ge_tui.tui.watch import RunModel


class Changes:
    """Changes are drafted, sent and taken back here; `wanted` says what they come to."""

    def __init__(self, model: RunModel, steering: Steering) -> None:
        self.wanted = Wanted(model, steering)
        self._steering = steering
        self._log = UndoLog()
        self._sending = asyncio.Lock()
        self.locked: set[str] = set()
        """Keys of shares that are kept while others are moved."""
        self._moved: tuple[str, dict[str, float]] | None = None
        """The share that is being moved, and the weights before."""

    def catch_up(self, now: float) -> None:
        """Take in what the engine wrote."""
        if self._sending.locked():  # a request might be answered before its id is known here
            return
        rows, refused = self.wanted.catch_up(now)
        self._log.take(row for row in rows if not _is_the_engines_own(row))
        for request in refused:
            self._log.refused(request)

    # -- drafts ----------------------------------------------------------------------------------------

    def draft(self, key: str, value: Any) -> None:
        """Want a value without sending it yet."""
        self.wanted.drafts[key] = value

    def draft_share(self, key: str, share: float) -> None:
        """Want a share of a mix, such as `persona.expert`, the others rescaled. Raises mix.MixError.

        While one share is moved to and fro, all is reckoned from the weights before, so nothing is lost on the way.
        """
        table, _, name = key.partition(".")
        if self._moved is None or self._moved[0] != key:
            self._moved = (key, weights(table, self.wanted))
        before = self._moved[1]
        changed = mix.move(before, name, share, self._locked_in(table))
        now = weights(table, self.wanted)
        for other, weight in {**before, **changed}.items():
            if now[other] != weight:
                self.draft(f"{table}.{other}", weight)

    def most(self, key: str) -> float:
        """The largest share that one of a mix can be given."""
        table, _, name = key.partition(".")
        return mix.most(weights(table, self.wanted), name, self._locked_in(table))

    def _locked_in(self, table: str) -> list[str]:
        return [key.partition(".")[2] for key in self.locked if key.startswith(f"{table}.")]

    def forget(self) -> bool:
        """Drop all drafts; whether there were any."""
        self._moved = None
        had = bool(self.wanted.drafts)
        self.wanted.drafts.clear()
        return had

    # -- sending ---------------------------------------------------------------------------------------

    async def flush(self, *, deliberate: bool = False) -> None:
        """Send what rests; what is to be confirmed only when it is. Raises OSError."""
        self._moved = None
        drafts = self.wanted.drafts
        await self.send({key: drafts[key] for key in drafts if deliberate or key not in DELIBERATE})

    async def send(self, values: Mapping[str, Any], *, undoable: bool = True) -> int:
        """Ask for some changes together; how many of them are changes. Raises OSError."""
        async with self._sending:
            steps = [Step(key, self.wanted.sent(key), value) for key, value in values.items()]
            sent = await self._requests(steps)
            if undoable and sent:
                self._log.did(list(sent.values()), list(sent))
            else:
                self._log.sent_again(sent)
        return len(sent)

    async def undo(self) -> list[str]:
        """Take the newest change back; the controls it was about. Raises OSError."""
        return await self._again(self._log.undo())

    async def redo(self) -> list[str]:
        """Make again what was taken back; the controls it was about. Raises OSError."""
        return await self._again(self._log.redo())

    async def _again(self, steps: list[Step]) -> list[str]:
        values = {step.key: default_of(step.key) if step.new is None else step.new for step in steps}
        await self.send(values, undoable=False)
        return list(values)

    async def _requests(self, steps: Iterable[Step]) -> dict[str, Step]:
        """One for each real change, weights that grow before those that shrink: a mix is never all zero."""
        sent: dict[str, Step] = {}
        for step in sorted(steps, key=_shrinks):
            if step.old != step.new:
                sent[(await self._steering.send(step.key, step.new)).id] = step
            if self.wanted.drafts.get(step.key) == step.new:
                del self.wanted.drafts[step.key]
        return sent

    # -- values to go to -------------------------------------------------------------------------------

    def keys_of(self, section: Section) -> list[str]:
        """Every control of a section that the user may set."""
        keys: list[str] = []
        for control in section.controls:
            if control.kind is Kind.MIX:
                keys += [f"{control.key}.{name}" for name in self.wanted.names(control.key)]
            elif control.kind is not Kind.SHARES:
                keys.append(control.key)
        return keys

    def to_keep(self) -> dict[str, Any]:
        """What a preset keeps of what is wanted now."""
        plain = [key for key, control in by_key().items() if control.kind is not Kind.MIX]
        tables = [key for key, control in by_key().items() if control.kind is Kind.MIX]
        keys = [*plain, *(f"{table}.{name}" for table in tables for name in self.wanted.names(table))]
        return {key: self.wanted.value(key) for key in keys if is_in_presets(key)}


def _shrinks(step: Step) -> bool:
    return isinstance(step.old, int | float) and isinstance(step.new, int | float) and step.new < step.old


def _is_the_engines_own(row: ControlRow) -> bool:
    """What the program sets by itself all the time, and would set again."""
    control = control_of(row.key)
    return control is None or control.kind is Kind.SHARES or (row.key == "steps" and row.actor == "auto")
