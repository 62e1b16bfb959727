"""Read pickles of plain values and byte arrays, and nothing else: no code of the pickle's choice runs.

CIFAR-10 is published as Python 2 pickles. A pickle names functions to call; here the few names that a
NumPy array needs lead to stand-ins that only take notes, and every other name is refused.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray


class RefusedPickleError(Exception):
    """The pickle is damaged, or asks for something other than plain values and byte arrays."""


def read_pickle(content: bytes) -> dict[bytes, Any]:
    """The dictionary in a pickle; its Python 2 strings are bytes, its byte arrays uint8 arrays.

    Raises RefusedPickleError.
    """
    try:
        value = _Reader(io.BytesIO(content), encoding="bytes").load()
        if not isinstance(value, dict):
            raise RefusedPickleError(f"it holds a {type(value).__name__}, not a dictionary")
        return {key: item.read() if isinstance(item, _Array) else item for key, item in value.items()}
    except _DAMAGE as error:
        raise RefusedPickleError(str(error) or type(error).__name__) from error


_DAMAGE = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


class _Type:
    """Stands for `numpy.dtype`."""

    def __init__(self, code: bytes | str, *_flags: object) -> None:
        self.code = code.decode("ascii") if isinstance(code, bytes) else code

    def __setstate__(self, state: tuple[object, ...]) -> None:
        """Byte order and alignment: nothing that matters to bytes."""


class _Array:
    """Stands for `numpy.ndarray`: shape and bytes."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, self.shape, self.type, self.is_fortran, self.content = state

    def read(self) -> NDArray[np.uint8]:
        if not isinstance(self.type, _Type) or self.type.code != "u1" or self.is_fortran:
            raise RefusedPickleError("it holds an array of something other than bytes")
        if not isinstance(self.content, bytes):
            raise RefusedPickleError("it holds an array without its bytes")
        return np.frombuffer(self.content, np.uint8).reshape(self.shape)


def _new_array(*_arguments: object) -> _Array:
    return _Array()


def _encode(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes into a pickle of protocol 2."""
    if encoding != "latin1":
        raise RefusedPickleError(f"it encodes text as {encoding}")
    return text.encode("latin1")


_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encode,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> Any:
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise RefusedPickleError(f"it asks for {module}.{name}") from None
