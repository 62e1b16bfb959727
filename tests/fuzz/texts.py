"""Texts that are nearly what they should be."""

from __future__ import annotations

from hypothesis import strategies as st

ODD = st.sampled_from(
    [
        *"=[].\"#{},é\x00\ufeff\r\n\U0001f9ec", "[[", "'''", "1e999", "nan", "-0", "9" * 30, "true", "''", "[]", "{}",
        "1979-05-27", "0x_f", "\\u0000", "../../etc/passwd",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(repr),
    st.booleans().map(lambda value: str(value).lower()),
    st.text(max_size=12).map(repr),
    st.lists(st.integers(-3, 3), max_size=3).map(repr),
    ODD,
)
"""As TOML might have them, or not."""


@st.composite
def edited(draw: st.DrawFn, text: str, pieces: st.SearchStrategy[str] = ODD) -> str:
    """A text with a few places cut out, doubled, or replaced by something odd."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        text = text[:start] + draw(st.one_of(st.just(""), st.just(text[start:end] * 2), pieces)) + text[end:]
    return text


@st.composite
def revalued(draw: st.DrawFn, text: str) -> str:
    """TOML with a few values replaced or lines left out."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[at].partition("=")
        if equals and draw(st.booleans()):
            lines[at] = f"{key}= {draw(VALUES)}"
        else:
            del lines[at]
    return "\n".join(lines) + "\n"
