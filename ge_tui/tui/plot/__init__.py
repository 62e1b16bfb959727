"""Plots in characters: axes with round numbers, lines in braille, boxes of cells. All but `board` is pure."""
