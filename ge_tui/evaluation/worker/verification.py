"""A trained network built anew from its weights in a fresh process, to see whether they are all there is to it.

The process knows neither labels nor what was learnt until the network is built: it says what tensors the network has,
and is then given their numbers alone. So nothing is handed on but the numbers that are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import torch
from torch import Tensor, nn

from ge_tui.evaluation.protocol import Built, Job, Recorded, StateRow, Verified
from ge_tui.evaluation.weights import SIZES
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.genome_module import GenomeModule
from ge_tui.evaluation.worker.integrity import Snapshot
from ge_tui.evaluation.worker.packing import answers_as_bytes, describe, fill, tensor_from
from ge_tui.evaluation.worker.record import record_answer
from ge_tui.evaluation.worker.resident import ResidentData

_FIRST = 2

Send = Callable[[Built | Verified | Recorded, bytes], None]


def verify(job: Job, arrays: Arrays, read_numbers: Callable[[], bytes], send: Send) -> None:
    """Answer for the images that the job names, and record one answer if it asks. Raises GenomeFailureError."""
    data = ResidentData(job, arrays)
    data.forget_training()
    arrays.train_images.fill(0)
    refuse_changes = Snapshot().refuse_changes
    genome = GenomeModule(job)
    refuse_changes()
    network = genome.network()
    data.place(network)
    data.predict(network, data.val_images[:_FIRST])  # some make a layer at the first call
    state = describe(network)
    send(Built(state=state), b"")
    fill(network, lambda: dict(_filled(state, read_numbers())))
    answers = answers_as_bytes(data.predict(network, data.val_images))
    refuse_changes()
    send(Verified(), answers)
    if "record" in job.wants:
        _send_record(network, data, send)


def _filled(state: tuple[StateRow, ...], numbers: bytes) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a state, one after another from these bytes. Raises ValueError where there are too few."""
    start = 0
    for row in state:
        end = start + prod(row.shape) * SIZES[row.kind]
        if end > len(numbers):
            raise ValueError("there are more tensors than numbers")
        yield row.name, tensor_from(row.kind, row.shape, numbers[start:end])
        start = end


def _send_record(network: nn.Module, data: ResidentData, send: Send) -> None:
    try:
        with torch.no_grad(), data.autocast():
            record = record_answer(network, data.prepare(data.val_images[:1]))
    except BaseException:  # noqa: BLE001  (a genome may do what cannot be written down; then it is not measured)
        return
    send(Recorded(), record)
