"""Any text in ASCII, cell for cell, for terminals whose encoding or font has nothing else. Pure."""

from __future__ import annotations

from unicodedata import normalize

from rich.cells import get_character_cell_size

_SIGNS = {
    **dict.fromkeys("─╌┄┈╴╶–—−‐‑▔⎯", "-"),
    **dict.fromkeys("━═╍┅┉╸╺", "="),
    **dict.fromkeys("│┃║╎╏┆┇┊┋╵╷╹╻▏▎▍▌▐▕⎸", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╭╮╯╰", "+"),
    **dict.fromkeys("█▉▊▋▇▆▓▀▄■◼◆⣿", "#"),
    **dict.fromkeys("▅▒▃▂▪◾", "="),
    **dict.fromkeys("░▁·•∙‧⋅", "."),
    **dict.fromkeys("★☆✦✧⋆", "*"),
    **dict.fromkeys("●⬤○◌◇□◯◦", "o"),
    **dict.fromkeys("✓✔", "v"),
    **dict.fromkeys("✗✘×✕✖", "x"),
    **dict.fromkeys("→▶▸►›»⟩❯≻", ">"),
    **dict.fromkeys("←◀◂◄‹«⟨❮≺", "<"),
    **dict.fromkeys("↑▲△▴⏶", "^"),
    **dict.fromkeys("↓▼▽▾⏷", "v"),
    **dict.fromkeys("↳↪⤷╰", "\\"),
    **dict.fromkeys("⇥↹⏎↵↩", ">"),
    **dict.fromkeys("‘’‛′", "'"),
    **dict.fromkeys("“”„″", '"'),
    "…": "~", "±": "+", "≈": "~", "≤": "<", "≥": ">", "≠": "!", "∞": "%", "°": "o", "Δ": "d", "δ": "d", "µ": "u",
    "μ": "u", "σ": "s", "‖": "|", "∅": "0", "√": "/", "÷": "/", "¶": "$", "§": "$", "\N{REPLACEMENT CHARACTER}": "?",
    "\N{DOTTED CIRCLE}": "o",
}  # fmt: skip


class _Table(dict[int, str]):
    """What stands for each character, worked out once."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain(chr(code))
        return plain


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in _SIGNS:
        return _SIGNS[letter]
    cells = get_character_cell_size(letter)
    if "\u2800" <= letter <= "\u28ff":  # braille, of plots
        return " " if letter == "\u2800" else ":"
    if "\u2400" <= letter <= "\u241f":  # a control character made visible
        return "^"
    base = "".join(part for part in normalize("NFKD", letter) if part.isascii() and part.isprintable())
    return base[:cells].ljust(cells, "?") if base else "?" * cells


_TABLE = _Table()


def plain(text: str) -> str:
    """A text in ASCII that takes as many cells; letters lose their marks, what has no likeness becomes `?`."""
    return text if text.isascii() else text.translate(_TABLE)
