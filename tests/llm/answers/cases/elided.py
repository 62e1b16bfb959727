"""Code with parts left out, and code that only looks so."""

from .case import NEW_GATE, Case, fenced, reads, refuses

INIT = NEW_GATE.split("    def forward")[0]
FORWARD = "    def forward" + NEW_GATE.split("    def forward")[1]


def _with(line: str) -> str:
    """The gate with one more line at the end of its constructor."""
    return fenced(INIT.rstrip() + f"\n        {line}\n\n" + FORWARD)


def _before(comment: str) -> tuple[str, str]:
    """The gate with a comment in front of a line, fenced and plain."""
    code = NEW_GATE.replace("        return", f"        {comment}\n        return")
    return fenced(code), code


DOTS = NEW_GATE.replace("self.scale)", "self.scale[..., :1])")


CASES: list[Case] = [
    refuses("rest unchanged", _with("# ... rest unchanged ..."), "elided"),
    refuses("rest of the code", _with("# rest of the code remains the same"), "elided"),
    refuses("existing code", _with("# ... existing code ..."), "elided"),
    refuses("existing code here", _with("# [existing code here]"), "elided"),
    refuses("dots alone in a comment", _with("# ..."), "elided"),
    refuses("one-letter dots", _with("# …"), "elided"),
    refuses("same as before", fenced(INIT + "    def forward(self, x):\n        # same as before\n        pass\n"), "elided"),
    refuses("dots for a body", fenced(INIT + "    def forward(self, x):\n        ...\n"), "elided"),
    refuses("pass for a body", fenced(INIT + "    def forward(self, x):\n        pass  # unchanged\n"), "elided"),
    refuses("not implemented", fenced(INIT + "    def forward(self, x):\n        raise NotImplementedError\n"), "elided"),
    refuses("comment for a body", fenced(INIT + "    def forward(self, x):\n        # ... same as before ...\n"), "elided"),
    refuses("remaining layers", _with("# remaining layers unchanged"), "elided"),
    refuses("other methods", fenced(NEW_GATE + "\n    # other methods stay the same\n"), "elided"),
    refuses("your code here", _with("# your code here"), "elided"),
    refuses("omitted for brevity", _with("# (omitted for brevity)"), "elided"),
    refuses("keep the rest as is", _with("# keep the rest as is"), "elided"),
    refuses("dots for a value", _with("self.act = ..."), "elided"),
    refuses("dots in a call", _with("self.act = nn.Sequential(...)"), "elided"),
    refuses("dots around the class", fenced("# ... imports ...\n" + NEW_GATE + "\n# ... rest of the file unchanged ...\n"), "elided"),
    refuses("todo", fenced(INIT + "    def forward(self, x):\n        # TODO\n        return x\n    # todo\n"), "elided"),
    reads("an index of dots", fenced(DOTS), DOTS),
    reads("a remark on the next line", *_before("# the rest is as before, but for the gate")),
    reads("a remark about the shape", *_before("# shape unchanged: (N, C, H, W)")),
    reads("a remark with dots", *_before("# 8, 16, 32, ... channels")),
    reads("a trailing remark", _with("self.drop = nn.Dropout(0.1)  # unchanged"),
          INIT.rstrip() + "\n        self.drop = nn.Dropout(0.1)  # unchanged\n\n" + FORWARD),
    reads("a remark over kept code", *_before("# same as before")),
]  # fmt: skip
