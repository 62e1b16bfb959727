"""Unified diffs, and edits of a file without markers."""

from ge_tui.genome import unified_diff
from ge_tui.llm.answers import RefusalReason

from .case import PARENT, PLAIN, Case, fenced
from .edits import BOTH, ONE, TWO

DIFF = unified_diff(PARENT, ONE, "a/network.py", "b/network.py")
TWO_DIFF = unified_diff(PARENT, TWO, "a/network.py", "b/network.py")
BOTH_DIFF = unified_diff(PARENT, BOTH, "a/network.py", "b/network.py")
BODY = DIFF.split("\n", 3)[3]
HUNK = DIFF.split("\n")[2]


def _lost_blanks(diff: str) -> str:
    return "\n".join(line[1:] if line.startswith(" ") else line for line in diff.split("\n"))


def diff(name: str, answer: str, source: str = ONE, *, segment: str | None = None, edits: bool = True) -> Case:
    return Case(name, answer, source=source, segment=segment, edits=edits)


def no(name: str, answer: str, *reasons: str, segment: str | None = None) -> Case:
    return Case(name, answer, tuple(map(RefusalReason, reasons)), segment=segment, edits=True)


def plain(name: str, answer: str, source: str, *, segment: str | None = None, edits: bool = False) -> Case:
    return Case(name, answer, source=source, segment=segment, edits=edits, parent=PLAIN)


def plain_no(name: str, answer: str, *reasons: str, edits: bool = False) -> Case:
    return Case(name, answer, tuple(map(RefusalReason, reasons)), segment=None, edits=edits, parent=PLAIN)


INSERT = "@@ class Block @@\n         self.act2 = nn.ReLU()\n+        self.extra = nn.Identity()\n         self.gate = Gate(cout)\n"
INSERTED = PARENT.replace(
    "        self.gate = Gate(cout)", "        self.extra = nn.Identity()\n        self.gate = Gate(cout)"
)
NEW_AREA = PLAIN.replace("return SCALE * width * height", "return SCALE * height * width + 1")
SCALED = PLAIN.replace("SCALE = 2", "SCALE = 3")
SEARCH = "<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE\n"

CASES: list[Case] = [
    diff("unified diff", fenced(DIFF, "diff")),
    diff("unified diff in its segment", fenced(DIFF, "diff"), segment="Block"),
    diff("unified diff, rewrite asked for", fenced(DIFF, "diff"), segment="Block", edits=False),
    diff("bare diff", DIFF),
    diff("bare diff, prose around", f"I change the activation.\n\n{DIFF}\nIt is smoother than before.\n"),
    diff("git's header", fenced("diff --git a/network.py b/network.py\nindex 12ab..34cd 100644\n" + DIFF, "diff")),
    diff("patch tag", fenced(DIFF, "patch")),
    diff("two hunks", fenced(BOTH_DIFF, "diff"), BOTH),
    diff("two changes in a hunk", fenced(TWO_DIFF, "diff"), TWO),
    diff("no file headers", fenced(f"{HUNK}\n{BODY}", "diff")),
    diff("no line numbers", fenced(f"--- a\n+++ b\n@@ ... @@\n{BODY}", "diff")),
    diff("bare hunk marks", fenced(f"@@\n{BODY}", "diff")),
    diff("no hunk marks", fenced(BODY, "diff")),
    diff("wrong numbers", fenced(f"@@ -1,99 +7,2 @@\n{BODY}", "diff")),
    diff("context lost its blanks", fenced(_lost_blanks(DIFF), "diff")),
    diff("minus and plus alone", fenced("-        self.act1 = nn.ReLU()\n+        self.act1 = nn.SiLU()", "diff")),
    diff("a blank after the signs", fenced("-         self.act1 = nn.ReLU()\n+         self.act1 = nn.SiLU()", "diff")),
    diff("indentation lost after the signs", fenced("-self.act1 = nn.ReLU()\n+self.act1 = nn.SiLU()", "diff")),
    diff("blanks at line ends", fenced(DIFF.replace("ReLU()\n", "ReLU()  \n"), "diff")),
    diff("insertion", fenced(INSERT, "diff"), INSERTED),
    diff("insertion, context lost its blanks", fenced(_lost_blanks(INSERT), "diff"), INSERTED),
    diff("apply_patch", f"*** Begin Patch\n*** Update File: network.py\n@@ class Block\n{BODY}*** End Patch\n"),
    diff("crlf", fenced(DIFF, "diff").replace("\n", "\r\n")),
    diff("diff in a python fence", fenced(DIFF, "python")),
    no("context not in the file", fenced(DIFF.replace("conv1", "conv9"), "diff"), "edit_not_found"),
    no("hunk without context", fenced("@@ -3 +3 @@\n+        self.extra = 1\n", "diff"), "edit_not_found", "no_code", "not_python", "missing_definition"),
    no("fits twice", fenced("-        super().__init__()\n+        super().__init__(); self.kind = 1", "diff"), "edit_not_unique"),
    no("second hunk wrong", fenced(BOTH_DIFF.replace("Dropout(0.5)", "Dropout(0.6)"), "diff"), "edit_not_found"),
    no("outside the segment", fenced(BOTH_DIFF, "diff"), "outside_segment", segment="Block"),
    no("elided", fenced("-        self.act1 = nn.ReLU()\n+        # ... rest unchanged\n", "diff"), "elided"),
    no("cut off in the diff", f"```diff\n{DIFF.split('+        self')[0]}+        self.act1 = nn.SiL", "truncated", "not_python"),
    plain("plain file, rewritten", fenced(NEW_AREA), NEW_AREA),
    plain("plain file, bare", NEW_AREA, NEW_AREA),
    plain("plain file, a constant of the header", fenced(SCALED), SCALED),
    plain("plain file, header docstring and import left out", fenced(NEW_AREA.split("import math\n\n")[1]), NEW_AREA),
    plain("plain file, a new import", fenced(NEW_AREA.replace("import math", "import math\nimport sys")),
          NEW_AREA.replace("SCALE = 2\n", "SCALE = 2\nimport sys\n")),
    plain("plain file, one function asked for",
          fenced("def area(width, height):\n    return SCALE * height * width + 1"), NEW_AREA, segment="area"),
    plain("plain file, an edit", SEARCH.format("    return SCALE * width * height", "    return SCALE * height * width + 1"), NEW_AREA, edits=True),
    plain("plain file, an edit of a constant", SEARCH.format("SCALE = 2", "SCALE = 3"), SCALED, edits=True),
    plain("plain file, an import by an edit", SEARCH.format("import math", "import math\nimport sys"),
          PLAIN.replace("import math", "import math\nimport sys"), edits=True),
    plain_no("plain file, one function came", fenced("def area(width, height):\n    return 1"), "missing_definition"),
    plain_no("plain file, a used function is gone", fenced(NEW_AREA.replace("def diagonal", "def diag")), "missing_definition"),
    plain_no("plain file, broken by an edit", SEARCH.format("    return SCALE * width * height", "    return ("), "not_python", edits=True),
    plain_no("plain file, edit fits twice", SEARCH.format("width * width", "width ** 2") + SEARCH.format("total", "sum_"), "edit_not_unique", edits=True),
]  # fmt: skip
