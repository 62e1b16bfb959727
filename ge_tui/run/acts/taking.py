"""An act that was asked for comes on record, with why it is refused where it is."""

from __future__ import annotations

from ge_tui.genome import Contract, cut, find_problem, syntax_hash
from ge_tui.run.acts.rules import Scene, Subject, why_no_cross, why_not
from ge_tui.run.inbox import ActRequest
from ge_tui.run.store.acts import ActKind, ActRow, NewAct, act_of_request, put_act, standing
from ge_tui.run.store.queries import Queries
from ge_tui.run.store.records import Status
from ge_tui.run.store.writer import Store
from ge_tui.settings import Controls

_OPERATORS = ("mutate", "eot")
_LONGEST_INSTRUCTION = 4000


def take_act(store: Store, request: ActRequest, controls: Controls, control_seq: int) -> ActRow:
    """Put an act on record, once. What is waiting after this, the engine carries out."""
    known = act_of_request(store.connection, request.id)
    if known is not None:
        return known
    return put_act(store, request.act, control_seq, request.id, refusal(store, request.act, controls))


def refusal(queries: Queries, act: NewAct, controls: Controls) -> str:
    """Why an act cannot be done; empty: it can."""
    one = subject_of(queries, act.individual)
    if one is None:
        return f"there is no individual {act.individual}"
    scene = scene_of(queries, act)
    if act.kind is ActKind.CROSS:
        if act.other is None:
            return "a cross needs two individuals"
        other = subject_of(queries, act.other)
        if other is None:
            return f"there is no individual {act.other}"
        return why_no_cross(one, other, scene) or _wrong_words(queries, act, scene, controls)
    reason = why_not(act.kind, one, scene) or _wrong_words(queries, act, scene, controls)
    return reason or (edit_problem(queries, act.individual, act.source) if act.kind is ActKind.EDIT else "")


def subject_of(queries: Queries, number: int) -> Subject | None:
    """An individual as the rules look at it."""
    row = queries.individual(number)
    if row is None:
        return None
    again = row.status is Status.EVALUATED and any(e.status == "running" for e in queries.evaluations(number))
    measured = row.status is Status.EVALUATED and number in queries.metrics([number])
    return Subject(number, row.status, row.duplicate_of, row.arm, measured, again)


def scene_of(queries: Queries, act: NewAct) -> Scene:
    """What of the run the rules look at, for one act."""
    held = standing(queries.connection)
    possible: set[int] = set()
    if act.kind is ActKind.VETO:
        possible = queries.metrics().keys() - queries.baseline() - held.vetoed
    closed = any(row.closed_at is not None for row in queries.generations())
    asks = queries.run().settings.get("llm") != "offline"
    return Scene(held, asks, possible, not closed)


def edit_problem(queries: Queries, number: int, source: str | None) -> str:
    """Why a text of the user's cannot come of an individual; empty: it can."""
    before = queries.source(number)
    if source is None or before is None:
        return "there is no text"
    names = cut(queries.run().task["seed_source"]).names
    child = cut(source, names)
    file = queries.run().task["file"]["genome"]
    problem = find_problem(child, Contract(file["network"], file["optimizer"]))
    if problem is not None:
        return problem.detail
    if syntax_hash(child) == syntax_hash(cut(before, names)):
        return "nothing was changed but comments and spacing" if source != before else "nothing was changed"
    return ""


def _wrong_words(queries: Queries, act: NewAct, scene: Scene, controls: Controls) -> str:
    """What of an act's arguments means nothing in this run."""
    given = act.arguments
    if given.get("operator") and given["operator"] not in _OPERATORS:
        return f"no operator '{given['operator']}' changes one individual; there are: {', '.join(_OPERATORS)}"
    asked = [name for name in ("persona", "segment", "instruction") if given.get(name)]
    if (asked or given.get("operator") == "eot") and not scene.asks:
        return f"this run asks no language model, so {asked[0] if asked else 'eot'} would mean nothing"
    if given.get("persona") and given["persona"] not in controls.persona:
        return f"no persona '{given['persona']}'; there are: {', '.join(controls.persona)}"
    segments = cut(queries.run().task["seed_source"]).names
    if given.get("segment") and given["segment"] not in segments:
        return f"no segment '{given['segment']}'; the seed has: {', '.join(segments)}"
    if len(str(given.get("instruction") or "")) > _LONGEST_INSTRUCTION:
        return f"an instruction has at most {_LONGEST_INSTRUCTION:,} characters"
    if act.kind is ActKind.AIM and not (given.get("segment") or given.get("instruction")):
        return "an aim needs a segment or an instruction"
    return _wrong_training(queries, act)


def _wrong_training(queries: Queries, act: NewAct) -> str:
    rung, seed = act.arguments.get("rung"), act.arguments.get("seed")
    if act.kind is not ActKind.AGAIN:
        return ""
    if rung not in (None, "", "full"):
        return f"at rung {rung} nobody is trained again: leave it out, or say full"
    if seed is None:
        return ""
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 1 << 31:
        return f"'{seed}' is no seed"
    own = rung or queries.run().settings["evaluation"]["rung"]
    known = [e for e in queries.evaluations(act.individual) if e.rung == own and e.status in ("ok", "running")]
    return f"it was trained with seed {seed} already" if seed in {e.seed for e in known} else ""
