"""What a segment's answer may bring along, and what it must leave alone."""

from .case import (
    BLOCK,
    GATE,
    HEADER,
    MARK,
    NET,
    NEW_GATE,
    NOTE,
    OPTIMIZER,
    PARENT,
    Case,
    fenced,
    reads,
    refuses,
)

WHOLE = PARENT.replace(GATE, NEW_GATE + "\n\n")
USES_MATH = NEW_GATE.replace("torch.sigmoid(self.scale)", "torch.sigmoid(self.scale / math.tau)")
TYPED = NEW_GATE.replace("def forward(self, x):", "def forward(self, x: torch.Tensor) -> torch.Tensor:")
SELF_TYPED = NEW_GATE.replace(
    "def forward(self, x):", "def twin(self) -> Gate:\n        return self\n\n    def forward(self, x):"
)
NEW_BLOCK = BLOCK.replace("nn.ReLU()", "nn.SiLU()").rstrip() + "\n"
NEW_NET = NET.replace("0.5", "0.3")
HELPED = "class Soft(nn.Module):\n    def forward(self, x):\n        return torch.sigmoid(x)\n\n\n" + NEW_GATE.replace(
    "torch.sigmoid(self.scale)", "Soft()(self.scale)"
)
DEMO = "\n\n# Example usage\nif __name__ == '__main__':\n    print(Gate(8))\n"
RUNS = "\n\n# quick test\ngate = Gate(8)\nout = gate(torch.randn(2, 8, 4, 4))\nprint(out.shape)\n"

CASES: list[Case] = [
    reads("the whole file, all else equal", fenced(WHOLE)),
    reads("the whole file without markers", fenced(WHOLE.replace(MARK, ""))),
    reads("the class before it, unchanged", fenced(OPTIMIZER + NEW_GATE)),
    reads("imports the header has", fenced("import torch\nimport torch.nn as nn\nfrom torch.nn import functional as F\n\n\n" + NEW_GATE)),
    reads("from torch import nn", fenced("from torch import nn\n\n" + NEW_GATE)),
    reads("a new import", fenced("import math\nimport torch\n\n\n" + USES_MATH), USES_MATH, imports="import math\n"),
    reads("the same new import twice", fenced("import math\nimport math\n" + USES_MATH), USES_MATH, imports="import math\n"),
    reads("two new names from one module", fenced("from math import pi, tau\n" + NEW_GATE), imports="from math import pi\nfrom math import tau\n"),
    reads("a submodule", fenced("import torch.utils.checkpoint\n" + NEW_GATE), imports="import torch.utils.checkpoint\n"),
    reads("a star import", fenced("from math import *\n" + NEW_GATE), imports="from math import *\n"),
    reads("future annotations nobody needs", fenced("from __future__ import annotations\n" + TYPED), TYPED),
    reads("an old future", fenced("from __future__ import print_function\n" + NEW_GATE)),
    reads("a header docstring", fenced('"""The gate."""\nimport torch\n\n' + NEW_GATE)),
    reads("a helper class", fenced(HELPED), HELPED),
    reads("marker lines", fenced(MARK + NEW_GATE + "\n" + MARK)),
    reads("the note block again", fenced(NOTE + NEW_BLOCK), NEW_BLOCK, segment="Block"),
    reads("a note block in other words", fenced(NOTE.replace("elsewhere", "above") + NEW_BLOCK), NEW_BLOCK, segment="Block"),
    reads("half a note block", fenced(NOTE.split("\n")[0] + "\n" + NEW_BLOCK), NEW_BLOCK, segment="Block"),
    reads("note block dropped", fenced(NEW_BLOCK), NEW_BLOCK, segment="Block"),
    reads("a main guard", fenced(NEW_GATE + DEMO)),
    reads("demo code", fenced(NEW_GATE + RUNS)),
    reads("the last segment", fenced(NEW_NET), NEW_NET, segment="Net"),
    reads("the optimizer", fenced(OPTIMIZER.replace("0.9", "0.8")), OPTIMIZER.replace("0.9", "0.8"), segment="get_optimizer"),
    reads("an import the file aliases otherwise, used here only",
          fenced("import numpy as torch_np\n" + NEW_GATE), imports="import numpy as torch_np\n"),
    refuses("another segment changed as well", fenced(NEW_GATE + "\n\n" + NEW_BLOCK), "outside_segment"),
    refuses("the whole file with another change", fenced(WHOLE.replace("0.5", "0.4")), "outside_segment"),
    refuses("another segment's class instead", fenced(NEW_BLOCK), "outside_segment"),
    refuses("an unused helper that shadows a segment", fenced("class Block(nn.Module):\n    pass\n\n\n" + NEW_GATE), "outside_segment", "elided"),
    refuses("a helper that shadows an import others use", fenced("def nn(x):\n    return x\n\n\n" + NEW_GATE), "outside_segment"),
    refuses("a helper that shadows a builtin others use", fenced("def super(x=None):\n    return x\n\n\n" + NEW_GATE), "outside_segment"),
    refuses("an import under a taken alias", fenced("import numpy as nn\n" + NEW_GATE), "import_conflict"),
    refuses("a segment imported from elsewhere", fenced("from blocks import Block\n" + NEW_GATE), "import_conflict"),
    refuses("future annotations that are needed", fenced("from __future__ import annotations\n" + SELF_TYPED), "import_conflict"),
    refuses("the class renamed", fenced(NEW_GATE.replace("class Gate", "class SoftGate")), "missing_definition"),
    refuses("the class became a function", fenced("def soft_gate(x):\n    return x\n"), "missing_definition"),
    refuses("forward lost", fenced(NEW_GATE.split("    def forward")[0]), "missing_definition"),
    refuses("forward outside the class", fenced(NEW_GATE.split("    def forward")[0] + "def forward(self, x):\n    return x\n"),
            "not_python", "missing_definition"),
]  # fmt: skip

NEW_OPT = OPTIMIZER.replace("0.9", "0.8")
CHANGED = HEADER + MARK + NEW_OPT + MARK + NEW_GATE + "\n\n" + MARK + NOTE + BLOCK + MARK + NEW_NET
HELPER_ABOVE = "def soft(x):\n    return torch.sigmoid(x)\n\n\n"


def whole(name: str, answer: str, source: str) -> Case:
    return Case(name, answer, source=source, segment=None)


WHOLE_CASES: list[Case] = [
    whole("whole file", fenced(CHANGED), CHANGED),
    whole("whole file, markers dropped", fenced(CHANGED.replace(MARK, "")), CHANGED),
    whole("whole file, notes dropped", fenced(CHANGED.replace(NOTE, "")), CHANGED),
    whole("whole file, note changed", fenced(CHANGED.replace("elsewhere", "above")), CHANGED),
    whole("whole file, header docstring changed", fenced(CHANGED.replace("A small network for tests", "Mine")), CHANGED),
    whole("whole file, an import dropped", fenced(CHANGED.replace("import torch.nn.functional as F\n", "")), CHANGED),
    whole("whole file, a new import", fenced("import math\n" + CHANGED),
          CHANGED.replace("functional as F\n", "functional as F\nimport math\n")),
    whole("whole file, imports and markers dropped", fenced(CHANGED.removeprefix(HEADER).replace(MARK, "")), CHANGED),
    whole("whole file in a fence per segment",
          f"The optimizer:\n{fenced(NEW_OPT)}\nThe gate:\n{fenced(NEW_GATE)}\nThe block:\n{fenced(BLOCK)}\nThe net:\n{fenced(NEW_NET)}", CHANGED),
    whole("whole file bare", CHANGED, CHANGED),
    whole("whole file, segments in another order",
          fenced(HEADER + NEW_GATE + "\n\n" + BLOCK + NEW_OPT + NEW_NET), CHANGED),
    whole("whole file, helper above a segment", fenced(CHANGED.replace("class Gate", HELPER_ABOVE + "class Gate")),
          CHANGED.replace("class Gate", HELPER_ABOVE + "class Gate")),
    whole("whole file, helper in the header", fenced(CHANGED.replace(MARK + "def get", HELPER_ABOVE + MARK + "def get")),
          CHANGED.replace("def get", HELPER_ABOVE + "def get")),
    whole("whole file, demo at the end", fenced(CHANGED + "\n\nmodel = Net(10, 3)\nprint(model)\n"), CHANGED),
    whole("whole file, main guard at the end", fenced(CHANGED + DEMO), CHANGED),
    refuses("whole file, cut off", "```python\n" + CHANGED[:-60], "truncated", segment=None),
    refuses("whole file, cut off between segments", "```python\n" + CHANGED.split(MARK + "class Net")[0], "truncated", "missing_definition", segment=None),
    refuses("whole file, segments left out", fenced(HEADER + MARK + NEW_OPT + MARK + "# Gate: unchanged\n\n" + MARK + NEW_NET), "elided", segment=None),
    refuses("whole file, a segment missing", fenced(HEADER + NEW_OPT + NEW_GATE + "\n\n" + NEW_NET), "missing_definition", segment=None),
    refuses("whole file asked, one class came", fenced(NEW_GATE), "missing_definition", segment=None),
    refuses("whole file, unchanged", fenced(PARENT), "unchanged", segment=None),
    refuses("whole file, class renamed", fenced(CHANGED.replace("Block", "Stage")), "missing_definition", segment=None),
    refuses("whole file twice, differently", fenced(CHANGED) + fenced(CHANGED.replace("0.8", "0.7")), "ambiguous", segment=None),
]  # fmt: skip
CASES += WHOLE_CASES
