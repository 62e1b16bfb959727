"""Fences of every style."""

from .case import NEW_GATE, Case, fenced, indented, reads, refuses

DOCSTRING_GATE = '''class Gate(nn.Module):
    """A gate.

    Example:

```python
gate = Gate(8)
```
    """

    def __init__(self, cin):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1, cin, 1, 1))

    def forward(self, x):
        return x * torch.sigmoid(self.scale)
'''
INDENTED_DOCSTRING_GATE = '''class Gate(nn.Module):
    """Use it so:

        ```
        Gate(8)
        ```
    """

    def __init__(self, cin):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1, cin, 1, 1))

    def forward(self, x):
        """~~~"""
        return x * torch.sigmoid(self.scale)
'''
TICKS_IN_STRING = NEW_GATE.replace("super().__init__()", 'super().__init__()\n        self.mark = "```"')
TICKS_IN_COMMENT = NEW_GATE.replace("super().__init__()", "super().__init__()  # see ```the paper```")
CODE = NEW_GATE.rstrip()

CASES: list[Case] = [
    reads("python", fenced(NEW_GATE), rung="fence"),
    reads("no tag", fenced(NEW_GATE, "")),
    reads("py tag", fenced(NEW_GATE, "py")),
    reads("Python3 tag", fenced(NEW_GATE, "Python3")),
    reads("wrong tag", fenced(NEW_GATE, "rust")),
    reads("pytorch tag", fenced(NEW_GATE, "pytorch")),
    reads("braces around the tag", fenced(NEW_GATE, "{.python .numberLines}")),
    reads("info string with a title", fenced(NEW_GATE, 'python title="network.py" linenums="1"')),
    reads("info string with a path", fenced(NEW_GATE, "python:sota/network.py")),
    reads("tilde fence", fenced(NEW_GATE, "python", "~~~")),
    reads("five ticks", fenced(NEW_GATE, "python", "`````")),
    reads("longer end", f"```python\n{CODE}\n`````\n"),
    reads("blanks after the marks", f"```python   \n{CODE}\n```   \n"),
    reads("blank before the tag", f"``` python\n{CODE}\n```"),
    reads("prose around", f"Sure! Here it is:\n\n{fenced(NEW_GATE)}\nThis adds `cin` parameters. Let me know!"),
    reads("in a list item", f"1. The new gate:\n\n{indented(fenced(NEW_GATE), '   ')}\n2. Done."),
    reads("list mark on the fence's line", f"- ```python\n{indented(NEW_GATE, '  ')}  ```\n"),
    reads("in a quotation", "".join(f"> {line}\n" for line in fenced(NEW_GATE).splitlines())),
    reads("indented fence, code at the margin", f"   ```python\n{CODE}\n   ```\n"),
    reads("code starts on the fence's line", f"```{CODE}\n```\n"),
    reads("end glued to the last line", f"```python\n{CODE}```\nThat is all."),
    reads("end missing, code whole", f"Here:\n```python\n{CODE}\n"),
    reads("end missing, words after it", f"```python\n{CODE}\n\nThis gate has one scale per channel.\n"),
    reads("beginning missing (it was in the prompt)", f"{CODE}\n```\n\nThe gate has one scale per channel."),
    reads("fence in a fence", f"````markdown\n{fenced(NEW_GATE)}````\n"),
    reads("python fence in a markdown fence of the same length", f"```markdown\n{fenced(NEW_GATE)}```\n"),
    reads("tildes around ticks", f"~~~\n{fenced(NEW_GATE)}~~~\n"),
    reads("fence in a docstring", fenced(DOCSTRING_GATE), DOCSTRING_GATE),
    reads("bare fence in a docstring", fenced(INDENTED_DOCSTRING_GATE), INDENTED_DOCSTRING_GATE),
    reads("ticks in a string", fenced(TICKS_IN_STRING), TICKS_IN_STRING),
    reads("ticks in a comment", fenced(TICKS_IN_COMMENT), TICKS_IN_COMMENT),
    reads("crlf", fenced(NEW_GATE).replace("\n", "\r\n")),
    reads("byte order mark", "\ufeff" + fenced(NEW_GATE)),
    reads("shell fence first", f"{fenced('pip install torch', 'bash')}\n{fenced(NEW_GATE)}"),
    reads("heading and bold label", f"### Improved `Gate`\n\n**Code:**\n\n{fenced(NEW_GATE)}\n### Why\n\n* less"),
    reads("end token of a chat template", fenced(NEW_GATE) + "<|im_end|>"),
    reads("the same fence twice", fenced(NEW_GATE) + "\nAgain, in full:\n\n" + fenced(NEW_GATE)),
    reads("a loop that says the same", (fenced(NEW_GATE) + "\nHere is the code:\n") * 30),
    refuses("empty", "", "empty"),
    refuses("blanks", " \n\t\n", "empty"),
    refuses("empty fence", "```python\n```\n", "no_code", "empty"),
    refuses("prose only", "I would add a scale per channel and train it longer.", "no_code"),
    refuses("apology", "I'm sorry, but I can't help with that.", "no_code"),
    refuses("cut off in a line", f"```python\n{CODE[:-12]}", "truncated"),
    refuses("cut off before the last method", f"```python\n{CODE.split('    def forward')[0]}", "truncated"),
    refuses("cut off in a method", f"```python\n{CODE.split('        return')[0]}        x = x + 1\n", "truncated"),
    refuses("cut off in a docstring", '```python\nclass Gate(nn.Module):\n    """A gate that\n', "truncated"),
    refuses("the stream was cut", fenced(NEW_GATE), "truncated", finished=False),
    refuses("cut off in the words before", "Let me think about this. The gate could", "no_code"),
    refuses("not Python", fenced("class Gate(nn.Module) {\n  forward(x) { return x; }\n}", "javascript"), "not_python"),
    refuses("pseudo code", fenced("class Gate:\n    scale each channel by its mean\n"), "not_python"),
]  # fmt: skip
