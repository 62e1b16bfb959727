"""Cheating at what is measured: operations, latency, size, and the second look itself.

Where one of these ends well, its numbers must be those of an honest network, or be left out.
"""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward, with_parts
from .lies import FORGE, SEEK

HONEST = "self.head(F.relu(self.conv(x)).mean(dim=(2, 3)))"
CHEAP = "self.head(x.mean(dim=(2, 3)) @ x.new_ones(3, 8))"
_SETTLE = "if self.training: self.trained = True"
_BLIND = """
import ge_tui.evaluation.worker.integrity as i
for thing in gc.get_objects():
    if type(thing) is i.Snapshot: thing._seen = []
"""
_LABELS = """
def look_for_labels():
    for thing in list(seek()):
        if type(thing) in (torch.Tensor, numpy.ndarray) and thing.ndim == 1 and len(thing) > 99:
            numbers = set(thing.tolist())
            if len(numbers) == 10 and numbers == set(range(10)):
                return thing
"""
_INTO_FRAMES = """
def write(**names):
    frame = sys._getframe()
    while frame is not None:
        for name, value in names.items():
            if name in frame.f_locals:
                frame.f_locals[name] = value
                ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
        frame = frame.f_back
"""

MEASURES: dict[str, Hostile] = {
    "fewer operations for one image": with_parts(
        O.OK, answer=f"{HONEST} if self.training or len(x) > 1 else {CHEAP}"
    ),
    "fewer operations while they are counted": with_parts(
        O.OK, answer=f"{CHEAP} if torch._C._len_torch_dispatch_stack() else {HONEST}"
    ),
    "the count wiped": in_forward(
        "for thing in gc.get_objects():\n"
        "    if type(thing).__name__ == 'FlopCounterMode': thing.flop_counts.clear()", O.OK
    ),
    "products that are called sums": with_parts(
        O.OK,
        answer="self.head(F.relu((F.unfold(x, 3).unsqueeze(1) * self.conv.weight.flatten(1)[None, :, :, None]).sum(2)"
        " + self.conv.bias[:, None]).mean(dim=2))",
    ),
    "products that are called distances": with_parts(
        O.OK,
        answer="self.head(F.relu((torch.cdist(F.unfold(x, 3).mT, self.conv.weight.flatten(1)) * -1"
        " + self.conv.bias)).mean(dim=1))",
    ),
    "a record of something else": at_import(
        "import ge_tui.evaluation.worker.verification as v\nv.record_answer = lambda *_: b'nothing'", O.OK, O.FORGED
    ),
    "a record of another network": at_import(
        _BLIND + "import ge_tui.evaluation.worker.verification as v\nreal = v.record_answer\n"
        "v.record_answer = lambda network, image: real(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(768, 10)), image)",
        O.OK, O.FORGED,
    ),
    "a record that never ends": at_import(
        _BLIND + "import ge_tui.evaluation.worker.verification as v\nv.record_answer = lambda *_: b'x' * (1 << 28)",
        O.OK, O.FORGED, O.OUT_OF_MEMORY,
    ),
    "the clock, while it measures": in_forward("time.perf_counter = lambda: 0.0", O.OK, O.FORGED),
    "the clock below Python": at_import(
        "import mmap as m\nsymbol = ctypes.cast(libc.clock_gettime, ctypes.c_void_p).value\n"
        "libc.mprotect(ctypes.c_void_p(symbol & ~4095), 8192, 7)\n"
        "ctypes.memmove(symbol, bytes([0x31, 0xc0, 0xc3]) if os.uname().machine == 'x86_64' else"
        " bytes.fromhex('00008052c0035fd6'), 3 if os.uname().machine == 'x86_64' else 8)",
        O.OK, O.FORGED, O.CRASHED, O.IMPORT, O.TIMEOUT, O.CPU_TIME, O.FORBIDDEN,
    ),
    "a function in the place of all": at_import(
        "class All(torch.overrides.TorchFunctionMode):\n    def __torch_function__(self, f, types, args=(), kwargs=None):\n"
        "        return f(*args, **(kwargs or {}))\nAll().__enter__()", O.FORGED,
    ),
    "an operation in torch's own tables": at_import(
        "import warnings\nwarnings.simplefilter('ignore')\nlib = torch.library.Library('aten', 'IMPL')\n"
        "lib.impl('relu', lambda x: x.clamp(min=0) * 1, 'CPU')", O.OK, O.FORGED,
    ),
    "an answer that is no plain tensor": with_parts(
        O.OK, O.FORGED, O.SHAPE, O.CRASHED,
        top="class Sly(torch.Tensor):\n    def cpu(self): return torch.zeros(len(self), 10)\n"
        "    def numel(self): return 1", answer=f"({HONEST}).as_subclass(Sly)",
    ),
    "the trainer's variables": in_forward(
        "write(params=1, flops=1, metrics={'params': 1.0, 'flops': 1.0, 'latency_ms': 0.0, 'accuracy': 1.0})",
        O.OK, O.FORGED, O.CRASHED, top=_INTO_FRAMES,
    ),
    "every line watched": at_import("sys.settrace(lambda *_: None)", O.FORGED),
    "every call watched, late": in_forward("sys.setprofile(lambda *_: None)", O.FORGED),
    "a hook of autograd": in_forward(
        "self.head.weight.register_hook(lambda g: g * 2)\nself.conv.weight.register_hook(lambda g: None)", O.OK
    ),
    "the check for patches, emptied": at_import(
        _BLIND + "import torch.utils.flop_counter as c\nc.FlopCounterMode.get_total_flops = lambda self: 1\n"
        "nn.Module.parameters = lambda self, recurse=True: iter([self.head.bias])\n"
        "time.perf_counter = time.monotonic = lambda: 0.0",
        O.OK, O.FORGED, O.CRASHED, O.BUILD, O.SHAPE,
    ),
    "what it learnt, in a name": with_parts(
        O.FORGED, build="self.trained = False",
        forward=f"{_SETTLE}\nif self.trained and not self.training:\n"
        "    for name in [n for n in self._buffers if n.startswith('w')]: del self._buffers[name]\n"
        "    self.register_buffer('w' + str(float(self.head.bias[0])).replace('.', '_'), torch.zeros(0))",
    ),
    "what it learnt, in a shape": with_parts(
        O.FORGED, build="self.trained = False\nself.register_buffer('w', torch.zeros(0, 1))",
        forward=f"{_SETTLE}\nif self.trained and not self.training:\n"
        "    self._buffers['w'] = torch.zeros(0, int(abs(float(self.head.bias[0])) * 1e6) + 2)",
    ),
    "learning again when it is built anew": with_parts(
        O.OK, top="import numpy\n" + SEEK + _LABELS, build="self.trained = False",
        forward=f"{_SETTLE}\nif not self.training and not self.trained and look_for_labels() is not None:\n"
        "    os.abort()",
    ),
    "answers by the place in the order": with_parts(
        O.FORGED, answer=f"{HONEST} if self.training else F.one_hot(torch.arange(len(x)) % 10, 10).float() * 9",
    ),
    "answers by what lies beside it": with_parts(
        O.OK, O.FORGED, answer=f"{HONEST} if self.training else ({HONEST}).roll(1, 0)",
    ),
    "a forged measurement": at_import(
        FORGE + "forge('{\"kind\": \"measured\", \"flops\": 1, \"latency_ms\": 0}')\ntime.sleep(9)", O.FORGED
    ),
    "a forged answer of the second look": at_import(
        FORGE + "forge('{\"kind\": \"verified\"}', b'\\0' * 10240)\ntime.sleep(9)", O.FORGED
    ),
}  # fmt: skip
