"""Names of keys: what a user writes, what Textual calls it, and what no terminal can send. Pure."""

from __future__ import annotations

from textual.keys import Keys, _character_to_key

from ge_tui.printable import printable

_MODIFIERS = ("alt", "ctrl", "shift", "super", "hyper", "meta")
_NAMED = {key.value for key in Keys if "+" not in key.value and not key.value.startswith("<")}
_ALSO = {"esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup", "pgdn": "pagedown",
         "page_up": "pageup", "page_down": "pagedown", "bs": "backspace", "spc": "space"}  # fmt: skip
_SAME_AS = {"ctrl+m": "enter", "ctrl+i": "tab", "ctrl+h": "backspace", "ctrl+j": "enter", "ctrl+tab": "tab"}
_TAKEN = {"ctrl+c": "it ends the app, or copies what is selected", "ctrl+z": "it suspends the app"}


def read_key(text: str) -> str:
    """A key as Textual calls it. Raises ValueError that says what is wrong with the name."""
    if text == " ":
        return "space"
    written = text.strip()
    if not written:
        raise ValueError("a key has no name")
    if len(written) == 2 and written[0] == "^":
        written = f"ctrl+{written[1].lower()}"
    *modifiers, base = _parts(written)
    modifiers = [modifier.lower() for modifier in modifiers]
    for modifier in modifiers:
        if modifier not in _MODIFIERS:
            raise ValueError(f"'{text}': '{modifier}' is no modifier; there are: {', '.join(_MODIFIERS)}")
    key = "+".join([*sorted(set(modifiers), key=_MODIFIERS.index), _base(text, base, modified=bool(modifiers))])
    if key in _SAME_AS:
        raise ValueError(f"'{text}': terminals send the same for it as for {_SAME_AS[key]}")
    if key in _TAKEN:
        raise ValueError(f"'{text}' cannot be given away: {_TAKEN[key]}")
    return key


def _parts(written: str) -> list[str]:
    if written == "+":
        return ["+"]
    if written.endswith("++"):
        return [*written[:-2].split("+"), "+"]
    return written.split("+")


def _base(text: str, base: str, *, modified: bool) -> str:
    if len(base) == 1 and base.isprintable():
        return _character_to_key(base.lower() if modified and base.isascii() else base)
    name = _ALSO.get(base.lower(), base.lower())
    if name in _NAMED or _is_character_name(name):
        return name
    raise ValueError(f"'{printable(text)}' is no key; write it as in s, S, ctrl+s, f5, shift+tab, enter, question_mark")


def _is_character_name(name: str) -> bool:
    """Whether it is how Textual names a sign, as `left_square_bracket`."""
    return name in CHARACTER_NAMES


CHARACTER_NAMES = {_character_to_key(chr(code)) for code in range(0x21, 0x7F)}
