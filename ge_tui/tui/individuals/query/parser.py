"""Reading a filter. It raises QueryError and nothing else, whatever was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite

from ge_tui.tui.individuals.query.nodes import SPECIAL, And, Compare, Flag, Node, Not, Or, QueryError, Said, Text
from ge_tui.tui.individuals.query.vocabulary import ALIASES, FLAGS, NUMBERS, TEXTS, field_named, nearest

_DEPTH = 40
"""Parentheses and negations within one another."""
_SIGNS = ("<=", ">=", "!=", "<", ">", "=", ":")
_NUMBER = re.compile(r"([-+]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([kKmMgGtT%]?)")
_SIZES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "%": 0.01}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text."""

    kind: str
    """`(`, `)`, `-`, `sign`, `word`, `quoted` or `end`."""
    text: str
    at: int


def parse(text: str) -> Node:
    """What a filter says. Raises QueryError."""
    reader = _Reader(_tokens(text))
    node = reader.alternatives(0)
    rest = reader.next
    if rest.kind == ")":
        raise QueryError("no parenthesis was opened here", rest.at)
    return node


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        after_sign = bool(tokens) and tokens[-1].kind == "sign"
        token, at = _token(text, at, after_sign=after_sign)
        tokens.append(token)
    return [*tokens, Token("end", "", len(text))]


def _token(text: str, at: int, *, after_sign: bool) -> tuple[Token, int]:
    character = text[at]
    if character in "()":
        return Token(character, character, at), at + 1
    if character == '"':
        return _quoted(text, at)
    for sign in _SIGNS:
        if text.startswith(sign, at):
            return Token("sign", sign, at), at + len(sign)
    if character == "-" and not after_sign:
        return Token("-", "-", at), at + 1
    if character == "!":
        raise QueryError("a lone '!'", at, "- or not")
    end = at
    while end < len(text) and not text[end].isspace() and text[end] not in SPECIAL:
        end += 1
    return Token("word", text[at:end], at), end


def _quoted(text: str, at: int) -> tuple[Token, int]:
    said: list[str] = []
    place = at + 1
    while place < len(text):
        if text[place] == '"':
            if not said:
                raise QueryError("nothing between the quotes", at)
            return Token("quoted", "".join(said), at), place + 1
        if text[place] == "\\" and text[place + 1 : place + 2] in ("\\", '"'):
            place += 1
        said.append(text[place])
        place += 1
    raise QueryError("the quotes are not closed", at)


class _Reader:
    """Goes through the pieces; every method reads one construct and leaves `next` behind it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self.next
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def _is_word(self, word: str) -> bool:
        return self.next.kind == "word" and self.next.text.casefold() == word and not self._sign_follows()

    def _sign_follows(self) -> bool:
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)].kind == "sign"

    def alternatives(self, depth: int) -> Node:
        nodes = [self._conjunction(depth)]
        while self._is_word("or"):
            joint = self._take()
            if nodes[-1] == And(()):
                raise QueryError("nothing before 'or'", joint.at)
            nodes.append(self._conjunction(depth))
            if nodes[-1] == And(()):
                raise QueryError("nothing after 'or'", joint.at)
        if len(nodes) == 1:
            return nodes[0]
        return Or(tuple(inner for node in nodes for inner in (node.nodes if isinstance(node, Or) else (node,))))

    def _conjunction(self, depth: int) -> Node:
        nodes: list[Node] = []
        while self.next.kind not in ("end", ")") and not self._is_word("or"):
            if self._is_word("and"):
                joint = self._take()
                if not nodes or self.next.kind in ("end", ")") or self._is_word("or"):
                    raise QueryError(f"nothing {'after' if nodes else 'before'} 'and'", joint.at)
                continue
            node = self._term(depth)
            nodes += node.nodes if isinstance(node, And) else (node,)
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _term(self, depth: int) -> Node:
        if depth > _DEPTH:
            raise QueryError("too many parentheses and negations within one another", self.next.at)
        if self.next.kind == "-" or self._is_word("not"):
            return self._negation(depth)
        token = self._take()
        if token.kind == "(":
            node = self.alternatives(depth + 1)
            if self._take().kind != ")":
                raise QueryError("the parenthesis is not closed", token.at)
            if node == And(()):
                raise QueryError("nothing between the parentheses", token.at)
            return node
        if token.kind == "sign":
            raise QueryError(f"nothing before '{token.text}' to compare", token.at)
        if token.kind == "word" and self.next.kind == "sign":
            return self._comparison(token)
        return Text(token.text) if token.kind == "quoted" else _bare(token)

    def _negation(self, depth: int) -> Node:
        sign = self._take()
        if self.next.kind in ("end", ")") or self._is_word("or") or self._is_word("and"):
            raise QueryError(f"nothing after '{sign.text}'", sign.at)
        return Not(self._term(depth + 1))

    def _comparison(self, name: Token) -> Node:
        sign, value = self._take(), self.next
        field = field_named(name.text)
        if field is None:
            near = nearest(name.text, (*TEXTS, *NUMBERS, *ALIASES, *FLAGS))
            advice = "" if near else "; put it in quotes to look for it as a text"
            raise QueryError(f"no field '{_short(name.text)}'{advice}", name.at, near)
        if value.kind not in ("word", "quoted"):
            what = "a number" if field in NUMBERS else "a word"
            raise QueryError(f"{what} is missing after '{name.text}{sign.text}'", sign.at + len(sign.text))
        self._take()
        if field in TEXTS:
            if sign.text not in (":", "=", "!="):
                raise QueryError(f"'{field}' is a word: it has no '{sign.text}'", sign.at, f"{field}:{value.text}")
            return Said(field, sign.text, value.text)
        return Compare(field, "=" if sign.text == ":" else sign.text, _number(value))


def _bare(token: Token) -> Node:
    word = token.text.casefold()
    if word in FLAGS:
        return Flag(word)
    if token.text.startswith("#"):
        return Compare("number", "=", _number(Token("word", token.text[1:], token.at + 1)))
    return Text(token.text)


def _number(token: Token) -> float:
    match = _NUMBER.fullmatch(token.text.removeprefix("#"))
    if match is None:
        raise QueryError(f"'{_short(token.text)}' is not a number, as 0.9, 90%, 500k or 1.5M are", token.at)
    number = float(match[1].replace("_", "").replace(",", "")) * _SIZES[match[2].casefold()]
    if not isfinite(number):
        raise QueryError(f"'{_short(token.text)}' is too large", token.at)
    return number


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:19] + "…"
