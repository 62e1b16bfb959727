"""Code that was dressed up on its way: bare, indented, numbered, escaped, typographic."""

import html
import json

from .case import NEW_GATE, Case, fenced, indented, reads, refuses

CODE = NEW_GATE.rstrip()
LINES = CODE.split("\n")
COMPARES = NEW_GATE.replace("x * torch.sigmoid(self.scale)", "x * (self.scale > 0) if x.numel() < 9 else x")
QUOTED = NEW_GATE.replace("super().__init__()", 'super().__init__()\n        self.kind = "soft"')
HELPED = "def soft(x):\n    return torch.sigmoid(x)\n\n\n" + NEW_GATE.replace("torch.sigmoid", "soft")
ACCENT = NEW_GATE.replace("class Gate(nn.Module):\n", 'class Gate(nn.Module):\n    """It’s “soft”."""\n\n')

CASES: list[Case] = [
    reads("bare", NEW_GATE, rung="bare"),
    reads("bare, prose around", f"Here is the gate:\n\n{CODE}\n\nIt has a scale per channel."),
    reads("bare, one word after", f"{CODE}\n\nEnjoy\n"),
    reads("bare, an import and a helper", f"Sure.\n\nimport math\n\n{HELPED}\nDone.", HELPED, imports="import math\n"),
    reads("bare, prose that starts like code", f"class by class I went through it.\n\n{CODE}\n\nfrom here on it is fine."),
    reads("bare, indented as Markdown code", f"The gate:\n\n{indented(NEW_GATE)}\nThat is it."),
    reads("bare, inline code in the prose", f"I use `torch.sigmoid`.\n\n{CODE}\n\nCall `Gate(8)`."),
    reads("indented in the fence", fenced(indented(NEW_GATE)), rung="fence+indentation"),
    reads("indented, the first line stripped", fenced(indented(HELPED).lstrip()), HELPED),
    reads("tabs", fenced(NEW_GATE.replace("    ", "\t")), NEW_GATE.replace("    ", "\t")),
    refuses("a tab that may be four or eight", fenced(CODE.replace("        return", "\treturn")), "not_python"),
    reads("blank lines doubled", fenced(CODE.replace("\n", "\n\n")), CODE.replace("\n", "\n\n")),
    reads("no-break spaces", fenced(CODE.replace("    ", "\u00a0\u00a0\u00a0\u00a0"))),
    reads("ideographic spaces", fenced(CODE.replace("    ", "\u3000 \u3000 "))),
    reads("zero-width space", fenced("\u200b" + CODE)),
    reads("line numbers with a bar", fenced("\n".join(f"{n:3} | {line}" for n, line in enumerate(LINES, 1)))),
    reads("line numbers with a colon", fenced("\n".join(f"{n}: {line}" for n, line in enumerate(LINES, 7)))),
    reads("line numbers, no fence", "\n".join(f"{n:3} | {line}" for n, line in enumerate(LINES, 1))),
    reads("prompts", fenced("\n".join((">>> " if n == 0 else "... ") + line for n, line in enumerate(LINES)))),
    reads("plus signs", fenced("\n".join(f"+{line}" for line in LINES), "diff")),
    reads("plus signs and a blank", fenced("\n".join(f"+ {line}" for line in LINES), "diff")),
    reads("added file as a diff", fenced("--- /dev/null\n+++ b/gate.py\n@@ -0,0 +1,8 @@\n"
                                         + "\n".join(f"+{line}" for line in LINES), "diff")),
    reads("typographic quotes", fenced(QUOTED.replace('"soft"', "“soft”")), QUOTED),
    reads("typographic quotes inside a string stay", fenced(ACCENT), ACCENT),
    reads("HTML entities", fenced(html.escape(COMPARES)), COMPARES),
    reads("HTML entities in a pre tag", f"<pre><code>{html.escape(COMPARES)}</code></pre>", COMPARES),
    reads("escaped underscores", CODE.replace("_", r"\_")),
    reads("bold for dunder", CODE.replace("__init__", "**init**")),
    reads("one line with escapes", fenced(json.dumps(CODE)[1:-1])),
    reads("a JSON string", json.dumps(CODE)),
    reads("form feed between parts", fenced(HELPED.replace("\n\n\n", "\n\f\n\n")), HELPED.replace("\n\n\n", "\n\f\n\n")),
    reads("backslash continuation", fenced(CODE.replace("return x * ", "return x \\\n            * ")),
          CODE.replace("return x * ", "return x \\\n            * ")),
    refuses("entities in half of the code", fenced(COMPARES.replace("<", "&lt;")), "not_python"),
    refuses("indentation lost", fenced("\n".join(line.strip() for line in LINES)), "not_python"),
    refuses("method at the margin", fenced(CODE.replace("    def forward", "def forward").replace("        return", "    return")),
            "not_python", "missing_definition"),
    refuses("line numbers with a gap", fenced("\n".join(f"{n:3} | {line}" for n, line in enumerate(LINES, 1) if n != 4)),
            "not_python"),
    refuses("prompts with output between", fenced(">>> class Gate:\n...     pass\n<class Gate>\n>>> 1\n1"), "not_python"),
    refuses("return at the margin", fenced(CODE + "\nreturn 1"), "not_python"),
    refuses("only a method", fenced("    def forward(self, x):\n        return x"), "missing_definition", "not_python"),
]  # fmt: skip
