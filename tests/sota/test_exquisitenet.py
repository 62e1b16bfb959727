"""The seed against the published facts. torch is imported in a child process only."""

import json
import subprocess
import sys

import pytest

from ge_tui import paths
from ge_tui.genome import Contract, cut, find_problem

SEED = paths.shipped_tasks() / "ExquisiteNetV2" / "network.py"

MEASURE = """
import importlib.util, json, sys, warnings
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
import torch

spec = importlib.util.spec_from_file_location("network", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
torch.set_num_threads(1)
torch.manual_seed(0)
STAGES = ["stem", "block1", "down2", "block2", "down3", "block3", "down4", "block4", "down5", "block5", "last",
          "dropout", "classifier"]

def count(parameters):
    return sum(parameter.numel() for parameter in parameters)

def build(classes=10, channels=3):
    return module.ExquisiteNetV2(classes, channels)

def shapes(size):
    network, seen = build().eval(), []
    for name in STAGES:
        getattr(network, name).register_forward_hook(lambda *call: seen.append(list(call[2].shape[1:])))
    with torch.no_grad():
        network(torch.rand(2, 3, size, size))
    return seen

def macs(size):
    network, total = build().eval(), []
    def hook(layer, inputs, output):
        total.append(layer.weight.numel() * (output[0].numel() // output.shape[1]))
    for layer in network.modules():
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
            layer.register_forward_hook(hook)
    with torch.no_grad():
        network(torch.rand(1, 3, size, size))
    return sum(total)

def group(group):
    return {"decay": group["weight_decay"], "tensors": len(group["params"]), "count": count(group["params"]),
            "momentum": group["momentum"], "nesterov": group["nesterov"], "lr": group["lr"]}

def step():
    network = build(10, 1).train()
    optimizer = module.get_optimizer(network, 0.1, 1e-4)
    images, labels = torch.rand(16, 1, 16, 16), torch.arange(16) % 10
    losses = []
    for _ in range(6):
        loss = torch.nn.functional.cross_entropy(network(images), labels)
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        without = [name for name, parameter in network.named_parameters() if parameter.grad is None]
        optimizer.step()
    return {"losses": losses, "without_gradient": without}

network = build()
optimizer = module.get_optimizer(network, 0.1, 1e-4)
held = [id(p) for g in optimizer.param_groups for p in g["params"]]
plain = module.DFSEBV2(12, 3, False)
print(json.dumps({
    "counts": {f"{c} {i}": count(build(c, i).parameters()) for c, i in [(10, 3), (10, 1), (100, 3)]},
    "stage_params": [count(getattr(network, name).parameters()) for name in STAGES],
    "shapes": {size: shapes(size) for size in (16, 32, 224)},
    "macs": {size: macs(size) for size in (32, 224)},
    "optimizer": type(optimizer).__name__,
    "groups": [group(g) for g in optimizer.param_groups],
    "held_once": sorted(held) == sorted(id(p) for p in network.parameters()),
    "no_decay": [group(g)["decay"] for g in module.get_optimizer(network, 0.1, nesterov=False).param_groups],
    "bare_layer_groups": [group(g)["count"] for g in
                          module.get_optimizer(torch.nn.Linear(3, 2, bias=False), 0.1, 1e-4).param_groups],
    "step": step(),
    "se": {"gate": type(plain.gate).__name__, "params": count(plain.gate.parameters()),
           "shape": list(plain(torch.rand(2, 12, 5, 5)).shape)},
}))
"""


@pytest.fixture(scope="module")
def measured() -> dict:
    done = subprocess.run([sys.executable, "-c", MEASURE, str(SEED)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_parameter_counts_are_the_published_ones(measured):
    assert measured["counts"] == {"10 3": 518_230, "10 1": 518_126, "100 3": 552_880}


def test_every_stage_has_its_published_parameters(measured):
    assert measured["stage_params"] == [
        180, 600, 1_248, 5_856, 4_800, 20_928, 18_816, 78_720, 74_496, 304_896, 3_840, 0, 3_850,
    ]  # fmt: skip


CHANNELS = [12, 12, 48, 48, 96, 96, 192, 192, 384, 384, 384]


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        (16, [8, 8, 4, 4, 2, 2, 1, 1, 1, 1, 1]),
        (32, [16, 16, 8, 8, 4, 4, 2, 2, 1, 1, 1]),
        (224, [112, 112, 56, 56, 28, 28, 14, 14, 7, 7, 7]),
    ],
)
def test_every_stage_has_its_published_shape(measured, size, sides):
    stages = [[channels, side, side] for channels, side in zip(CHANNELS, sides, strict=True)]
    assert measured["shapes"][str(size)] == [*stages, [384], [10]]


def test_the_work_of_an_image_is_the_published_one(measured):
    assert measured["macs"]["32"] == pytest.approx(1.75e6, rel=0.005)
    assert measured["macs"]["224"] == pytest.approx(85.8e6, rel=0.005)


def test_the_optimiser_is_sgd_and_decays_only_the_weights_of_layers(measured):
    assert measured["optimizer"] == "SGD"
    assert [(g["count"], g["tensors"], g["decay"]) for g in measured["groups"]] == [
        (510_516, 28, 1e-4),
        (2_928, 20, 0),
        (4_786, 32, 0),
    ]
    assert {(g["momentum"], g["nesterov"], g["lr"]) for g in measured["groups"]} == {(0.9, True, 0.1)}


def test_the_optimiser_holds_every_parameter_once(measured):
    assert measured["held_once"]


def test_the_optimiser_fits_other_networks_and_arguments(measured):
    assert measured["no_decay"] == [0, 0, 0]
    assert measured["bare_layer_groups"] == [6]


def test_it_learns_from_small_images(measured):
    losses = measured["step"]["losses"]
    assert losses[-1] < losses[0]
    assert measured["step"]["without_gradient"] == []


def test_a_block_may_use_the_gate_with_linear_layers(measured):
    assert measured["se"] == {"gate": "SE", "params": 2 * 12 * 4, "shape": [2, 12, 5, 5]}


def test_nine_segments_and_two_notes():
    genome = cut(SEED.read_text(encoding="utf-8"))
    assert genome.names == ("get_optimizer", "SE", "SE_LN", "DFSEBV2", "FCT", "EVE", "ME", "DW", "ExquisiteNetV2")
    assert [segment.name for segment in genome.segments if segment.note] == ["DFSEBV2", "ExquisiteNetV2"]
    assert all(separator == "# --OPTION--\n" for separator in genome.separators)
    assert find_problem(genome.header, Contract("torch", "nn")) is None
    assert find_problem(genome.header, Contract("SE", "get_optimizer")) is not None
