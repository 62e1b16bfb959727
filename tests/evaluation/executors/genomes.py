"""Genomes for the tests of the executors: a small good one, and every way to be bad that we know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ge_tui.evaluation.outcome import Outcome
from ge_tui.genome import Contract

CONTRACT = Contract("Net", "get_optimizer")

_IMPORTS = "import atexit, ctypes, mmap, os, shutil, signal, socket, struct, sys, tempfile, threading, time\n"
_TORCH = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
_SGD = "return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay, nesterov=nesterov)"
PARAMS = 3 * 8 * 9 + 8 + 8 * 10 + 10
"""Of the small network at 3 channels and 10 classes."""


def genome(
    *,
    top: str = "",
    build: str = "pass",
    forward: str = "pass",
    answer: str = "self.head(F.relu(self.conv(x)).mean(dim=(2, 3)))",
    optimizer: str = _SGD,
) -> str:
    """The small network, with lines put into its module, constructor, forward pass or optimiser function."""
    return f"""{_IMPORTS}{_TORCH}
{top}


class Net(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.calls = 0
        self.conv = nn.Conv2d(channels, 8, 3)
        self.head = nn.Linear(8, classes)
{_indented(build, 8)}

    def forward(self, x):
        self.calls += 1
{_indented(forward, 8)}
        return {answer}


def get_optimizer(model, lr, weight_decay, nesterov=True):
{_indented(optimizer, 4)}
"""


def _indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


GOOD = genome()

LAZY = genome(build="self.hidden = nn.LazyLinear(8)", answer="self.head(F.relu(self.hidden(x.flatten(1))))")
LAZY_PARAMS = 3 * 8 * 9 + 8 + (3 * 16 * 16 * 8 + 8) + 8 * 10 + 10

DAEMONS = """
def daemons():
    for new_session in (False, True):
        if os.fork() == 0:
            if new_session:
                os.setsid()
            if os.fork() == 0:
                os.closerange(0, 256)
                time.sleep(1000)
            time.sleep(1000)
"""

GOOD_BUT_RUDE = {
    "leaves daemons": genome(top=DAEMONS + "daemons()"),
    "hangs at exit": genome(top="atexit.register(time.sleep, 1000)"),
    "a thread prints for ever": genome(
        top="""
def chatter():
    while True:
        print('still here', flush=True)
        time.sleep(0.01)

threading.Thread(target=chatter).start()
"""
    ),
    "ignores signals": genome(
        top="for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)"
    ),
    "an odd standard output": genome(top="sys.stdout = sys.stderr = object()"),
}
"""Genomes that train well and try to leave something behind."""

RUDE_TO_ITS_FOLDER = {
    "removes its folder": genome(top="shutil.rmtree(os.getcwd())"),
    "moves its folder away": genome(
        top="a = os.getcwd()\nb = a + '.moved'\nos.rename(a, b)\nopen(a, 'w').close()\nshutil.rmtree(b)"
    ),
}
"""Genomes that train well where no box keeps them from it."""


@dataclass(frozen=True)
class Bad:
    """A genome, and what must become of it."""

    source: str
    outcome: Outcome
    reason: str
    """A pattern."""
    during: Literal["check", "train"] = "check"
    timeout_s: float = 30.0
    slow: bool = False


_FORK_AND_HANG = genome(top=DAEMONS + "daemons()\nwhile True: pass")
_ALL_DESCRIPTORS = """
def every(data, times=1):
    for _ in range(times):
        for fd in range(3, 64):
            try:
                os.write(fd, data)
            except OSError:
                pass
"""
_FORGE = (
    _ALL_DESCRIPTORS
    + """
def forge(header, payload=b''):
    every(struct.pack('!II', len(header), len(payload)) + header + payload)
"""
)
_NEVER_STR = """
class Mute(RuntimeError):
    def __str__(self):
        raise {0}('no words')

raise Mute
"""

BAD = {
    # hangs
    "hang at import": Bad(genome(top="while True: pass"), Outcome.TIMEOUT, "not done within 1 s", timeout_s=1),
    "hang in the constructor": Bad(genome(build="while True: pass"), Outcome.TIMEOUT, "within 1 s", timeout_s=1),
    "hang in forward": Bad(genome(forward="time.sleep(1000)"), Outcome.TIMEOUT, "within 1 s", timeout_s=1),
    "hang in training": Bad(
        genome(forward="while self.calls > 8: pass"),
        Outcome.TIMEOUT,
        r"within 3 s; it had reported step \d of 12",
        "train",
        timeout_s=3,
    ),
    "hang that ignores SIGTERM": Bad(
        genome(top="signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(1000)"),
        Outcome.TIMEOUT,
        "within 1 s",
        timeout_s=1,
    ),
    "hang that catches everything": Bad(
        genome(top="while True:\n    try:\n        time.sleep(1000)\n    except BaseException:\n        pass"),
        Outcome.TIMEOUT,
        "within 1 s",
        timeout_s=1,
    ),
    # exits
    "os._exit(0) at import": Bad(genome(top="os._exit(0)"), Outcome.CRASHED, "exit code 0 before it had answered"),
    "os._exit(0) in training": Bad(
        genome(forward="if self.calls > 8: os._exit(0)"), Outcome.CRASHED, "exit code 0 before", "train"
    ),
    "os._exit(3) in forward": Bad(genome(forward="os._exit(3)"), Outcome.CRASHED, "exit code 3"),
    "sys.exit at import": Bad(genome(top="sys.exit('bye')"), Outcome.IMPORT, r"SystemExit: bye \(line 6: sys.exit"),
    "SystemExit in the constructor": Bad(
        genome(build="raise SystemExit"), Outcome.BUILD, r"building Net: SystemExit \(line 15, in Net.__init__"
    ),
    "KeyboardInterrupt in forward": Bad(
        genome(forward="raise KeyboardInterrupt"), Outcome.SHAPE, r"KeyboardInterrupt \(line 19, in Net.forward"
    ),
    "GeneratorExit in the optimiser": Bad(
        genome(optimizer="raise GeneratorExit"), Outcome.BUILD, r"calling get_optimizer: GeneratorExit \(line 24"
    ),
    "sys.exit in training": Bad(
        genome(forward="if self.calls > 5: sys.exit(0)"), Outcome.CRASHED, "training step 6: SystemExit: 0", "train"
    ),
    "kills itself": Bad(
        genome(top="os.kill(os.getpid(), signal.SIGKILL)"), Outcome.KILLED, "killed from outside .SIGKILL"
    ),
    # crashes
    "segfault": Bad(genome(forward="ctypes.string_at(0)"), Outcome.CRASHED, "died of SIGSEGV"),
    "abort in training": Bad(genome(forward="if self.calls > 5: os.abort()"), Outcome.CRASHED, "SIGABRT", "train"),
    "recursion": Bad(
        genome(forward="self.forward(x)"), Outcome.SHAPE, r"RecursionError.*line 1[89], in Net.forward: self"
    ),
    "stack overflow": Bad(
        genome(top="sys.setrecursionlimit(10**9)\ndef deep(x): return sorted([x], key=deep)\ndeep(1)"),
        Outcome.CRASHED,
        "died of SIGSEGV",
    ),
    # too much
    "lists without end": Bad(
        genome(top="kept = []\nwhile True: kept.append([0] * 10**6)"),
        Outcome.OUT_OF_MEMORY,
        "out of memory importing the genome: MemoryError .line 7",
    ),
    "tensors without end": Bad(
        genome(forward="kept = []\nwhile True: kept.append(torch.ones(10**6))"),
        Outcome.OUT_OF_MEMORY,
        "out of memory the forward pass",
    ),
    "shared memory without end": Bad(
        genome(top="kept = mmap.mmap(-1, 3 << 30)\nfor i in range(0, 3 << 30, 4096): kept[i] = 1\ntime.sleep(1000)"),
        Outcome.OUT_OF_MEMORY,
        "out of memory importing the genome: .*mmap.mmap|used more memory than allowed",
    ),
    "memory without end in training": Bad(
        genome(forward="if self.calls > 6:\n    kept = []\n    while True: kept.append(torch.ones(10**6))"),
        Outcome.OUT_OF_MEMORY,
        r"out of memory training step \d: .*Net.forward",
        "train",
    ),
    "prints without end": Bad(genome(top="while True: print('x' * 1000)"), Outcome.OUTPUT, "printed more than allowed"),
    "errors without end": Bad(
        genome(top="while True: print('x' * 1000, file=sys.stderr)"), Outcome.OUTPUT, "printed more than allowed"
    ),
    "prints without end in training": Bad(
        genome(forward="while self.calls > 6: os.write(1, b'y' * 4096)"), Outcome.OUTPUT, "printed more", "train"
    ),
    # what is not a network
    "a tuple as answer": Bad(genome(answer="(x, x)"), Outcome.SHAPE, "answered with a tuple, not a tensor"),
    "the wrong shape": Bad(genome(answer="self.conv(x)"), Outcome.SHAPE, r"shape \(4, 8, 14, 14\), not \(4, 10\)"),
    "whole numbers as answer": Bad(
        genome(answer="self.head(F.relu(self.conv(x)).mean(dim=(2, 3))).long()"), Outcome.SHAPE, "torch.int64, not"
    ),
    "layers that do not fit": Bad(
        genome(answer="self.head(self.conv(x))"),
        Outcome.SHAPE,
        r"at module head: RuntimeError: .*before it: conv \(4, 8",
    ),
    "the wrong shape in validation": Bad(
        genome(answer="self.head(F.relu(self.conv(x)).mean(dim=(2, 3)))[: 5 if len(x) > 100 else None]"),
        Outcome.SHAPE,
        r"shape \(5, 10\), not \(128, 10\)",
        "train",
    ),
    "validation raises": Bad(
        genome(forward="if self.calls > 3 and not self.training: raise ValueError('not today')"),
        Outcome.CRASHED,
        r"the validation after step \d+: ValueError: not today \(line 19, in Net.forward",
        "train",
    ),
    # divergence
    "NaN as answer": Bad(
        genome(answer="self.head(F.relu(self.conv(x)).mean(dim=(2, 3))) * float('nan')"),
        Outcome.DIVERGED,
        "not finite at training step 1",
    ),
    "infinity as answer": Bad(
        genome(answer="self.head(F.relu(self.conv(x)).mean(dim=(2, 3))) / 0"), Outcome.DIVERGED, "not finite"
    ),
    "a mad learning rate": Bad(
        genome(optimizer="return torch.optim.SGD(model.parameters(), lr=1e30)"),
        Outcome.DIVERGED,
        "the training loss was (nan|inf) by step",
        "train",
    ),
    "NaN in validation alone": Bad(
        genome(answer="self.head(F.relu(self.conv(x)).mean(dim=(2, 3))) * (1 if self.training else float('nan'))"),
        Outcome.DIVERGED,
        r"step \d+: the network's outputs are not finite",
        "train",
    ),
    # what is not Python
    "syntax": Bad(genome(top="def broken(:\n    pass"), Outcome.SYNTAX, "line 6: invalid syntax: def broken"),
    "null bytes": Bad(genome(top="x = '\0'"), Outcome.SYNTAX, "null bytes"),
    "half a surrogate": Bad(genome(top="x = '\ud800'"), Outcome.SYNTAX, "."),
    "nested too deep": Bad(genome(top="x = " + "(" * 5000 + ")" * 5000), Outcome.SYNTAX, "."),
    # what is missing
    "no network": Bad("def get_optimizer(model, lr, weight_decay): pass\n", Outcome.IMPORT, "defines no Net"),
    "no network behind a star": Bad(
        "from math import *\ndef get_optimizer(model, lr, weight_decay): pass\n", Outcome.IMPORT, "defines no Net"
    ),
    "an import that fails": Bad(
        genome(top="import nothing_of_this_name"), Outcome.IMPORT, "ModuleNotFoundError: .*line 6: import nothing"
    ),
    "the constructor raises": Bad(
        genome(build="raise ValueError('not so')"),
        Outcome.BUILD,
        r"building Net: ValueError: not so \(line 15, in Net.__init__: raise ValueError",
    ),
    "no module": Bad(genome(top="Real = 1") + "\nNet = lambda classes, channels: 3\n", Outcome.BUILD, "gave a int"),
    "the optimiser raises": Bad(
        genome(optimizer="return torch.optim.SGD([], lr=lr)"), Outcome.BUILD, "calling get_optimizer: ValueError"
    ),
    "no optimiser": Bad(genome(optimizer="return None"), Outcome.BUILD, "gave a NoneType, not a torch.optim.Optimizer"),
    "an optimiser that wants a closure": Bad(
        genome(optimizer="return torch.optim.LBFGS(model.parameters())"),
        Outcome.SHAPE,
        "training step 1 on .*: TypeError",
    ),
    "no parameters": Bad(
        genome(build="del self.conv, self.head", answer="x.mean(dim=(2, 3)) @ torch.ones(3, 10)"),
        Outcome.BUILD,
        "Net has no parameters to train",
    ),
    "too many parameters": Bad(
        genome(build="self.big = nn.Linear(100_000, 500_000)"),
        Outcome.BUILD,
        "has 50,000,.* parameters; the task's limit",
    ),
    "too many parameters, hidden by numbers": Bad(
        genome(build="self.size = int(torch.ones(1).item())\nself.big = nn.Linear(100_000, 500_000)"),
        Outcome.OUT_OF_MEMORY,
        "out of memory building Net",
    ),
    # words
    "an error without words": Bad(
        genome(top=_NEVER_STR.format("ValueError")), Outcome.IMPORT, r"Mute: \(its message raised ValueError\)"
    ),
    "an error that exits when read": Bad(
        genome(top=_NEVER_STR.format("SystemExit")), Outcome.IMPORT, r"Mute: \(its message raised SystemExit\)"
    ),
    "an error of a million words": Bad(
        genome(top="raise ValueError('word ' * 1_000_000)"), Outcome.IMPORT, r"word word.*\(line 6: raise ValueError"
    ),
    "an error that draws on the screen": Bad(
        genome(top=r"raise ValueError('\x1b[2J\x07 gone')"), Outcome.IMPORT, "ValueError: .* gone"
    ),
    # against the machinery
    "kills its parent": Bad(
        genome(top="os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(1000)"),
        Outcome.FORBIDDEN,
        "PermissionError.*line 6: os.kill",
    ),
    "kills its parent in training": Bad(
        genome(
            top=DAEMONS,
            forward="if self.calls > 5:\n    daemons()\n    os.kill(os.getppid(), 9)\n    time.sleep(1000)",
        ),
        Outcome.FORBIDDEN,
        "PermissionError.*Net.forward: os.kill",
        "train",
    ),
    "stops its parent": Bad(
        genome(top="os.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(1000)"),
        Outcome.FORBIDDEN,
        "PermissionError.*line 6: os.kill",
    ),
    "forks and hangs": Bad(_FORK_AND_HANG, Outcome.TIMEOUT, "within 1 s", timeout_s=1),
    "garbage in every descriptor": Bad(
        genome(top=_ALL_DESCRIPTORS + "every(b'\\0' * 64)\ntime.sleep(1000)"), Outcome.FORGED, "no answer of a worker"
    ),
    "garbage without end": Bad(
        genome(top=_ALL_DESCRIPTORS + "every(b'\\xff' * 65536, times=10**9)"), Outcome.FORGED, "no answer of a worker"
    ),
    "a forged success without a check": Bad(
        genome(top=_FORGE + """forge(b'{"kind": "failed", "outcome": "ok", "reason": ""}')\ntime.sleep(1000)"""),
        Outcome.FORGED,
        "no answer of a worker",
    ),
    "a forged end of training": Bad(
        genome(top=_FORGE + """forge(b'{"kind": "finished", "metrics": {"accuracy": 1}}')\nos._exit(0)"""),
        Outcome.FORGED,
        "no answer of a worker",
        "train",
    ),
    "forged predictions of the wrong size": Bad(
        genome(
            top=_FORGE
            + """forge(b'{"kind": "validated", "step": 1, "epoch": 1, "train_loss": 0}', b'1234')\nos._exit(0)"""
        ),
        Outcome.FORGED,
        "no answer of a worker",
        "train",
    ),
    "closes its descriptors": Bad(genome(top="os.closerange(3, 256)"), Outcome.CRASHED, "exit code 1 before"),
    "closes every descriptor": Bad(genome(top="os.closerange(0, 256)"), Outcome.CRASHED, "exit code 1 before"),
    "closes its descriptors and hangs": Bad(
        genome(top="os.closerange(0, 256)\ntime.sleep(1000)"), Outcome.TIMEOUT, "within 1 s", timeout_s=1
    ),
}
