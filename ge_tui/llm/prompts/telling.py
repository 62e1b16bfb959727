"""Facts about individuals, in words a model can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ge_tui.evaluation.report import CurvePoint
from ge_tui.genome import Contract, Genome

_FRONT_SHOWN = 6
_LESSONS_SHOWN = 4
_UNITS = {"accuracy": "validation accuracy", "loss": "validation cross-entropy", "params": "parameters"}


def metrics_in_words(metrics: Mapping[str, float], names: Sequence[str]) -> str:
    """`validation accuracy 0.8812, 318,406 parameters`."""
    told = [_metric(name, metrics[name]) for name in names if name in metrics]
    return ", ".join(told) or "not measured"


def curve_in_words(curve: Sequence[CurvePoint]) -> str:
    """How a training went; an empty string where nothing is known of it."""
    if len(curve) < 2:
        return ""
    words = f"In training its loss went from {curve[0].train_loss:.2f} to {curve[-1].train_loss:.2f}"
    seen = [(point.step, point.accuracy) for point in curve if point.accuracy is not None]
    if len(seen) >= 2:
        steps = ", ".join(f"{accuracy:.3f} at step {step}" for step, accuracy in seen[-4:])
        rise = seen[-1][1] - seen[-2][1]
        trend = "still rising" if rise > 0.005 else "falling at the end" if rise < -0.005 else "level at the end"
        words += f"; validation accuracy was {steps}, {trend}"
    return words + "."


def standing(
    number: int,
    metrics: Mapping[str, float],
    curve: Sequence[CurvePoint],
    front: Sequence[Mapping[str, float]],
    names: Sequence[str],
) -> str:
    """What is known of a parent, and what the best trade-offs of the run are."""
    shown = [*names, *(["loss"] if "loss" not in names else [])]
    lines = [f"The network below is individual {number}: {metrics_in_words(metrics, shown)}."]
    lines.append(curve_in_words(curve))
    if front:
        best = "\n".join(f"- {metrics_in_words(member, names)}" for member in front[:_FRONT_SHOWN])
        lines.append(f"The best trade-offs so far:\n{best}")
    return "\n".join(line for line in lines if line)


def contract_in_words(contract: Contract, inputs: str, objectives: str) -> str:
    """What every genome must keep to."""
    return (
        f"The file defines the class `{contract.network}`, built as `{contract.network}(classes, channels)`, which "
        f"maps {inputs}, and the function `{contract.optimizer}`, called as "
        f"`{contract.optimizer}(model, lr, weight_decay, nesterov=...)`, which returns the optimiser that trains it. "
        f"What counts: {objectives}."
    )


def rest_of_file(genome: Genome, segment: str) -> str:
    """The file without the segment to be changed, whose place is marked."""
    parts = [genome.header.rstrip("\n")]
    for part in genome.segments:
        text = f"# ... {segment} stands here; see below ..." if part.name == segment else part.text.strip("\n")
        parts.append(text)
    body = "\n\n\n".join(parts)
    return f"# The rest of the file, for reference\n\n```python\n{body}\n```"


def lessons_in_words(failures: Sequence[str]) -> str:
    """What was tried on this part and did not work, briefly."""
    if not failures:
        return ""
    lines = "\n".join(f"- {text}" for text in failures[:_LESSONS_SHOWN])
    return f"Tried before and no better:\n{lines}"


def _metric(name: str, value: float) -> str:
    if name in ("params", "flops"):
        return f"{value:,.0f} {_UNITS.get(name, name)}"
    return f"{_UNITS.get(name, name)} {value:.4g}"
