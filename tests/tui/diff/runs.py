"""A small run with an individual in every state, to look at the diff of each."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import ModuleShape, TrainReport
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import NewIndividual, Store
from tests.run.fakes import FastStore, Rig, settings_of

SEED = '''"""The seed."""
import math

# --OPTION--
class Gate:
    """Opens and closes."""

    def __init__(self, cin):
        self.ratio = 4
        self.cin = cin

    def forward(self, x):
        y = x * 2
        z = y + 1
        return z

# --OPTION--
class Head:
    WIDTH = 8
    DEPTH = 2

# --OPTION--
class Net:
    def __init__(self):
        self.gate = Gate(8)
        self.head = Head()
        self.rate = 0.5

    def forward(self, x):
        a = self.gate(x)
        b = self.head(a)
        c = a + b
        d = c * self.rate
        return d
'''
CHILD = SEED.replace("self.ratio = 4", "self.ratio = 8").replace("return d", "e = d + 1\n        return e")
OTHER = SEED.replace("WIDTH = 8", "WIDTH = 16")
CROSSED = CHILD.replace("WIDTH = 8", "WIDTH = 16")
BROKEN = CHILD.replace("b = self.head(a)", "b = self.tail(a)  # [bold]\x1b[31m no tail")
SAID = "step 1\n\x1b[31mRuntimeError\x1b[0m: [bold]boom[/bold]\n"


def layers(width: int, *more: ModuleShape) -> tuple[ModuleShape, ...]:
    return (
        ModuleShape("gate.conv", "Conv2d", (4, width, 8, 8), 9 * width),
        ModuleShape("gate", "Gate", (4, width, 8, 8), 0),
        *more,
        ModuleShape("head", "Linear", (4, 10), 10 * width),
        ModuleShape("Net", "Net", (4, 10), 0),
    )


NORM = ModuleShape("norm", "BatchNorm2d", (4, 16, 8, 8), 32)


class _Making:
    def __init__(self, store: Store) -> None:
        self.store = store

    def new(self, number: int, operator: str, parents: tuple[int, ...], source: str | None, **more: object) -> None:
        slot = NewIndividual(number, 0 if not number else 1, number, operator, "llm", parents, f"1/{number}", 1)
        self.store.propose(slot)
        if source is not None:
            self.store.accept(number, source, f"hash {number}", arguments=more.pop("arguments", {}), **more)

    def trained(self, number: int, accuracy: float, params: int, modules: tuple[ModuleShape, ...] = ()) -> None:
        self.store.checked(number, params, f"print {number}", None, modules)
        evaluation = self.store.start_evaluation(number, "fast", "short", 1, 4)
        metrics = {"accuracy": accuracy, "loss": 1.0, "params": float(params)}
        self.store.finish_evaluation(evaluation, number, TrainReport(Outcome.OK, "", metrics, output="hello\n"))


def every_state(base: Path) -> RunDirectory:
    """0 seed; 1 its child; 2 another; 3 a crossover of both; 4 failed; 5 a duplicate; 6 proposing; 7 rejected;
    8 evaluated by a ge-tui that kept no layers; 9 in training."""
    rig = Rig(base, settings_of()).create()
    with closing(FastStore(rig.directory.database)) as store:
        make = _Making(store)
        make.new(0, "seed", (), SEED)
        make.trained(0, 0.8, 1000, layers(8))
        steps = [
            {"operator": "mutate", "kind": "params", "segment": "Gate", "detail": "a wider ratio\nfor [bold] gates"}
        ]
        make.new(
            1, "mutate", (0,), CHILD, arguments={"steps": steps}, persona="expert", category="params", segment="Gate"
        )
        make.trained(1, 0.82, 1200, layers(16, NORM))
        make.new(2, "mutate", (0,), OTHER, segment="Head")
        make.trained(2, 0.79, 900, layers(8))
        make.new(3, "crossover", (1, 2), CROSSED)
        make.trained(3, 0.82, 1200, layers(16))
        make.new(4, "mutate", (1,), BROKEN)
        store.checked(4, 1100, "print 4", None, layers(4))
        evaluation = store.start_evaluation(4, "fast", "short", 1, 4)
        reason = "AttributeError: no 'tail'\n  in forward, line 31"
        store.finish_evaluation(evaluation, 4, TrainReport(Outcome.CRASHED, reason, output=SAID))
        make.new(5, "crossover", (1, 2), None)
        store.link_duplicate(5, 3, "syntax", CROSSED)
        make.new(6, "create", (0,), None)
        make.new(7, "mutate", (1,), None)
        store.reject(7, "the answer holds no code")
        make.new(8, "mutate", (1,), CHILD.replace("0.5", "0.25"))
        make.trained(8, 0.5, 1200)
        make.new(9, "mutate", (2,), OTHER.replace("DEPTH = 2", "DEPTH = 3"))
        store.start_evaluation(9, "fast", "short", 1, 4)
    return rig.directory
