"""The screen's part in acting on individuals: what keys, menu and palette lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from textual import work
from textual.screen import Screen

from ge_tui.errors import UserError
from ge_tui.genome import cut
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store.acts import ActKind, ActRow, ActState, NewAct
from ge_tui.tui.acts.actions import ACTS
from ge_tui.tui.acts.editing import edited
from ge_tui.tui.acts.menu import ActMenu, Entry
from ge_tui.tui.acts.possible import kind_of, why_not_now
from ge_tui.tui.acts.sending import Sending
from ge_tui.tui.acts.wishes import DRAWN, Wishes
from ge_tui.tui.going_on import ways_on
from ge_tui.tui.keys.keymap import keymap_of
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.watch import Feed, Individual, RunModel

_TAKEN_BACK = {ActKind.UNPIN: "unpin", ActKind.UNVETO: "lift the veto"}


class Acting(Screen[None]):
    """Does things with the selected individual. Each thing of the menu has a method `act_NAME`."""

    model: RunModel
    directory: RunDirectory
    feed: Feed
    sending: Sending

    @property
    def marked(self) -> int | None:
        """The individual that others are compared with, and crossed with."""
        raise NotImplementedError

    @property
    def acted_on(self) -> int | None:
        """The individual that things are done with."""
        raise NotImplementedError

    @property
    def works(self) -> bool:
        """Whether an engine works on the run."""
        raise NotImplementedError

    def start_engine(self, *changes: str) -> None:
        """Begin or resume the run, with options of `ge-tui run`."""
        raise NotImplementedError

    def export(self, number: int) -> None:
        """Ask how an individual is to be exported."""
        raise NotImplementedError

    # -- the menu --------------------------------------------------------------------------------------

    @work(group="act", exclusive=True)
    async def action_act(self) -> None:
        """Show what can be done with the selected individual."""
        one = self._one()
        if one is None:
            self.notify("no individual is selected")
            return
        chosen = await self.app.push_screen_wait(ActMenu(self._title(one), self._entries(one)))
        if chosen:
            await self.do(chosen, one.number)

    @work(group="act", exclusive=True)
    async def action_do(self, name: str) -> None:
        if self.acted_on is not None:
            await self.do(name, self.acted_on)

    async def do(self, name: str, number: int) -> None:
        """Do one thing of the menu with an individual, or say why not."""
        reason = why_not_now(name, self.model, number, self.marked)
        if reason:
            self.notify(reason, title=f"#{number}", severity="warning", markup=False)
            return
        try:
            await getattr(self, f"act_{name}")(self.model.individuals[number])
        except (UserError, OSError) as error:
            self.notify(str(error), title=f"#{number}", severity="error", markup=False, timeout=10)

    def _one(self) -> Individual | None:
        return self.model.individuals.get(self.acted_on) if self.acted_on is not None else None

    def _title(self, one: Individual) -> str:
        held = [word for word, so in (("pinned", one.pinned), ("vetoed", one.vetoed)) if so]
        marked = f"; marked: #{self.marked}" if self.marked is not None else ""
        return f"#{one.number}" + (f" ({', '.join(held)})" if held else "") + marked

    def _entries(self, one: Individual) -> list[Entry]:
        entries = []
        for action in keymap_of(self.app).shown(ACTS):
            kind = kind_of(action.method, one)
            label = _TAKEN_BACK.get(kind, action.label) if kind is not None else action.label
            entries.append(Entry(action, label, why_not_now(action.method, self.model, one.number, self.marked)))
        return entries

    # -- each of them ----------------------------------------------------------------------------------

    async def act_pin(self, one: Individual) -> None:
        await self._send(NewAct(cast("ActKind", kind_of("pin", one)), one.number))

    async def act_veto(self, one: Individual) -> None:
        await self._send(NewAct(cast("ActKind", kind_of("veto", one)), one.number))

    async def act_kill(self, one: Individual) -> None:
        answers = [("kill", "end it: what was trained so far is lost but for its curve"), ("", "let it go on")]
        if await self._ask(f"End the training of #{one.number}?", answers):
            await self._send(NewAct(ActKind.KILL, one.number))

    async def act_again(self, one: Individual) -> None:
        await self._send(NewAct(ActKind.AGAIN, one.number))

    async def act_export(self, one: Individual) -> None:
        self.export(one.number)

    async def act_full(self, one: Individual) -> None:
        await self._send(NewAct(ActKind.AGAIN, one.number, arguments={"rung": "full"}))

    async def act_breed(self, one: Individual) -> None:
        told: dict[str, str] | None = {}
        if self._asks_a_model:
            choices = {"operator": ["mutate", "eot"], "persona": self._personas}
            told = await self.app.push_screen_wait(Wishes(f"A child of #{one.number}", choices, in_words=False))
        if told is not None:
            await self._send(NewAct(ActKind.BREED, one.number, arguments=told))

    async def act_cross(self, one: Individual) -> None:
        await self._send(NewAct(ActKind.CROSS, one.number, self.marked))

    async def act_aim(self, one: Individual) -> None:
        names = cut(self.model.run.task["seed_source"]).names if self.model.run is not None else ()
        parts = [one.segment] if one.segment in names else []
        choices = {"segment": list(dict.fromkeys([*parts, DRAWN, *names])), "persona": self._personas}
        told = await self.app.push_screen_wait(Wishes(f"Change #{one.number}", choices, in_words=True))
        if told is not None:
            await self._send(NewAct(ActKind.AIM, one.number, arguments=told))

    async def act_edit(self, one: Individual) -> None:
        text = await edited(self, one.number)
        if text is not None:
            await self._send(NewAct(ActKind.EDIT, one.number, source=text))

    @property
    def _asks_a_model(self) -> bool:
        return self.model.run is not None and self.model.run.settings.get("llm") != "offline"

    @property
    def _personas(self) -> list[str]:
        keys = [key.removeprefix("persona.") for key in self.model.controls if key.startswith("persona.")]
        return [DRAWN, *sorted(keys)]

    async def _ask(self, question: str, answers: Sequence[tuple[str, str]]) -> str | None:
        return await self.app.push_screen_wait(Choice(question, answers))

    # -- on the way ------------------------------------------------------------------------------------

    async def _send(self, act: NewAct) -> None:
        taken_here = await self.sending.send(act)
        await self.look()
        if taken_here and not self.works:
            await self._offer_to_resume()

    async def look(self) -> None:
        """Take in what is new of the run."""
        raise NotImplementedError

    async def _offer_to_resume(self) -> None:
        """Something waits for an engine: ask whether one is to begin."""
        run = self.model.run
        if run is None or not any(row.state is ActState.WAITING for row in self.model.acts):
            return
        ways = ways_on(self.model)[:1]
        if not ways:
            self.notify(f"{run.status_reason}; it is kept until the run goes on with a larger one", markup=False)
            return
        answers = [("resume", ways[0].words), ("", "later; it is kept")]
        if await self._ask(f"The run is {self.model.status}: this is done when it goes on.", answers):
            self.start_engine(*ways[0].options)

    def tell_of_acts(self, rows: Sequence[ActRow]) -> None:
        """Say what became of acts that were asked for here."""
        paused = bool(self.model.controls.get("pause")) and not self.model.controls.get("steps")
        for words, bad in self.sending.news(rows, works=self.works, paused=paused):
            self.notify(words, severity="error" if bad else "information", markup=False, timeout=8)
