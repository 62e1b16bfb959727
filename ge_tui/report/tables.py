"""What a report says in tables; the same tables are written as CSV. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from ge_tui.report.html import Cell, Column, Table
from ge_tui.report.published import PUBLISHED
from ge_tui.report.values import Report
from ge_tui.report.verified import Measured
from ge_tui.report.words import difference, metric, moment, number, percent, said
from ge_tui.run.following import Figures
from ge_tui.run.individuals import made_by, status_in_words, what_was_done
from ge_tui.run.store import SEED, IndividualRow
from ge_tui.run.summary import format_metric

_WORDS: tuple[Column, ...] = (Column("made by", "word"), Column("persona", "word"), Column("category", "word"))


def every_table(report: Report) -> Mapping[str, Table]:
    """By the name of its file."""
    return {
        "front": front_table(report),
        "published": published_table(),
        "course": course_table(report),
        "generations": generations_table(report),
        "story": story_table(report),
        "credit": credit_table(report),
        "failures": failures_table(report),
        "tokens": tokens_table(report),
        "time": time_table(report),
        "budgets": budget_table(report),
        "controls": changes_table(report),
        "individuals": individuals_table(report),
        **({"verified": verified_table(report)} if report.verified else {}),
    }


def front_table(report: Report) -> Table:
    """The front, best by the first objective first, and the seed to compare with."""
    names = _names(report)
    where = report.standings
    sign = report.objectives[0].sign
    front = sorted(
        (row for row in report.rows if where[row.number].front),
        key=lambda row: -sign * where[row.number].metrics.get(names[0], 0.0),
    )
    seed = [row for row in report.rows if row.number == 0 and not where[0].front]
    rows = []
    for row in [*front, *seed]:
        standing = where[row.number]
        against = [_against(name, where[0].metrics.get(name), standing.metrics.get(name)) for name in names]
        values = [
            cell for name, change in zip(names, against, strict=True) for cell in (metric(standing, name), change)
        ]
        rows.append((_who(row), *values, *_maker(row), Cell(what_was_done(row))))
    columns = [column for name in names for column in (Column(name), Column(f"{name} to seed"))]
    return Table(
        "The front, and the seed",
        (Column("#"), *columns, *_WORDS, Column("what was done", "text")),
        tuple(rows),
    )


def verified_table(report: Report) -> Table:
    """Networks that were measured on the test part, each with the seed as it was measured beside it."""
    rows = []
    for one in report.verified:
        gap = one.found.difference
        against = [_accuracy(value, "+.4f") for value in (gap.mean, gap.low, gap.high)]
        yes = Cell("yes" if one.found.verified else "no")
        rows.append((Cell(one.label), yes, *_measured(one.found.winner, against)))
        rows.append((Cell(f"seed, beside {one.label}"), Cell(""), *_measured(one.found.seed, [Cell("")] * 3)))
    names = ("test accuracy", "deviation", "to seed", "at least", "at most", "validation accuracy", "params", "flops",
             "trainings")  # fmt: skip
    columns = (Column("network", "word"), Column("verified", "word"), *map(Column, names))
    return Table("Measured on the test part; at least and at most: 95 % interval", columns, tuple(rows))


def _measured(one: Measured, against: Sequence[Cell]) -> tuple[Cell, ...]:
    test = one.test_accuracy
    return (_accuracy(test.mean), _accuracy(test.sd), *against, _accuracy(one.val_accuracy.mean), number(one.params),
            number(one.flops), number(len(test.values)))  # fmt: skip


def _accuracy(value: float | None, form: str = ".4f") -> Cell:
    return Cell("-") if value is None else Cell(f"{value:{form}}", value)


def published_table() -> Table:
    """What others have measured."""
    rows = [
        (Cell(p.name), Cell(f"{p.accuracy:.4f}", p.accuracy), number(p.params), Cell("" if p.exact else "about"),
         Cell(p.source))
        for p in PUBLISHED
    ]  # fmt: skip
    columns = (Column("network", "word"), Column("test accuracy"), Column("params"), Column("exact", "word"))
    return Table("Published figures, CIFAR-10", (*columns, Column("source", "text")), tuple(rows))


def course_table(report: Report) -> Table:
    """A row for each individual that was trained: what was reached, and for what."""
    first = report.objectives[0].name
    rows = [
        (number(r.individual), number(r.evaluations), number(r.seconds, 1), number(r.tokens), number(r.hypervolume, 5),
         _value(first, r.best), _value(first, r.best_small))
        for r in report.course
    ]  # fmt: skip
    names = ("individual", "trainings", "training seconds", "tokens", "hypervolume", f"best {first}")
    return Table(
        "The course of the run", tuple(map(Column, (*names, f"best {first}, params up to the seed's"))), tuple(rows)
    )


def generations_table(report: Report) -> Table:
    """A row for each generation."""
    rows = [
        (*(number(v) for v in (g.number, g.children, g.evaluated, g.failed, g.duplicates, g.front_size)),
         number(g.hypervolume, 5))
        for g in report.generations
    ]  # fmt: skip
    names = ("generation", "children", "evaluated", "failed", "duplicates", "front", "hypervolume")
    return Table("Generations", tuple(map(Column, names)), tuple(rows))


def story_table(report: Report) -> Table:
    """A row for each step from the seed to the best."""
    names = _names(report)
    steps = count()
    rows = [
        (number(next(steps)), _who(step.row), number(step.row.generation), *_maker(step.row),
         _temperature(step.row),
         Cell(step.row.segment or "-"), *(metric(step.standing, name) for name in names), number(step.gain, 5),
         Cell(what_was_done(step.row)))
        for step in report.story
    ]  # fmt: skip
    columns = (Column("step"), Column("#"), Column("generation"), *_WORDS, Column("temperature"))
    more = (Column("segment", "word"), *map(Column, names), Column("hypervolume gained"))
    return Table("From the seed to the best", (*columns, *more, Column("what was done", "text")), tuple(rows))


def credit_table(report: Report, kind: str | None = None) -> Table:
    """Of one kind of choice, or of all."""
    rows = []
    for name, arms in report.credit.items():
        if kind not in (None, name):
            continue
        for arm, row in arms.items():
            figures = (number(row.tried), number(row.valid), number(row.improved), number(row.mean, 3))
            interval = (number(row.low, 3), number(row.high, 3), number(row.gain, 5))
            choice = (Cell(name),) if kind is None else ()
            rows.append((*choice, Cell(arm), *figures, *interval, number(row.tokens), number(row.seconds)))
    names = ("tried", "valid", "improved", "rate", "from", "to", "hypervolume gained", "tokens", "seconds")
    heads = (*((Column("choice", "word"),) if kind is None else ()), Column(kind or "arm", "word"))
    return Table(kind or "Credit", (*heads, *map(Column, names)), tuple(rows))


def failures_table(report: Report) -> Table:
    """A row for each cause, with an example."""
    children = sum(bool(row.parents) for row in report.rows)
    rows = [
        (Cell(c.name), number(c.count), Cell(percent(c.count, children), c.count / max(1, children)),
         number(c.example), Cell(c.reason[:500]))
        for c in report.causes
    ]  # fmt: skip
    columns = (Column("cause", "word"), Column("children"), Column("part"), Column("example"))
    return Table("Children that came to nothing", (*columns, Column("its reason", "text")), tuple(rows))


def tokens_table(report: Report) -> Table:
    """A row for each language model."""
    rows = []
    for model, t in report.tokens.items():
        figures = report.models[model]
        speed = figures.tokens_per_s
        rows.append(
            (Cell(model), number(t.calls), number(t.prompt), number(t.answer), number(t.seconds),
             Cell(f"{figures.success:.0%}", figures.success), number(figures.failed), number(speed, 1))
        )  # fmt: skip
    names = ("calls", "prompt tokens", "answer tokens", "seconds", "usable answers", "no answer", "tokens/s")
    return Table("Language models", (Column("model", "word"), *map(Column, names)), tuple(rows))


def time_table(report: Report) -> Table:
    """A row for each stage of a child's life."""
    line = report.timeline
    each = max(1, line.individuals)
    rows = [(Cell(str(stage)), number(seconds), number(seconds / each, 1)) for stage, seconds in line.stages.items()]
    return Table(
        "What children spent their time with",
        (Column("stage", "word"), Column("seconds"), Column("seconds each")),
        tuple(rows),
    )


def budget_table(report: Report) -> Table:
    """A row for each budget."""
    rows = [
        (Cell(limit.name), number(limit.used, 0 if limit.used == int(limit.used) else 2),
         number(limit.most, 0 if limit.most == int(limit.most) else 2) if limit.most else Cell("no limit"),
         Cell(percent(limit.used, limit.most), limit.used / limit.most if limit.most else None))
        for limit in report.limits
    ]  # fmt: skip
    return Table("Budgets", (Column("of what", "word"), Column("used"), Column("limit"), Column("part")), tuple(rows))


def changes_table(report: Report) -> Table:
    """A row for each change of a control, and what followed."""
    rows = []
    for one in report.changes:
        row, now = one.row, one.figures
        rows.append(
            (Cell(moment(row.at), row.at), number(one.generation), Cell(row.actor), Cell(row.key),
             Cell(f"{said(row.old)} → {said(row.new)}"), number(now.made), *_rates(now), *_rates(one.before),
             number(one.others))
        )  # fmt: skip
    columns = (Column("when"), Column("generation"), Column("by", "word"), Column("control", "word"))
    after = ("made", "valid", "improved", "hypervolume gained")
    before = ("valid before", "improved before", "gained before", "other changes meanwhile")
    return Table(
        "Changes of controls", (*columns, Column("change", "text"), *map(Column, (*after, *before))), tuple(rows)
    )


def individuals_table(report: Report, most: int | None = None) -> Table:
    """A row for each individual, or the first so many."""
    names = _names(report)
    rows = []
    for row in report.rows[:most]:
        standing = report.standings[row.number]
        rank = number(standing.rank)
        rows.append(
            (_who(row), number(row.generation), *(metric(standing, name) for name in names), rank,
             Cell("yes" if standing.front else ""), *_maker(row),
             _temperature(row), Cell(status_in_words(row)))
        )  # fmt: skip
    columns = (Column("#"), Column("generation"), *map(Column, names), Column("rank"), Column("front", "word"))
    return Table("Individuals", (*columns, *_WORDS, Column("temperature"), Column("status", "word")), tuple(rows))


def _rates(figures: Figures | None) -> tuple[Cell, Cell, Cell]:
    if figures is None or not figures.ended:
        return Cell("-"), Cell("-"), Cell("-")
    valid, improved = figures.valid / figures.ended, figures.improved / figures.ended
    return Cell(f"{valid:.0%}", valid), Cell(f"{improved:.0%}", improved), number(figures.gain, 5)


def _against(name: str, before: float | None, after: float | None) -> Cell:
    if before is None or after is None:
        return Cell("-")
    return Cell(difference(name, before, after), after - before)


def _names(report: Report) -> tuple[str, ...]:
    return tuple(objective.name for objective in report.objectives)


def _who(row: IndividualRow) -> Cell:
    return Cell("seed" if row.number == SEED else f"#{row.number}", row.number)


def _maker(row: IndividualRow) -> tuple[Cell, Cell, Cell]:
    return Cell(made_by(row)), Cell(row.persona or "-"), Cell(row.category or "-")


def _temperature(row: IndividualRow) -> Cell:
    return Cell("-") if row.temperature is None else Cell(f"{row.temperature:g}", row.temperature)


def _value(name: str, value: float | None) -> Cell:
    return Cell(format_metric(name, value), value)
