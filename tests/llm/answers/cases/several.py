"""Several fences: the right one, or several that belong together, or a refusal."""

from .case import GATE, NEW_GATE, OTHER_GATE, Case, fenced, reads, refuses

GOOD = fenced(NEW_GATE)
OTHER = fenced(OTHER_GATE)
USAGE = fenced("gate = Gate(8)\nprint(gate(torch.randn(1, 8, 4, 4)).shape)")
HELPER = "def soft(x):\n    return torch.sigmoid(x) * 2\n"
USES = NEW_GATE.replace("torch.sigmoid", "soft")
JOINED = HELPER + "\n\n" + USES
IMPORTS = "from math import tau\n"
USES_TAU = NEW_GATE.replace("torch.sigmoid(self.scale)", "torch.sigmoid(self.scale / tau)")
OUTLINE = "class Gate(nn.Module):\n    def __init__(self, cin): ...\n    def forward(self, x): ..."
BROKEN = "class Gate(nn.Module):\n    def __init__(self, cin)"
ELIDED = "class Gate(nn.Module):\n    # ... rest unchanged\n    x = 1"

CASES: list[Case] = [
    reads("usage after", f"{GOOD}\nUsage:\n\n{USAGE}"),
    reads("usage before", f"You will be able to write\n\n{USAGE}\nwith this:\n\n{GOOD}"),
    reads("old code first", f"The original code:\n\n{fenced(GATE)}\nThe new code:\n\n{GOOD}"),
    reads("old code first, unlabelled", f"{fenced(GATE)}\nbecomes\n\n{GOOD}"),
    reads("old code last", f"{GOOD}\nFor reference, you gave me:\n\n{fenced(GATE)}"),
    reads("outline first", f"{fenced(OUTLINE)}\n{GOOD}"),
    reads("excerpt first", f"The line that changes:\n```python\nself.scale = nn.Parameter(torch.ones(1))\n```\nIn full:\n{GOOD}"),
    reads("excerpt after, with dots", f"{GOOD}\nThe key line is\n```python\n    # ...\n    self.scale = nn.Parameter(a)\n    # ... rest unchanged\n```\n"),
    reads("helper, then class", f"First a helper:\n\n{fenced(HELPER)}\nThen the gate:\n\n{fenced(USES)}", JOINED, rung="fences"),
    reads("class, then helper", f"{fenced(USES)}\nwith\n\n{fenced(HELPER)}", USES + "\n\n" + HELPER),
    reads("imports in a fence of their own", f"{fenced(IMPORTS)}\n{fenced(USES_TAU)}", USES_TAU, imports=IMPORTS),
    reads("helper nobody needs", f"{fenced(HELPER)}\nI do not use it in the end.\n{GOOD}"),
    reads("shell, output and usage", f"{fenced('pip install torch', 'sh')}\n{GOOD}\n{fenced('torch.Size([1, 8])', 'text')}\n{USAGE}"),
    reads("formula fence", f"{fenced('y = x * s', 'math')}\n{GOOD}"),
    reads("the two parents quoted, then merged", f"Snippet 1:\n{fenced(GATE)}\nSnippet 2:\n{OTHER}\nMerged:\n{GOOD}"),
    reads("broken draft, then the code", f"{fenced(BROKEN)}\nWith the colon:\n{GOOD}"),
    reads("final version after a plain one", f"Here is it:\n{OTHER}\nWait, tanh flips signs. Final version:\n{GOOD}"),
    refuses("two versions", f"{GOOD}\n{OTHER}", "ambiguous"),
    refuses("options", f"**Option A**\n{GOOD}\n**Option B**\n{OTHER}", "ambiguous"),
    refuses("alternatively", f"{GOOD}\nAlternatively:\n{OTHER}", "ambiguous"),
    refuses("three versions, the last the most complete", f"{GOOD}\nVersion 2:\n{OTHER}\nVersion 3, complete class:\n{fenced(USES + HELPER)}", "ambiguous"),
    refuses("two versions of the helper", f"{fenced(HELPER)}\nor\n{fenced(HELPER.replace('2', '3'))}\n{fenced(USES)}", "ambiguous"),
    refuses("two versions in one fence", fenced(NEW_GATE + "\n\n" + OTHER_GATE), "ambiguous"),
    refuses("a later version breaks off", f"{OTHER}\nThat was a draft. Final:\n```python\n{NEW_GATE[:-20]}", "truncated"),
    refuses("a later version is broken", f"{OTHER}\nFixed:\n{fenced(NEW_GATE.replace('def forward(self, x):', 'def forward(self, x)'))}", "not_python"),
    refuses("before and an elided after", f"Before:\n{OTHER}\nAfter:\n{fenced(ELIDED)}", "elided"),
    refuses("only the old code", f"I would keep it:\n\n{fenced(GATE)}", "unchanged"),
    refuses("the old code in other words", fenced(GATE.replace("Scale each channel by a gate.", "A gate.") + "# kept\n"), "unchanged"),
    refuses("only usage", USAGE, "missing_definition"),
    refuses("only a helper", fenced(HELPER), "missing_definition"),
    refuses("only an excerpt", fenced("self.scale = nn.Parameter(torch.ones(1))"), "missing_definition", "no_code"),
    refuses("seventy different fences", "".join(fenced(f"x{n} = {n}") for n in range(70)) + GOOD, "ambiguous"),
]  # fmt: skip
