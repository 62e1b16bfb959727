"""A language model that is none: it rewrites the code it is shown by a few small changes, and makes mistakes.

For tests and for demos against the server of our own:
`{"models": [...], "rules": [{"call": "tests.llm.coder:answer"}]}`.
"""

from __future__ import annotations

import random
import re
from typing import Any

CHANGES = (
    ("F.silu", "F.relu"),
    ("F.silu", "F.gelu"),
    ("F.hardswish", "F.silu"),
    ("nn.Dropout(0.5)", "nn.Dropout(0.3)"),
    ("nn.Dropout(0.5)", "nn.Dropout(0.2)"),
    ("momentum=0.9", "momentum=0.85"),
    ("momentum=0.9", "momentum=0.92"),
    ("bias=False", "bias=True"),
    ("ceil_mode=True)", "ceil_mode=True) * 1.1"),
    ("nn.MaxPool2d", "nn.AvgPool2d"),
    ("torch.sigmoid(", "torch.tanh("),
    ("cin // ratio", "cin // (ratio + 1)"),
    ("F.hardswish", "F.mish"),
)
MISTAKE = "\n        self.mistake = nn.Conv2d(7, 8, 1)\n        raise ValueError('a mistake of the model')"
_CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def answer(request: dict[str, Any]) -> str:
    """What the model says to a request of /api/generate or /api/chat."""
    prompt = str(request.get("prompt") or "".join(m["content"] for m in request.get("messages", [])))
    rng = random.Random(request["options"]["seed"])
    codes = _CODE.findall(prompt)
    if "What was learned" in prompt:
        before = "<insight>A smoother activation lets the gradient through.</insight>\n"
        return before + _fenced(_changed(codes[-1], rng))
    if "Two versions of" in prompt or "Two networks" in prompt:
        return "Version B is better here.\n" + _fenced(codes[-1])
    if "When it was tried" in prompt:
        return _fenced(codes[-1].replace(MISTAKE, ""))
    if rng.random() < 0.15:
        return "I would rather think about it some more."
    code = _changed(codes[-1], rng)
    if rng.random() < 0.4 and "super().__init__()" in code:
        code = code.replace("super().__init__()", "super().__init__()" + MISTAKE, 1)
    return _fenced(code)


def _changed(code: str, rng: random.Random) -> str:
    possible = [change for change in CHANGES if change[0] in code]
    if not possible:
        return code
    old, new = possible[int(rng.random() * len(possible))]
    return code.replace(old, new, 1)


def _fenced(code: str) -> str:
    return f"Here it is.\n\n```python\n{code.strip()}\n```\n"
