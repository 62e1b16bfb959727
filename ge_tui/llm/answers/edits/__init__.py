"""Answers that change lines of the parent instead of sending the code again."""
