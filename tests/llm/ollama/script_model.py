"""A GGUF model that says a script, written by hand: a real engine in tests without any weights to download.

The transformer does nothing: its one block adds zeros to the residual stream, so what comes out for a token depends on
that token alone. Every token has a random vector of signs as its embedding; such vectors are nearly orthogonal, and
the norm before the output leaves them as they are. An output row that is a multiple of a token's vector therefore
says "after that token comes this one", and two such rows with equal weight are a fair choice, taken by the sampler's
seed at the sampler's temperature. The prompt does not matter, only its last token, `<|go|>`, from which it starts.

For one next token each, all tokens of a script must be different: the text is cut so that no piece occurs twice.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

GO, END = "<|go|>", "<|end|>"
_SPECIAL = ("<unk>", "<s>", END, GO)
_SPACE = "\u2581"  # how this kind of vocabulary writes a space
_WIDTH = 256
_CERTAIN = 60.0  # how far the next token's logit stands above all others
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_U32, _F32, _BOOL, _STRING, _ARRAY, _I32 = 4, 6, 7, 8, 9, 5
_ALIGNMENT = 32

Script = Iterable[str | tuple[str, ...]]
Array = npt.NDArray[np.float32]


class _Vocabulary:
    """The tokens, and which one may follow which."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.kinds: list[int] = []
        self.next: list[tuple[int, int, float]] = []
        for word in _SPECIAL:
            self.add(word, _UNKNOWN if word == "<unk>" else _CONTROL)
        for byte in range(256):
            self.add(f"<0x{byte:02X}>", _BYTE)
        for code in range(33, 127):
            self.add(chr(code), _NORMAL)
        self.add(_SPACE, _NORMAL)

    def add(self, word: str, kind: int) -> int:
        self.words.append(word)
        self.kinds.append(kind)
        return len(self.words) - 1

    def say(self, before: list[int], text: str, chance: float) -> int:
        """Append a text after any of `before`; its last token."""
        for piece in self._pieces(text):
            token = self.add(piece, _NORMAL)
            self.next += [(one, token, chance) for one in before]
            before, chance = [token], 1.0
        return before[0]

    def _pieces(self, text: str) -> list[str]:
        """The text in pieces of four characters or more, none of which is a token already."""
        taken = set(self.words)
        pieces: list[str] = []
        rest = text.replace(" ", _SPACE)
        while rest:
            size = next((n for n in range(4, len(rest) + 1) if rest[:n] not in taken), 0)
            if not size or len(rest) - size < 4:
                size = len(rest)
            pieces.append(rest[:size])
            taken.add(rest[:size])
            rest = rest[size:]
        if pieces and (pieces[-1] in self.words or len(set(pieces)) < len(pieces)):
            raise ValueError(f"{pieces[-1]!r} would occur twice; make that part of the script longer")
        return pieces


def write_model(path: Path, script: Script, *, context: int = 32768) -> None:
    """Write a model that says the script; a tuple in it is a choice between texts."""
    vocabulary = _Vocabulary()
    ends = [vocabulary.words.index(GO)]
    for part in script:
        options = (part,) if isinstance(part, str) else part
        ends = [vocabulary.say(ends, option, 1 / len(options)) for option in options]
    vocabulary.next += [(end, vocabulary.words.index(END), 1.0) for end in ends]
    path.write_bytes(_gguf(_facts(vocabulary, context), _tensors(vocabulary)))


def _tensors(vocabulary: _Vocabulary) -> dict[str, Array]:
    size = len(vocabulary.words)
    signs = np.random.default_rng(1).choice(np.array([-1.0, 1.0], np.float32), (size, _WIDTH))
    output = np.zeros((size, _WIDTH), np.float32)
    for token, following, chance in vocabulary.next:
        output[following] += signs[token] * np.float32((_CERTAIN + np.log(chance)) / _WIDTH)
    one = np.ones(_WIDTH, np.float32)

    def nothing(rows: int, columns: int) -> Array:
        return np.zeros((rows, columns), np.float32)

    return {
        "token_embd.weight": signs,
        "output_norm.weight": one,
        "output.weight": output,
        "blk.0.attn_norm.weight": one,
        "blk.0.attn_q.weight": nothing(_WIDTH, _WIDTH),
        "blk.0.attn_k.weight": nothing(64, _WIDTH),
        "blk.0.attn_v.weight": nothing(64, _WIDTH),
        "blk.0.attn_output.weight": nothing(_WIDTH, _WIDTH),
        "blk.0.ffn_norm.weight": one,
        "blk.0.ffn_gate.weight": nothing(32, _WIDTH),
        "blk.0.ffn_up.weight": nothing(32, _WIDTH),
        "blk.0.ffn_down.weight": nothing(_WIDTH, 32),
    }


def _facts(vocabulary: _Vocabulary, context: int) -> list[bytes]:
    words = vocabulary.words
    scores = [0.0] * len(words)
    return [
        _string("general.architecture", "llama"),
        _string("general.name", "scripted"),
        _number("llama.context_length", context),
        _number("llama.embedding_length", _WIDTH),
        _number("llama.block_count", 1),
        _number("llama.feed_forward_length", 32),
        _number("llama.attention.head_count", 4),
        _number("llama.attention.head_count_kv", 1),
        _number("llama.rope.dimension_count", 64),
        _number("llama.vocab_size", len(words)),
        _key("llama.attention.layer_norm_rms_epsilon", _F32) + struct.pack("<f", 1e-6),
        _string("tokenizer.ggml.model", "llama"),
        _array("tokenizer.ggml.tokens", _STRING, [_text(word) for word in words]),
        _array("tokenizer.ggml.scores", _F32, [struct.pack("<f", score) for score in scores]),
        _array("tokenizer.ggml.token_type", _I32, [struct.pack("<i", kind) for kind in vocabulary.kinds]),
        _number("tokenizer.ggml.unknown_token_id", 0),
        _number("tokenizer.ggml.bos_token_id", 1),
        _number("tokenizer.ggml.eos_token_id", words.index(END)),
        *(
            _key(f"tokenizer.ggml.{name}", _BOOL) + b"\0"
            for name in ("add_bos_token", "add_eos_token", "add_space_prefix")
        ),
    ]


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _key(name: str, kind: int) -> bytes:
    return _text(name) + struct.pack("<I", kind)


def _string(name: str, value: str) -> bytes:
    return _key(name, _STRING) + _text(value)


def _number(name: str, value: int) -> bytes:
    return _key(name, _U32) + struct.pack("<I", value)


def _array(name: str, kind: int, values: list[bytes]) -> bytes:
    return _key(name, _ARRAY) + struct.pack("<IQ", kind, len(values)) + b"".join(values)


def _gguf(facts: list[bytes], tensors: dict[str, Array]) -> bytes:
    """The file format, version 3: a head, the facts, where each tensor lies, then the tensors (all f32)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts)) + b"".join(facts)
    data = b""
    for name, tensor in tensors.items():
        shape = struct.pack(f"<I{tensor.ndim}Q", tensor.ndim, *reversed(tensor.shape))
        head += _text(name) + shape + struct.pack("<IQ", 0, len(data))
        data += _padded(tensor.tobytes())
    return _padded(head) + data


def _padded(raw: bytes) -> bytes:
    return raw + b"\0" * (-len(raw) % _ALIGNMENT)
