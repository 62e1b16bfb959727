"""Search/replace edits in their many spellings."""

import html
import json

from ge_tui.llm.answers import RefusalReason

from .case import GATE, NEW_GATE, PARENT, Case, fenced, indented

OLD = "        self.act1 = nn.ReLU()"
NEW = "        self.act1 = nn.SiLU()"
TWO_OLD = OLD + "\n        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)"
TWO_NEW = NEW + "\n        self.conv2 = nn.Conv2d(cout, cout, 5, padding=2)"
ONE = PARENT.replace(OLD, NEW)
TWO = PARENT.replace(TWO_OLD, TWO_NEW)
DROP = PARENT.replace("nn.Dropout(0.5)", "nn.Dropout(0.3)")
BOTH = ONE.replace("nn.Dropout(0.5)", "nn.Dropout(0.3)")


def block(
    old: str = OLD, new: str = NEW, a: str = "<<<<<<< SEARCH", b: str = "=======", c: str = ">>>>>>> REPLACE"
) -> str:
    return "\n".join([a, old, b, *([new] if new else []), c]) + "\n"


def edit(name: str, answer: str, source: str = ONE, *, segment: str | None = None, edits: bool = True) -> Case:
    return Case(name, answer, source=source, segment=segment, edits=edits, rung="")


def no(name: str, answer: str, *reasons: str, segment: str | None = None, edits: bool = True) -> Case:
    return Case(name, answer, tuple(map(RefusalReason, reasons)), segment=segment, edits=edits)


DROP_BLOCK = block("        self.drop = nn.Dropout(0.5)", "        self.drop = nn.Dropout(0.3)")
UNDERLINED = PARENT.replace('"""Scale each channel by a gate."""', '"""Gate\n    =======\n    """')

CASES: list[Case] = [
    edit("one edit", block()),
    edit("in the segment asked for", block(), segment="Block"),
    edit("edits came though a rewrite was asked for", block(), edits=False, segment="Block"),
    edit("in a fence", fenced(block())),
    edit("in a fence, prose around", f"I swap the activation:\n\n{fenced(block(), 'diff')}\nIt is smoother."),
    edit("two edits in one fence", fenced(block() + DROP_BLOCK), BOTH),
    edit("two edits, prose between", f"First\n{block()}then\n\n{DROP_BLOCK}\ndone.", BOTH),
    edit("a fence each", f"{fenced(block())}\nand\n{fenced(DROP_BLOCK)}", BOTH),
    edit("a file name above", f"network.py\n{fenced(block())}"),
    edit("a file name on the mark", block(a="<<<<<<< SEARCH network.py")),
    edit("more chevrons", block(a="<<<<<<<<< SEARCH", b="=========", c=">>>>>>>>> REPLACE")),
    edit("fewer chevrons", block(a="<<<<< SEARCH", b="=====", c=">>>>> REPLACE")),
    edit("three chevrons", block(a="<<< SEARCH", b="===", c=">>> REPLACE")),
    edit("no blank before the word", block(a="<<<<<<<SEARCH", c=">>>>>>>REPLACE")),
    edit("small letters", block(a="<<<<<<< search", c=">>>>>>> replace")),
    edit("original and updated", block(a="<<<<<<< ORIGINAL", c=">>>>>>> UPDATED")),
    edit("as git writes it", block(a="<<<<<<< HEAD", c=">>>>>>> new-activation")),
    edit("no words at the marks", block(a="<<<<<<<", c=">>>>>>>")),
    edit("marks closed by chevrons", block(a="<<<<<<< SEARCH >>>>>>>", c=">>>>>>> REPLACE <<<<<<<")),
    edit("Cline's marks", block(a="------- SEARCH", c="+++++++ REPLACE")),
    edit("blanks after the marks", block(a="<<<<<<< SEARCH  ", b="======= ", c=">>>>>>> REPLACE\t")),
    edit("end spelled as a beginning", block(c="<<<<<<< REPLACE")),
    edit("crlf", block().replace("\n", "\r\n")),
    edit("blanks at line ends", block(OLD + "  ", NEW)),
    edit("blank lines at the edges", block("\n" + OLD + "\n", "\n" + NEW + "\n")),
    edit("indentation lost", block(OLD.strip(), NEW.strip())),
    edit("indentation lost, two lines", block(*(text.replace("        ", "") for text in (TWO_OLD, TWO_NEW))), TWO),
    edit("too much indentation", block(indented(TWO_OLD, "  "), indented(TWO_NEW, "  ")), TWO),
    edit("first line stripped", block(TWO_OLD.strip(), TWO_NEW.strip()), TWO),
    edit("in a list item", "1. The activation:\n\n" + indented(block(), "   ")),
    edit("tabs for blanks", block(OLD.replace("    ", "\t"), NEW.replace("    ", "\t"))),
    edit("no-break spaces", block(OLD.replace(" ", "\u00a0"), NEW.replace(" ", "\u00a0"))),
    edit("line numbers", block("34 | " + OLD, "34 | " + NEW)),
    edit("fences inside the halves", block(f"```python\n{OLD}\n```", f"```python\n{NEW}\n```")),
    edit("HTML entities", html.escape(block(), quote=False)),
    edit("less than a line", block("nn.Dropout(0.5)", "nn.Dropout(0.3)"), DROP),
    edit("deletion", block(OLD + "\n", ""), PARENT.replace(OLD + "\n", "").replace("x = self.act1(self.conv1(x))", "x = self.act1(self.conv1(x))")),
    edit("insertion by repeating a line", block(OLD, OLD + "\n        self.extra = nn.Identity()"),
         PARENT.replace(OLD, OLD + "\n        self.extra = nn.Identity()")),
    edit("the same edit twice", block() + block()),
    edit("an edit that changes nothing beside one that does", block(OLD, OLD) + DROP_BLOCK, DROP),
    edit("an edit of what an edit wrote", block() + block(NEW, NEW.replace("SiLU", "GELU")), ONE.replace("SiLU", "GELU")),
    edit("a full rewrite though edits were asked for", fenced(NEW_GATE), PARENT.replace(GATE, NEW_GATE + "\n\n"), segment="Gate"),
    edit("edits, then the same in full", block() + fenced(ONE), ONE),
    edit("edits after thoughts with edits", f"<think>\n{DROP_BLOCK}</think>\n{block()}"),
    edit("a new import in the header", block("import torch\n", "import math\nimport torch\n") + block(),
         ONE.replace("functional as F\n", "functional as F\nimport math\n"), segment="Block"),
    edit("context from outside the segment", block("# --OPTION--\nclass Net(nn.Module):", "# --OPTION--\nclass Net(nn.Module):\n    kind = 1"),
         PARENT.replace("class Net(nn.Module):", "class Net(nn.Module):\n    kind = 1"), segment="Net"),
    edit("JSON edits", json.dumps({"edits": [{"search": OLD, "replace": NEW}]})),
    edit("JSON edits, old_str and new_str", json.dumps([{"old_str": OLD, "new_str": NEW}])),
    edit("JSON edits in a fence", fenced(json.dumps({"changes": [{"original": OLD, "updated": NEW}]}), "json")),
    edit("edits in a JSON string", json.dumps({"diff": block()})),
    edit("labelled fences", f"SEARCH:\n{fenced(OLD)}\nREPLACE:\n{fenced(NEW)}"),
    edit("replace this with that", f"Replace\n{fenced(OLD)}\nwith\n{fenced(NEW)}"),
    edit("the same line elsewhere, but not in the segment", block("        super().__init__()", "        super().__init__()\n        self.kind = 1"),
         PARENT.replace("super().__init__()\n        self.norm", "super().__init__()\n        self.kind = 1\n        self.norm"), segment="Gate"),
    no("not in the file", block("        self.act1 = nn.GELU()"), "edit_not_found"),
    no("one of two is not in the file", block() + block("        self.nothing = 1", "        self.nothing = 2"), "edit_not_found"),
    no("in the file twice", block("        super().__init__()", "        super().__init__()\n        self.kind = 1"), "edit_not_unique"),
    no("twice in the segment", block("nn.ReLU()", "nn.SiLU()"), "edit_not_unique", segment="Block"),
    no("in another segment", DROP_BLOCK, "outside_segment", segment="Block"),
    no("one of two in another segment", block() + DROP_BLOCK, "outside_segment", segment="Block"),
    no("almost right", block(TWO_OLD.replace("padding=1", "padding=2"), TWO_NEW), "edit_not_found"),
    no("indentation not uniform", block(OLD.strip() + "\n    self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)", TWO_NEW), "edit_not_found"),
    no("overlapping", block(TWO_OLD, TWO_NEW) + block(), "edits_overlap"),
    no("contradicting", block() + block(OLD, NEW.replace("SiLU", "GELU")), "edits_overlap"),
    no("no end", block().replace(">>>>>>> REPLACE\n", ""), "truncated"),
    no("cut off in the second", block() + DROP_BLOCK[:60], "truncated"),
    no("no divider", block(b=""), "malformed_edit"),
    no("nothing to search for", block("", NEW), "malformed_edit"),
    no("begins twice", "<<<<<<< SEARCH\n" + block(), "malformed_edit"),
    no("ends twice", block() + ">>>>>>> REPLACE\n", "malformed_edit"),
    no("no change", block(OLD, OLD), "unchanged"),
    no("a change of comments alone", block(OLD, OLD + "  # rectified"), "unchanged"),
    no("elided search", block("        self.act1 = nn.ReLU()\n        ...\n        self.gate = Gate(cout)", NEW), "edit_not_found"),
    no("elided replacement", block(TWO_OLD, NEW + "\n        # ... rest unchanged"), "elided"),
    no("dots in the replacement", block(TWO_OLD, NEW + "\n        ..."), "elided"),
    no("not Python afterwards", block(OLD, "        self.act1 = nn.SiLU("), "not_python"),
    no("wrong indentation afterwards", block(OLD, NEW[2:]), "not_python"),
    no("a class deleted", block(GATE, ""), "missing_definition", "outside_segment"),
    no("a class renamed", block("class Gate(nn.Module):", "class SoftGate(nn.Module):"), "missing_definition"),
    no("header changed", block("import torch.nn as nn", "import torch.nn as nnn"), "outside_segment"),
    no("an import taken away", block("import torch.nn.functional as F\n", ""), "outside_segment", "malformed_edit"),
    no("note changed", block("# Gate(cin) is defined elsewhere in this file.", "# Gate is yours.") + block(), "outside_segment"),
    no("marker taken away", block("# --OPTION--\nclass Net(nn.Module):", "class Net(nn.Module):\n    kind = 1"), "outside_segment"),
    no("edits and a different full text", block() + fenced(DROP), "ambiguous"),
    no("marks in the replacement", block(OLD, NEW + "\n<<<<<<< SEARCH\n=======\n"), "malformed_edit", "truncated"),
    edit("a rule of equal signs in the new text",
         block('    """Scale each channel by a gate."""\n\n    def __init__(self, cin):',
               '    """Gate\n    =======\n    """\n\n    def __init__(self, cin, bias=0):'),
         UNDERLINED.replace('    """\n\n    def __init__(self, cin)', '    """\n\n    def __init__(self, cin, bias=0)')),
]  # fmt: skip
