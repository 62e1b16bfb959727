"""Thoughts before the answer, JSON and tags around it."""

import json

from .case import NEW_GATE, OTHER_GATE, Case, fenced, reads, refuses

CODE = NEW_GATE.rstrip()
DRAFT = fenced(OTHER_GATE)
GOOD = fenced(NEW_GATE)
SEARCH = "<<<<<<< SEARCH\n        self.norm = nn.LayerNorm(cin)\n=======\n        self.norm = nn.Identity()\n>>>>>>> REPLACE\n"
THINK_STRING = NEW_GATE.replace("super().__init__()", 'super().__init__()\n        self.tag = "</think>"')

CASES: list[Case] = [
    reads("think block with a draft", f"<think>\nPerhaps\n{DRAFT}no.\n</think>\n\n{GOOD}", rung="fence"),
    reads("thinking tag", f"<thinking>{DRAFT}</thinking>\n{GOOD}"),
    reads("thought tag", f"<thought>\nMaybe {DRAFT}</thought>\n{GOOD}"),
    reads("reasoning tag", f"<reasoning>\n{DRAFT}</reasoning>\n{GOOD}"),
    reads("think block never opened (DeepSeek template)", f"Let me see.\n{DRAFT}No.\n</think>\n{GOOD}"),
    reads("think in capitals", f"<THINK>{DRAFT}</THINK>{GOOD}"),
    reads("Magistral brackets", f"[THINK]{DRAFT}[/THINK]{GOOD}"),
    reads("Kimi marks", f"◁think▷{DRAFT}◁/think▷{GOOD}"),
    reads("two think blocks", f"<think>a</think>\n<think>\n{DRAFT}</think>\n{GOOD}"),
    reads("GPT-OSS channels", f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{GOOD}<|return|>"),
    reads("begin of thought", f"<|begin_of_thought|>{DRAFT}<|end_of_thought|><|begin_of_solution|>{GOOD}<|end_of_solution|>"),
    reads("empty think block (Qwen without thinking)", f"<think>\n\n</think>\n\n{GOOD}"),
    reads("edit in the thoughts", f"<think>\n{SEARCH}</think>\n{GOOD}"),
    reads("cut-off edit in the thoughts", f"<think>\n{SEARCH[:60]}</think>\n{GOOD}"),
    reads("think tag in a string of the code", fenced(THINK_STRING), THINK_STRING),
    reads("think tag spoken of", f"No `<think>` needed here.\n{GOOD}"),
    reads("reasoning under a heading", f"## Reasoning\n\nA first attempt:\n\n{DRAFT}\n## Final answer\n\n{GOOD}"),
    reads("draft, then corrected", f"My first idea was\n\n{DRAFT}\nbut tanh flips signs. Corrected version:\n\n{GOOD}"),
    refuses("thoughts never end", f"<think>\nLet me try\n{GOOD}", "truncated"),
    refuses("thoughts and no answer", f"<think>\n{GOOD}</think>\n", "empty"),
    refuses("GPT-OSS without a final channel", f"<|channel|>analysis<|message|>{GOOD}", "empty", "truncated"),
    reads("JSON", json.dumps({"code": NEW_GATE}), rung="json"),
    reads("JSON, indented, with an explanation", json.dumps({"explanation": "one scale.\nPer channel.", "code": NEW_GATE}, indent=2)),
    reads("JSON, key source", json.dumps({"source": NEW_GATE})),
    reads("JSON, unusual key", json.dumps({"improved_gate": NEW_GATE})),
    reads("JSON in a fence", fenced(json.dumps({"reason": "r", "code": NEW_GATE}, indent=1), "json")),
    reads("JSON in prose", f"Here you are:\n{json.dumps({'code': NEW_GATE})}\nGood luck!"),
    reads("JSON, nested", json.dumps({"result": {"files": [{"path": "network.py", "content": NEW_GATE}]}})),
    reads("JSON, list of lines", json.dumps({"code": CODE.split("\n")})),
    reads("JSON, fence in the string", json.dumps({"answer": f"Sure.\n{GOOD}"})),
    reads("JSON, raw newlines in the string", '{"code": "' + CODE + '"}'),
    reads("JSON with the old code", json.dumps({"original": OTHER_GATE, "updated": NEW_GATE})),
    reads("Python literal with triple quotes", '{"reason": "r",\n"code": """' + NEW_GATE + '"""}'),
    reads("tool call", json.dumps({"name": "write_file", "arguments": {"path": "n.py", "content": NEW_GATE}})),
    reads("JSON, a list of one", json.dumps([{"code": NEW_GATE}])),
    reads("think, then JSON", f"<think>{DRAFT}</think>{json.dumps({'code': NEW_GATE})}"),
    refuses("JSON cut off", json.dumps({"code": NEW_GATE})[:-40], "truncated"),
    refuses("JSON without code", json.dumps({"explanation": "no change needed"}), "no_code"),
    refuses("JSON with two versions", json.dumps({"a": NEW_GATE, "b": OTHER_GATE}), "ambiguous"),
    refuses("JSON, the code is cut off", json.dumps({"code": CODE[:-8]}), "not_python", "truncated"),
    reads("code tag", f"<code>\n{CODE}\n</code>", rung="tag"),
    reads("code tag on the code's line", f"Here: <code>{CODE}</code>"),
    reads("python tag", f"<python>\n{CODE}\n</python>\nDone."),
    reads("CodeLlama brackets", f"[PYTHON]\n{CODE}\n[/PYTHON]"),
    reads("answer tag around a fence", f"I tried\n{DRAFT}\n<answer>\n{GOOD}</answer>"),
    reads("answer tag around bare code", f"Reasoning first.\n<answer>\n{CODE}\n</answer>"),
    reads("tag of its own making", f"<improved_segment>\n{CODE}\n</improved_segment>"),
    reads("tag with attributes", f'<file path="network.py">\n{CODE}\n</file>'),
    reads("CDATA", f"<code><![CDATA[\n{CODE}\n]]></code>"),
    reads("tag around a fence", f"<code>\n{GOOD}</code>"),
    reads("artifact", f'<artifact type="code">\n{CODE}\n</artifact>'),
    refuses("two tagged versions", f"<code>\n{CODE}\n</code>\n<code>\n{OTHER_GATE}</code>", "ambiguous"),
    refuses("tag never closed, code cut", f"<code>\n{CODE[:-12]}", "truncated"),
]  # fmt: skip
