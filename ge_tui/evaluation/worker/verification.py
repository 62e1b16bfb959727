"""A trained network built anew from its weights in a fresh process, to see whether they are all there is to it."""

from __future__ import annotations

from collections.abc import Callable

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Job, Verified
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.failure import GenomeFailureError
from ge_tui.evaluation.worker.genome_module import GenomeModule
from ge_tui.evaluation.worker.integrity import Snapshot
from ge_tui.evaluation.worker.packing import unpack
from ge_tui.evaluation.worker.resident import ResidentData

_FIRST = 2


def verify(job: Job, arrays: Arrays, trained: bytes, send: Callable[[Verified, bytes], None]) -> None:
    """Answer for the validation images that the job names. Raises GenomeFailureError."""
    data = ResidentData(job, arrays)
    refuse_changes = Snapshot().refuse_changes
    genome = GenomeModule(job)
    refuse_changes()
    network = genome.network()
    network.to(data.device).to(memory_format=data.memory_format)  # type: ignore[call-overload]  # in torch's docs, not its types
    images = data.val_images[list(job.images)]
    data.predict(network, images[:_FIRST])  # some make a layer at the first call
    try:
        network.load_state_dict(unpack(trained))
    except (RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        words = str(error)[:500]
        raise GenomeFailureError(Outcome.FORGED, f"the trained weights do not fit the network: {words}") from error
    answers = data.predict(network, images).cpu().contiguous().numpy().astype("<f4").tobytes()
    refuse_changes()
    send(Verified(), answers)
