"""Calls under way: their words once each, thoughts apart, and which of them is looked at."""

from __future__ import annotations

from dataclasses import replace

from ge_tui.run.store.live_calls import Key, LiveCall, Words
from ge_tui.tui.llm.lanes import Lane, Lanes
from ge_tui.tui.llm.live import figures, reading_of
from ge_tui.tui.watch import RunModel, Update


def call(individual: int, at: float = 100.0) -> LiveCall:
    return LiveCall(individual, 0, 0, at, "mutate", "mutate_segment", "mad_scientist", "params", "SE", "coder:7b", 0.2,
                    "the system", "the prompt")  # fmt: skip


def words(seq: int, key: Key, text: str, kind: str = "text") -> Words:
    return Words(seq, key, kind, text)


def texts(lane: Lane) -> list[str]:
    return ["\n".join(part.lines) for part in lane.document.parts]


class Screen:
    """A model that is fed, and lanes that look at it."""

    def __init__(self, *calls: LiveCall) -> None:
        self.model, self.lanes, self.now = RunModel(), Lanes(), 0.0
        self.calls(*calls)

    def calls(self, *calls: LiveCall, held: bool = False) -> bool:
        self.model.apply(Update(calls=calls))
        self.lanes.update(self.model.calls)
        return self.lanes.settle(held=held)

    def say(self, *said: Words) -> dict[int, range]:
        self.now += 1.0
        self.model.apply(Update(words=said))
        return self.lanes.take(self.model.words, self.now)

    @property
    def current(self) -> Lane:
        assert self.lanes.current is not None
        return self.lanes.current


def test_words_come_once_and_thoughts_stay_apart() -> None:
    screen = Screen(call(1))
    key = call(1).key
    screen.say(words(1, key, "hm, ", "thinking"), words(2, key, "well", "thinking"))
    assert screen.current.thinks
    assert screen.say() == {}
    screen.say(words(3, key, "Here "), words(4, key, "is", "text"), words(5, key, "!", "thinking"))
    assert texts(screen.current) == ["hm, well!", "Here is"]
    assert screen.current.text == "Here is"
    assert not screen.current.thinks


def test_a_call_that_is_sent_again_begins_again_even_when_as_much_came_already() -> None:
    screen = Screen(call(1))
    key = call(1).key
    screen.say(words(1, key, "first "), words(2, key, "try"))
    screen.say(words(3, key, "broken", "again"), words(4, key, "second "), words(5, key, "go"))
    assert texts(screen.current) == ["", "second go"]
    assert (screen.current.tries, screen.current.text) == (2, "second go")
    assert "sent 2 times" in figures(screen.current, 1.0, 101.0, alive=True)


def test_another_is_looked_at_only_when_one_is_over_and_not_read() -> None:
    screen = Screen(call(1), call(2))
    assert screen.current.call.individual == 1
    assert not screen.calls(call(1), call(2), call(3))
    assert screen.lanes.step(-1)
    assert screen.current.call.individual == 3
    assert screen.lanes.go(2)
    assert not screen.lanes.go(9)
    assert not screen.calls(call(1), held=True)
    assert (screen.current.call.individual, screen.current.over) == (2, True)
    assert screen.calls(call(1))
    assert not screen.calls()
    assert screen.current.over
    assert screen.calls(call(4))
    assert screen.current.call.individual == 4


def test_a_call_that_an_engine_made_anew_is_another_call() -> None:
    screen = Screen(call(1))
    screen.say(words(1, call(1).key, "old"))
    first = screen.current
    screen.calls(call(1, at=200.0))
    assert screen.current is not first


def test_how_it_goes_in_words() -> None:
    screen = Screen(call(1))
    key = call(1).key

    def told(clock: float, *, alive: bool = True) -> str:
        return figures(screen.current, screen.now, clock, alive=alive)

    assert told(103.0) == "coder:7b at 0.2 · 3.0 s · waiting for the first word"
    screen.say(words(1, key, "x" * 100, "thinking"))
    assert told(103.0).endswith("100 letters, thinking")
    for seq in range(2, 8):
        screen.say(words(seq, key, "x" * 50))
    assert told(110.0).endswith("10 s · 400 letters, 50/s")
    screen.now += 60
    assert told(170.0).endswith("silent for 60 s")
    assert told(170.0, alive=False).endswith("cut off: no engine works on the run")
    screen.calls()
    assert told(170.0).endswith("it is over")
    lane = Lane(replace(call(5), attempt=2, step=1, temperature=None))
    assert figures(lane, 0.0, 100.0, alive=True) == "coder:7b · 0.0 s · waiting for the first word · try 3, step 2"


def test_what_was_asked_can_be_read_and_copied() -> None:
    reading = reading_of(Lane(call(7)))
    assert reading.who == "#7 mutate of SE by mad scientist: params"
    assert reading.raw_prompt == "the system\n\nthe prompt"
    assert reading.prompt is not None
    assert [part.lines for part in reading.prompt.parts] == [["the system"], ["the prompt"]]
