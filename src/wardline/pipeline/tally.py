"""The account of what was read: accepted + duplicates + rejected = readings, always."""

from dataclasses import dataclass, fields

import numpy as np

from wardline.model.findings import Outcome, Status
from wardline.model.readings import ReadingBatch
from wardline.model.vitals import MISSING


@dataclass(slots=True)
class Tally:
    """Counters of one worker. `ignored_rows` are records that are no readings (an empty line)."""

    rows: int = 0
    ignored_rows: int = 0
    readings: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejected_values: int = 0
    late_values: int = 0
    commands: int = 0

    def add(self, other: "Tally") -> None:
        """Count what another one counted."""
        for counter in fields(self):
            total = getattr(self, counter.name) + getattr(other, counter.name)
            setattr(self, counter.name, total)


def tally_of(batch: ReadingBatch, outcome: Outcome) -> Tally:
    """The account of one batch that went through the engine."""
    accepted = outcome.status == Status.ACCEPTED
    late = accepted & outcome.late
    count = len(batch)
    accepted_count = int(accepted.sum())
    duplicates = int((outcome.status == Status.DUPLICATE).sum())
    return Tally(
        rows=count,
        readings=count,
        accepted=accepted_count,
        duplicates=duplicates,
        rejected=count - accepted_count - duplicates,
        rejected_values=int(np.bitwise_count(batch.bad[accepted]).sum()),
        late_values=int((batch.values[late] != MISSING).sum()),
    )
