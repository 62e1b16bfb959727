"""The functions and tensor methods a dry run knows, and what shape comes out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from ge_tui.llm.offline.shapes.trace import Trace
from ge_tui.llm.offline.shapes.values import UNKNOWN, Literal, Tensor, origins_of
from ge_tui.llm.offline.shapes.views import VIEWS, Arguments, Named, Rule

_SAME_SHAPE_NAMES = """
relu relu_ relu6 silu gelu hardswish mish leaky_relu elu selu celu softplus sigmoid sigmoid_ hardsigmoid
tanh hardtanh softsign softmax log_softmax dropout dropout1d dropout2d alpha_dropout feature_alpha_dropout
normalize layer_norm group_norm instance_norm clamp abs sqrt rsqrt exp log neg square sin cos contiguous
clone detach float to type zeros_like ones_like rand_like randn_like flip roll cumsum pow type_as half
double erf sign reciprocal
"""
_SAME_SHAPE = frozenset(_SAME_SHAPE_NAMES.split())
"""Functions and methods whose result has the shape of their first argument."""
_KEEPS_RESULT_NAMES = "relu relu_ sigmoid sigmoid_ tanh softmax log_softmax exp sqrt rsqrt reciprocal"
_KEEPS_RESULT = frozenset(_KEEPS_RESULT_NAMES.split())
"""Functions whose gradient is computed from their result."""
_FORGETS_INPUT_NAMES = """
relu sigmoid tanh softmax log_softmax exp sqrt dropout dropout1d dropout2d contiguous clone detach to float neg
flip roll mean sum add sub flatten view reshape permute transpose squeeze unsqueeze chunk size expand_as
"""
_FORGETS_INPUT = frozenset(_FORGETS_INPUT_NAMES.split())
"""Functions whose gradient does not need what they were given."""
_REDUCTIONS = ("mean", "sum", "amax", "amin", "prod", "std", "var")
_FACTORIES = ("zeros", "ones", "empty", "randn", "rand")
_SUMS = ("add", "add_", "mul", "mul_", "sub", "sub_", "div", "div_", "maximum", "minimum")
_POOL_ARGUMENTS = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
_AVERAGE_ARGUMENTS = ("kernel_size", "stride", "padding", "ceil_mode")


def function(name: str, positional: Arguments, named: Named, trace: Trace) -> object:
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
    if name.endswith("_") or named.get("inplace"):
        trace.overwrite(first)
    elif name not in _FORGETS_INPUT:
        first.kept = True
    if name in _SAME_SHAPE:
        return Tensor(first.shape, name in _KEEPS_RESULT)
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
    """The shape of a matrix product; inner sizes that differ are a problem."""
    if len(first.shape) < 2 or len(second.shape) < 2:
        return UNKNOWN
    first.kept = second.kept = True
    trace.tie(first.shape[-1], second.shape[-2])
    if first.shape[-1] != second.shape[-2]:
        trace.problems.append(f"{first.shape} times {second.shape}")
    longer = first.shape if len(first.shape) >= len(second.shape) else second.shape
    return Tensor((*longer[:-2], first.shape[-2], second.shape[-1]))


def activated(kind: str, tensor: Tensor, in_place: object, trace: Trace) -> Tensor:
    """A module such as `SiLU` applied: as the function of that name."""
    name = kind.lower()
    if in_place:
        trace.overwrite(tensor)
    elif name not in _FORGETS_INPUT:
        tensor.kept = True
    return Tensor(tensor.shape, name in _KEEPS_RESULT)


def pooled(tensor: Tensor, arguments: Named, trace: Trace) -> object:
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
    """Pooling to a size that is given."""
    if len(tensor.shape) != 4:
        return UNKNOWN
    if isinstance(size, int):
        return Tensor((*tensor.shape[:2], size, size))
    if isinstance(size, tuple | list) and len(size) == 2 and all(isinstance(part, int) for part in size):
        return Tensor((*tensor.shape[:2], *size))
    return UNKNOWN


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


def _reduced(tensor: Tensor, rest: Arguments, named: Named, _: Trace) -> object:
    axes = rest[0] if rest else named.get("dim", named.get("axis"))
    keep = rest[1] if len(rest) > 1 else named.get("keepdim", False)
    axes = axes if isinstance(axes, tuple | list) else (axes,)
    if not all(isinstance(axis, int) for axis in axes) or not isinstance(keep, int):
        return UNKNOWN if axes != (None,) else Tensor(())
    gone = {axis % len(tensor.shape) for axis in axes if isinstance(axis, int)} if tensor.shape else set()
    return Tensor(tuple(1 if at in gone else size for at, size in enumerate(tensor.shape) if keep or at not in gone))


def _window(names: Sequence[str]) -> Rule:
    def rule(tensor: Tensor, rest: Arguments, named: Named, trace: Trace) -> object:
        return pooled(tensor, dict(zip(names, rest, strict=False)) | dict(named), trace)

    return rule


def _adaptive(tensor: Tensor, rest: Arguments, named: Named, _: Trace) -> object:
    return adaptive_pool(tensor, rest[0] if rest else named.get("output_size"))


def _like(_tensor: Tensor, rest: Arguments, _named: Named, _: Trace) -> object:
    return Tensor(rest[0].shape) if rest and isinstance(rest[0], Tensor) else UNKNOWN


def _multiplied(tensor: Tensor, rest: Arguments, _named: Named, trace: Trace) -> object:
    return matrix_product(tensor, rest[0], trace) if rest and isinstance(rest[0], Tensor) else UNKNOWN


def _attended(tensor: Tensor, rest: Arguments, _named: Named, _: Trace) -> object:
    value = rest[1] if len(rest) > 1 else None
    return Tensor((*tensor.shape[:-1], value.shape[-1])) if isinstance(value, Tensor) else UNKNOWN


_RULES: Mapping[str, Rule] = {
    **VIEWS,
    "reduce": _reduced,
    "max_pool2d": _window(_POOL_ARGUMENTS),
    "avg_pool2d": _window(_AVERAGE_ARGUMENTS),
    "adaptive_avg_pool2d": _adaptive,
    "adaptive_max_pool2d": _adaptive,
    "expand_as": _like,
    "matmul": _multiplied,
    "bmm": _multiplied,
    "scaled_dot_product_attention": _attended,
}
