"""README.md: the model card, in the form of the Hugging Face Hub. Pure."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui import __version__
from ge_tui.export.ablation import Ablation, Contribution
from ge_tui.export.forms import FormReport, Sample
from ge_tui.export.record import History, Step
from ge_tui.export.subject import RunFacts, Subject
from ge_tui.export.trainings import Trained
from ge_tui.export.verifying import Measured, Verification
from ge_tui.printable import one_line
from ge_tui.run.summary import format_metric
from ge_tui.statistics import Summary

_KNOWN = {
    "digits": ("Optical Recognition of Handwritten Digits (UCI), enlarged, turned and noisy", "CC BY 4.0", None),
    "digits-plain": ("Optical Recognition of Handwritten Digits (UCI)", "CC BY 4.0", None),
    "cifar10": ("CIFAR-10", "see its own terms", "uoft-cs/cifar10"),
    "fake": ("a small synthetic data set", "MIT", None),
}
"""By data set: its name, its licence, and its id on the Hub."""
_MOST_LAYERS = 30
_LIMITS = """
## Intended use and limits

For images like those it was trained on. It was measured on nothing else; it gives every image one of its classes,
also one that shows none of them, and its probabilities were not calibrated.

`genome.json` has the lineage, operators, personas, temperatures, hashes of the prompts, digests of the models, all
measurements and the machine.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """All that a card tells."""

    facts: RunFacts
    subject: Subject
    history: History
    trained: Trained
    """The training whose weights are shipped."""
    agreement: str
    sample: Sample
    forms: Sequence[FormReport]
    verification: Verification | None
    ablation: Ablation | None
    shipped_task: bool
    """Whether the seed came with this program, under its licence."""


def card(told: Told) -> str:
    """The text of README.md."""
    parts = [_front_matter(told), _head(told), _use(told), _figures(told), _found(told), _ablation(told), _LIMITS]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _front_matter(told: Told) -> str:
    data = _data_name(told)
    title, _, hub = _KNOWN.get(data, (data, "", None))
    lines = ["---"]
    if told.shipped_task:
        lines.append("license: mit")
    else:
        lines += ["license: other", "license_name: not-stated"]
    lines += ["library_name: pytorch", "pipeline_tag: image-classification"]
    if hub:
        lines += ["datasets:", f"- {hub}"]
    lines += ["metrics:", "- accuracy", "tags:", *(f"- {tag}" for tag in (
        "image-classification", "neural-architecture-search", "evolution", "ge-tui"))]  # fmt: skip
    accuracy, split = _headline(told)
    lines += [
        "model-index:", f"- name: {_quoted(_title(told))}", "  results:", "  - task:",
        "      type: image-classification",
        "    dataset:", f"      name: {_quoted(title)}", f"      type: {_quoted(hub or data)}", f"      split: {split}",
        "    metrics:", "    - type: accuracy", f"      value: {accuracy:.4f}",
        f"      name: {_quoted(f'Accuracy ({split})')}",
        "---",
    ]  # fmt: skip
    return "\n".join(lines)


def _headline(told: Told) -> tuple[float, str]:
    """The accuracy that the card leads with, and the part of the data it is from."""
    if told.verification is not None:
        return told.verification.winner.test_accuracy.mean, "test"
    return told.trained.last_accuracy, "validation"


def _title(told: Told) -> str:
    run = told.facts.row.name
    reduced = ", reduced" if told.subject.without else ""
    return f"{told.facts.contract.network} {run}-{told.subject.number}{reduced}"


def _head(told: Told) -> str:
    subject, facts = told.subject, told.facts
    if told.verification is None:
        claim = ("**Not verified.** The accuracy is that of one training on the validation part, from which it was "
                 "selected; `ge-tui export --verify` measures winner and seed on the test part.")  # fmt: skip
    else:
        verdict = told.verification.verdict
        claim = f"**{verdict[0].upper()}{verdict[1:]}.**"
    seed = (
        "the seed network itself"
        if subject.number == 0
        else f"found by evolution of a seed network, its code rewritten by {_rewriter(told)},"
    )
    classes = ", ".join(facts.data.class_names[:20]) + (", ..." if len(facts.data.class_names) > 20 else "")
    return "\n".join([
        f"# {_title(told)}", "",
        f"An image classifier of {told.trained.metrics['params']:,.0f} parameters, {seed} with "
        f"ge-tui {__version__}. It tells apart "
        f"{len(facts.data.class_names)} classes: {_plain(classes)}.", "", claim,
    ])  # fmt: skip


def _rewriter(told: Told) -> str:
    return "language models" if told.facts.row.environment.get("models") else "built-in operators"


def _use(told: Told) -> str:
    size, channels = told.facts.data.image_size, told.facts.data.channels
    lines = [
        "## Use", "", "```console", "python model.py --weights weights.safetensors IMAGE.png",
        "python model.py --check", "```", "",
        f"`model.py` needs torch alone. An image's short side is resized to {size} pixels and its middle cut out; "
        f"{'colour' if channels == 3 else 'grey'}, values from 0 to 1, normalised inside. PNG files are read without "
        "further packages, other kinds with Pillow. `--check` compares digests, and the answers for "
        f"{told.sample.kept} {'images of the validation part' if told.sample.real else 'images of noise'} "
        "with those at export.", "",
        "`model.py` holds code that evolution wrote. Read it, or `lineage.diff`, before you run it.",
    ]  # fmt: skip
    others = [form for form in told.forms if form.file != "model.py"]
    if others:
        lines += ["", f"Other forms take `pixels`, float32 [batch, {channels}, {size}, {size}] from 0 to 1, "
                  "and give `logits`. Each was run and compared with the network:", ""]  # fmt: skip
    for form in others:
        if form.problem:
            lines.append(f"- {form.file} was left out: {_plain(form.problem)}")
        else:
            lines.append(f"- `{form.file}`: {form.same_class:.1%} the same class over {form.compared} images, outputs "
                         f"differ by at most {form.difference:.2g}")  # fmt: skip
    return "\n".join(lines)


def _figures(told: Told) -> str:
    trained, plan = told.trained, told.trained.request.plan
    lines = ["## Figures", "",
             f"The weights are of one training: recipe {plan.recipe}, rung {plan.rung}, {plan.steps:,} steps, seed "
             f"{trained.request.seed}; accuracy on the validation part {trained.last_accuracy:.4f}. "
             f"{told.agreement}"]  # fmt: skip
    found = told.verification
    if found is not None:
        lines += ["", f"Winner and seed, each trained {len(found.seeds)} times in full (recipe {found.plan.recipe}, "
                  f"{found.plan.steps:,} steps, seeds {', '.join(map(str, found.seeds))}); mean ± standard deviation. "
                  f"The test part was opened on {_day(found.opened_at)}, after all trainings"
                  + (f"; it had been opened {found.opened_before} times before in this run." if found.opened_before
                     else ", for the first time in this run."), ""]  # fmt: skip
        lines += ["| | this network | seed |", "|---|---|---|"]
        lines += [f"| {name} | {one} | {other} |" for name, one, other in _rows(found.winner, found.seed)]
        gap = found.difference
        if gap.low is not None and gap.high is not None:
            lines += ["", f"Difference in test accuracy, by training seed: {gap.mean:+.4f}, 95 % interval "
                      f"{gap.low:+.4f} to {gap.high:+.4f} (Student's t over {gap.pairs} pairs)."]  # fmt: skip
    else:
        shown = ("params", "flops", "latency_ms", "loss")
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| {_NAMES[n]} | {format_metric(n, trained.metrics[n])} |" for n in shown if n in trained.metrics]
    return "\n".join(lines)


_NAMES = {"params": "parameters", "flops": "floating point operations an image", "latency_ms": "ms an image",
          "loss": "cross-entropy, validation"}  # fmt: skip


def _rows(winner: Measured, seed: Measured) -> list[tuple[str, str, str]]:
    rows = [
        ("accuracy, test", _summary(winner.test_accuracy), _summary(seed.test_accuracy)),
        ("accuracy, validation", _summary(winner.val_accuracy), _summary(seed.val_accuracy)),
        ("cross-entropy, test", _summary(winner.test_loss), _summary(seed.test_loss)),
        ("parameters", f"{winner.params:,.0f}", f"{seed.params:,.0f}"),
    ]
    if winner.flops is not None and seed.flops is not None:
        rows.append((_NAMES["flops"], f"{winner.flops:,.0f}", f"{seed.flops:,.0f}"))
    if winner.latency_ms is not None and seed.latency_ms is not None:
        name = (
            f"{_NAMES['latency_ms']}, the fastest of these trainings"  # what else ran at the time slows down the rest
        )
        rows.append((name, f"{min(winner.latency_ms.values):.2f}", f"{min(seed.latency_ms.values):.2f}"))
    return rows


def _summary(values: Summary) -> str:
    spread = "" if values.sd is None else f" ± {values.sd:.4f}"
    return f"{values.mean:.4f}{spread}"


def _found(told: Told) -> str:
    row, history = told.facts.row, told.history
    changed = history.changed
    data = _data_name(told)
    title, licence, _ = _KNOWN.get(data, (data, "not stated", None))
    counts = ", ".join(f"{number:,} {part}" for part, number in told.facts.data.counts.items())
    models = ", ".join(row.environment.get("models") or []) or "none; built-in operators"
    lines = ["## How it was found", "",
             f"Run `{row.name}`, task {told.facts.task.name}, language models: {_plain(models)}. Selected by "
             + ", ".join(f"{o['name']} ({o['direction']})" for o in row.objectives)
             + f" on the validation part. Data: {_plain(title)} ({counts}), licence of the data: {licence}.", "",
             f"{changed.lines_added} lines added and {changed.lines_removed} removed against the seed "
             f"({changed.code_lines} lines of code, the seed has {changed.seed_code_lines}); see `lineage.diff`. "
             "Its steps, as the run recorded them:", "",
             "| # | made by | what | accuracy | parameters |", "|---|---|---|---|---|"]  # fmt: skip
    lines += [_step_row(step) for step in history.steps]
    for words, layers in (("added", changed.layers_added), ("removed", changed.layers_removed),
                          ("changed", changed.layers_changed)):  # fmt: skip
        if layers:
            more = f", and {len(layers) - _MOST_LAYERS} more" if len(layers) > _MOST_LAYERS else ""
            lines += ["", f"Layers {words}: {', '.join(map(_plain, layers[:_MOST_LAYERS]))}{more}."]
    return "\n".join(lines)


def _step_row(step: Step) -> str:
    metrics = step.evaluations[-1]["metrics"] if step.evaluations else {}
    values = [format_metric(name, metrics.get(name)) for name in ("accuracy", "params")]
    return f"| {step.number} | {_cell(step.made_by)} | {_cell(step.what)} | {' | '.join(values)} |"


def _ablation(told: Told) -> str:
    found = told.ablation
    if found is None:
        return ""
    lines = ["## What each change contributed", "",
             f"Each was undone alone, and the network trained again as in the run (rung {found.rung}, seeds "
             f"{', '.join(map(str, found.seeds))}); with all changes: accuracy {_summary(found.accuracy)} on the "
             "validation part. A change does not help where the network without it is no worse in any objective, by "
             "more than the standard error.", "",
             "| change | accuracy without it | with it minus without it | helps |", "|---|---|---|---|"]  # fmt: skip
    lines += [_contribution(one) for one in found.contributions]
    if found.minimal is not None:
        gone = ", ".join(f"#{number}" for number in found.minimal.without)
        lines += ["", f"Without {gone} the network is as good; that one lies in `minimal/`."]
    return "\n".join(lines)


def _contribution(one: Contribution) -> str:
    name = f"#{one.child} {_cell(one.made_by)}" + (f": {_cell(one.what)}" if one.what else "")
    if one.accuracy is None:
        return f"| {name} | - | {_cell(one.reason)} | {'' if one.helps else 'no'} |"
    gains = ", ".join(
        f"{what} {gain + 0.0:+,.0f}" if what in ("params", "flops") else f"{what} {gain:+.4f}"
        for what, gain in (one.gains or {}).items()
    )
    return f"| {name} | {_summary(one.accuracy)} | {gains} (± {one.error:.4f}) | {'yes' if one.helps else 'no'} |"


def _data_name(told: Told) -> str:
    name = told.facts.data.name
    kind = name.partition(":")[0]
    return kind if kind in _KNOWN else f"{kind} of images" if kind == "folder" else name


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at))


def _quoted(text: str) -> str:
    """A YAML scalar; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _plain(text: str) -> str:
    """Text of unknown origin, safe in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~$" else sign for sign in one_line(text, 2000))


def _cell(text: str) -> str:
    return _plain(text).strip()
