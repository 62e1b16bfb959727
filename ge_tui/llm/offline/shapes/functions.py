"""The functions and tensor methods a dry run knows, and what shape comes out of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from ge_tui.llm.offline.shapes.trace import Trace
from ge_tui.llm.offline.shapes.values import UNKNOWN, Literal, Tensor, origins_of

_SAME_SHAPE_NAMES = """
relu relu_ relu6 silu gelu hardswish mish leaky_relu elu selu celu softplus sigmoid sigmoid_ hardsigmoid
tanh hardtanh softsign softmax log_softmax dropout dropout1d dropout2d alpha_dropout feature_alpha_dropout
normalize layer_norm group_norm instance_norm clamp abs sqrt rsqrt exp log neg square sin cos contiguous
clone detach float to type zeros_like ones_like rand_like randn_like flip roll cumsum pow type_as half
double erf sign reciprocal
"""
_SAME_SHAPE = frozenset(_SAME_SHAPE_NAMES.split())
_REDUCTIONS = ("mean", "sum", "amax", "amin", "prod", "std", "var")
_FACTORIES = ("zeros", "ones", "empty", "randn", "rand")
_SUMS = ("add", "add_", "mul", "mul_", "sub", "sub_", "div", "div_", "maximum", "minimum")
_POOL_ARGUMENTS = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
_AVERAGE_ARGUMENTS = ("kernel_size", "stride", "padding", "ceil_mode")

_Arguments = Sequence[object]
_Named = Mapping[str, object]


def function(name: str, positional: _Arguments, named: _Named, trace: Trace) -> object:
    """Call a function of torch, or a method of a tensor with the tensor put first."""
    if name in _FACTORIES:
        sizes = positional[0] if positional and isinstance(positional[0], tuple | list) else positional
        return _sized(sizes)
    if not positional:
        return UNKNOWN
    first, rest = positional[0], positional[1:]
    if name in ("cat", "concat", "concatenate"):
        return _concatenated(first, rest[0] if rest else named.get("dim", 0), trace)
    if not isinstance(first, Tensor):
        return broadcast(rest[0], first, trace) if name in _SUMS and rest else UNKNOWN
    if name in _SAME_SHAPE:
        return Tensor(first.shape)
    if name in _SUMS and rest:
        return broadcast(first, rest[0], trace)
    rule = _RULES.get("reduce" if name in _REDUCTIONS else name)
    return rule(first, rest, named, trace) if rule else UNKNOWN


def broadcast(first: object, second: object, trace: Trace) -> object:
    """The shape of an elementwise operation on two values.

    A tensor with something unknown keeps its shape: in a program that runs, only a tensor with dimensions
    of size one could come out larger.
    """
    if not isinstance(first, Tensor):
        first, second = second, first
    if not isinstance(first, Tensor):
        return UNKNOWN
    if not isinstance(second, Tensor):
        if second is UNKNOWN and 1 in first.shape[1:]:
            return UNKNOWN
        return Tensor(first.shape)
    sizes = []
    for one, other in zip_longest(reversed(first.shape), reversed(second.shape), fillvalue=1):
        if one != other and 1 not in (one, other):
            trace.problems.append(f"{first.shape} does not fit {second.shape}")
            return Tensor(first.shape)
        if one == other:
            trace.tie(one, other)
        sizes.append(other if one == 1 else one)
    return Tensor(tuple(reversed(sizes)))


def matrix_product(first: Tensor, second: Tensor, trace: Trace) -> object:
    if len(first.shape) < 2 or len(second.shape) < 2:
        return UNKNOWN
    trace.tie(first.shape[-1], second.shape[-2])
    if first.shape[-1] != second.shape[-2]:
        trace.problems.append(f"{first.shape} times {second.shape}")
    longer = first.shape if len(first.shape) >= len(second.shape) else second.shape
    return Tensor((*longer[:-2], first.shape[-2], second.shape[-1]))


def pooled(tensor: Tensor, arguments: _Named, trace: Trace) -> object:
    """Max or average pooling of images."""
    kernel = arguments.get("kernel_size")
    stride = arguments.get("stride")
    stride = kernel if stride is None else stride
    padding, dilation, ceil = (
        arguments.get(name, at) for name, at in (("padding", 0), ("dilation", 1), ("ceil_mode", 0))
    )
    if len(tensor.shape) != 4 or not (isinstance(kernel, int) and isinstance(stride, int) and isinstance(padding, int)):
        return UNKNOWN
    if stride < 1 or kernel < 1 or dilation != 1 or not isinstance(ceil, int):
        return UNKNOWN
    sizes = []
    for size in tensor.shape[2:]:
        span = size + 2 * padding - kernel
        steps = -(-span // stride) if ceil else span // stride
        if ceil and steps * stride >= size + padding:  # the last window must start inside the image
            steps -= 1
        sizes.append(steps + 1)
    if min(sizes) < 1 or 2 * padding > kernel:
        trace.problems.append("the pooling window is larger than the image")
        return UNKNOWN
    return Tensor((*tensor.shape[:2], *sizes))


def adaptive_pool(tensor: Tensor, size: object) -> object:
    if len(tensor.shape) != 4:
        return UNKNOWN
    if isinstance(size, int):
        return Tensor((*tensor.shape[:2], size, size))
    if isinstance(size, tuple | list) and len(size) == 2 and all(isinstance(part, int) for part in size):
        return Tensor((*tensor.shape[:2], *size))
    return UNKNOWN


def flattened(tensor: Tensor, start: object, end: object) -> object:
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


def _sized(sizes: object) -> object:
    if isinstance(sizes, tuple | list) and all(isinstance(size, int) for size in sizes):
        return Tensor(tuple(sizes))
    return UNKNOWN


def _concatenated(parts: object, axis: object, trace: Trace) -> object:
    if not isinstance(parts, tuple | list) or not parts or not isinstance(axis, int):
        return UNKNOWN
    shapes = [part.shape for part in parts if isinstance(part, Tensor)]
    rank = len(shapes[0]) if shapes else 0
    if len(shapes) < len(parts) or any(len(shape) != rank for shape in shapes) or not -rank <= axis < rank:
        return UNKNOWN
    axis %= rank
    if len({(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}) > 1:
        trace.problems.append("the parts of a concatenation differ in size")
    total = Literal.of(sum(shape[axis] for shape in shapes), [o for shape in shapes for o in origins_of(shape[axis])])
    return Tensor((*shapes[0][:axis], total, *shapes[0][axis + 1 :]))


def _reduced(tensor: Tensor, rest: _Arguments, named: _Named, _: Trace) -> object:
    axes = rest[0] if rest else named.get("dim", named.get("axis"))
    keep = rest[1] if len(rest) > 1 else named.get("keepdim", False)
    axes = axes if isinstance(axes, tuple | list) else (axes,)
    if not all(isinstance(axis, int) for axis in axes) or not isinstance(keep, int):
        return UNKNOWN if axes != (None,) else Tensor(())
    gone = {axis % len(tensor.shape) for axis in axes if isinstance(axis, int)} if tensor.shape else set()
    return Tensor(tuple(1 if at in gone else size for at, size in enumerate(tensor.shape) if keep or at not in gone))


def _viewed(tensor: Tensor, rest: _Arguments, _named: _Named, trace: Trace) -> object:
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


def _permuted(tensor: Tensor, rest: _Arguments, _named: _Named, _: Trace) -> object:
    axes = rest[0] if rest and isinstance(rest[0], tuple | list) else rest
    rank = len(tensor.shape)
    if len(axes) != rank or not all(isinstance(axis, int) and -rank <= axis < rank for axis in axes):
        return UNKNOWN
    return Tensor(tuple(tensor.shape[axis] for axis in axes if isinstance(axis, int)))


def _transposed(tensor: Tensor, rest: _Arguments, _named: _Named, _: Trace) -> object:
    rank = len(tensor.shape)
    if len(rest) != 2 or not all(isinstance(axis, int) and -rank <= axis < rank for axis in rest):
        return UNKNOWN
    first, second = (axis for axis in rest if isinstance(axis, int))
    sizes = list(tensor.shape)
    sizes[first], sizes[second] = sizes[second], sizes[first]
    return Tensor(tuple(sizes))


def _squeezed(tensor: Tensor, rest: _Arguments, named: _Named, _: Trace) -> object:
    axis = rest[0] if rest else named.get("dim")
    rank = len(tensor.shape)
    if axis is None:
        return Tensor(tuple(size for size in tensor.shape if size != 1))
    if not isinstance(axis, int) or not -rank <= axis < rank:
        return UNKNOWN
    return Tensor(tuple(size for at, size in enumerate(tensor.shape) if at != axis % rank or size != 1))


def _unsqueezed(tensor: Tensor, rest: _Arguments, named: _Named, _: Trace) -> object:
    axis = rest[0] if rest else named.get("dim")
    rank = len(tensor.shape) + 1
    if not isinstance(axis, int) or not -rank <= axis < rank:
        return UNKNOWN
    at = axis % rank
    return Tensor((*tensor.shape[:at], 1, *tensor.shape[at:]))


def _chunked(tensor: Tensor, rest: _Arguments, named: _Named, _: Trace) -> object:
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


def _size(tensor: Tensor, rest: _Arguments, named: _Named, _: Trace) -> object:
    axis = rest[0] if rest else named.get("dim")
    rank = len(tensor.shape)
    if axis is None:
        return tensor.shape
    return tensor.shape[axis] if isinstance(axis, int) and -rank <= axis < rank else UNKNOWN


def _window(names: Sequence[str]) -> _Rule:
    def rule(tensor: Tensor, rest: _Arguments, named: _Named, trace: Trace) -> object:
        return pooled(tensor, dict(zip(names, rest, strict=False)) | dict(named), trace)

    return rule


def _adaptive(tensor: Tensor, rest: _Arguments, named: _Named, _: Trace) -> object:
    return adaptive_pool(tensor, rest[0] if rest else named.get("output_size"))


def _flat(tensor: Tensor, rest: _Arguments, named: _Named, _: Trace) -> object:
    start = rest[0] if rest else named.get("start_dim", 0)
    return flattened(tensor, start, rest[1] if len(rest) > 1 else named.get("end_dim", -1))


def _like(_tensor: Tensor, rest: _Arguments, _named: _Named, _: Trace) -> object:
    return Tensor(rest[0].shape) if rest and isinstance(rest[0], Tensor) else UNKNOWN


def _multiplied(tensor: Tensor, rest: _Arguments, _named: _Named, trace: Trace) -> object:
    return matrix_product(tensor, rest[0], trace) if rest and isinstance(rest[0], Tensor) else UNKNOWN


def _attended(tensor: Tensor, rest: _Arguments, _named: _Named, _: Trace) -> object:
    value = rest[1] if len(rest) > 1 else None
    return Tensor((*tensor.shape[:-1], value.shape[-1])) if isinstance(value, Tensor) else UNKNOWN


_Rule = Callable[[Tensor, _Arguments, _Named, Trace], object]
_RULES: Mapping[str, _Rule] = {
    "reduce": _reduced,
    "max_pool2d": _window(_POOL_ARGUMENTS),
    "avg_pool2d": _window(_AVERAGE_ARGUMENTS),
    "adaptive_avg_pool2d": _adaptive,
    "adaptive_max_pool2d": _adaptive,
    "flatten": _flat,
    "view": _viewed,
    "reshape": _viewed,
    "permute": _permuted,
    "transpose": _transposed,
    "squeeze": _squeezed,
    "unsqueeze": _unsqueezed,
    "chunk": _chunked,
    "size": _size,
    "expand_as": _like,
    "matmul": _multiplied,
    "bmm": _multiplied,
    "scaled_dot_product_attention": _attended,
}
