"""The data of a training on the device, in a process of its own: torch is never imported here."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Finished, Inputs, Job, JobLimits, Validated
from ge_tui.evaluation.worker import resident, trainer
from ge_tui.evaluation.worker.__main__ import _load_lazy_parts
from ge_tui.evaluation.worker.augment import COLOURS
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.device import has_bf16
from ge_tui.evaluation.worker.optimiser import quicken

torch.set_num_threads(1)
_load_lazy_parts()
SOURCE = '''
from torch import nn, optim
class Net(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.a, self.n, self.b = nn.Conv2d(channels, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Linear(8, classes)
        self.drop = nn.Dropout(0.2)
    def forward(self, x):
        return self.b(self.drop(self.n(self.a(x)).relu().mean(dim=(2, 3))))
def get_optimizer(model, lr, weight_decay=0.0, nesterov=True):
    return optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay, nesterov=nesterov)
'''
rng = np.random.default_rng(0)
ARRAYS = Arrays(
    rng.integers(0, 256, (70, 3, 16, 16), dtype=np.uint8), rng.integers(0, 4, 70),
    rng.integers(0, 256, (9, 3, 16, 16), dtype=np.uint8),
)

def job(seed=1, **changed):
    settings = dict(recipe="r", rung="short", steps=12, batch_size=16, lr=0.1, weight_decay=1e-4, warmup_steps=2,
                    schedule="linear", augment=("flip", "shift"))
    return Job(kind="train", source=SOURCE, network="Net", optimizer="get_optimizer",
               inputs=Inputs(classes=4, channels=3, image_size=16), plan=TrainingPlan(**(settings | changed)),
               seed=seed, limits=JobLimits(wall_s=60, memory_mb=512, params=10**6))

def answers(job):
    said = []
    trainer.train(job, ARRAYS, lambda message, payload: said.append((message, payload)))
    assert isinstance(said[-1][0], Finished)
    return [np.frombuffer(payload, "<f4") for message, payload in said if isinstance(message, Validated)]

# the same seed gives the same bits, another seed others
first, again, other = answers(job()), answers(job()), answers(job(seed=2))
assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
assert not np.array_equal(first[-1], other[-1])

# the order of the channels in memory changes no result
resident.ResidentData.memory_format = torch.contiguous_format
try:
    plain = answers(job(augment=()))
finally:
    resident.ResidentData.memory_format = torch.channels_last
assert np.allclose(plain[-1], answers(job(augment=()))[-1], atol=1e-4)

# an epoch has every image at most once, in whole batches, in channels_last order; several may be augmented together
def epoch(data):
    torch.manual_seed(0)
    batches = list(data.epoch())
    assert [len(labels) for _, labels in batches] == [16] * 4
    assert all(x.shape == (16, 3, 16, 16) and x.dtype == torch.float32 for x, _ in batches)
    assert all(x.is_contiguous(memory_format=torch.channels_last) for x, _ in batches)
    return torch.cat([x for x, _ in batches]), torch.cat([labels for _, labels in batches])

plain_images, labels = epoch(resident.ResidentData(job(augment=()), ARRAYS))
together = resident.ResidentData(job(augment=()), ARRAYS)
together._batches_at_once = lambda: 3
x, same_labels = epoch(together)
assert torch.equal(x, plain_images) and torch.equal(labels, same_labels)

# without augmentation a training image comes as it would in a validation
data = resident.ResidentData(job(augment=()), ARRAYS)
known = data.prepare(data.images)
distances = torch.cdist(plain_images.flatten(1), known.flatten(1), compute_mode="donot_use_mm_for_euclid_dist")
assert distances.min(dim=1).values.max() < 1e-2
assert len(set(distances.argmin(dim=1).tolist())) == 64
assert torch.equal(data.labels[distances.argmin(dim=1)], labels)
assert abs(float(known.mean())) < 1e-3 and abs(float(known.std()) - 1) < 1e-2

# colours before an enlargement are nearly those after it; a reduction is smoothed as a picture viewer does
data = resident.ResidentData(job(augment=("jitter",), image_size=48, normalise=False), ARRAYS)
chosen = torch.arange(64)
torch.manual_seed(3)
draw = resident.draw_moves((), 64, 48, data.device)
ours = data._augmented(chosen)
torch.manual_seed(3)
after = COLOURS["jitter"](data.prepare(data.images[chosen]))
assert ours.shape == (64, 3, 48, 48) and float((ours - after).abs().mean()) < 3e-3
# enlarging and moving at once is enlarging, then moving
images = torch.randint(0, 256, (64, 3, 16, 16), dtype=torch.uint8).contiguous(memory_format=torch.channels_last)
for dtype in (torch.uint8, torch.float32):
    moves = resident.draw_moves(("flip", "translate"), 64, 40, data.device)
    x = images.to(dtype)
    at_once = resident.stretch(x, moves, blank=True)
    after = resident.move(resident.pixels_of(resident.resize(x, 40, 40)), torch.arange(64), moves, blank=True)
    assert at_once.shape == after.shape and at_once.is_contiguous(memory_format=torch.channels_last)
    assert float((at_once.float() - after.float()).abs().max()) <= (1 if dtype is torch.uint8 else 1e-3)
    assert torch.equal(at_once == 0, after == 0) or dtype is torch.float32
small = resident.ResidentData(job(image_size=4, normalise=False), ARRAYS).prepare(data.val_images)
assert torch.allclose(small.mean(dim=(2, 3)), data.val_images.float().mean(dim=(2, 3)) / 255, atol=0.02)

# an optimiser of torch's own steps as it would have, whatever the genome chose stays
def stepped(make, quick):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 2))
    optimizer = make(net.parameters())
    if quick:
        quicken(optimizer, net)
    for _ in range(5):
        loss = net(torch.ones(3, 5)).pow(2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.cat([p.detach().flatten() for p in net.parameters()]), optimizer.param_groups[0].get("fused")

class Mine(torch.optim.SGD):
    pass

for make, fuses in (
    (lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True, weight_decay=0.1), True),
    (lambda p: torch.optim.AdamW(p, 0.01), True),
    (lambda p: torch.optim.Adam(p, 0.01, amsgrad=True), True),
    (lambda p: torch.optim.Adam(p, torch.tensor(0.01)), None),
    (lambda p: torch.optim.SGD(p, 0.01, foreach=False), None),
    (lambda p: Mine(p, 0.01), None),
    (lambda p: torch.optim.Adagrad(p, 0.01), None),
):
    (slow, _), (quick, fused) = stepped(make, False), stepped(make, True)
    assert torch.allclose(slow, quick, atol=1e-6), (slow - quick).abs().max()
    assert fused is fuses or (fuses is None and not fused), (fused, fuses)
embedding = nn.Embedding(4, 2, sparse=True)
optimizer = torch.optim.SGD(embedding.parameters(), 0.1)
quicken(optimizer, embedding)
embedding(torch.tensor([1])).sum().backward()
optimizer.step()

assert not has_bf16("cpu")

# between two messages nothing asks the device for a value
asked = []
class Counting(torch.utils._python_dispatch.TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function is torch.ops.aten._local_scalar_dense.default:
            asked.append(function)
        return function(*args, **(kwargs or {}))
trainer.REPORTS = 1
for augment in (("flip", "shift"), ("flip", "jitter", "translate")):
    asked.clear()
    messages = []
    with Counting():
        the_job = job(steps=4, augment=augment)
        data = resident.ResidentData(the_job, ARRAYS)
        genome = trainer.GenomeModule(the_job)
        net = genome.network()
        trainer._fit(the_job, net, genome.optimizer(net), data, lambda m, p: messages.append(m))
    assert len(messages) == 1 and len(asked) <= 2, (len(messages), len(asked))
"""


def test_training_from_resident_data_keeps_its_promises() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
