"""Texts that others wrote, safe and cut to cells, long ones to scroll through, and figures in few characters."""
