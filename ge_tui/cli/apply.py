"""`ge-tui apply`: reading an LLM's answer as the engine would."""

from __future__ import annotations

import argparse
import sys

from ge_tui.cli.files import read_text
from ge_tui.errors import ExitCode, UsageError
from ge_tui.evaluation.task import find_task
from ge_tui.genome import Contract, Genome, SegmentError, cut, normalise_newlines
from ge_tui.genome.syntax import facts_of
from ge_tui.llm.answers import Refusal, Request, read_answer
from ge_tui.settings import read_settings
from ge_tui.settings.load import own_files


def apply(options: argparse.Namespace) -> int:
    """The child's source on stdout, or the reason why there is none on stderr."""
    parent = cut(normalise_newlines(read_text(options.parent)))
    if options.segment is not None:
        try:
            parent.segment(options.segment)
        except SegmentError as error:
            raise UsageError(f"{options.parent}: {error}") from None
    contract = _contract(find_task(options.task or read_settings(own_files()).task).contract, parent)
    result = read_answer(read_text(options.answer), Request(parent, options.segment, options.edits, contract))
    if isinstance(result, Refusal):
        print(f"{result.reason}: {result.detail}", file=sys.stderr)
        return ExitCode.FAILED
    sys.stdout.write(result.source)
    return ExitCode.DONE


def _contract(wanted: Contract, parent: Genome) -> Contract:
    """The task's names; the file's own last ones where it lacks them, so that any file can be tried."""
    facts = facts_of(parent)
    names = facts.names if facts else frozenset(parent.names)
    network = wanted.network if wanted.network in names else parent.names[-1]
    return Contract(network, wanted.optimizer if wanted.optimizer in names else network)
