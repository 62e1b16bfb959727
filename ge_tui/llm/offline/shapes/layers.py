"""The layers of `torch.nn` a dry run knows: how they are called, how large they are, what shape comes out.

A layer that is not in the tables gives UNKNOWN, which is always safe.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from ge_tui.llm.offline.shapes.functions import activated, adaptive_pool, pooled
from ge_tui.llm.offline.shapes.trace import Trace
from ge_tui.llm.offline.shapes.values import UNKNOWN, Layer, Tensor
from ge_tui.llm.offline.shapes.views import flattened

_CONVOLUTION = "in_channels out_channels kernel_size stride padding dilation groups bias padding_mode"
_POOL = "kernel_size stride padding"
SIGNATURES: Mapping[str, tuple[str, ...]] = {
    kind: tuple(names.split())
    for kind, names in {
        "Conv1d": _CONVOLUTION,
        "Conv2d": _CONVOLUTION,
        "Linear": "in_features out_features bias",
        "BatchNorm1d": "num_features eps momentum",
        "BatchNorm2d": "num_features eps momentum",
        "InstanceNorm2d": "num_features eps momentum affine",
        "GroupNorm": "num_groups num_channels eps affine",
        "LayerNorm": "normalized_shape eps elementwise_affine",
        "MaxPool2d": f"{_POOL} dilation return_indices ceil_mode",
        "AvgPool2d": f"{_POOL} ceil_mode count_include_pad",
        "AdaptiveAvgPool2d": "output_size",
        "AdaptiveMaxPool2d": "output_size",
        "Dropout": "p inplace",
        "Dropout1d": "p inplace",
        "Dropout2d": "p inplace",
        "Flatten": "start_dim end_dim",
    }.items()
}
_SAME_SHAPE_NAMES = """
Dropout Dropout1d Dropout2d ReLU ReLU6 SiLU GELU Hardswish Mish LeakyReLU ELU SELU CELU Softplus
Sigmoid Hardsigmoid Tanh PReLU Softmax LogSoftmax InstanceNorm2d Softsign Hardtanh
"""
_SAME_SHAPE = frozenset(_SAME_SHAPE_NAMES.split())
_WIDTH_NAMES = "in_channels out_channels in_features out_features num_features num_channels normalized_shape"
_WIDTHS = frozenset(_WIDTH_NAMES.split())


def bind(kind: str, positional: Sequence[object], named: Mapping[str, object]) -> dict[str, object]:
    """Arguments by name; those of an unknown layer keep only the names they were given."""
    return dict(zip(SIGNATURES.get(kind, ()), positional, strict=False)) | dict(named)


def build(kind: str, positional: Sequence[object], named: Mapping[str, object], trace: Trace) -> Layer:
    """Construct a layer: note its size, and which literals are its width, kernel and rate."""
    arguments = bind(kind, positional, named)
    layer = Layer(kind, arguments, [], 0)
    for name, value in arguments.items():
        if name in _WIDTHS:
            trace.mark(trace.channels, value)
            if isinstance(value, int) and value < 1:
                trace.problems.append(f"{kind} without channels")
    if kind in ("Conv1d", "Conv2d"):
        trace.mark(trace.kernels, arguments.get("kernel_size"))
        _check_groups(layer, trace)
    if kind.startswith("Dropout"):
        trace.mark(trace.rates, arguments.get("p"))
    if kind == "GroupNorm":
        _divides(arguments.get("num_groups"), arguments.get("num_channels"), "GroupNorm", trace)
    layer.params = _size(layer)
    trace.params += layer.params
    return layer


def forward(layer: Layer, tensor: Tensor, trace: Trace) -> object:
    """What a layer makes of a tensor: a Tensor, or UNKNOWN."""
    if layer.kind == "Identity":
        return tensor
    if layer.kind in _SAME_SHAPE:
        return activated(layer.kind, tensor, layer.arguments.get("inplace"), trace)
    rule = _RULES.get(layer.kind)
    tensor.kept = tensor.kept or layer.kind != "Flatten"
    return rule(layer, tensor, trace) if rule else UNKNOWN


def _check_groups(layer: Layer, trace: Trace) -> None:
    groups = layer.arguments.get("groups", 1)
    for name in ("in_channels", "out_channels"):
        _divides(groups, layer.arguments.get(name), layer.kind, trace)


def _divides(groups: object, channels: object, kind: str, trace: Trace) -> None:
    if isinstance(groups, int) and isinstance(channels, int) and (groups < 1 or channels % groups):
        trace.problems.append(f"{kind}: {channels} channels in {groups} groups")


def _size(layer: Layer) -> int:
    """How many parameters a layer has; 0 where that cannot be known."""
    get = layer.arguments.get
    if layer.kind in ("Conv1d", "Conv2d"):
        cin, cout, groups = get("in_channels"), get("out_channels"), get("groups", 1)
        kernel = _pair(get("kernel_size"))
        if isinstance(cin, int) and isinstance(cout, int) and isinstance(groups, int) and groups and kernel:
            area = math.prod(kernel) if layer.kind == "Conv2d" else kernel[0]
            return cin // groups * cout * area + (cout if get("bias", True) else 0)
    elif layer.kind == "Linear":
        fin, fout = get("in_features"), get("out_features")
        if isinstance(fin, int) and isinstance(fout, int):
            return fin * fout + (fout if get("bias", True) else 0)
    elif layer.kind in ("BatchNorm1d", "BatchNorm2d", "GroupNorm", "LayerNorm"):
        width = get("num_features", get("num_channels", get("normalized_shape")))
        return 2 * width if isinstance(width, int) else 0
    return 0


def _convolution(layer: Layer, tensor: Tensor, trace: Trace) -> object:
    rank = 4 if layer.kind == "Conv2d" else 3
    get = layer.arguments.get
    cout = get("out_channels")
    if len(tensor.shape) != rank or not isinstance(cout, int):
        return UNKNOWN
    _expect(get("in_channels"), tensor.shape[1], layer.kind, trace)
    kernel, stride, dilation = _pair(get("kernel_size")), _pair(get("stride", 1)), _pair(get("dilation", 1))
    padding = get("padding", 0)
    if not kernel or not stride or not dilation:
        return UNKNOWN
    sizes = []
    for axis, size in enumerate(tensor.shape[2:]):
        reach = dilation[axis] * (kernel[axis] - 1)
        if padding == "same":
            sizes.append(size)
            continue
        around = _pair(0 if padding == "valid" else padding)
        if not around:
            return UNKNOWN
        sizes.append((size + 2 * around[axis] - reach - 1) // max(1, stride[axis]) + 1)
    if min(sizes) < 1:
        trace.problems.append(f"{layer.kind}: the kernel is larger than the image")
        return UNKNOWN
    trace.work += layer.params * math.prod(sizes)
    return Tensor((tensor.shape[0], cout, *sizes))


def _linear(layer: Layer, tensor: Tensor, trace: Trace) -> object:
    fout = layer.arguments.get("out_features")
    if not isinstance(fout, int):
        return UNKNOWN
    _expect(layer.arguments.get("in_features"), tensor.shape[-1], layer.kind, trace)
    trace.work += layer.params * math.prod(tensor.shape[1:-1])
    return Tensor((*tensor.shape[:-1], fout))


def _norm(layer: Layer, tensor: Tensor, trace: Trace) -> object:
    get = layer.arguments.get
    if layer.kind == "LayerNorm":
        _expect(get("normalized_shape"), tensor.shape[-1], layer.kind, trace)
    elif len(tensor.shape) > 1:
        _expect(get("num_features", get("num_channels")), tensor.shape[1], layer.kind, trace)
    return Tensor(tensor.shape)


def _expect(declared: object, actual: int, kind: str, trace: Trace) -> None:
    if not isinstance(declared, int):
        return
    trace.tie(declared, actual)
    if declared != actual:
        trace.problems.append(f"{kind} for {declared} channels gets {actual}")


def _pool(layer: Layer, tensor: Tensor, trace: Trace) -> object:
    return pooled(tensor, layer.arguments, trace)


def _adaptive(layer: Layer, tensor: Tensor, _: Trace) -> object:
    return adaptive_pool(tensor, layer.arguments.get("output_size"))


def _flatten(layer: Layer, tensor: Tensor, _: Trace) -> object:
    return flattened(tensor, layer.arguments.get("start_dim", 1), layer.arguments.get("end_dim", -1))


def _pair(value: object) -> tuple[int, int] | None:
    if isinstance(value, int):
        return value, value
    if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(part, int) for part in value):
        return value[0], value[1]
    return None


_Rule = Callable[[Layer, Tensor, Trace], object]
_RULES: Mapping[str, _Rule] = {
    "Conv1d": _convolution,
    "Conv2d": _convolution,
    "Linear": _linear,
    "BatchNorm1d": _norm,
    "BatchNorm2d": _norm,
    "GroupNorm": _norm,
    "LayerNorm": _norm,
    "MaxPool2d": _pool,
    "AvgPool2d": _pool,
    "AdaptiveAvgPool2d": _adaptive,
    "AdaptiveMaxPool2d": _adaptive,
    "Flatten": _flatten,
}
