"""Saying what is not so: about the score, the size, the time, or with what was never to be seen."""

from __future__ import annotations

from .corpus import Hostile, O, at_import, in_forward, with_parts

STEPS, BATCHES = 2, 8
"""Of the trainings that these genomes try to cheat."""
_VALIDATED = f'{{"kind": "validated", "step": {STEPS}, "epoch": {STEPS / BATCHES}, "train_loss": 0.0}}'
FORGE = """
import json
def forge(header, payload=b''):
    header = header.encode()
    for fd in range(3, 9):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode):
                os.write(fd, struct.pack('!II', len(header), len(payload)) + header + payload)
        except OSError:
            pass
"""
SEEK = """
def seek():
    frame = sys._getframe()
    while frame is not None:
        yield from frame.f_locals.values()
        frame = frame.f_back
    yield from gc.get_objects()

def labels():
    for thing in list(seek()):
        try:
            shape = tuple(thing.shape)
        except Exception:
            continue
        if shape == (256,) and not thing.dtype.is_floating_point:
            return thing
"""
PATCHES = {
    "the loss": "F.cross_entropy = lambda output, *_, **__: output.sum() * 0",
    "the clock": "time.perf_counter = time.monotonic = lambda: 0.0",
    "the greatest of a row": "torch.Tensor.argmax = lambda self, *_, **__: torch.zeros(len(self), dtype=torch.long)",
    "the mean": "torch.Tensor.mean = lambda self, *_, **__: torch.tensor(1.0)",
    "the count of elements": "torch.Tensor.numel = lambda self: 1",
    "the parameters of every module": "nn.Module.parameters = lambda self, recurse=True: iter([nn.Parameter(torch.ones(1))])",
    "a builtin": "builtins.sum = lambda *_, **__: 1",
    "the counter of operations": "from torch.utils.flop_counter import FlopCounterMode as C\n"
    "C.get_total_flops = lambda self: 1",
    "the trainer": "import ge_tui.evaluation.worker.trainer as t\nt.pack = lambda *_: b''",
    "the inspection": "import ge_tui.evaluation.worker.inspection as i\ni.count_params = lambda _: 1",
    "the inspection, as the trainer knows it": "import ge_tui.evaluation.worker.trainer as t\nt.count_params = lambda _: 1",
    "the check for patches": "import ge_tui.evaluation.worker.integrity as i\ni.Snapshot.refuse_changes = lambda self: None",
    "a hook of every module": "nn.modules.module.register_module_forward_hook(lambda *_: None)",
}

LIES: dict[str, Hostile] = {
    **{f"patching {what}": at_import(code, O.FORGED) for what, code in PATCHES.items()},
    "patching what is sent": at_import(
        "import ge_tui.evaluation.worker.child as c\nc.encode = lambda *_: b''", O.CRASHED
    ),
    **{
        f"patching {what}, late": in_forward(code, O.FORGED, O.SHAPE, O.CRASHED)
        for what, code in PATCHES.items()
        if "import" not in code
    },
    "a forged success": at_import(
        FORGE + "forge('{\"kind\": \"finished\", \"metrics\": {\"accuracy\": 1, \"params\": 1}}')\nos._exit(0)", O.FORGED
    ),
    "a forged point and success": at_import(
        FORGE + f"forge('''{_VALIDATED}''', b'\\0' * (256 * 40))\n"
        "forge('{\"kind\": \"finished\", \"metrics\": {\"params\": 1}}')\nos._exit(0)", O.FORGED
    ),
    "forged with what was learnt, but another size": in_forward(
        f"forge('''{_VALIDATED}''', b'\\0' * (256 * 40))\n"
        "forge('{\"kind\": \"finished\", \"metrics\": {\"params\": 1}}')\nos._exit(0)", O.FORGED, top=FORGE
    ),
    "a step that was never taken": at_import(
        FORGE + "forge('{\"kind\": \"validated\", \"step\": 99, \"epoch\": 12.375, \"train_loss\": 0}', b'\\0' * 10240)\n"
        "time.sleep(9)", O.FORGED
    ),
    "an epoch that was never seen": at_import(
        FORGE + "forge('{\"kind\": \"progress\", \"step\": 1, \"epoch\": 99, \"train_loss\": 0}')\ntime.sleep(9)", O.FORGED
    ),
    "the labels, looked up": in_forward(
        "found = labels()\nif found is not None: escaped(found)\nraise PermissionError(errno.EPERM, 'none')",
        O.FORBIDDEN, top=SEEK,
    ),
    "the labels on disk": at_import("escaped(open('@CACHE@/labels/val_labels.npy', 'rb'))", O.IMPORT, O.FORBIDDEN),
    "the test data on disk": in_forward("escaped(open('@CACHE@/sealed/test_images.npy', 'rb'))", O.CRASHED, O.FORBIDDEN),
}  # fmt: skip

_TRAINED = "return torch.optim.SGD([*model.parameters(), *model.hidden[0].parameters()], lr=lr, momentum=0.9)"
_WITH_HIDDEN = "self.head(self.hidden[0](F.relu(self.conv(x)).mean(dim=(2, 3))))"
HIDDEN: dict[str, Hostile] = {
    "in a list": with_parts(O.OK, O.FORGED, build="self.hidden = [nn.Linear(8, 8)]", answer=_WITH_HIDDEN, optimizer=_TRAINED),
    "behind its own count": with_parts(
        O.OK, O.FORGED,
        build="self.hidden = nn.ModuleList([nn.Linear(8, 8)])\nself.parameters = lambda recurse=True: iter(self.head.parameters())",
        answer=_WITH_HIDDEN, optimizer="return torch.optim.SGD(nn.Module.parameters(model), lr=lr, momentum=0.9)",
    ),
    "in a closure": with_parts(
        O.OK, O.FORGED, top="KEPT = []",
        build="layer = nn.Linear(8, 8)\nKEPT.append(layer)\nself.extra = lambda x: layer(x)",
        answer="self.head(self.extra(F.relu(self.conv(x)).mean(dim=(2, 3))))",
        optimizer="return torch.optim.SGD([*model.parameters(), *KEPT[-1].parameters()], lr=lr, momentum=0.9)",
    ),
    "under a name that is no parameter's": with_parts(
        O.OK, O.FORGED,
        build="self.register_buffer('w', torch.randn(8, 8))\nself.register_buffer('b', torch.zeros(8))\n"
        "self.w.requires_grad_()\nself.b.requires_grad_()",
        answer="self.head(F.linear(F.relu(self.conv(x)).mean(dim=(2, 3)), self.w, self.b))",
        optimizer="return torch.optim.SGD([*model.parameters(), model.w, model.b], lr=lr, momentum=0.9)",
    ),
    "trained by hand": with_parts(
        O.OK, O.FORGED,
        build="self.w = torch.randn(8, 8, requires_grad=True)\nself.b = torch.zeros(8, requires_grad=True)",
        forward="if self.w.grad is not None:\n    with torch.no_grad():\n        for p in (self.w, self.b):\n"
        "            p -= 0.1 * p.grad\n            p.grad = None",
        answer="self.head(F.linear(F.relu(self.conv(x)).mean(dim=(2, 3)), self.w, self.b))",
    ),
}  # fmt: skip
"""72 parameters that the network does not name; the count must have them all the same, or the genome fails."""
