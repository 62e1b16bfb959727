"""Source text as a syntax tree, and every way in which that can fail."""

from __future__ import annotations

import ast
import warnings


class NotPythonError(ValueError):
    """The text is not Python, or it is nested too deeply for Python's own parser."""

    def __init__(self, detail: str, line: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.line = line
        """Counted from 1; None where the parser names no line."""


def parse(text: str) -> ast.Module:
    """The syntax tree of any text. Raises NotPythonError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a genome writes must not end up on the user's terminal
            return ast.parse(text)
    except SyntaxError as error:
        raise NotPythonError(error.msg, error.lineno) from None
    except (RecursionError, MemoryError):
        raise NotPythonError("it is nested too deeply") from None
    except ValueError as error:  # lone surrogates; NUL in some versions
        raise NotPythonError(str(error)) from None
