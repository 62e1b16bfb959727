"""The colours of pictures that are files, on light paper; those of the page are in page.css. Told apart by those who
see few colours too."""

from __future__ import annotations

from collections.abc import Mapping

from ge_tui.report.drawing import Ink

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    Ink.TEXT: "#1d2329",
    Ink.MUTED: "#66707b",
    Ink.GRID: "#dde1e6",
    Ink.ONE: "#0b6bb8",
    Ink.TWO: "#c2410c",
    Ink.THREE: "#0f7b5f",
    Ink.FOUR: "#9333a8",
    Ink.FIVE: "#8a6a00",
    Ink.SIX: "#4a5560",
}
