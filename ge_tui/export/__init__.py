"""Shipping a winner: a folder that stands alone, and the proof of what is claimed of it."""
