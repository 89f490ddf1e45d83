"""Which readings are there already: the look-up for keys that the engine cannot settle alone."""

import numpy as np
import numpy.typing as npt

from wardline.model.content import content_hash
from wardline.model.findings import Outcome, Status
from wardline.model.readings import ReadingBatch, join_batches
from wardline.pipeline.ports import Store

Key = tuple[str, int, str]
"""(patient_id, timestamp ms, source)."""


class KnownReadings:
    """Content hashes of readings by key: of those stored, and of those accepted since the commit.

    Accepted batches are only indexed when a doubtful key comes; they are forgotten at the commit,
    so a worker's bound on rows per commit bounds them too.
    """

    def __init__(self, store: Store):
        self._store = store
        self._uncommitted: dict[Key, np.uint64] = {}
        self._unindexed: list[tuple[ReadingBatch, Outcome]] = []

    def add(self, batch: ReadingBatch, outcome: Outcome) -> None:
        """A batch went through the engine and is not committed yet."""
        self._unindexed.append((batch, outcome))

    def clear(self) -> None:
        """Everything is committed, or lost."""
        self._uncommitted.clear()
        self._unindexed.clear()

    def hashes(self, batch: ReadingBatch, doubtful: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
        """Per row the content hash of the reading with its key, 0 where there is none.

        Only doubtful rows are looked up. Raises StoreUnavailableError.
        """
        hashes = np.zeros(len(batch), dtype=np.uint64)
        if len(doubtful):
            self._index()
            keys = _keys(batch, doubtful)
            known = self._stored(keys) | self._uncommitted
            hashes[doubtful] = [known.get(key, np.uint64(0)) for key in keys]
        return hashes

    def _index(self) -> None:
        for batch, outcome in self._unindexed:
            rows = np.flatnonzero(outcome.status == Status.ACCEPTED)
            hashes = content_hash(batch)[rows]
            self._uncommitted.update(zip(_keys(batch, rows), hashes, strict=True))
        self._unindexed.clear()

    def _stored(self, keys: list[Key]) -> dict[Key, np.uint64]:
        found = self._store.stored_readings(keys)
        if not found:
            return {}
        hashes = content_hash(join_batches([stored.batch for stored in found.values()]))
        return dict(zip(found, hashes, strict=True))


def _keys(batch: ReadingBatch, rows: npt.NDArray[np.intp]) -> list[Key]:
    patients = batch.patients.texts(batch.patient[rows])
    sources = batch.sources.texts(batch.source[rows])
    return list(zip(patients, batch.observed_at[rows].tolist(), sources, strict=True))
