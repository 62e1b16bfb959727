"""The calls under way, each with the text that has come of it so far. Pure; told the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from ge_tui.run.store.live_calls import Key, LiveCall
from ge_tui.tui.text.document import Document, Part, part_of

THOUGHTS = 0
_LOOK_BACK_S = 8.0
"""Over so many seconds the pace is measured."""


class Lane:
    """One call."""

    def __init__(self, call: LiveCall) -> None:
        self.call = call
        self.document = Document(Part("thoughts", "quiet"), Part("answer"))
        self.tries = 1
        self.letters = 0
        self.last_at: float | None = None
        """When words came last."""
        self.over = False
        """The call is on record, or was given up."""
        self._taken = 0
        self._newest: tuple[str, str] | None = None
        self._pace: deque[tuple[float, int]] = deque()
        self._raw: list[str] = []

    @property
    def prompt(self) -> Document:
        """What the model was sent."""
        return prompt_document(self.call.system, self.call.prompt)

    @property
    def text(self) -> str:
        """The answer so far, to the letter."""
        return "".join(self._raw)

    @property
    def thinks(self) -> bool:
        """Whether thoughts came, and no word of the answer yet."""
        thoughts, answer = self.document.parts
        return answer.empty and not thoughts.empty

    def take(self, said: Sequence[tuple[str, str]], now: float) -> range | None:
        """Take in what is new of all that was said; the rows of the document that are others now."""
        changed: range | None = None
        if self._taken and (len(said) < self._taken or said[self._taken - 1] is not self._newest):
            changed = range(self.document.row_count)  # it was sent once more: what came before does not count
            self._start_again()
        for kind, text in said[self._taken :]:
            rows = self.document.append(THOUGHTS if kind == "thinking" else 1, text)
            changed = rows if changed is None else range(min(changed.start, rows.start), max(changed.stop, rows.stop))
            self.letters += len(text)
            if kind != "thinking":
                self._raw.append(text)
        if len(said) > self._taken:
            self._taken, self._newest = len(said), said[-1]
            self._pace.append((now, self.letters))
            self.last_at = now
        return changed

    def pace(self, now: float) -> float | None:
        """Letters a second of late; None where too little has come to tell."""
        while len(self._pace) > 2 and self._pace[0][0] < now - _LOOK_BACK_S:
            self._pace.popleft()
        if len(self._pace) < 2:
            return None
        (first, before), seconds = self._pace[0], now - self._pace[0][0]
        return (self.letters - before) / seconds if seconds > 0.2 and first < self._pace[-1][0] else None

    def _start_again(self) -> None:
        self.document.clear()
        self.tries += 1
        self.letters = self._taken = 0
        self._newest = None
        self._pace.clear()
        self._raw = []


class Lanes:
    """All calls under way, one of which is looked at."""

    def __init__(self) -> None:
        self.current: Lane | None = None
        self._lanes: dict[tuple[Key, float], Lane] = {}

    @property
    def live(self) -> list[Lane]:
        """Those under way, the oldest first."""
        return list(self._lanes.values())

    def update(self, calls: Sequence[LiveCall]) -> None:
        """Calls began or ended; another may be looked at afterwards only by `settle`."""
        before, self._lanes = self._lanes, {}
        for call in calls:
            known = call.key, call.at
            self._lanes[known] = before.get(known) or Lane(call)
        for known, lane in before.items():
            lane.over = known not in self._lanes

    def take(self, words: Mapping[Key, Sequence[tuple[str, str]]], now: float) -> dict[int, range]:
        """Take in new words; the changed rows by the lane's place among those under way."""
        changed: dict[int, range] = {}
        for index, lane in enumerate(self._lanes.values()):
            rows = lane.take(words.get(lane.call.key, ()), now)
            if rows is not None:
                changed[index] = rows
        return changed

    def settle(self, *, held: bool) -> bool:
        """Look at a call under way where the one looked at is over, unless it is held; whether it is another now."""
        before = self.current
        if (before is None or before.over) and not (held and before is not None) and self._lanes:
            self.current = next(iter(self._lanes.values()))
        return self.current is not before

    def step(self, step: int) -> bool:
        """Look at the next or the one before; whether it is another now."""
        live = self.live
        if not live:
            return False
        at = next((index for index, lane in enumerate(live) if lane is self.current), None)
        before = self.current
        self.current = live[0 if at is None else (at + step) % len(live)]
        return self.current is not before

    def go(self, individual: int) -> bool:
        """Look at a call for an individual; whether there is one and it is another now."""
        found = next((lane for lane in self.live if lane.call.individual == individual), None)
        if found is None or found is self.current:
            return False
        self.current = found
        return True


def prompt_document(system: str, prompt: str) -> Document:
    """What a model is sent."""
    return Document(part_of(system, "system"), part_of(prompt, "prompt"))
