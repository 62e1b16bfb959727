"""One individual: its story, its texts, and what was said in its making."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pygments.lexers import DiffLexer, PythonLexer, get_lexer_by_name

from ge_tui.cli.output import print_code
from ge_tui.errors import UserError
from ge_tui.genome import unified_diff
from ge_tui.printable import printable
from ge_tui.run.individuals import what_was_done
from ge_tui.run.store import Arm, EvaluationRow, IndividualRow, RunReader
from ge_tui.run.store.calls import KeptCall, calls_of
from ge_tui.run.summary import Standing, value_in_words


def print_individual(reader: RunReader, row: IndividualRow, standing: Standing) -> None:
    """All that is on record of an individual, but for its texts."""
    parents = " x ".join(f"#{parent}" for parent in row.parents)
    print(f"#{row.number}  generation {row.generation}, {row.operator}" + (f" of {parents}" if parents else ""))
    print(f"status   {row.status}" + (f" ({row.outcome})" if row.outcome else ""))
    if row.reason:
        print(f"reason   {printable(row.reason)}")
    if row.arm is not Arm.EVOLUTION:
        print(f"arm      {row.arm}, made by {row.proposer}")
    if what_was_done(row):
        print(f"change   {printable(what_was_done(row))}")
    if row.temperature is not None:
        print(f"temperature {row.temperature:g}, drawn from {row.draw}, under control {row.control_seq}")
    if standing.rank is not None:
        print(f"rank     {standing.rank}" + (", on the front" if standing.front else ""))
    if standing.spread is not None:
        print(f"means of {standing.spread.trainings} trainings with seeds of their own, ± standard deviation")
    for name in sorted(standing.metrics):
        print(f"  {name:14} {value_in_words(standing, name)}")
    for kept in calls_of(reader.connection, row.number):
        print(f"call     {_in_short(kept)}")
    for evaluation in reader.evaluations(row.number):
        wall = f"{evaluation.wall_s:.1f} s" if evaluation.wall_s is not None else "under way"
        print(
            f"evaluation {evaluation.id}: {evaluation.recipe}/{evaluation.rung}, seed {evaluation.seed}, "
            f"attempt {evaluation.attempt}: {evaluation.outcome or evaluation.status}, {wall}"
        )
        for point in reader.curve(evaluation.id):
            seen = f"  accuracy {point.accuracy:.4f}  loss {point.loss:.4f}" if point.accuracy is not None else ""
            print(f"  step {point.step:6}  epoch {point.epoch:7.2f}  train loss {point.train_loss:.4f}{seen}")


def print_text(reader: RunReader, row: IndividualRow, which: str) -> None:
    """One of an individual's texts: source, diff, prompt or answer."""
    if which in ("prompt", "answer"):
        _print_calls(reader, row, which)
        return
    source = reader.source(row.number)
    if source is None:
        raise UserError(f"individual {row.number} has no source ({row.status}): {printable(row.reason)}")
    if which == "source":
        print_code(source, PythonLexer())
        return
    if not row.parents:
        raise UserError("the seed has no parent to compare it with")
    before = reader.source(row.parents[0]) or ""
    print_code(unified_diff(before, source, f"individual-{row.parents[0]}", f"individual-{row.number}"), DiffLexer())


def record_of(reader: RunReader, row: IndividualRow) -> dict[str, Any]:
    """What is on record of an individual beside itself: evaluations, and calls to a language model."""
    evaluations = [_evaluation(reader, evaluation) for evaluation in reader.evaluations(row.number)]
    calls = [{**asdict(kept.call), "read_as": kept.read_as} for kept in calls_of(reader.connection, row.number)]
    return {"evaluations": evaluations, "calls": calls}


def _evaluation(reader: RunReader, row: EvaluationRow) -> dict[str, Any]:
    names = ("id", "recipe", "rung", "seed", "attempt", "status", "outcome", "reason", "wall_s", "cpu_s", "peak_mb")
    return {**{name: getattr(row, name) for name in names}, "curve": [asdict(point) for point in reader.curve(row.id)]}


def _print_calls(reader: RunReader, row: IndividualRow, which: str) -> None:
    calls = calls_of(reader.connection, row.number)
    if not calls:
        raise UserError(f"individual {row.number} was made without a language model ({row.proposer})")
    for kept in calls:
        call = kept.call
        text = f"{call.system}\n{call.prompt}" if which == "prompt" else _whole_answer(call.thinking, call.answer)
        if len(calls) > 1:
            print(f"----- {_in_short(kept)}")
        print_code(text, get_lexer_by_name("markdown"))


def _whole_answer(thinking: str, answer: str) -> str:
    return f"<think>\n{thinking}\n</think>\n{answer}" if thinking else answer


def _in_short(kept: KeptCall) -> str:
    call = kept.call
    how = f"failed ({call.failure}): {printable(call.detail)}" if call.failure else f"read as {kept.read_as or '-'}"
    place = call.segment or "the whole file"
    seed, heat = call.options.get("seed"), call.options.get("temperature")
    return (
        f"attempt {call.attempt}, {call.operator} of {place} by {call.persona}/{call.category}, temperature {heat}, "
        f"seed {seed}: {how}; {call.completion_tokens} tokens in {call.total_s:.1f} s"
    )
