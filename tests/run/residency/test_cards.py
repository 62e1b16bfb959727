"""What nvidia-smi says, and what is made of it."""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.run.residency import Card, cards
from ge_tui.run.residency.cards import cards_in, read_cards

TWO = """GPU-0a1b2c3d-1111, NVIDIA GeForce RTX 4090, 24564, 23012
GPU-9f8e7d6c-2222, NVIDIA GeForce RTX 3090, 24576, 1200
"""


def test_every_card_with_its_memory() -> None:
    assert cards_in(TWO, {}) == (
        Card("NVIDIA GeForce RTX 4090", 24_564, 23_012),
        Card("NVIDIA GeForce RTX 3090", 24_576, 1_200),
    )


@pytest.mark.parametrize(
    ("visible", "trains"),
    [
        ("", [True, True]),
        ("1", [False, True]),
        ("0,1", [True, True]),
        ("GPU-0a1b2c3d-1111", [True, False]),
        ("GPU-9f8e", [False, True]),
    ],
)
def test_trainings_run_on_the_cards_that_are_visible(visible: str, trains: list[bool]) -> None:
    found = cards_in(TWO, {"CUDA_VISIBLE_DEVICES": visible})
    assert [card.trains for card in found] == trains


@pytest.mark.parametrize(
    "printed",
    ["", "Failed to initialize NVML: Driver/library version mismatch", "GPU-1, NVIDIA A100, [N/A], [N/A]", ",,,"],
)
def test_what_does_not_tell_is_no_card(printed: str) -> None:
    assert cards_in(printed, {}) == ()


@given(st.text())
def test_no_answer_is_an_error(printed: str) -> None:
    assert all(card.free_mb >= 0 for card in cards_in(printed, {}))


async def test_only_trainings_on_a_gpu_share_its_memory() -> None:
    assert await read_cards("cpu") == ()
    (shared,) = await read_cards("mps")
    assert 0 < shared.free_mb < shared.total_mb


async def test_the_program_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{TWO}END\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert [card.free_mb for card in await read_cards("cuda")] == [23_012, 1_200]


@pytest.mark.parametrize("code", ["raise SystemExit(9)", "import time; time.sleep(60)"])
async def test_a_program_that_fails_or_hangs_tells_nothing(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "_PATIENCE_S", 0.5)
    began = time.monotonic()
    assert await read_cards("cuda", query=(sys.executable, "-c", code)) == ()
    assert time.monotonic() - began < 20
    assert await read_cards("cuda", query=("no-such-program-anywhere",)) == ()
