"""What genome.json and the card tell of a run that a language model wrote."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ge_tui.export.ablation import changes_to
from ge_tui.export.record import genome_json, read_history
from ge_tui.export.reverting import revert
from ge_tui.export.subject import find_subjects, read_run
from ge_tui.run.store import RunReader
from ge_tui.run.store.calls import calls_of
from tests.tui.rig import llm_run


async def test_the_making_is_told_without_the_words_that_were_said(tmp_path: Path) -> None:
    directory = await llm_run(tmp_path)
    with RunReader(directory.database) as reader:
        facts = read_run(reader, going=False)
        front = find_subjects(reader, facts, "front")
        assert front
        subject = max(front, key=lambda one: one.number)
        history = read_history(reader, facts, subject)
        record = genome_json(facts, subject, history, {}, {"weights.safetensors": b"x"})
        assert record["files"] == {"weights.safetensors": hashlib.sha256(b"x").hexdigest()}
        told = record["lineage"][-1]
        kept = calls_of(reader.connection, subject.number)
        assert len(told["calls"]) == len(kept) > 0
        for call, one in zip(told["calls"], kept, strict=True):
            said = one.call
            assert (call["persona"], call["model"], call["digest"]) == (said.persona, said.model, said.digest)
            assert call["options"]["temperature"] == said.options["temperature"]
            assert call["prompt_sha256"] == hashlib.sha256(f"{said.system}\n{said.prompt}".encode()).hexdigest()
            assert said.prompt not in str(record)
        assert history.diff.startswith("# #0: seed\n")
        changes = changes_to(reader, subject.number)
        assert [change.child for change in changes] == [step["number"] for step in record["lineage"][1:]]
        last = changes[-1]
        assert revert(subject.source, last.before, last.after) == last.before
