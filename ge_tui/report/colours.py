"""The colours of pictures, on light and on dark paper. Told apart by those who see few colours too."""

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
DARK: Mapping[str, str] = {
    "paper": "#14181d",
    Ink.TEXT: "#e6e9ed",
    Ink.MUTED: "#98a3ae",
    Ink.GRID: "#2c343d",
    Ink.ONE: "#5cb3f5",
    Ink.TWO: "#ff9a5c",
    Ink.THREE: "#48cfa5",
    Ink.FOUR: "#d692ea",
    Ink.FIVE: "#e2bd4a",
    Ink.SIX: "#b4bec9",
}
