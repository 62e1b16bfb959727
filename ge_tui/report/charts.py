"""The pictures of a report, each at any size. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ge_tui.report.drawing import Drawing, Ink
from ge_tui.report.frame import Size
from ge_tui.report.front_plot import FEW, Spot, front_plot
from ge_tui.report.plots import Bar, Curve, Rate, bar_plot, curve_plot, rate_plot
from ge_tui.report.published import DATA, PUBLISHED
from ge_tui.report.values import Report
from ge_tui.report.words import duration, percent
from ge_tui.run.course import SIZE
from ge_tui.run.summary import format_metric
from ge_tui.search import Objective

Draw = Callable[[Size], Drawing]
_MOST_ARMS = 16


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a report."""

    draw: Draw
    caption: str


def every_chart(report: Report) -> Mapping[str, Chart]:
    """By the name of its file."""
    charts = {
        "front": _front(report),
        "hypervolume": _hypervolume(report),
        "best": _best(report),
        "failures": _failures(report),
        "time": _time(report),
        **{f"credit-{kind.replace(' ', '-')}": _credit(report, kind) for kind in report.credit},
    }
    return {name: chart for name, chart in charts.items() if chart is not None}


def compares_with_published(report: Report) -> bool:
    """Whether the published figures are of the same data and of what is sought here."""
    names = {objective.name for objective in report.objectives[:2]}
    return report.run.data["name"] == DATA and names == {"accuracy", SIZE}


def _front(report: Report) -> Chart | None:
    axes = _axes(report.objectives)
    if axes is None:
        return None
    across, up = (objective.name for objective in axes)
    known = {
        number: (standing.metrics[across], standing.metrics[up])
        for number, standing in report.standings.items()
        if standing.rank is not None and across in standing.metrics and up in standing.metrics
    }
    front = sorted((*known[n], n) for n, standing in report.standings.items() if standing.front and n in known)

    def spot(number: int) -> Spot:
        x, y = known[number]
        name = "seed" if number == 0 else f"#{number}"
        return Spot(x, y, name, f"{name}: {up} {format_metric(up, y)}, {across} {format_metric(across, x)}")

    spots = [spot(number) for _, _, number in front if number]
    seed = spot(0) if 0 in known else None
    others = [point for number, point in known.items() if number and not report.standings[number].front]
    beside = compares_with_published(report)
    published = [_published_spot(p.name, p.params, p.accuracy, across) for p in PUBLISHED] if beside else []

    def draw(size: Size) -> Drawing:
        title = f"{up} against {across}: a front of {len(front)}"
        return front_plot(title, axes, others, spots, seed, published, size)

    caption = "Point at a sign for its figures."
    if len(others) >= FEW:
        caption += " The worst twentieth of the others is left out."
    if beside:
        caption += (
            " Published figures are of CIFAR-10's test part, those of the run of its validation part: they compare "
            "in kind, not to the tenth of a point."
        )
    return Chart(draw, caption)


def _published_spot(name: str, params: int, accuracy: float, across: str) -> Spot:
    x, y = (params, accuracy) if across == SIZE else (accuracy, params)
    return Spot(x, y, name, f"{name} (published): accuracy {accuracy:.4f}, params {params:,}")


def _axes(objectives: tuple[Objective, ...]) -> tuple[Objective, Objective] | None:
    """What is across and what is up: the second objective, beside a lone one the size; and the first."""
    if len(objectives) > 1:
        return objectives[1], objectives[0]
    if objectives and objectives[0].name != SIZE:
        return Objective(SIZE, "min", "log10"), objectives[0]
    return None


def _hypervolume(report: Report) -> Chart:
    points = tuple((float(r.evaluations), r.hypervolume) for r in report.course)
    curves = [Curve("", points, Ink.ONE)]
    names = "trainings", "hypervolume"

    def draw(size: Size) -> Drawing:
        return curve_plot("The hypervolume over the trainings of the run", curves, *names, size, whole=True)

    return Chart(
        draw,
        "Hypervolume: how much of the space between the reference and the ideal the front covers. The reference was "
        "fixed once, from the seed's own measurement.",
    )


def _best(report: Report) -> Chart:
    first = report.objectives[0].name
    every = tuple((float(r.evaluations), r.best) for r in report.course if r.best is not None)
    small = tuple((float(r.evaluations), r.best_small) for r in report.course if r.best_small is not None)
    curves = [Curve("of any size", every, Ink.ONE, "dashed"), Curve("params up to the seed's", small, Ink.TWO)]
    seed = report.standings[0].metrics.get(first) if 0 in report.standings else None
    if seed is not None and report.course:
        level = ((float(report.course[0].evaluations), seed), (float(report.course[-1].evaluations), seed))
        curves.insert(0, Curve("the seed", level, Ink.MUTED, "dotted"))
    shown = curves if first != SIZE else curves[:2]

    def draw(size: Size) -> Drawing:
        return curve_plot(f"The best {first} over the trainings", shown, "trainings", f"best {first}", size, whole=True)

    return Chart(draw, "In the order in which the individuals were made; trainings that failed count.")


def _failures(report: Report) -> Chart | None:
    children = sum(bool(row.parents) for row in report.rows)
    bars = [
        Bar(cause.name, cause.count, f"{cause.count} ({percent(cause.count, children)})") for cause in report.causes
    ]
    if not bars:
        return None
    return Chart(lambda size: bar_plot("Children that came to nothing, by cause", bars, size.width, Ink.TWO), "")


def _time(report: Report) -> Chart | None:
    line = report.timeline
    busy = {
        f"training slots at work ({line.slots.places})": line.slots.utilisation,
        f"{'language model' if line.asks else 'proposals'} at work ({line.lanes.places})": line.lanes.utilisation,
    }
    bars = [Bar(name, part, f"{part:.0%}") for name, part in busy.items()]
    whole = line.slots.places * line.worked_s
    for cause, seconds in line.idle_s.items():
        words = {"check": "slots idle: a check", "proposal": "slots idle: a proposal", "nothing": "slots idle: nothing"}
        bars.append(Bar(words[cause], seconds / whole if whole else 0.0, f"{percent(seconds, whole)}"))
    if not line.worked_s:
        return None
    caption = f"Of {duration(line.worked_s)} of work. Idle slots by what was under way meanwhile."
    return Chart(lambda size: bar_plot("How busy training slots and proposals were", bars, size.width), caption)


def _credit(report: Report, kind: str) -> Chart:
    arms = sorted(report.credit[kind].items(), key=lambda item: -item[1].tried)[:_MOST_ARMS]
    rates = [
        Rate(f"{arm} ({row.tried})", row.low, row.mean, row.high,
             f"{arm}: {row.improved} of {row.tried} improved; {row.mean:.2f}, between {row.low:.2f} and {row.high:.2f}")
        for arm, row in sorted(arms, key=lambda item: -item[1].mean)
    ]  # fmt: skip

    def draw(size: Size) -> Drawing:
        title = f"Rate of improvement by {kind}, with 80 % intervals"
        return rate_plot(title, rates, "part of children that no parent dominates", size.width)

    dropped = len(report.credit[kind]) - len(arms)
    return Chart(draw, f"The {_MOST_ARMS} tried most often, of {len(report.credit[kind])}." if dropped else "")
