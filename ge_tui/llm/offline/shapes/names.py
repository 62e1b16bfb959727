"""What names and attributes stand for in a dry run."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from ge_tui.llm.offline.anatomy import Anatomy, ClassInfo
from ge_tui.llm.offline.shapes.trace import Trace
from ge_tui.llm.offline.shapes.values import (
    UNKNOWN,
    Builtin,
    Function,
    Instance,
    Layer,
    Method,
    Parent,
    Path,
    Tensor,
)

_BUILTIN_NAMES = "max min int round abs float bool range len list tuple reversed sorted enumerate zip sum"
_BUILTINS = frozenset(_BUILTIN_NAMES.split())
_PYTHON = frozenset((*dir(builtins), "__name__", "__file__"))
_MODULE_NAMES = """
training T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double
dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu
load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters
register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
register_full_backward_hook register_module register_parameter requires_grad_ set_extra_state set_submodule
share_memory state_dict to to_empty train type xpu zero_grad
"""
_MODULE = frozenset(_MODULE_NAMES.split())
"""What every module of torch has."""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The names of one call of a function."""

    names: dict[str, object]
    owner: Instance | None
    """`self`, in a method."""
    info: ClassInfo | None
    """The class a method is written in, for `super()`."""


class Names:
    """Finds what a name or an attribute stands for."""

    def __init__(self, anatomy: Anatomy, trace: Trace) -> None:
        self.anatomy = anatomy
        self.trace = trace
        self._globals: dict[str, object] = {}

    def evaluate(self, node: ast.expr, scope: Scope) -> object:
        raise NotImplementedError

    def global_name(self, name: str) -> object:
        """A name that is not local: a class or function of the file, a constant, an import or a builtin."""
        if name not in self._globals:
            self._globals[name] = UNKNOWN  # for a constant that refers to itself
            self._globals[name] = self._find_global(name)
        return self._globals[name]

    def _find_global(self, name: str) -> object:
        anatomy = self.anatomy
        if name in anatomy.classes:
            return anatomy.classes[name]
        if name in anatomy.functions:
            return Function(anatomy.functions[name], None)
        if name in anatomy.constants:
            return self.evaluate(anatomy.constants[name], Scope({}, None, None))
        if name in anatomy.imports:
            return Path(anatomy.imports[name])
        if name in _BUILTINS:
            return Builtin(name)
        if name not in _PYTHON and name not in anatomy.obscure and anatomy.knows_all_names:
            self.trace.problems.append(f"the name {name} is bound nowhere")
        return UNKNOWN

    def method(self, start: ClassInfo, name: str) -> ast.FunctionDef | None:
        """A method of the class or of a base class that is in the file."""
        info: ClassInfo | None = start
        for _ in range(8):
            if info is None:
                return None
            if name in info.methods:
                return info.methods[name]
            info = self._base(info)
        return None

    def _base(self, info: ClassInfo) -> ClassInfo | None:
        bases = [self.evaluate(base, Scope({}, None, None)) for base in info.node.bases]
        return next((base for base in bases if isinstance(base, ClassInfo)), None)

    def extends(self, info: ClassInfo, layer: str) -> bool:
        """Whether a class extends a layer of `torch.nn` directly."""
        bases = [self.evaluate(base, Scope({}, None, None)) for base in info.node.bases]
        return any(isinstance(base, Path) and base.name == f"torch.nn.{layer}" for base in bases)

    def lookup(self, owner: object, name: str) -> object:
        """The attribute of a value."""
        match owner:
            case Path(path):
                return Path(f"{path}.{name}")
            case Tensor(shape):
                if name in ("device", "dtype", "data", "T", "mT"):
                    return UNKNOWN
                return shape if name == "shape" else len(shape) if name == "ndim" else Method(owner, name)
            case Instance():
                return self._instance_attribute(owner, name)
            case Parent(instance, info):
                base = self._base(info)
                found = self.method(base, name) if base else None
                return Function(found, instance) if found is not None else Method(owner, name)
            case Layer():
                return owner.arguments[name] if name in owner.arguments else Method(owner, name)
            case list():
                return Method(owner, name)
        return UNKNOWN

    def _instance_attribute(self, owner: Instance, name: str) -> object:
        """An attribute, a method, or a value of the class; one that nothing provides is a problem."""
        if name in owner.attributes:
            return owner.attributes[name]
        found = self.method(owner.info, name)
        if found is not None:
            return Function(found, owner)
        if name in owner.info.constants:
            return self.evaluate(owner.info.constants[name], Scope({}, None, None))
        if name in _MODULE:
            return True if name == "training" else Method(owner, name)
        if not owner.is_open and not name.startswith("_") and self.extends(owner.info, "Module"):
            self.trace.problems.append(f"{owner.info.name} has no attribute {name}")
        return UNKNOWN
