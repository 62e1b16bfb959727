"""Other ways to look at the same numbers: flattened, permuted, in parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from ge_tui.llm.offline.shapes.trace import Trace
from ge_tui.llm.offline.shapes.values import UNKNOWN, Literal, Tensor, origins_of

Arguments = Sequence[object]
Named = Mapping[str, object]
Rule = Callable[[Tensor, Arguments, Named, Trace], object]
"""From a tensor, the other arguments by position and by name, and the trace to a value."""


def flattened(tensor: Tensor, start: object, end: object) -> object:
    """A tensor with some neighbouring dimensions made one."""
    rank = len(tensor.shape)
    if not isinstance(start, int) or not isinstance(end, int) or not rank:
        return UNKNOWN
    start, end = start % rank, end % rank
    middle = _product(tensor.shape[start : end + 1])
    return Tensor((*tensor.shape[:start], middle, *tensor.shape[end + 1 :]))


def _product(sizes: Sequence[int]) -> int:
    """A product that stays tied to a width where the other factors are one."""
    wide = [size for size in sizes if size != 1]
    return wide[0] if len(wide) == 1 else Literal.of(math.prod(sizes), [o for s in sizes for o in origins_of(s)])


def _viewed(tensor: Tensor, rest: Arguments, _named: Named, trace: Trace) -> object:
    sizes = rest[0] if rest and isinstance(rest[0], tuple | list) else rest
    if not sizes or not all(isinstance(size, int) for size in sizes):
        return UNKNOWN
    known = [size for size in sizes if isinstance(size, int)]
    total, given = math.prod(tensor.shape), math.prod(size for size in known if size != -1)
    if known.count(-1) > 1 or given < 1 or total % given or (-1 not in known and total != given):
        trace.problems.append(f"{tensor.shape} cannot be seen as {tuple(known)}")
        return UNKNOWN
    left = [size for size in tensor.shape if size not in known and size != 1]
    inferred = _product(left) if math.prod(left) == total // given else total // given
    return Tensor(tuple(inferred if size == -1 else size for size in known))


def _permuted(tensor: Tensor, rest: Arguments, _named: Named, _: Trace) -> object:
    axes = rest[0] if rest and isinstance(rest[0], tuple | list) else rest
    rank = len(tensor.shape)
    if len(axes) != rank or not all(isinstance(axis, int) and -rank <= axis < rank for axis in axes):
        return UNKNOWN
    return Tensor(tuple(tensor.shape[axis] for axis in axes if isinstance(axis, int)))


def _transposed(tensor: Tensor, rest: Arguments, _named: Named, _: Trace) -> object:
    rank = len(tensor.shape)
    if len(rest) != 2 or not all(isinstance(axis, int) and -rank <= axis < rank for axis in rest):
        return UNKNOWN
    first, second = (axis for axis in rest if isinstance(axis, int))
    sizes = list(tensor.shape)
    sizes[first], sizes[second] = sizes[second], sizes[first]
    return Tensor(tuple(sizes))


def _squeezed(tensor: Tensor, rest: Arguments, named: Named, _: Trace) -> object:
    axis = rest[0] if rest else named.get("dim")
    rank = len(tensor.shape)
    if axis is None:
        return Tensor(tuple(size for size in tensor.shape if size != 1))
    if not isinstance(axis, int) or not -rank <= axis < rank:
        return UNKNOWN
    return Tensor(tuple(size for at, size in enumerate(tensor.shape) if at != axis % rank or size != 1))


def _unsqueezed(tensor: Tensor, rest: Arguments, named: Named, _: Trace) -> object:
    axis = rest[0] if rest else named.get("dim")
    rank = len(tensor.shape) + 1
    if not isinstance(axis, int) or not -rank <= axis < rank:
        return UNKNOWN
    at = axis % rank
    return Tensor((*tensor.shape[:at], 1, *tensor.shape[at:]))


def _chunked(tensor: Tensor, rest: Arguments, named: Named, _: Trace) -> object:
    parts = rest[0] if rest else named.get("chunks")
    axis = rest[1] if len(rest) > 1 else named.get("dim", 0)
    rank = len(tensor.shape)
    if not isinstance(parts, int) or not isinstance(axis, int) or parts < 1 or not -rank <= axis < rank:
        return UNKNOWN
    axis %= rank
    if parts > 64 or tensor.shape[axis] % parts:
        return UNKNOWN
    share = Literal.of(tensor.shape[axis] // parts, origins_of(tensor.shape[axis]))
    return tuple(Tensor((*tensor.shape[:axis], share, *tensor.shape[axis + 1 :])) for _ in range(parts))


def _size(tensor: Tensor, rest: Arguments, named: Named, _: Trace) -> object:
    axis = rest[0] if rest else named.get("dim")
    rank = len(tensor.shape)
    if axis is None:
        return tensor.shape
    return tensor.shape[axis] if isinstance(axis, int) and -rank <= axis < rank else UNKNOWN


def _flat(tensor: Tensor, rest: Arguments, named: Named, _: Trace) -> object:
    start = rest[0] if rest else named.get("start_dim", 0)
    return flattened(tensor, start, rest[1] if len(rest) > 1 else named.get("end_dim", -1))


VIEWS: Mapping[str, Rule] = {
    "flatten": _flat,
    "view": _viewed,
    "reshape": _viewed,
    "permute": _permuted,
    "transpose": _transposed,
    "squeeze": _squeezed,
    "unsqueeze": _unsqueezed,
    "chunk": _chunked,
    "size": _size,
}
