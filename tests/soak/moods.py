"""Every way in which the soak's server goes wrong: those of the tests of single faults, and what they leave out."""

from __future__ import annotations

import random
from typing import Any

from ge_tui.llm.ollama import Policy
from ge_tui.llm.ollama.failure import POLICIES
from tests.llm import coder
from tests.llm.ollama.script import Say
from tests.run.test_llm_faults import ALL
from tests.run.test_rewording import rephrase

_LIE = "cut silently"
"""It says that a short prompt was long: whoever believes it sends shorter ones from then on."""
PASSING = [say for name, (say, kind, _) in ALL.items() if POLICIES[kind] is not Policy.STOP_RUN and name != _LIE]
"""The run goes on by itself."""
FATAL = [say for say, kind, _ in ALL.values() if POLICIES[kind] is Policy.STOP_RUN]
"""The run ends: a user has to do something, and resume it."""
ODD = [
    ALL[_LIE][0],
    Say("x = 1\n" * 400, piece_chars=6, pace_s=0.05),  # talks on, past the deadline
    Say("x" * 400, prompt_tokens=14_300),  # past its window
    Say(raw=b"\xff\xfe\x00\n"),
    Say(raw=b'{"response":"' + b"a" * 1_000_000),  # a line without an end
    Say(raw=b'{"response":null,"done":true}\n'),
    Say(raw=b'{"response":"a","done":true,"done_reason":"stop","eval_count":-1,"prompt_eval_count":1e400}\n'),
    Say(raw=b"[" * 10_000 + b"\n"),
    Say(status=499, body=""),
    Say(status=307, body=""),
    Say("\x00\u202e\ud7ff" * 20),
]


def well_meant(request: dict[str, Any], rng: random.Random) -> Say:
    """An answer that is none of the faults: now and then it thinks aloud, or comes in splinters."""
    text = rephrase(request) if "<request>" in request["prompt"] else coder.answer(request)
    if rng.random() < 0.1:
        text = f"<think>\nWhat if\u0085it were wider?\u2028```python\nx = 1\n```\n</think>\n{text}"
    splinters = rng.choice((0, 0, 0, 7, 1000))
    return Say(text, piece_chars=400, pace_s=rng.choice((0.0, 0.0, 0.002)), chunk_bytes=splinters,
               first_s=rng.choice((0.0, 0.0, 0.1)))  # fmt: skip


def mood(request: dict[str, Any], rng: random.Random, part: float, fatal: float) -> Say:
    """What a call gets: `part` of them go wrong, `fatal` of them so that the run ends."""
    at = rng.random()
    if at < fatal:
        return rng.choice(FATAL)
    if at < part:
        return rng.choice(PASSING if rng.random() < 0.9 else ODD)
    return well_meant(request, rng)
