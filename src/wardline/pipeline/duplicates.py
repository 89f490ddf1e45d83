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
        self._handed_over: dict[Key, np.uint64] = {}
        self._handed_unindexed: list[tuple[ReadingBatch, Outcome]] = []

    def add(self, batch: ReadingBatch, outcome: Outcome) -> None:
        """A batch went through the engine and is not committed yet."""
        self._unindexed.append((batch, outcome))

    def clear(self) -> None:
        """Everything is lost."""
        self.hand_over()
        self.forget_handed_over()

    def hand_over(self) -> None:
        """What was accepted so far is on its way to the store, which may not know it yet."""
        self._handed_over |= self._uncommitted
        self._handed_unindexed += self._unindexed
        self._uncommitted, self._unindexed = {}, []

    def forget_handed_over(self) -> None:
        """The store has it."""
        self._handed_over, self._handed_unindexed = {}, []

    def hashes(self, batch: ReadingBatch, doubtful: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
        """Per row the content hash of the reading with its key, 0 where there is none.

        Only doubtful rows are looked up. Raises StoreUnavailableError.
        """
        hashes = np.zeros(len(batch), dtype=np.uint64)
        if len(doubtful):
            _index(self._unindexed, self._uncommitted)
            _index(self._handed_unindexed, self._handed_over)
            keys = _keys(batch, doubtful)
            known = self._stored(keys) | self._handed_over | self._uncommitted
            hashes[doubtful] = [known.get(key, np.uint64(0)) for key in keys]
        return hashes

    def _stored(self, keys: list[Key]) -> dict[Key, np.uint64]:
        found = self._store.stored_readings(keys)
        if not found:
            return {}
        hashes = content_hash(join_batches([stored.batch for stored in found.values()]))
        return dict(zip(found, hashes, strict=True))


def _index(
    batches: list[tuple[ReadingBatch, Outcome]], hashes_by_key: dict[Key, np.uint64]
) -> None:
    for batch, outcome in batches:
        rows = np.flatnonzero(outcome.status == Status.ACCEPTED)
        hashes = content_hash(batch)[rows]
        hashes_by_key.update(zip(_keys(batch, rows), hashes, strict=True))
    batches.clear()


def _keys(batch: ReadingBatch, rows: npt.NDArray[np.intp]) -> list[Key]:
    patients = batch.patients.texts(batch.patient[rows])
    sources = batch.sources.texts(batch.source[rows])
    return list(zip(patients, batch.observed_at[rows].tolist(), sources, strict=True))
