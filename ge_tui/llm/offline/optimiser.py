"""The optimiser: its kind, learning rate, momentum and weight decay, for all weights or for one group."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ge_tui.llm.offline.arguments import argument, only_names
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_ADAM_SCALE = 0.02
"""Adam's steps do not shrink with the gradient: it wants a fiftieth of the learning rate of SGD."""
_ADAMS = ("AdamW", "NAdam", "RAdam", "Adam")
_SMALLEST, _LARGEST = 1e-4, 20.0


def propose(subject: Subject, rng: random.Random, temperature: float) -> Iterator[Draft]:
    """Handles in the function that makes the optimiser: its call, and the dicts of its parameter groups."""
    function = subject.anatomy.functions.get(subject.contract.optimizer)
    if function is None or not subject.is_open(function) or len(function.args.args) < 2:
        return
    knobs = _Knobs(subject, function.args.args[1].arg, rng, temperature)
    options: list[Option] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            kind = _kind(subject, node.func)
            if kind is not None:
                options += _call_options(knobs, node, kind)
        elif isinstance(node, ast.Dict):
            options += _group_options(knobs, node)
    yield from drawn(options, rng)


@dataclass(frozen=True, slots=True)
class _Knobs:
    """What the changes below draw on."""

    subject: Subject
    rate: str
    """The name of the learning rate the function is given."""
    rng: random.Random
    temperature: float

    def factor(self, reach: float = 1.0) -> float:
        """Mild: a third more or less. Bold: up to three times or a third."""
        exponent = self.rng.uniform(0.3, 1.0) * (0.4 + 0.8 * reach * self.temperature)
        return float(2.0 ** (exponent if self.rng.random() < 0.5 else -exponent))


def _kind(subject: Subject, node: ast.expr) -> str | None:
    """The class of `torch.optim` an expression names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in subject.anatomy.imports:
        return None
    path = ".".join([subject.anatomy.imports[node.id], *parts])
    root, _, kind = path.rpartition(".")
    return kind if root == "torch.optim" and kind[:1].isupper() else None


def _call_options(knobs: _Knobs, call: ast.Call, kind: str) -> list[Option]:
    """Changes to the call that makes the optimiser."""
    subject = knobs.subject
    options: list[Option] = []
    speed = argument(call, "lr", 1)
    if speed is not None:
        options.append((2.0, partial(_scaled, subject, speed, "learning rate", knobs.factor())))
    decay = argument(call, "weight_decay", 10)
    if decay is not None:
        options.append((1.0, partial(_scaled, subject, decay, "weight decay", knobs.factor(2))))
    momentum = argument(call, "momentum", 2) if kind == "SGD" else None
    if isinstance(momentum, ast.Constant) and isinstance(momentum.value, float):
        options.append((1.5, partial(_persisting, subject, momentum, knobs.rng)))
    nesterov = argument(call, "nesterov", 5) if kind == "SGD" else None
    if nesterov is not None:
        options.append((1.0, partial(_looking_ahead, subject, nesterov, momentum)))
    if speed is not None and subject.anatomy.written(speed).startswith(knobs.rate):
        options.append((1.0, partial(_other_kind, subject, call, kind, speed, knobs.rng)))
    return options


def _group_options(knobs: _Knobs, group: ast.Dict) -> list[Option]:
    """A parameter group may have a learning rate and a weight decay of its own."""
    named = {
        key.value: value
        for key, value in zip(group.keys, group.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    if "params" not in named:
        return []
    subject = knobs.subject
    decay, speed = named.get("weight_decay"), named.get("lr")
    options: list[Option] = []
    if decay is not None and not (isinstance(decay, ast.Constant) and not decay.value):
        options.append((1.5, partial(_scaled, subject, decay, "weight decay", knobs.factor(2))))
    if speed is not None:
        options.append((0.7, partial(_scaled, subject, speed, "learning rate of a group", knobs.factor())))
    else:
        options.append((0.5, partial(_own_rate, subject, group, knobs.rate, knobs.factor())))
    return options


def _scaled(subject: Subject, node: ast.expr, what: str, factor: float) -> Draft | None:
    """Multiply an expression; a factor that is there already changes instead."""
    where = subject.where(node)
    if isinstance(node, ast.Name):
        name = subject.anatomy.written(node)
        detail = f"{what} {name} -> {name} * {factor:.3g} in {where}"
        return subject.draft(detail).replace(node, f"{name} * {factor:.3g}")
    product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
    old = node.right if isinstance(node, ast.BinOp) and product else node
    if not isinstance(old, ast.Constant) or not isinstance(old.value, int | float):
        return None
    new = old.value * factor
    if product and not _SMALLEST <= abs(new) <= _LARGEST:
        return None
    detail = f"{what}{' factor' if product else ''} {old.value!r} -> {new:.3g} in {where}"
    return subject.draft(detail).replace(old, f"{new:.3g}")


def _persisting(subject: Subject, node: ast.Constant, rng: random.Random) -> Draft:
    new = rng.choice([value for value in (0.8, 0.85, 0.9, 0.93, 0.95) if value != node.value])
    return subject.draft(f"momentum {node.value!r} -> {new} in {subject.where(node)}").replace(node, str(new))


def _looking_ahead(subject: Subject, node: ast.expr, momentum: ast.expr | None) -> Draft | None:
    """Switch the look-ahead of Nesterov; it needs a momentum."""
    old = subject.anatomy.written(node)
    off = old == "False"
    if off and not (isinstance(momentum, ast.Constant) and momentum.value):
        return None
    return subject.draft(f"nesterov {old} -> {off} in {subject.where(node)}").replace(node, str(off))


def _other_kind(subject: Subject, call: ast.Call, kind: str, speed: ast.expr, rng: random.Random) -> Draft | None:
    """From SGD to one of the Adams or back, with a learning rate that suits."""
    if not call.args or not only_names(
        call, ("lr", "momentum", "nesterov", "weight_decay", "betas", "eps", "dampening")
    ):
        return None
    to_adam = kind == "SGD"
    if not to_adam and kind not in _ADAMS:
        return None
    new = rng.choice(("AdamW", "AdamW", "NAdam", "RAdam")) if to_adam else "SGD"
    spelled = subject.anatomy.spell(f"torch.optim.{new}")
    if spelled is None:
        return None
    scale = 1.0
    name = speed
    if isinstance(speed, ast.BinOp) and isinstance(speed.op, ast.Mult) and isinstance(speed.right, ast.Constant):
        scale = float(speed.right.value) if isinstance(speed.right.value, int | float) else 1.0
        name = speed.left
    scale = scale * _ADAM_SCALE if to_adam else scale / _ADAM_SCALE
    parts = [subject.anatomy.written(call.args[0])]
    plain = abs(scale - 1) < 1e-6
    parts.append(f"lr={subject.anatomy.written(name)}" + ("" if plain else f" * {scale:.3g}"))
    decay = argument(call, "weight_decay", 10)
    if decay is not None:
        parts.append(f"weight_decay={subject.anatomy.written(decay)}")
    if not to_adam:
        parts.append("momentum=0.9")
    draft = subject.draft(f"optimiser {kind} -> {new} in {subject.where(call)}")
    return draft.replace(call, f"{spelled}({', '.join(parts)})")


def _own_rate(subject: Subject, group: ast.Dict, rate: str, factor: float) -> Draft | None:
    if not group.values:
        return None
    which = subject.anatomy.written(group.values[0])
    draft = subject.draft(f"learning rate of {which} times {factor:.3g} in {subject.where(group)}")
    return draft.after(group.values[-1], f', "lr": {rate} * {factor:.3g}')
