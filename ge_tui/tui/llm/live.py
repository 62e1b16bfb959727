"""The words above a call under way. Pure."""

from __future__ import annotations

from ge_tui.tui.llm.documents import who
from ge_tui.tui.llm.lanes import Lane
from ge_tui.tui.llm.reading import Reading
from ge_tui.tui.text.numbers import short_duration
from ge_tui.tui.text.safe import clean_line

_SILENT_S = 10.0
"""After so long without a word it is said."""


def reading_of(lane: Lane) -> Reading:
    """A call under way, to read while it grows."""
    call = lane.call
    asked = f"{call.system}\n\n{call.prompt}" if call.system else call.prompt
    return Reading(
        lane.document,
        lane.prompt,
        who(call.individual, call.operator, call.segment, call.persona, call.category),
        raw_prompt=asked,
        individual=call.individual,
    )


def figures(lane: Lane, now: float, clock: float, *, alive: bool) -> str:
    """How the call goes; `clock` is the time of day, `now` that of the lane."""
    call = lane.call
    heat = f" at {call.temperature}" if call.temperature is not None else ""
    parts = [f"{clean_line(call.model)}{heat}"]
    if lane.over:
        parts.append("it is over")
    elif not alive:
        parts.append("cut off: no engine works on the run")
    else:
        parts.append(short_duration(max(0.0, clock - call.at)))
        parts.append(_progress(lane, now))
    tries = call.attempt + 1
    if tries > 1 or call.step:
        parts.append(f"try {tries}" + (f", step {call.step + 1}" if call.step else ""))
    if lane.tries > 1:
        parts.append(f"sent {lane.tries} times")
    return " · ".join(parts)


def _progress(lane: Lane, now: float) -> str:
    if not lane.letters:
        return "waiting for the first word"
    speed = lane.pace(now)
    shown = f"{lane.letters:,} letters" + (f", {speed:,.0f}/s" if speed is not None else "")
    silent = now - lane.last_at if lane.last_at is not None else 0.0
    if silent > _SILENT_S:
        return f"{shown}, silent for {short_duration(silent)}"
    return f"{shown}, thinking" if lane.thinks else shown
