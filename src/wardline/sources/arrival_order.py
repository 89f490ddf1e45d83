"""An export of readings in the order in which they were accepted, whatever order its rows have."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wardline.codecs.vitals_csv import DecodedExport
from wardline.model.dead_letters import Rejection
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.readings import ReadingBatch, join_batches
from wardline.sources.csv_files import CsvFile, open_csv
from wardline.sources.files import LeftError

EXPORT_BYTES_MAX = 2 << 30
"""A larger export is left: it has to be held in memory to be put in order. Replay the store itself,
or export it in parts (`--from`, `--to`, `--patient`)."""


class ExportFile:
    """A CSV file with `arrival` and `arrived_at` as a Source; as `CsvFile` but for the order.

    Rows come by `arrived_at`, then `arrival`: every patient's in the order of acceptance.
    """

    format = "csv"
    companions: tuple[Path, ...] = ()
    has_arrivals = True

    def __init__(self, file: CsvFile, batch_rows: int):
        if file.bytes_total > EXPORT_BYTES_MAX:
            file.close()
            raise LeftError(
                f"an export of more than {EXPORT_BYTES_MAX >> 30} GiB: replay its store"
            )
        self.path = file.path
        self.origin = file.origin
        self.notes = file.notes
        self.rows = 0
        self.bytes_total = file.bytes_total
        self.ignored_rows = 0
        self._file = file
        self._batch_rows = batch_rows
        self._polls = self._ordered()

    @property
    def bytes_done(self) -> int:
        """How far the file was read."""
        return self._file.bytes_done

    def poll(self) -> Decoded | None:
        """The next readings, or None at the end. Raises OSError."""
        decoded = next(self._polls, None)
        if decoded is not None:
            self.rows += len(decoded.batch) + len(decoded.rejections)
        return decoded

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _ordered(self) -> Iterator[Decoded]:
        parts = list(iter(self._file.poll, None))
        if not parts:
            return
        batch = join_batches([part.batch for part in parts])
        rejections = tuple(refused for part in parts for refused in part.rejections)
        order = np.lexsort((arrivals_of(parts), batch.received_at))
        yield _part(batch, order[: self._batch_rows], rejections)
        for start in range(self._batch_rows, len(order), self._batch_rows):
            yield _part(batch, order[start : start + self._batch_rows], ())


def open_csv_in_order(path: Path, names: Dictionaries, batch_rows: int) -> CsvFile | ExportFile:
    """A CSV file of readings: in file order, or in the order of acceptance if it tells that one.

    Raises LeftError for a header that names no reading, and for an export that is too large.
    """
    file = open_csv(path, names, batch_rows)
    return ExportFile(file, batch_rows) if file.has_arrivals else file


def arrivals_of(parts: list[Decoded]) -> npt.NDArray[np.int64]:
    """The `arrival` column of an export's readings."""
    exported = [part for part in parts if isinstance(part, DecodedExport)]
    return np.concatenate([part.arrival for part in exported if part.arrival is not None])


def _part(
    batch: ReadingBatch, rows: npt.NDArray[np.intp], rejections: tuple[Rejection, ...]
) -> Decoded:
    part = batch.take(rows)
    places = np.arange(len(rejections), len(rejections) + len(rows), dtype=np.int64)
    return Decoded(part, places, rejections)
