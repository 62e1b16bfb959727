"""Runs for reports: written, not evolved, with hostile words wherever others write."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from benchmarks.made_run import MadeRun, make_run
from ge_tui.llm.calls import CallRecord
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import NewIndividual, RunReader, Store
from ge_tui.run.store.call_log import CallLog

HOSTILE = "<script>alert('x')</script></td>\"'><img src=https://evil.example/x onerror=alert(1)>\x1b[31m\x00\u202e&amp;"


def hostile_run(base: Path, individuals: int = 60) -> RunDirectory:
    """A finished run of CIFAR-10 by a model of evil intent; the last child is the best, and all of it is hostile."""
    directory = make_run(base, individuals, "hostile")
    made = MadeRun(directory)
    number = made.number
    with closing(made.store) as store:
        seq = store.add_control("user", "aim_instruction", "", HOSTILE)
        _child(store, number, (number - 1,), seq, made._source(number))
        calls = CallLog(store)
        calls.insight(number, 1, HOSTILE, f"{HOSTILE}\nand dropout helps")
        store.propose(NewIndividual(number + 1, 9, 1, "mutate", "made", (number,), "made", seq))
        store.reject(number + 1, HOSTILE)
        data = json.dumps({"name": "cifar10", "digest": "made", "counts": {}})
        store.connection.execute("UPDATE run SET data = ?, seconds = 7200", (data,))
        store.set_status("finished", HOSTILE)
    return directory


def _child(store: Store, number: int, parents: tuple[int, ...], seq: int, source: str) -> None:
    store.open_generation(9, 2)
    store.propose(NewIndividual(number, 9, 0, "eot", HOSTILE, parents, "made", seq))
    call = CallRecord(number, 0, 0, "eot", "eot", HOSTILE, HOSTILE, "Head", HOSTILE, {"temperature": 0.3}, "s", "p",
                      answer=HOSTILE, finished=True, prompt_tokens=70, completion_tokens=30, total_s=6.0)  # fmt: skip
    calls = CallLog(store)
    calls.record(call)
    calls.read_as(number, 0, 0, "one fence")
    steps = [{"operator": "eot", "kind": HOSTILE, "segment": HOSTILE, "detail": HOSTILE}]
    store.accept(number, f"{source}\n# {HOSTILE}\n", "hash", segment=HOSTILE, arguments={"steps": steps, "attempt": 0},
                 persona=HOSTILE, category=HOSTILE, temperature=0.3)  # fmt: skip
    store.checked(number, 1000, "best", 1000)
    evaluation = store.start_evaluation(number, "fast", "short", 1, 400)
    metrics = {"accuracy": 0.99, "loss": 0.01, "params": 1000.0, "flops": 10.0}
    from ge_tui.evaluation.outcome import Outcome
    from ge_tui.evaluation.report import TrainReport

    store.finish_evaluation(evaluation, number, TrainReport(Outcome.OK, "", metrics, (), 20.0, 20.0, 300.0))


def read(directory: RunDirectory) -> RunReader:
    return RunReader(directory.database)
