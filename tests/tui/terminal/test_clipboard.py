"""Copying: in whichever way, it goes through tmux too."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.app import GeTui
from ge_tui.tui.terminal.clipboard import is_long, sendable, through_tmux
from tests.tui.rig import environment


@given(st.text(st.characters()))
def test_tmux_hands_the_same_text_through(text: str) -> None:
    assert through_tmux(text, {}) == ""
    sent = through_tmux(text, {"TMUX": "/tmp/tmux-0/default,1,0"})
    inner = re.fullmatch(r"\x1bPtmux;(.*)\x1b\\", sent, re.DOTALL)
    assert inner is not None
    plain = inner[1].replace("\x1b\x1b", "\x1b")
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\a", plain)
    assert found is not None
    assert base64.b64decode(found[1]).decode("utf-8") == sendable(text)


def test_a_long_text_is_known_to_be_long() -> None:
    assert not is_long("x" * 56_000)
    assert is_long("x" * 57_000)


async def test_whatever_is_copied_goes_through_tmux(tmp_path: Path) -> None:
    with environment(tmp_path, TMUX="/tmp/tmux-0/default,1,0"):
        async with GeTui(tmp_path).run_test() as pilot:
            with mock.patch.object(pilot.app._driver, "write") as write:
                pilot.app.copy_to_clipboard("half \ud800 a letter")
            sent = "".join(call.args[0] for call in write.mock_calls if call.args)
    encoded = base64.b64encode(b"half ? a letter").decode()
    assert pilot.app.clipboard == "half ? a letter"
    assert f"\x1b]52;c;{encoded}\a" in sent
    assert f"\x1bPtmux;\x1b\x1b]52;c;{encoded}\a\x1b\\" in sent
